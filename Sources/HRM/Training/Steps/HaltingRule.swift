/// When a lane's sample is done with, in training.
public struct HaltingRule: Sendable, Equatable {
  /// Most segments M of one sample.
  public var maxSegments: Int

  /// A rule as given.
  public init(maxSegments: Int) { self.maxSegments = maxSegments }

  /// Whether a lane halts after its `steps`-th segment. `minimum` is the lane's random least number of segments.
  public func isHalted(steps: Int, qHalt: Float, qContinue: Float, minimum: Int) -> Bool {
    guard maxSegments > 1 else { return true }
    return (steps >= maxSegments || qHalt > qContinue) && steps >= minimum
  }

  /// The probability that going on is wanted: what the segment after this one says of itself.
  public func continueTarget(steps: Int, nextHalt: Float, nextContinue: Float) -> Double {
    let isLast = steps >= maxSegments
    return ScalarLoss.sigmoid(Double(isLast ? nextHalt : max(nextHalt, nextContinue)))
  }
}
