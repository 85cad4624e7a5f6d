import Core
import Journal

/// Reads single fields of a canonical record without decoding all of it: the checks look at every record.
enum RecordText {
  /// The text after a key; nil without the key or where its value is no text.
  static func value(_ record: JournalRecord, _ key: String) -> String? {
    guard let start = place(record, key), record.payload[start] == UInt8(ascii: "\"") else { return nil }
    let rest = record.payload[(start + 1)...]
    guard let end = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
    return String(decoding: rest[..<end], as: UTF8.self)
  }

  /// The whole number after a key.
  static func number(_ record: JournalRecord, _ key: String) -> Int64? {
    guard let start = place(record, key) else { return nil }
    let digits = record.payload[start...].prefix { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
    return Int64(String(decoding: digits, as: UTF8.self))
  }

  /// Whether there is such a key.
  static func has(_ record: JournalRecord, _ key: String) -> Bool { place(record, key) != nil }

  static func id(_ record: JournalRecord, _ key: String) -> ClientOrderID? {
    value(record, key).flatMap { ClientOrderID($0) }
  }

  private static func place(_ record: JournalRecord, _ key: String) -> Int? {
    // Without the first quote, which stands everywhere.
    let pattern = Array("\(key)\":".utf8)
    var start = 1
    while let found = ByteSearch.first(pattern, in: record.payload, from: start) {
      let place = found + pattern.count
      guard place < record.payload.count else { return nil }
      if record.payload[found - 1] == UInt8(ascii: "\"") { return place }
      start = found + 1
    }
    return nil
  }
}
