import Core
import Digest

/// A `state` record: names the stages' state by its hash, so that the chain says which stored state is its own.
public struct StateRecord: Hashable, Sendable {
  /// SHA-256 of the state's bytes in hex.
  public var sha256: String
  /// Length of the state.
  public var byteCount: Int
  /// Whether the state was taken in the middle of an input, before an intent, and not after one.
  public var isWithinInput: Bool

  /// The record of a state.
  public init(of bytes: [UInt8], isWithinInput: Bool) {
    sha256 = SHA256.hex(SHA256.digest(bytes))
    byteCount = bytes.count
    self.isWithinInput = isWithinInput
  }

  init(sha256: String, byteCount: Int, isWithinInput: Bool) {
    self.sha256 = sha256
    self.byteCount = byteCount
    self.isWithinInput = isWithinInput
  }

  /// Whether these bytes are the state that is named.
  public func names(_ bytes: [UInt8]) -> Bool {
    byteCount == bytes.count && sha256 == SHA256.hex(SHA256.digest(bytes))
  }
}

extension RecordEncoder {
  /// A `state` record.
  public static func state(_ state: StateRecord) -> [UInt8] {
    var json = CanonicalJSON(capacity: 128)
    json.object { json in
      json.key("bytes")
      json.value(state.byteCount)
      json.key("sha256")
      json.value(state.sha256)
      json.key("within_input")
      json.value(state.isWithinInput)
    }
    return json.bytes
  }
}

extension RecordDecoder {
  /// Reads a `state` record. Throws `RecordError`.
  public static func state(_ record: JournalRecord) throws -> StateRecord {
    let fields = try RecordFields(record, expecting: .state)
    return StateRecord(
      sha256: try fields.text("sha256"), byteCount: Int(clamping: try fields.unsigned("bytes")),
      isWithinInput: try fields.flag("within_input"))
  }
}
