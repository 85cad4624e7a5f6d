import Core
import Foundation

/// What a policy is taught in one state: how likely each action should be, and how much the lesson counts.
public struct ActionTarget: Hashable, Sendable {
  /// κ of the usual temperature.
  public static let usualTemperature = 0.5

  /// Wanted probabilities in the order of `Action`, 0 for illegal actions.
  public let shares: [Double]
  /// w_edge: 1 where the best action leads by a round trip's cost, less where others are nearly as good.
  public let edgeWeight: Double

  /// A target from the five values of a row, nan marking illegal actions.
  ///
  /// - Parameters:
  ///   - temperature: τ, in units of the values; at 0 the best action gets all.
  ///   - turnoverCost: c.
  public init(_ row: ArraySlice<Double>, temperature: Double, turnoverCost: Double) {
    shares = Self.shares(row, temperature: temperature)
    edgeWeight = Self.edgeWeight(row, turnoverCost: turnoverCost)
  }

  /// τ = κ·σ·√H.
  public static func temperature(deviation: Double, horizon: Int, share: Double = usualTemperature) -> Double {
    share * deviation * Double(horizon).squareRoot()
  }

  /// Softmax of the values over a temperature. Hard choices teach coin tosses as certainties, so 0 is for dead markets.
  public static func shares(_ row: ArraySlice<Double>, temperature: Double) -> [Double] {
    let best = OracleValues.best(row)
    guard temperature > 0 else { return Action.allCases.map { $0 == best ? 1 : 0 } }
    let peak = row.reduce(-Double.infinity) { $1 > $0 ? $1 : $0 }
    let weights = row.map { $0.isNaN ? 0 : exp(($0 - peak) / temperature) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  /// min(1, (best - second) / 2c); 0 where nothing tells two actions apart.
  public static func edgeWeight(_ row: ArraySlice<Double>, turnoverCost: Double) -> Double {
    var (best, second) = (-Double.infinity, -Double.infinity)
    for value in row where !value.isNaN {
      if value > best { (best, second) = (value, best) } else if value > second { second = value }
    }
    let edge = best - second
    guard edge > 0 else { return 0 }
    return min(1, edge / (2 * turnoverCost))
  }

  /// Cross entropy of the policy of five logits with this target, times `weight`; adds its gradient in the legal logits.
  ///
  /// - Parameter gradient: of the same five actions.
  public func crossEntropy(
    _ logits: ArraySlice<Float>, _ mask: LegalMask, weight: Double = 1, gradient: inout ArraySlice<Float>
  ) -> Double {
    precondition(logits.count == Action.count && gradient.count == Action.count, "logits of other actions")
    let legal = Action.allCases.map { mask.contains($0) }
    let distances = zip(logits, legal).map { $1 ? Double($0) : -.infinity }
    let peak = distances.reduce(-Double.infinity) { $1 > $0 ? $1 : $0 }
    let total = log(distances.reduce(0) { $0 + exp($1 - peak) }) + peak
    var loss = 0.0
    for action in 0..<Action.count where legal[action] {
      let surprise = total - distances[action]
      loss += shares[action] == 0 ? 0 : shares[action] * surprise
      gradient[gradient.startIndex + action] += Float(weight * (exp(-surprise) - shares[action]))
    }
    return weight * loss
  }
}
