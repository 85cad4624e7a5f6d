/// What the agent did so far.
public struct AgentCounters: Hashable, Sendable, Codable {
  /// Observations, those before the run included.
  public var observations: UInt64 = 0
  /// Observations from before the run, on which nothing is decided.
  public var preRollObservations: UInt64 = 0
  /// Decisions made.
  public var decisions: UInt64 = 0
  /// Decisions of the policy in charge, by its own right.
  public var productionDecisions: UInt64 = 0
  /// Decisions of a fallback policy: in place of the one in charge, or put in charge for a reason.
  public var fallbackDecisions: UInt64 = 0
  /// Decisions of the ladder's last step, where nobody could decide.
  public var ladderHolds: UInt64 = 0
  /// Times the policy in charge could not decide, by reason.
  public var latencyFailures: UInt64 = 0
  /// See `latencyFailures`.
  public var nonFiniteFailures: UInt64 = 0
  /// See `latencyFailures`.
  public var loadFailures: UInt64 = 0
  /// See `latencyFailures`.
  public var staleDataFailures: UInt64 = 0
  /// See `latencyFailures`.
  public var manualSwitches: UInt64 = 0
  /// Questions to the network.
  public var networkRequests: UInt64 = 0
  /// Answers with fewer segments than the model wanted, because of the deadline.
  public var deadlineHalts: UInt64 = 0
  /// Questions dropped because a newer observation came.
  public var supersededRequests: UInt64 = 0
  /// Answers discarded: after the deadline, to a superseded question, to no question known.
  public var lateAnswers: UInt64 = 0
  /// See `lateAnswers`.
  public var supersededAnswers: UInt64 = 0
  /// See `lateAnswers`.
  public var unknownAnswers: UInt64 = 0
  /// Answers not used because their policy was replaced meanwhile.
  public var revokedAnswers: UInt64 = 0
  /// Observations refused because their ticket was not newer than the last one.
  public var refusedTickets: UInt64 = 0
  /// Wishes that were illegal or had an impossible size, treated as hold.
  public var illegalWishes: UInt64 = 0
  /// Openings that a fallback wished for and may not make, treated as hold.
  public var blockedOpenings: UInt64 = 0

  /// All zero.
  public init() {}
}
