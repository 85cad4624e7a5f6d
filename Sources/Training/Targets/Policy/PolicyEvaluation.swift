import Core
import Foundation

/// Exact value of a policy over a window of bars whose prices are known, and the gradient of its payoff.
///
/// At our size prices do not answer to us, so what every legal action earns from every position is known: the value of a
/// policy needs no sampling. Rows are numbered bar · 3 + place of the position (flat, long, short, `PositionSide.inOrder`);
/// each has five numbers in the order of `Action`. Illegal actions have probability 0, gradient 0 and no value (nan).
/// One value is made once and used for every window of its length; nothing is allocated after.
public struct PolicyEvaluation: Sendable {
  /// Bars of a window.
  public let bars: Int
  /// π: [bars, 3, 5].
  public private(set) var probabilities: [Double]
  /// Q: what an action is worth if the policy goes on from there: [bars, 3, 5], nan where it is not legal.
  public private(set) var actionValues: [Double]
  /// V: [bars + 1, 3], the last three those of the end.
  public private(set) var values: [Double]
  /// d: how likely the policy stands in a position before each decision, unmixed: [bars + 1, 3].
  public private(set) var occupancy: [Double]
  /// Weight of each row in the gradient, the even share mixed in: [bars, 3]. Sums to 1 in each bar.
  public private(set) var weights: [Double]
  /// Gradient of the loss, less the entropy, in the logits, with action values and occupancy held constant: [bars, 3, 5].
  public private(set) var gradient: [Double]
  private var entropies: [Double]

  /// Memory for windows of a number of bars, at least one.
  public init(bars: Int) {
    precondition(bars > 0, "a window without bars")
    self.bars = bars
    let rows = bars * TradingStep.positions
    probabilities = [Double](repeating: 0, count: rows * Action.count)
    actionValues = probabilities
    gradient = probabilities
    values = [Double](repeating: 0, count: rows + TradingStep.positions)
    occupancy = values
    weights = [Double](repeating: 0, count: rows)
    entropies = weights
  }

  /// Evaluates the policy of logits, [bars, 3, 5]; those of illegal actions are not read.
  @discardableResult public mutating func evaluate(
    logits: UnsafeBufferPointer<Float>, _ window: Window, _ objective: Objective
  ) -> Parts {
    precondition(logits.count == probabilities.count, "logits of another length of window")
    for index in logits.indices { probabilities[index] = Double(logits[index]) }
    return evaluate(window, objective)
  }

  /// The same in double precision.
  @discardableResult public mutating func evaluate(
    logits: [Double], _ window: Window, _ objective: Objective
  ) -> Parts {
    precondition(logits.count == probabilities.count, "logits of another length of window")
    for index in logits.indices { probabilities[index] = logits[index] }
    return evaluate(window, objective)
  }

  /// Adds `scale` · `gradient` to a buffer of the same rows.
  public func addGradient(to buffer: UnsafeMutableBufferPointer<Float>, scale: Double = 1) {
    precondition(buffer.count == gradient.count, "a gradient of another length of window")
    for index in buffer.indices { buffer[index] += Float(scale * gradient[index]) }
  }

  private mutating func evaluate(_ window: Window, _ objective: Objective) -> Parts {
    precondition(window.changes.count == bars && window.deviations.count == bars, "a window of another length")
    precondition(objective.unit > 0, "a reward is measured in \(objective.unit)")
    let destinations = window.isShortable ? TradingStep.destinations : TradingStep.destinationsWithoutShorts
    setEnd(window)
    for bar in stride(from: bars - 1, through: 0, by: -1) { lookBack(bar, window, objective, destinations) }
    for position in 0..<TradingStep.positions { occupancy[position] = position == window.start.place ? 1 : 0 }
    var parts = Parts()
    for bar in 0..<bars { walk(bar, objective, destinations, &parts) }
    let share = 1 / Double(bars)
    parts.payoff = values[window.start.place]
    parts.loss = -parts.payoff / (Double(bars) * objective.unit)
    parts.entropy *= share
    parts.exposure *= share
    parts.turnover *= share
    return parts
  }

