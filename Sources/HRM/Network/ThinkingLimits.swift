/// How long one decision may think.
public struct ThinkingLimits: Sendable, Equatable {
  /// Segments computed before the network's own wish to stop counts; the deadline counts from the first on.
  public var minSegments: Int
  /// Most segments, 1...64.
  public var maxSegments: Int
  /// Thinking has converged when the slow state's last relative change is below this; 0 or less never.
  public var tolerance: Float
  /// Time for the whole decision, from the call of `decide`, in nanoseconds; nil: none.
  public var deadlineNanoseconds: UInt64?
  /// Exactly this many segments, whatever the network and the clock say: a replay of a recorded decision.
  public var forcedSegments: Int?

  /// Limits as given.
  public init(
    minSegments: Int = 1, maxSegments: Int = 4, tolerance: Float = 0, deadlineNanoseconds: UInt64? = nil,
    forcedSegments: Int? = nil
  ) {
    self.minSegments = minSegments
    self.maxSegments = maxSegments
    self.tolerance = tolerance
    self.deadlineNanoseconds = deadlineNanoseconds
    self.forcedSegments = forcedSegments
  }
}

/// Why thinking ended.
public enum HRMHalt: String, Sendable, Equatable, CaseIterable {
  /// The network preferred to stop: q_halt > q_continue.
  case q
  /// The slow state hardly changed any more.
  case converged
  /// The limit of segments was reached.
  case max
  /// Another segment would not have been finished in time.
  case deadline
}
