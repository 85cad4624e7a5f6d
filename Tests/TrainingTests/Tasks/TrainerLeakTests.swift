import Core
import HRM
import Testing
import Training

/// The four probes of a leak, with the trainer itself behind them: SYNTHETIC noise, on which only a look at the future
/// pays, and a planted market, whose edge must go when outcomes are shuffled.
@Suite struct TrainerLeakTests {
  private static let window = 12

  /// Mean payoff in units of the cost of a side, and its standard error, on the second half of a series after training on the
  /// first.
  private static func payoff(_ series: TradingSeries) throws -> (mean: Double, error: Double) {
    let half = series.count / 2
    let architecture = HRMArchitecture.trading(
      dH: 16, dL: 16, heads: (2, 2), layers: (1, 1), innerMultiple: 16, cycles: 1, steps: 1, reset: false,
      maxSegments: 1, features: series.featureCount, patch: 4, patches: 3, instruments: (1, 1), timeframes: (1, 1))
    var train = series
    for bar in (half - 40)..<series.count { train.isDecidable[bar] = false }
    var settings = TradingSettings()
    settings.windowBars = 32
    settings.holdBias = 1
    let task = try TradingTask(
      architecture: architecture, train: [train], validation: [series], validationBars: [half..<series.count],
      settings: settings)
    var how = TrainerSettings(
      seed: 3, lanes: 4, steps: 400, maxSegments: 1,
      schedule: LearningSchedule(peak: 3e-3, warmUpSteps: 20, shape: .cosine))
    how.averageKeep = 0.95
    let trainer = try Trainer(task: task, settings: how, parameters: try task.firstWeights(seed: 3))
    for _ in 0..<how.steps { _ = try trainer.advance() }
    let result = try task.validate(trainer.average, threads: 2)
    return (result.score / settings.turnoverCost, result.standardError / settings.turnoverCost)
  }

  private static func series(_ name: String) throws -> TradingSeries {
    let market = try #require(PlantedMarket.named.first { $0.name == name }?.market)
    return market.series(market.path(seed: 21, bars: 12_000), seed: 22, windowBars: window)
  }

  @Test func theTrainerSeesAFutureBitAndOnlyThat() throws {
    let noise = try Self.series("pure_noise")
    let clean = try Self.payoff(noise)
    let leaking = try Self.payoff(noise.showingOutcome(inFeature: 1))
    // Half the moves, at about 0.8 σ = 4 costs each, for a round trip at every turn.
    #expect(leaking.mean > 1, "\(leaking)")
    #expect(clean.mean <= 2 * clean.error, "\(clean)")
  }

  @Test func aBarsDelayTakesTheFutureBitAway() throws {
    let late = try Self.payoff(try Self.series("pure_noise").showingOutcome(inFeature: 1).delayingFeatures())
    #expect(late.mean <= 2 * late.error, "\(late)")
  }

  @Test func shuffledOutcomesTeachNothing() throws {
    let easy = try Self.series("easy")
    let whole = try Self.payoff(easy)
    let shuffled = try Self.payoff(easy.shufflingOutcomes(seed: 4))
    #expect(whole.mean > 3 * whole.error, "\(whole)")
    #expect(shuffled.mean <= 2 * shuffled.error, "\(shuffled)")
  }
}
