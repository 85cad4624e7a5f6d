import Core

/// The members of one object in a payload, read with errors that name record, field and value.
struct RecordFields {
  let tree: JSONTree
  let record: JournalRecord
  /// Prefix of field names: empty for the payload itself.
  let path: String

  init(_ record: JournalRecord, expecting kind: RecordKind) throws {
    self.record = record
    path = ""
    guard record.kind == kind else {
      throw RecordError(
        sequence: record.sequence, kind: record.kind, field: "kind", value: record.kind.rawValue,
        reason: "expected \(kind.rawValue)")
    }
    do { tree = try JSONTree.parse(record.payload) } catch {
      throw RecordError(
        sequence: record.sequence, kind: record.kind, field: "payload",
        value: RecordError.shortened(String(decoding: record.payload.prefix(160), as: UTF8.self)), reason: "\(error)")
    }
    guard case .object = tree else { throw fault("payload", tree.summary, "expected an object") }
  }

  private init(tree: JSONTree, record: JournalRecord, path: String) {
    self.tree = tree
    self.record = record
    self.path = path
  }

  func fault(_ field: String, _ value: String, _ reason: String) -> RecordError {
    RecordError(
      sequence: record.sequence, kind: record.kind, field: path + field, value: RecordError.shortened(value),
      reason: reason)
  }

  func value(_ key: String) throws -> JSONTree {
    guard let value = tree[key] else { throw fault(key, "", "missing") }
    return value
  }

  /// nil for `null`.
  func optional<Result>(_ key: String, _ read: (String) throws -> Result) throws -> Result? {
    try value(key).isNull ? nil : try read(key)
  }

  private func converted<Result>(_ key: String, _ expected: String, _ body: (JSONTree) -> Result?) throws -> Result {
    let value = try value(key)
    guard let result = body(value) else { throw fault(key, value.summary, "expected \(expected)") }
    return result
  }

  func text(_ key: String) throws -> String { try converted(key, "a string", \.string) }
  func flag(_ key: String) throws -> Bool { try converted(key, "true or false", \.bool) }
  func unsigned(_ key: String) throws -> UInt64 { try converted(key, "a whole number not below 0", \.unsigned) }

  func moment(_ key: String) throws -> Timestamp {
    // The years 1 to 9999: nothing that is computed from them overflows.
    let range = -62_135_596_800_000...253_402_300_799_999 as ClosedRange<Int64>
    let value = try converted(key, "milliseconds since 1970") { tree in
      tree.integer.flatMap { range.contains($0) ? $0 : nil }
    }
    return Timestamp(milliseconds: value)
  }

  func decimal<Value: FixedPoint>(_ key: String, as type: Value.Type = Value.self) throws -> Value {
    let text = try converted(key, "a decimal as a string", \.string)
    do { return try Value(text) } catch { throw fault(key, text, "\(error)") }
  }

  /// A floating-point number; `null`, which stands for anything that is not finite, becomes NaN.
  func float(_ key: String) throws -> Float { try converted(key, "a number", Self.float) }

  func floats(_ key: String) throws -> [Float] {
    let elements = try elements(key)
    return try elements.map {
      guard let number = Self.float($0) else { throw fault(key, $0.summary, "expected numbers") }
      return number
    }
  }

  private static func float(_ tree: JSONTree) -> Float? {
    switch tree {
    case .null: .nan
    case .number(let text): Float(text)
    default: nil
    }
  }

  func choice<Value: RawRepresentable<String>>(_ key: String, as type: Value.Type = Value.self) throws -> Value {
    try converted(key, "a known name") { $0.string.flatMap(Value.init(rawValue:)) }
  }

  func timeframe(_ key: String) throws -> Timeframe {
    try converted(key, "a timeframe") { $0.string.flatMap(Timeframe.init) }
  }

  func clientID(_ key: String) throws -> ClientOrderID {
    try converted(key, "a client order id") { $0.string.flatMap(ClientOrderID.init) }
  }

  func elements(_ key: String) throws -> [JSONTree] { try converted(key, "an array", \.array) }

  func texts(_ key: String) throws -> [String] {
    try elements(key).map {
      guard let text = $0.string else { throw fault(key, $0.summary, "expected strings") }
      return text
    }
  }

  func object(_ key: String) throws -> RecordFields {
    let value = try value(key)
    guard case .object = value else { throw fault(key, value.summary, "expected an object") }
    return RecordFields(tree: value, record: record, path: path + key + ".")
  }

  func objects(_ key: String) throws -> [RecordFields] {
    try elements(key).enumerated().map { index, element in
      guard case .object = element else { throw fault("\(key)[\(index)]", element.summary, "expected an object") }
      return RecordFields(tree: element, record: record, path: "\(path)\(key)[\(index)].")
    }
  }

  /// The bytes of an object as they stand in the payload.
  func raw(_ key: String) throws -> [UInt8] {
    let value = try value(key)
    guard case .object(_, let place) = value else { throw fault(key, value.summary, "expected an object") }
    return Array(record.payload[place])
  }
}
