/// Reads JSON (RFC 8259) by recursive descent, with limits instead of trust.
struct JSONTreeParser {
  let bytes: UnsafeBufferPointer<UInt8>
  private var offset = 0
  private var depth = 0

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private func fault(_ reason: String) -> JSONTreeError { JSONTreeError(offset: offset, reason: reason) }
  private var current: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func document() throws -> JSONTree {
    let tree = try value()
    skipSpace()
    guard offset == bytes.count else { throw fault("text after the end") }
    return tree
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 32 || byte == 10 || byte == 13 || byte == 9 { offset += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    offset += 1
    return true
  }

  private mutating func value() throws -> JSONTree {
    skipSpace()
    switch current {
    case 123: return try nested { try $0.object() }
    case 91: return try nested { try $0.array() }
    case 34: return .string(try string())
    case 116: return try word("true", .bool(true))
    case 102: return try word("false", .bool(false))
    case 110: return try word("null", .null)
    case .some(45), .some(48...57): return .number(try number())
    case nil: throw fault("the text ends too early")
    default: throw fault("no value starts here")
    }
  }

  private mutating func nested(_ body: (inout JSONTreeParser) throws -> JSONTree) throws -> JSONTree {
    guard depth < JSONTree.maximumDepth else { throw fault("nested deeper than \(JSONTree.maximumDepth)") }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func word(_ text: StaticString, _ tree: JSONTree) throws -> JSONTree {
    for index in 0..<text.utf8CodeUnitCount {
      guard take(text.utf8Start[index]) else { throw fault("no value starts here") }
    }
    return tree
  }

  private mutating func object() throws -> JSONTree {
    let start = offset
    offset += 1
    var members: [JSONTree.Member] = []
    skipSpace()
    if take(125) { return .object([], place: start..<offset) }
    members.reserveCapacity(8)
    repeat {
      skipSpace()
      guard current == 34 else { throw fault("a key must be a string") }
      let key = try string()
      skipSpace()
      guard take(58) else { throw fault("a colon is missing") }
      guard members.count < JSONTree.maximumMembers else { throw fault("too many members") }
      // Our own texts have ascending keys, so a search is rare.
      if let last = members.last, !(last.key < key), members.contains(where: { $0.key == key }) {
        throw fault("the key \(key) stands twice")
      }
      members.append(JSONTree.Member(key: key, value: try value()))
      skipSpace()
    } while take(44)
    guard take(125) else { throw fault("a comma or a closing brace is missing") }
    return .object(members, place: start..<offset)
  }

  private mutating func array() throws -> JSONTree {
    let start = offset
    offset += 1
    var elements: [JSONTree] = []
    skipSpace()
    if take(93) { return .array([], place: start..<offset) }
    repeat {
      elements.append(try value())
      skipSpace()
    } while take(44)
    guard take(93) else { throw fault("a comma or a closing bracket is missing") }
    return .array(elements, place: start..<offset)
  }

  private mutating func number() throws -> String {
    let start = offset
    _ = take(45)
    if take(48) {
      // A leading zero stands alone.
    } else {
      try digits()
    }
    if take(46) { try digits() }
    if take(101) || take(69) {
      if !take(43) { _ = take(45) }
      try digits()
    }
    guard offset - start <= 64 else { throw fault("a number longer than 64 characters") }
    return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self)
  }

  private mutating func digits() throws {
    let start = offset
    while let byte = current, byte >= 48, byte <= 57 { offset += 1 }
    guard offset > start else { throw fault("a digit is missing") }
  }

  private mutating func string() throws -> String {
    offset += 1
    let start = offset
    var all: UInt8 = 0
    while let byte = current, byte != 34, byte != 92 {
      guard byte >= 32 else { throw fault("a control character in a string") }
      all |= byte
      offset += 1
    }
    if current == 34 {
      defer { offset += 1 }
      // ASCII is valid, and the rule; the check for anything else is generic and slow.
      if all < 128 { return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<offset]), as: UTF8.self) }
      return try text(bytes[start..<offset])
    }
    var buffer = Array(bytes[start..<offset])
    while let byte = current, byte != 34 {
      guard byte >= 32 else { throw fault("a control character in a string") }
      offset += 1
      if byte == 92 { try escape(into: &buffer) } else { buffer.append(byte) }
    }
    guard take(34) else { throw fault("a string without an end") }
    return try text(buffer[...])
  }

  private func text(_ utf8: some Collection<UInt8>) throws -> String {
    guard let text = String(validating: utf8, as: UTF8.self) else { throw fault("a string that is not UTF-8") }
    return text
  }

  private mutating func escape(into buffer: inout [UInt8]) throws {
    guard let byte = current else { throw fault("a string without an end") }
    offset += 1
    switch byte {
    case 34, 92, 47: buffer.append(byte)
    case 98: buffer.append(8)
    case 102: buffer.append(12)
    case 110: buffer.append(10)
    case 114: buffer.append(13)
    case 116: buffer.append(9)
    case 117: try unicode(into: &buffer)
    default: throw fault("an unknown escape")
    }
  }

  private mutating func unicode(into buffer: inout [UInt8]) throws {
    var code = UInt32(try fourHexDigits())
    if (0xD800..<0xDC00).contains(code) {
      guard take(92), take(117) else { throw fault("half a surrogate pair") }
      let low = UInt32(try fourHexDigits())
      guard (0xDC00..<0xE000).contains(low) else { throw fault("half a surrogate pair") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("half a surrogate pair") }
    buffer.append(contentsOf: String(scalar).utf8)
  }

  private mutating func fourHexDigits() throws -> UInt16 {
    var code: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Self.hexDigit(byte) else { throw fault("four hex digits are missing") }
      code = code << 4 | UInt16(digit)
      offset += 1
    }
    return code
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 48...57: byte - 48
    case 65...70: byte - 55
    case 97...102: byte - 87
    default: nil
    }
  }
}
