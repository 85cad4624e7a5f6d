import Core
import Foundation
import Testing
import Training

/// A window and logits by chance, and what a policy earns there told in other words than the evaluation's.
private struct ChanceWindow {
  let bars: Int
  var logits: [Double]
  var changes: [Double]
  var deviations: [Double]
  var costs: TradingCosts
  var isShortable: Bool
  var start: PositionSide
  var end: PolicyEvaluation.End
  private(set) var random: CounterRandom

  init(seed: UInt64, bars: Int) {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    self.bars = bars
    logits = (0..<bars * TradingStep.rowsWidth).map { _ in 1.5 * random.normal() }
    changes = (0..<bars).map { _ in 0.02 * random.normal() }
    deviations = (0..<bars).map { _ in 0.01 + 0.02 * random.uniform() }
    costs = TradingCosts(
      turnover: 0.003 * random.uniform(), holding: 0.002 * random.uniform(), riskAversion: 10 * random.uniform())
    isShortable = random.below(3) > 0
    start = PositionSide.inOrder[random.below(3)]
    end =
      random.below(2) == 0
      ? .closed : .cut(flat: 0.01 * random.normal(), long: 0.01 * random.normal(), short: 0.01 * random.normal())
    self.random = random
  }

  var window: PolicyEvaluation.Window {
    // A slice that does not begin at 0, as those of a series do not.
    PolicyEvaluation.Window(
      changes: ([0, 0, 0] + changes)[3...], deviations: ([0] + deviations)[1...], costs: costs,
      isShortable: isShortable, start: start, end: end)
  }

  /// π of one action, by the rule of legality itself.
  func probability(_ bar: Int, _ position: PositionSide, _ action: Action) -> Double {
    let mask = LegalMask(position: position, isShortable: isShortable)
    guard mask.contains(action) else { return 0 }
    func weight(_ action: Action) -> Double {
      exp(logits[(bar * 3 + position.place) * Action.count + Int(action.rawValue)])
    }
    return weight(action) / Action.allCases.filter(mask.contains).reduce(0) { $0 + weight($1) }
  }

  /// Expected reward of all paths of actions from a bar on, one by one.
  func payoff(from bar: Int = 0, _ position: PositionSide) -> Double {
    if bar == bars {
      switch end {
      case .closed: return position == .flat ? 0 : -costs.turnover
      case .cut(let flat, let long, let short): return [flat, long, short][position.place]
      }
    }
    return Action.allCases.reduce(0) { sum, action in
      let probability = probability(bar, position, action)
      if probability == 0 { return sum }
      let reward = TradingStep.reward(
        from: position, action, change: changes[bar], variance: deviations[bar] * deviations[bar], costs: costs)
      return sum + probability * (reward + payoff(from: bar + 1, position.after(action)))
    }
  }

  /// Expected sum of rewards from the start, forwards through the likelihood of each position.
  func payoffForwards() -> Double {
    var likelihood: [PositionSide: Double] = [start: 1]
    var sum = 0.0
    for bar in 0..<bars {
      var next: [PositionSide: Double] = [:]
      for position in PositionSide.inOrder {
        for action in Action.allCases {
          let share = (likelihood[position] ?? 0) * probability(bar, position, action)
          if share == 0 { continue }
          sum +=
            share
            * TradingStep.reward(
              from: position, action, change: changes[bar], variance: deviations[bar] * deviations[bar], costs: costs)
          next[position.after(action), default: 0] += share
        }
      }
      likelihood = next
    }
    return PositionSide.inOrder.reduce(sum) { sum, position in
      let worth =
        switch end {
        case .closed: position == .flat ? 0 : -costs.turnover
        case .cut(let flat, let long, let short): [flat, long, short][position.place]
        }
      return sum + (likelihood[position] ?? 0) * worth
    }
  }
}

@Suite struct PolicyEvaluationTests {
  private let plain = PolicyEvaluation.Objective(unit: 1, evenShare: 0)

  @Test(arguments: 1...60) func valuesAreThoseOfAllPaths(_ seed: UInt64) {
    let world = ChanceWindow(seed: seed, bars: 1 + Int(seed % 5))
    var evaluation = PolicyEvaluation(bars: world.bars)
    let parts = evaluation.evaluate(logits: world.logits, world.window, plain)
    for position in PositionSide.inOrder {
      #expect(abs(evaluation.values[position.place] - world.payoff(position)) < 1e-14, "seed \(seed)")
    }
    #expect(abs(parts.payoff - world.payoffForwards()) < 1e-14, "seed \(seed)")
    #expect(parts.loss == -parts.payoff / Double(world.bars), "seed \(seed)")
  }