  private mutating func setEnd(_ window: Window) {
    let place = bars * TradingStep.positions
    switch window.end {
    case .closed:
      values[place] = 0
      values[place + 1] = -window.costs.turnover
      values[place + 2] = -window.costs.turnover
    case .cut(let flat, let long, let short):
      values[place] = flat
      values[place + 1] = long
      values[place + 2] = short
    }
  }

  /// Probabilities, action values and values of one bar from those of the next, and the gradient before it is weighted.
  private mutating func lookBack(_ bar: Int, _ window: Window, _ objective: Objective, _ destinations: [Int]) {
    let change = window.changes[window.changes.startIndex + bar]
    let deviation = window.deviations[window.deviations.startIndex + bar]
    let (later, variance) = ((bar + 1) * TradingStep.positions, deviation * deviation)
    func worth(_ position: PositionSide) -> Double {
      TradingStep.carry(of: position, change: change, variance: variance, costs: window.costs)
        + objective.discount * values[later + position.place]
    }
    let (flat, long, short) = (worth(.flat), worth(.long), worth(.short))
    for position in 0..<TradingStep.positions {
      let row = bar * TradingStep.positions + position
      let (first, legal) = (row * Action.count, position * Action.count)
      let entropy = normalise(first, destinations, legal)
      var value = 0.0
      for action in 0..<Action.count {
        let next = destinations[legal + action]
        guard next != TradingStep.illegal else {
          actionValues[first + action] = .nan
          continue
        }
        // From a side to flat or back is one unit of turnover; no action turns a side into the other.
        let cost = next == position ? 0 : window.costs.turnover
        let quality = (next == 0 ? flat : next == 1 ? long : short) - cost
        actionValues[first + action] = quality
        value += probabilities[first + action] * quality
      }
      values[row] = value
      entropies[row] = entropy
      for action in 0..<Action.count where destinations[legal + action] != TradingStep.illegal {
        let probability = probabilities[first + action]
        let surprise = probability > 0 ? log(probability) + entropy : 0
        gradient[first + action] =
          probability * (objective.entropyWeight * surprise - (actionValues[first + action] - value) / objective.unit)
          / Double(bars)
      }
    }
  }

  /// Logits of a row to probabilities, in place; returns their entropy.
  private mutating func normalise(_ first: Int, _ destinations: [Int], _ legal: Int) -> Double {
    var peak = -Double.infinity
    for action in 0..<Action.count where destinations[legal + action] != TradingStep.illegal {
      peak = max(peak, probabilities[first + action])
    }
    var (sum, drop) = (0.0, 0.0)
    for action in 0..<Action.count {
      guard destinations[legal + action] != TradingStep.illegal else {
        probabilities[first + action] = 0
        gradient[first + action] = 0
        continue
      }
      let distance = probabilities[first + action] - peak
      let weight = exp(distance)
      probabilities[first + action] = weight
      sum += weight
      if weight > 0 { drop += weight * distance }
    }
    for action in 0..<Action.count { probabilities[first + action] /= sum }
    return log(sum) - drop / sum
  }

  /// Carries the occupancy over one bar and weights its rows.
  private mutating func walk(_ bar: Int, _ objective: Objective, _ destinations: [Int], _ parts: inout Parts) {
    let (now, later) = (bar * TradingStep.positions, (bar + 1) * TradingStep.positions)
    for position in 0..<TradingStep.positions { occupancy[later + position] = 0 }
    for position in 0..<TradingStep.positions {
      let (row, held) = (now + position, occupancy[now + position])
      let weight = (1 - objective.evenShare) * held + objective.evenShare / Double(TradingStep.positions)
      weights[row] = weight
      parts.entropy += weight * entropies[row]
      for action in 0..<Action.count {
        let next = destinations[position * Action.count + action]
        guard next != TradingStep.illegal else { continue }
        let index = row * Action.count + action
        gradient[index] *= weight
        occupancy[later + next] += held * probabilities[index]
        if next != position { parts.turnover += held * probabilities[index] }
      }
    }
    parts.exposure += occupancy[later + 1] + occupancy[later + 2]
  }
}
