import HRM

/// How large an opened position should have been, on a known path. Hindsight is far too bold for live trading, where
/// volatility and the risk limits bound the size: this only teaches which positions deserve more.
public struct QuantityTarget: Hashable, Sendable {
  /// G: what a whole position earns until it is closed, net.
  public var gain: Double
  /// S: sum of the variances of the bars it is held for.
  public var variance: Double

  /// A target as given.
  public init(gain: Double, variance: Double) {
    self.gain = gain
    self.variance = variance
  }

  /// The size that makes q·G - (λ/2)·q²·S largest within 0...largest.
  public func best(riskAversion: Double, largest: Double) -> Double {
    guard gain > 0 else { return 0 }
    let penalty = riskAversion * variance
    return penalty > 0 ? min(gain / penalty, largest) : largest
  }

  /// Targets of opening a position of a side at each bar of a window and closing it as the policy does.
  ///
  /// - Parameters:
  ///   - closing: how likely the policy closes at each bar when it holds the side; 0 or 1 for a greedy one. What is open
  ///     behind the last bar is closed.
  ///   - sign: 1 for long, -1 for short.
  public static func opened(
    sign: Double, changes: ArraySlice<Double>, deviations: ArraySlice<Double>, closing: [Double], costs: TradingCosts
  ) -> [QuantityTarget] {
    precondition(changes.count == closing.count && deviations.count == closing.count, "arrays of different windows")
    var targets = [QuantityTarget](repeating: QuantityTarget(gain: 0, variance: 0), count: closing.count)
    // What a position that is held when a bar's decision is made still earns.
    var later = QuantityTarget(gain: -costs.turnover, variance: 0)
    for bar in closing.indices.reversed() {
      let deviation = deviations[deviations.startIndex + bar]
      let gain = sign * changes[changes.startIndex + bar] - costs.holding + later.gain
      let variance = deviation * deviation + later.variance
      targets[bar] = QuantityTarget(gain: gain - costs.turnover, variance: variance)
      let stays = 1 - closing[bar]
      later = QuantityTarget(gain: stays * gain - closing[bar] * costs.turnover, variance: stays * variance)
    }
    return targets
  }

  /// Smooth L1 between the size `largest` · sigmoid(output) and a target, and its derivative in the output.
  public static func loss(output: Double, target: Double, largest: Double) -> (loss: Double, slope: Double) {
    let share = ScalarLoss.sigmoid(output)
    let huber = Huber.loss(largest * share - target)
    return (huber.loss, huber.slope * largest * share * (1 - share))
  }
}
