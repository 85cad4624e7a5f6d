/// One input with what its answer depends on besides.
public struct HRMQuestion: Sendable {
  /// What the network looks at.
  public var input: HRMInput
  /// One flag per action, at least one of them true.
  public var legal: [Bool]
  /// Segments and deadline.
  public var limits: ThinkingLimits

  /// A question as given.
  public init(input: HRMInput, legal: [Bool], limits: ThinkingLimits) {
    self.input = input
    self.legal = legal
    self.limits = limits
  }
}

/// How much the states changed in their last updates of a segment: ‖new - old‖ / ‖old‖.
public struct HRMResidual: Sendable, Equatable {
  /// Of the slow state: over all positions, but in the last segment that the limits allow over position 0 alone, since
  /// nothing else is computed of that update.
  public var slow: Float
  /// Of the fast state.
  public var fast: Float

  /// Residuals as given.
  public init(slow: Float, fast: Float) {
    self.slow = slow
    self.fast = fast
  }
}

/// What came of thinking about one input.
public struct HRMAnswer: Sendable, Equatable {
  /// Heads after the last segment. Check `heads.isFinite` before use.
  public var heads: HRMHeads
  /// Segments computed.
  public var segments: Int
  /// Why it stopped.
  public var haltReason: HRMHalt
  /// Best legal action after each segment.
  public var argmaxPerSegment: [Int]
  /// How much the states still changed in each segment.
  public var residuals: [HRMResidual]

  /// An answer as given.
  public init(
    heads: HRMHeads, segments: Int, haltReason: HRMHalt, argmaxPerSegment: [Int], residuals: [HRMResidual] = []
  ) {
    self.heads = heads
    self.segments = segments
    self.haltReason = haltReason
    self.argmaxPerSegment = argmaxPerSegment
    self.residuals = residuals
  }
}
