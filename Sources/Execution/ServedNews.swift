import Core

/// What a served exchange tells unasked.
public enum ServedNews: Hashable, Sendable {
  /// A session stands and gets reports; `epoch` counts the sessions, the first is 1.
  case connected(epoch: UInt64)
  /// The session is lost; what was under way is unknown, and reports may be missing.
  case disconnected(cause: String)
  /// News of an order: each report once, maybe out of order.
  case report(ExecutionReport)
  /// A closed bar: each once, none left out as far back as the exchange remembers.
  case bar(Bar)
  /// Local clock minus the exchange's, in milliseconds.
  case clockSkew(millis: Int)
}

/// Times that a client of a served exchange keeps to.
public struct ServedLimits: Sendable {
  /// An answer that has not come within so many milliseconds is not waited for.
  public var answerMillis: Int64 = 3000
  /// A connection and its hello may take so long, in milliseconds.
  public var connectMillis: Int64 = 3000
  /// The exchange's clock is asked for so often, in milliseconds; one answer that does not come ends the session.
  public var probeMillis: Int64 = 1000
  /// A clock read over a longer way than this says nothing, in milliseconds.
  public var longestProbeMillis: Int64 = 1000
  /// Requests without an answer at once; one more is not sent.
  public var waitingRequests = 512
  /// The usual limits.
  public init() {}
}

/// What a client of a served exchange counted.
public struct ServedCounters: Hashable, Sendable {
  /// Attempts to connect, and sessions that came of them.
  public var attempts = 0, sessions = 0
  /// Requests sent, and those whose answer did not come in time.
  public var requests = 0, timeouts = 0
  /// Answers that nobody waited for (any more).
  public var strayAnswers = 0
  /// Lines that were not understood; each ends its session.
  public var badLines = 0
  /// Reports that came again, and sessions ended because reports were missing.
  public var duplicateReports = 0, reportGaps = 0
  /// Bars that came again.
  public var duplicateBars = 0
  /// Sessions ended because news were not taken.
  public var overruns = 0
  /// All zero.
  public init() {}
}
