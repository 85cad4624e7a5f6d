import Core

/// What counts of a decision when many are counted.
public struct DecisionOutline: Hashable, Sendable {
  /// When it was made.
  public var at: Timestamp
  /// What the policy wished.
  public var action: Action
  /// What was left of it.
  public var finalAction: Action
  /// Why it was not carried out, for example `veto_spread`; nil: it was, or it was to hold.
  public var skipReason: String?
  /// Why a fallback decided; nil: the policy in charge did.
  public var fallbackReason: String?
  /// The policy that decided.
  public var policy: String

  /// Reads a `decision` record. Throws `RecordError`.
  public init(_ record: JournalRecord) throws {
    let fields = try RecordFields(record, expecting: .decision)
    func action(_ key: String) throws -> Action {
      let raw = try fields.unsigned(key)
      guard let action = UInt8(exactly: raw).flatMap(Action.init) else {
        throw fields.fault(key, "\(raw)", "no action")
      }
      return action
    }
    at = try fields.moment("ts")
    self.action = try action("action")
    finalAction = try action("final_action")
    skipReason = try fields.optional("skip_reason", fields.text)
    fallbackReason = try fields.optional("fallback_reason", fields.text)
    policy = try fields.text("model_id")
  }
}

/// A change of the policy in charge, as the journal has it.
public struct PolicyChange: Hashable, Sendable {
  /// When.
  public var at: Timestamp
  /// Who was in charge, and who is.
  public var from: String, to: String
  /// What caused it.
  public var trigger: String
  /// What it was seen by.
  public var evidence: String

  /// Reads a `policy` record. Throws `RecordError`.
  public init(_ record: JournalRecord) throws {
    let fields = try RecordFields(record, expecting: .policy)
    at = try fields.moment("at")
    from = try fields.text("from")
    to = try fields.text("to")
    trigger = try fields.text("trigger")
    evidence = try fields.text("evidence")
  }
}

/// A stop that was set or lifted, as the journal has it.
public struct LatchChange: Hashable, Sendable {
  /// When.
  public var at: Timestamp
  /// Whether it was set; else it was lifted.
  public var isSet: Bool
  /// Name of the latch.
  public var id: String
  /// How far the stop goes.
  public var level: StopLevel
  /// Where it came from.
  public var source: StopSource
  /// Why.
  public var reason: String

  /// Reads a `latch` record. Throws `RecordError`.
  public init(_ record: JournalRecord) throws {
    let fields = try RecordFields(record, expecting: .latch)
    at = try fields.moment("at")
    isSet = try fields.text("change") == "set"
    id = try fields.text("id")
    level = try fields.choice("level")
    source = try fields.choice("source")
    reason = try fields.text("reason")
  }
}

extension RecordDecoder {
  /// The reason in an `end` record. Throws `RecordError`.
  public static func endReason(_ record: JournalRecord) throws -> String {
    try RecordFields(record, expecting: .end).text("reason")
  }
}
