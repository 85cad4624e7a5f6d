/// JSON as read, with the place of objects and arrays in the text, so that a part can be taken out byte for byte.
public enum JSONTree: Sendable {
  case null
  case bool(Bool)
  /// A number as its text: what it means is for the reader of the field to say.
  case number(String)
  case string(String)
  case array([JSONTree], place: Range<Int>)
  case object([Member], place: Range<Int>)

  /// One member of an object.
  public struct Member: Sendable {
    /// Name of the member.
    public let key: String
    /// What stands there.
    public let value: JSONTree
  }

  /// Deepest nesting that is read.
  public static let maximumDepth = 64
  /// Most members of one object.
  public static let maximumMembers = 4096
  /// Longest text that is read, in bytes.
  public static let maximumBytes = 64 << 20

  /// Reads one JSON text. Throws `JSONTreeError` with the offset of the fault.
  public static func parse(_ bytes: [UInt8]) throws -> JSONTree {
    guard bytes.count <= maximumBytes else {
      throw JSONTreeError(offset: maximumBytes, reason: "longer than \(maximumBytes) bytes")
    }
    return try bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONTreeParser(bytes: buffer)
      return try parser.document()
    }
  }

  /// The member with a key; nil for anything but an object that has it.
  public subscript(key: String) -> JSONTree? {
    guard case .object(let members, _) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// Whether this is `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }
  /// The text of a string.
  public var string: String? {
    if case .string(let text) = self { text } else { nil }
  }
  /// A boolean.
  public var bool: Bool? {
    if case .bool(let flag) = self { flag } else { nil }
  }
  /// A whole number that is not negative.
  public var unsigned: UInt64? {
    if case .number(let text) = self { UInt64(text) } else { nil }
  }
  /// A whole number.
  public var integer: Int64? {
    if case .number(let text) = self { Int64(text) } else { nil }
  }
  /// A floating-point number.
  public var double: Double? {
    if case .number(let text) = self { Double(text) } else { nil }
  }
  /// The elements of an array.
  public var array: [JSONTree]? {
    if case .array(let elements, _) = self { elements } else { nil }
  }
  /// The members of an object, in the order of the text.
  public var members: [Member]? {
    if case .object(let members, _) = self { members } else { nil }
  }

  /// Short form for error messages and screens.
  public var summary: String {
    switch self {
    case .null: "null"
    case .bool(let flag): "\(flag)"
    case .number(let text): text
    case .string(let text): text
    case .array(let elements, _): "an array of \(elements.count)"
    case .object(let members, _): "an object of \(members.count)"
    }
  }
}

/// Where a text stops being JSON.
public struct JSONTreeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Byte at which reading stopped.
  public let offset: Int
  /// Why.
  public let reason: String
  /// The message, one line.
  public var description: String { "byte \(offset): \(reason)" }
}