  /// One logit moved by 1e-5 either way: the gradient is that of the expected sum of rewards per bar.
  @Test(arguments: 1...40) func gradientIsThatOfTheExpectedReward(_ seed: UInt64) {
    var world = ChanceWindow(seed: seed, bars: 1 + Int(seed % 12))
    var evaluation = PolicyEvaluation(bars: world.bars)
    evaluation.evaluate(logits: world.logits, world.window, plain)
    var largest = 0.0
    for index in world.logits.indices {
      let logit = world.logits[index]
      world.logits[index] = logit + 1e-5
      let above = world.payoffForwards()
      world.logits[index] = logit - 1e-5
      let below = world.payoffForwards()
      world.logits[index] = logit
      let slope = -(above - below) / 2e-5 / Double(world.bars)
      // Rounding of a payoff of about 0.1 over 2e-5, and the third derivative.
      #expect(abs(evaluation.gradient[index] - slope) < 1e-11, "seed \(seed), logit \(index)")
      largest = max(largest, abs(slope))
    }
    #expect(largest > 1e-5, "seed \(seed): nothing to compare")
  }

  @Test(arguments: 1...20) func unitAndScaleDivideTheGradient(_ seed: UInt64) {
    let world = ChanceWindow(seed: seed, bars: 7)
    var evaluation = PolicyEvaluation(bars: 7)
    evaluation.evaluate(logits: world.logits, world.window, plain)
    let gradient = evaluation.gradient
    var other = PolicyEvaluation(bars: 7)
    let parts = other.evaluate(
      logits: world.logits, world.window, PolicyEvaluation.Objective(unit: 0.04, evenShare: 0))
    #expect(abs(parts.loss + parts.payoff / 7 / 0.04) < 1e-12, "seed \(seed)")
    for (ours, theirs) in zip(other.gradient, gradient) { #expect(abs(ours - theirs / 0.04) < 1e-12, "seed \(seed)") }
    var buffer = [Float](repeating: 2, count: gradient.count)
    buffer.withUnsafeMutableBufferPointer { evaluation.addGradient(to: $0, scale: 3) }
    for (sum, part) in zip(buffer, gradient) { #expect(sum == 2 + Float(3 * part), "seed \(seed)") }
  }

  /// With even weights the entropy's gradient has no part in the occupancy, so it can be had by moving logits.
  @Test(arguments: 1...20) func entropyGradientIsThatOfTheEntropy(_ seed: UInt64) {
    var world = ChanceWindow(seed: seed, bars: 4)
    let (even, bonus) = (
      PolicyEvaluation.Objective(unit: 1, evenShare: 1),
      PolicyEvaluation.Objective(unit: 1, evenShare: 1, entropyWeight: 0.5)
    )
    var evaluation = PolicyEvaluation(bars: 4)
    evaluation.evaluate(logits: world.logits, world.window, even)
    let payoffPart = evaluation.gradient
    evaluation.evaluate(logits: world.logits, world.window, bonus)
    let whole = evaluation.gradient
    for index in world.logits.indices {
      let logit = world.logits[index]
      world.logits[index] = logit + 1e-5
      let above = evaluation.evaluate(logits: world.logits, world.window, even).entropy
      world.logits[index] = logit - 1e-5
      let below = evaluation.evaluate(logits: world.logits, world.window, even).entropy
      world.logits[index] = logit
      let slope = -0.5 * (above - below) / 2e-5
      #expect(abs(whole[index] - payoffPart[index] - slope) < 1e-9, "seed \(seed), logit \(index)")
    }
  }

  @Test(arguments: 1...20) func rowsAreWeightedByOccupancyAndAnEvenShare(_ seed: UInt64) {
    let world = ChanceWindow(seed: seed, bars: 6)
    var evaluation = PolicyEvaluation(bars: 6)
    evaluation.evaluate(logits: world.logits, world.window, PolicyEvaluation.Objective(unit: 1, evenShare: 1))
    let even = evaluation.gradient
    evaluation.evaluate(logits: world.logits, world.window, PolicyEvaluation.Objective(unit: 1, evenShare: 0.2))
    for row in 0..<18 {
      let weight = 0.8 * evaluation.occupancy[row] + 0.2 / 3
      #expect(abs(evaluation.weights[row] - weight) < 1e-15, "seed \(seed)")
      for action in row * 5..<row * 5 + 5 {
        #expect(abs(evaluation.gradient[action] - even[action] * 3 * weight) < 1e-15, "seed \(seed)")
      }
    }
    for bar in 0...6 {
      #expect(abs(evaluation.occupancy[bar * 3..<bar * 3 + 3].reduce(0, +) - 1) < 1e-12, "seed \(seed)")
    }
    #expect(evaluation.occupancy[world.start.place] == 1, "seed \(seed)")
  }

  @Test(arguments: 1...20) func illegalActionsHaveNeitherProbabilityNorGradient(_ seed: UInt64) {
    var world = ChanceWindow(seed: seed, bars: 5)
    var evaluation = PolicyEvaluation(bars: 5)
    let parts = evaluation.evaluate(logits: world.logits, world.window, .init(unit: 1, entropyWeight: 0.1))
    let gradient = evaluation.gradient
    for bar in 0..<5 {
      for position in PositionSide.inOrder {
        for action in Action.allCases {
          let index = (bar * 3 + position.place) * 5 + Int(action.rawValue)
          let probability = world.probability(bar, position, action)
          #expect(abs(evaluation.probabilities[index] - probability) < 1e-14, "seed \(seed)")
          guard probability == 0 else { continue }
          #expect(evaluation.gradient[index] == 0 && evaluation.actionValues[index].isNaN, "seed \(seed)")
          world.logits[index] = .infinity
        }
      }
    }
    #expect(evaluation.evaluate(logits: world.logits, world.window, .init(unit: 1, entropyWeight: 0.1)) == parts)
    #expect(evaluation.gradient == gradient, "seed \(seed)")
  }

  @Test func narrowLogitsGiveWhatWideOnesGive() {
    var world = ChanceWindow(seed: 3, bars: 64)
    let narrow = world.logits.map { Float($0) }
    world.logits = narrow.map { Double($0) }
    var (wide, evaluation) = (PolicyEvaluation(bars: 64), PolicyEvaluation(bars: 64))
    let wanted = wide.evaluate(logits: world.logits, world.window, plain)
    let parts = narrow.withUnsafeBufferPointer { evaluation.evaluate(logits: $0, world.window, plain) }
    #expect(parts == wanted && evaluation.gradient == wide.gradient)
  }

  @Test func aPolicyThatStaysOutEarnsNothing() {
    var world = ChanceWindow(seed: 5, bars: 9)
    (world.start, world.end) = (.flat, .closed)
    // HOLD so sure that the others vanish: also the entropy of certainty is a number.
    for index in world.logits.indices { world.logits[index] = index % 5 == 4 ? 1000 : -1000 }
    var evaluation = PolicyEvaluation(bars: 9)
    let parts = evaluation.evaluate(logits: world.logits, world.window, .init(unit: 1, entropyWeight: 1))
    #expect(parts == PolicyEvaluation.Parts())
    #expect(evaluation.gradient.allSatisfy { $0 == 0 })
    world.start = .short
    let short = evaluation.evaluate(logits: world.logits, world.window, .init(unit: 1))
    #expect(short.exposure == 1 && short.turnover == 0)
  }

  @Test func tradingOnceCostsOneTurnoverEachWay() {
    var world = ChanceWindow(seed: 7, bars: 4)
    (world.start, world.end, world.isShortable) = (.flat, .closed, true)
    // Opens a long at once, closes it after two bars, stays out.
    for row in 0..<12 {
      let wanted = row < 3 ? 0 : row / 3 == 2 ? 2 : 4
      for action in 0..<5 { world.logits[row * 5 + action] = action == wanted ? 1000 : -1000 }
    }
    var evaluation = PolicyEvaluation(bars: 4)
    let parts = evaluation.evaluate(logits: world.logits, world.window, plain)
    let risk = world.costs.riskAversion / 2
    let earned = (0..<2).reduce(-2 * world.costs.turnover) {
      $0 + world.changes[$1] - world.costs.holding - risk * world.deviations[$1] * world.deviations[$1]
    }
    #expect(abs(parts.payoff - earned) < 1e-15 && parts.exposure == 0.5 && parts.turnover == 0.5)
  }

  @Test func whatIsNotFiniteShows() {
    var world = ChanceWindow(seed: 9, bars: 4)
    world.logits[(2 * 3 + 1) * 5 + 4] = .nan
    var evaluation = PolicyEvaluation(bars: 4)
    #expect(!evaluation.evaluate(logits: world.logits, world.window, .init(unit: 1)).payoff.isFinite)
    world = ChanceWindow(seed: 9, bars: 4)
    world.changes[3] = .nan
    #expect(!evaluation.evaluate(logits: world.logits, world.window, .init(unit: 1)).loss.isFinite)
    // Nothing of it stays behind.
    world = ChanceWindow(seed: 9, bars: 4)
    #expect(evaluation.evaluate(logits: world.logits, world.window, .init(unit: 1)).payoff.isFinite)
    #expect(evaluation.gradient.allSatisfy { $0.isFinite })
  }
}
