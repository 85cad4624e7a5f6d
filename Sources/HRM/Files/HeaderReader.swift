/// Reads the few forms of JSON a safetensors header consists of, from bytes that may be hostile: every step checks
/// bounds, nothing recurses, and nothing unknown is skipped.
struct HeaderReader {
  /// Longest string accepted, in bytes.
  static let maxStringBytes = 65_536
  private let bytes: ArraySlice<UInt8>
  private(set) var position: Int
  /// Place of the first byte in the file, for errors.
  private let origin: Int

  init(_ bytes: ArraySlice<UInt8>, origin: Int) {
    self.bytes = bytes
    self.origin = origin
    position = bytes.startIndex
  }

  /// What is wrong, and at which byte of the file.
  struct Failure: Error {
    let reason: String
  }

  func fail(_ reason: String) -> Failure {
    Failure(reason: "header, byte \(origin + position - bytes.startIndex): \(reason)")
  }

  private func peek() -> UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  mutating func skipSpace() {
    while let byte = peek(), byte == 32 || byte == 10 || byte == 13 || byte == 9 { position += 1 }
  }

  /// Takes one character, after space, or fails.
  mutating func expect(_ character: Unicode.Scalar) throws {
    guard take(character) else {
      throw fail("expected '\(character)', found \(peek().map { "byte \($0)" } ?? "the end")")
    }
  }

  /// Takes one character, after space, if it is there.
  mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek() == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Whether only space is left.
  mutating func isAtEnd() -> Bool {
    skipSpace()
    return position == bytes.endIndex
  }

  /// An integer ≥ 0 in plain digits, without sign, point, exponent or leading zero.
  mutating func count() throws -> Int {
    skipSpace()
    let start = position
    var value = 0
    while let byte = peek(), byte >= 48, byte <= 57 {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(byte) - 48)
      guard !overflow, !carry else { throw fail("number too large") }
      value = sum
      position += 1
    }
    guard position > start else { throw fail("expected a whole number that is not negative") }
    guard position == start + 1 || bytes[start] != 48 else { throw fail("number with a leading zero") }
    return value
  }

  /// `[a, b, …]` of counts, at most `limit` of them.
  mutating func counts(limit: Int) throws -> [Int] {
    try expect("[")
    var values: [Int] = []
    if take("]") { return values }
    repeat {
      guard values.count < limit else { throw fail("more than \(limit) numbers in a list") }
      values.append(try count())
    } while take(",")
    try expect("]")
    return values
  }

  /// A string; escapes are resolved, control characters and broken UTF-8 refused.
  mutating func string() throws -> String {
    try expect("\"")
    var text: [UInt8] = []
    while let byte = peek() {
      position += 1
      switch byte {
      case 34:
        guard let string = String(validating: text, as: UTF8.self) else { throw fail("string is not UTF-8") }
        return string
      case 92: try escape(into: &text)
      case 0..<32: throw fail("control character \(byte) in a string")
      default: text.append(byte)
      }
      guard text.count <= Self.maxStringBytes else { throw fail("string longer than \(Self.maxStringBytes) bytes") }
    }
    throw fail("string without an end")
  }

  private mutating func escape(into text: inout [UInt8]) throws {
    guard let byte = peek() else { throw fail("string without an end") }
    position += 1
    switch byte {
    case 34, 47, 92: text.append(byte)
    case 98: text.append(8)
    case 102: text.append(12)
    case 110: text.append(10)
    case 114: text.append(13)
    case 116: text.append(9)
    case 117:
      let high = try hexUnit()
      var scalar = high
      if high >= 0xD800 && high < 0xDC00 {
        guard peek() == 92, position + 1 < bytes.endIndex, bytes[position + 1] == 117 else {
          throw fail("half of a surrogate pair")
        }
        position += 2
        let low = try hexUnit()
        guard low >= 0xDC00 && low < 0xE000 else { throw fail("half of a surrogate pair") }
        scalar = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let unicode = Unicode.Scalar(scalar) else { throw fail("half of a surrogate pair") }
      text.append(contentsOf: UTF8.encode(unicode)!)
    default: throw fail("unknown escape, byte \(byte)")
    }
  }

  private mutating func hexUnit() throws -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else {
        throw fail("expected four hex digits")
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
