/// What a journal record is about. Names are stored and hashed: never rename one.
public enum RecordKind: String, Sendable, CaseIterable, Codable {
  /// The start of a run: build, settings, policies, instruments.
  case session
  /// A bar that came in.
  case bar
  /// The network's answer.
  case answer
  /// A deadline or another timer that fired.
  case timer
  /// News of an order from the venue.
  case report
  /// How a submission ended.
  case outcome
  /// A command of a person or of a guard.
  case control
  /// A candidate, traded or not, with every check.
  case decision
  /// An order that is about to leave. Durable before the bytes do.
  case intent
  /// A change of an order's state.
  case order
  /// An execution, with the position after it.
  case fill
  /// A change of the policy in charge.
  case policy
  /// A stop latch that was set or cleared.
  case latch
  /// The venue's books, or what it knows of one order, as it told them.
  case venue
  /// What a comparison with the venue found.
  case reconciliation
  /// Names the stages' state that is stored beside the chain.
  case state
  /// The orderly end of a run.
  case end

  /// Whether the record came from outside, so that a replay feeds it in instead of computing it.
  public var isInput: Bool {
    switch self {
    case .session, .bar, .answer, .timer, .report, .outcome, .venue, .control: true
    default: false
    }
  }
}
