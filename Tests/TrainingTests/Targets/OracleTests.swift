import Core
import Foundation
import Testing
import Training

@Suite struct OracleTests {
  private struct Market {
    var changes: [Double]
    var deviations: [Double]
    var costs: TradingCosts
    var isShortable: Bool

    init(seed: UInt64, bars: Int) {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      changes = (0..<bars).map { _ in 0.01 * random.normal() }
      deviations = (0..<bars).map { _ in 0.005 + 0.01 * random.uniform() }
      costs = TradingCosts(
        turnover: 0.005 * random.uniform(), holding: 0.001 * random.uniform(), riskAversion: 20 * random.uniform())
      isShortable = random.below(2) == 0
    }

    /// The most that can be earned from a bar on, by trying everything.
    func most(_ bar: Int, _ position: PositionSide, first: Action? = nil) -> Double {
      if bar == changes.count { return position == .flat ? 0 : -costs.turnover }
      let mask = LegalMask(position: position, isShortable: isShortable)
      return Action.allCases.filter { mask.contains($0) && (first ?? $0) == $0 }.map { action in
        TradingStep.reward(
          from: position, action, change: changes[bar], variance: deviations[bar] * deviations[bar], costs: costs)
          + most(bar + 1, position.after(action))
      }.max() ?? .nan
    }

    var oracle: OracleValues {
      OracleValues(
        changes: changes[...], variances: deviations.map { $0 * $0 }[...], costs: costs, isShortable: isShortable)
    }
  }

  @Test(arguments: 1...30) func valuesAreTheMostThatCanBeEarned(_ seed: UInt64) {
    let market = Market(seed: seed, bars: 1 + Int(seed % 7))
    let oracle = market.oracle
    for position in PositionSide.inOrder {
      let mask = LegalMask(position: position, isShortable: market.isShortable)
      #expect(abs(oracle.values[position.place] - market.most(0, position)) < 1e-14, "seed \(seed)")
      for (action, value) in zip(Action.allCases, oracle.row(0, position)) {
        guard mask.contains(action) else {
          #expect(value.isNaN, "seed \(seed)")
          continue
        }
        #expect(abs(value - market.most(0, position, first: action)) < 1e-14, "seed \(seed)")
      }
    }
  }

  @Test(arguments: 1...30) func thePathEarnsTheValue(_ seed: UInt64) {
    let market = Market(seed: seed, bars: 40)
    for start in PositionSide.inOrder {
      var (position, sum) = (start, 0.0)
      for (bar, step) in market.oracle.path(from: start).enumerated() {
        #expect(LegalMask(position: position, isShortable: market.isShortable).contains(step.action), "seed \(seed)")
        sum += TradingStep.reward(
          from: position, step.action, change: market.changes[bar],
          variance: market.deviations[bar] * market.deviations[bar], costs: market.costs)
        position = step.position
      }
      if position != .flat { sum -= market.costs.turnover }
      #expect(abs(sum - market.oracle.values[start.place]) < 1e-12, "seed \(seed)")
    }
  }

  @Test(arguments: 1...20) func labelsOfASeriesAreThoseOfEachWindow(_ seed: UInt64) {
    let (market, horizon) = (Market(seed: seed, bars: 120), 1 + Int(seed % 24))
    let discount = seed % 3 == 0 ? 0.9 : 1
    let labels = OracleLabels(
      changes: market.changes, deviations: market.deviations, horizon: horizon, costs: market.costs,
      isShortable: market.isShortable, discount: discount)
    for bar in market.changes.indices {
      #expect(labels.isKnown[bar] == (bar + horizon <= 120), "seed \(seed)")
      guard labels.isKnown[bar] else { continue }
      let window = OracleValues(
        changes: market.changes[bar..<bar + horizon],
        variances: market.deviations.map { $0 * $0 }[bar..<bar + horizon], costs: market.costs,
        isShortable: market.isShortable, discount: discount)
      for position in PositionSide.inOrder {
        for (ours, theirs) in zip(labels.row(bar, position), window.row(0, position)) {
          #expect(ours.isNaN == theirs.isNaN && !(abs(ours - theirs) > 1e-14), "seed \(seed), bar \(bar)")
        }
      }
    }
  }

  /// A label depends on nothing outside its span: open[t + H + 1] is in the change of bar t + H - 1.
  @Test(arguments: 1...20) func labelsLookNoFurtherThanTheirSpan(_ seed: UInt64) {
    var market = Market(seed: seed, bars: 60)
    func labels() -> OracleLabels {
      OracleLabels(
        changes: market.changes, deviations: market.deviations, horizon: 8, costs: market.costs,
        isShortable: market.isShortable)
    }
    let before = labels()
    #expect(before.span(of: 5) == 5...14)
    let moved = 20 + Int(seed)
    market.changes[moved] = -market.changes[moved] + 0.02
    let after = labels()
    for bar in 0..<52 {
      let isSame =
        before.row(bar, .flat).last == after.row(bar, .flat).last
        && before.row(bar, .long).last == after.row(bar, .long).last
      let isOutside = moved < bar || moved + 2 > before.span(of: bar).upperBound
      #expect(!isOutside || isSame, "seed \(seed), bar \(bar)")
      #expect(bar != moved || !isSame, "seed \(seed)")
    }
  }

