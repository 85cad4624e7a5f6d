/// A record whose payload is not what its kind says.
public struct RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The record; nil for one that was never written.
  public var sequence: UInt64?
  /// What the record is about.
  public var kind: RecordKind
  /// Path of the field, for example `reading.logits`.
  public var field: String
  /// What stands there, shortened.
  public var value: String
  /// Why.
  public var reason: String

  /// The message, one line.
  public var description: String {
    let name = sequence.map { "record \($0)" } ?? "new record"
    return "\(name) (\(kind.rawValue)): \(field) is \"\(value)\": \(reason); "
      + (sequence == nil ? "it was not written" : "run `hrmbot replay --verify` and restore a copy")
  }

  /// Text fit for a message: 80 characters, no control characters.
  static func shortened(_ text: String) -> String {
    let clean = text.unicodeScalars.prefix(81).map { $0.value < 32 || $0.value == 127 ? "\u{FFFD}" : $0 }
    let short = String(String.UnicodeScalarView(clean.prefix(80)))
    return clean.count > 80 ? short + "…" : short
  }
}
