import Core
import HRM

/// Training on a planted market and judging the outcome against the best policy on a fresh path: what tells a trainer
/// that finds an edge from one that imagines it.
package struct PlantedExperiment: Sendable {
  /// Name of the market, for example `easy`.
  package let name: String
  /// The market.
  package let market: PlantedMarket
  /// Of paths, weights and draws.
  package let seed: UInt64
  /// Features that mean nothing, beside the two that do.
  package let distractors: Int
  /// The task, with the fresh path as its validation.
  package let task: TradingTask
  /// How it is trained.
  package var settings: TrainerSettings
  private let fresh: PlantedMarket.Path

  /// The recipe, the same for every market.
  ///
  /// - Parameters:
  ///   - trainingBars: bars that are trained on.
  ///   - freshBars: bars of the path that the outcome is judged on.
  ///   - form: of the network; throws a `ModelError` for one that it cannot have.
  ///   - segments: of a sample at most.
  package init(
    name: String, market: PlantedMarket, seed: UInt64, distractors: Int = 0, steps: Int = 2000,
    trainingBars: Int = 200_000, freshBars: Int = 100_000, form: HRMForm = .hierarchy, segments: Int = 1
  ) throws {
    let architecture = try HRMArchitecture.trading(
      dH: 32, dL: 32, heads: (2, 2), layers: (1, 1), innerMultiple: 32, cycles: 2, steps: 2, reset: false,
      maxSegments: segments, features: 2 + distractors, patch: 4, patches: 7, instruments: (1, 1), timeframes: (1, 1)
    ).formed(as: form)
    let window = architecture.windowBars
    func stream(_ path: UInt64) -> UInt64 { CounterRandom(seed: seed, purpose: .plantedMarket, step: path).key }
    let train = market.path(seed: stream(1), bars: trainingBars)
    fresh = market.path(seed: stream(2), bars: freshBars)
    var trading = TradingSettings()
    trading.turnoverCost = market.cost
    task = try TradingTask(
      architecture: architecture,
      train: [market.series(train, seed: stream(3), distractors: distractors, windowBars: window)],
      validation: [
        market.series(
          fresh, seed: stream(4), returns: market.expectedReturns(fresh), distractors: distractors, windowBars: window)
      ], settings: trading)
    var settings = TrainerSettings(
      seed: seed, lanes: 8, steps: steps, maxSegments: architecture.maxSegments,
      schedule: LearningSchedule(peak: 1e-3, warmUpSteps: 50, shape: .cosine))
    settings.averageKeep = 0.98
    self.settings = settings
    self.name = name
    self.market = market
    self.seed = seed
    self.distractors = distractors
  }

  /// What a network reached on the fresh path, and what others reach there, in expected net gain of a bar.
  package struct Result: Codable, Equatable, Sendable {
    /// The market and the seed.
    package var market: String, seed: UInt64, distractors: Int
    /// Steps of the run.
    package var steps: Int
    /// Gain of a bar in basis points: of the network, of the best policy, of the signal's sign, of a straight line.
    package var gainBp: Double, optimalGainBp: Double, signGainBp: Double, lineGainBp: Double
    /// Gains over the best policy's; nil where that earns nothing.
    package var gainShare: Double?, signShare: Double?, lineShare: Double?
    /// Share of bars in a position, and units of turnover a bar.
    package var exposure: Double, turnover: Double
    /// Processor time of the process until the end, in seconds.
    package var cpuSeconds: Double
  }

  /// Judges weights on the fresh path.
  package func judge(_ parameters: HRMParameters, threads: Int, cpuSeconds: () -> Double) throws -> Result {
    let series = task.validation[0]
    let costs = TradingCosts(turnover: market.cost)
    func gain(_ decide: (Int, PositionSide) -> Action) -> Double {
      GreedyRun.validation([GreedyRunner.walk(series, costs: costs, decide)]).score
    }
    let best = PlantedOptimum(market)
    let line = PlantedLine(task.train[0], cost: market.cost)
    let optimal = gain { best.action(fresh.signal[$0], from: $1) }
    let sign = gain { PlantedRules.sign(fresh.signal[$0], from: $1) }
    let straight = gain { line.action(series, bar: $0, from: $1) }
    let own = try task.validate(parameters, threads: threads)
    func share(_ gain: Double) -> Double? { optimal > 0 && best.gainPerBar > 0 ? gain / optimal : nil }
    return Result(
      market: name, seed: seed, distractors: distractors, steps: settings.steps, gainBp: own.score * 1e4,
      optimalGainBp: optimal * 1e4, signGainBp: sign * 1e4, lineGainBp: straight * 1e4, gainShare: share(own.score),
      signShare: share(sign), lineShare: share(straight), exposure: own.figure("exposure") ?? .nan,
      turnover: own.figure("turnover") ?? .nan, cpuSeconds: cpuSeconds())
  }
}