  @Test func whatIsNotKnownHasNoLabel() {
    var market = Market(seed: 1, bars: 30)
    market.changes[12] = .nan
    market.deviations[20] = .nan
    let labels = OracleLabels(changes: market.changes, deviations: market.deviations, horizon: 4, costs: market.costs)
    let known = (0..<30).filter { labels.isKnown[$0] }
    #expect(known == Array(0...8) + Array(13...16) + Array(21...26))
    #expect(labels.row(9, .flat).allSatisfy { $0.isNaN } && labels.row(13, .flat).contains { !$0.isNaN })
    let careless = OracleLabels(
      changes: market.changes, deviations: market.deviations, horizon: 4, costs: TradingCosts(turnover: 0.001))
    #expect(careless.isKnown[18] && !careless.isKnown[12])
  }

  @Test func equalActionsAreHeld() {
    // Nothing moves and nothing costs: every action is worth 0. So it is, but for rounding, where costs add up differently.
    let still = OracleValues(changes: [0, 0, 0], costs: TradingCosts(turnover: 0))
    #expect(still.path().allSatisfy { $0.action == .hold } && still.path(from: .long).allSatisfy { $0.action == .hold })
    #expect(OracleValues.best([0.1 + 0.2, .nan, .nan, .nan, 0.3]) == .hold)
    #expect(OracleValues.best([0.5, 0.5, .nan, .nan, 0.3]) == .buyLong)
    #expect(OracleValues.best([0.5, 0.6, .nan, .nan, 0.3]) == .sellShort)
    #expect(OracleValues.best([.nan, .nan, 0.31, .nan, 0.3]) == .closeLong)
    #expect(OracleValues.best([.nan, .nan, .nan, .nan, .nan]) == .hold)
  }

  @Test func targetsAreSofterWhereLittleIsToBeGained() {
    let row: ArraySlice<Double> = [9, 9, 0.004, 0.001, .nan, .nan, 0.0, 9][2..<7]
    let target = ActionTarget(row, temperature: 0.002, turnoverCost: 0.0012)
    let weights: [Double] = [1, exp(-1.5), 0, 0, exp(-2)]
    let sum = weights.reduce(0, +)
    for (share, weight) in zip(target.shares, weights) {
      #expect(abs(share - weight / sum) < 1e-15)
    }
    #expect(target.edgeWeight == 1)
    #expect(abs(ActionTarget.edgeWeight(row, turnoverCost: 0.003) - 0.5) < 1e-12)
    #expect(ActionTarget.edgeWeight([1, 1, .nan, .nan, 0], turnoverCost: 0.003) == 0)
    #expect(ActionTarget.edgeWeight([1, 0.5, .nan, .nan, 0], turnoverCost: 0) == 1)
    #expect(ActionTarget.edgeWeight([1, 1, .nan, .nan, 0], turnoverCost: 0) == 0)
    #expect(ActionTarget(row, temperature: 0, turnoverCost: 1).shares == [1, 0, 0, 0, 0])
    #expect(ActionTarget(row, temperature: 1e-9, turnoverCost: 1).shares == [1, 0, 0, 0, 0])
    #expect(ActionTarget.temperature(deviation: 0.01, horizon: 16) == 0.02)
  }

  @Test(arguments: 1...20) func crossEntropyHasTheGradientItSays(_ seed: UInt64) {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    let position = PositionSide.inOrder[Int(seed % 3)]
    let mask = LegalMask(position: position, isShortable: seed % 2 == 0)
    let row = Action.allCases.map { mask.contains($0) ? 0.01 * random.normal() : .nan }
    let target = ActionTarget(row[...], temperature: 0.01, turnoverCost: 0.001)
    // Steps of 1/64 about multiples of 1/8: no rounding in what is stored.
    let logits = (0..<5).map { _ in Float((8 * random.normal()).rounded()) / 8 }
    func loss(_ logits: [Float]) -> Double {
      var unused = [Float](repeating: 0, count: 5)[...]
      return target.crossEntropy(logits[...], mask, weight: 3, gradient: &unused)
    }
    var gradient = ([7, 7] + [Float](repeating: 1, count: 5))[2...]
    let whole = target.crossEntropy(logits[...], mask, weight: 3, gradient: &gradient)
    #expect(whole == loss(logits))
    for action in Action.allCases {
      let index = Int(action.rawValue)
      var (above, below) = (logits, logits)
      above[index] += 1 / 64
      below[index] -= 1 / 64
      let slope = (loss(above) - loss(below)) * 32
      #expect(abs(Double(gradient[2 + index]) - 1 - slope) < 1e-3, "seed \(seed), \(action)")
      if !mask.contains(action) { #expect(gradient[2 + index] == 1, "seed \(seed)") }
    }
  }
}
