/// The part of YAML that settings may use, checked line by line before the YAML parser sees the text.
///
/// Full YAML lets 442 bytes stand for more nodes than there are atoms (aliases), hides content from a reader (quotes and
/// blocks over several lines, exotic line breaks) and hangs parsers that hash keys. What is left here is what settings
/// need: `key: value`, dashes, lists and maps on one line, quoted text without escapes, comments.
struct StrictYAML {
  /// A line that is not allowed.
  struct Problem: Error {
    var line: Int
    var message: String
  }

  /// Limits that no sensible settings file reaches.
  static let maximumBytes = 256 * 1024
  private static let maximumLineBytes = 4096
  private static let maximumIndent = 32
  private static let maximumDashes = 4
  private static let maximumFlowDepth = 4

  /// The problems of a text, in the order of its lines; the YAML parser may only see a text without any.
  static func problems(in bytes: [UInt8]) -> [Problem] {
    guard bytes.count <= maximumBytes else {
      return [Problem(line: 1, message: "the file is larger than \(maximumBytes / 1024) KiB")]
    }
    var problems: [Problem] = []
    for (index, line) in bytes.split(separator: 10, omittingEmptySubsequences: false).enumerated() {
      var line = line
      if line.last == 13 { line.removeLast() }
      var check = StrictYAML(bytes: Array(line))
      if let message = check.problem() { problems.append(Problem(line: index + 1, message: message)) }
      if problems.count > SettingsErrors.capacity { break }
    }
    return problems
  }

  private let bytes: [UInt8]
  private var index = 0

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var current: UInt8? { index < bytes.count ? bytes[index] : nil }
  private var next: UInt8? { index + 1 < bytes.count ? bytes[index + 1] : nil }

  private mutating func skipSpaces() {
    while current == 32 { index += 1 }
  }

  private mutating func problem() -> String? {
    if let message = characterProblem() { return message }
    skipSpaces()
    guard index <= Self.maximumIndent else { return "indented by more than \(Self.maximumIndent) columns" }
    if isAtEnd { return nil }
    let start = bytes[index...].prefix(3)
    if start == [45, 45, 45] || start == [46, 46, 46] || current == 37 {
      return "document markers and directives are not allowed: one file is one document"
    }
    var dashes = 0
    while current == 45, next == 32 || next == nil {
      dashes += 1
      index += 1
      skipSpaces()
    }
    guard dashes <= Self.maximumDashes else { return "nested too deeply" }
    if isAtEnd { return nil }
    if current == 63, next == 32 || next == nil { return "explicit keys (`?`) are not allowed" }
    if let byte = current, let message = forbidden(byte) { return message }
    if skipKey() { return isAtEnd ? nil : lineValue() }
    return dashes > 0 ? lineValue() : "no `key: value`, `- value` or comment; text goes on one line, in quotes"
  }

  /// Whether nothing but spaces and a comment follows. A comment needs a space before it, or starts the line.
  private var isAtEnd: Bool {
    guard let byte = current else { return true }
    return byte == 35 && (index == 0 || bytes[index - 1] == 32)
  }

  /// Steps over `key:` and the spaces behind it.
  private mutating func skipKey() -> Bool {
    var end = index
    while end < bytes.count, Self.isKeyByte(bytes[end]) { end += 1 }
    guard end > index, end < bytes.count, bytes[end] == 58, end + 1 == bytes.count || bytes[end + 1] == 32 else {
      return false
    }
    index = end + 1
    skipSpaces()
    return true
  }

  private static func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, 95, 45, 46, 47: true
    default: false
    }
  }

  private mutating func lineValue() -> String? {
    if let message = value(depth: 0) { return message }
    skipSpaces()
    return isAtEnd ? nil : "unexpected text after the value; put values with special characters in quotes"
  }

  private mutating func value(depth: Int) -> String? {
    guard let first = current else { return "a value is missing" }
    switch first {
    case 34, 39: return quoted(first)
    case 91, 123: return flow(close: first + 2, depth: depth + 1)
    default: return plain(inFlow: depth > 0)
    }
  }

  private mutating func quoted(_ quote: UInt8) -> String? {
    index += 1
    while let byte = current, byte != quote {
      if byte == 92 && quote == 34 { return "no backslash in double quotes: use single quotes" }
      if let message = forbidden(byte) { return message }
      index += 1
    }
    guard current == quote else { return "the quote is not closed on this line" }
    index += 1
    if current == quote { return "a quote inside quotes is not allowed" }
    return nil
  }

  private mutating func flow(close: UInt8, depth: Int) -> String? {
    guard depth <= Self.maximumFlowDepth else { return "nested too deeply" }
    index += 1
    skipSpaces()
    while current != close {
      if close == 125, !skipKey() { return "no `key: value` inside the braces" }
      if let message = value(depth: depth) { return message }
      skipSpaces()
      if current == 44 {
        index += 1
        skipSpaces()
        if current == close { return "a value is missing after the last comma" }
      } else if current != close {
        return "a list or map in brackets must end on the line that it begins on"
      }
    }
    index += 1
    return nil
  }

  private mutating func plain(inFlow: Bool) -> String? {
    let start = index
    while let byte = current {
      if byte == 35, index > start, bytes[index - 1] == 32 { break }
      if inFlow, byte == 44 || byte == 93 || byte == 125 { break }
      if let message = forbidden(byte) { return message }
      switch byte {
      case 34, 35, 39, 44, 91, 93, 96, 123, 125: return "a special character: put the value in quotes"
      case 58 where next == 32 || next == nil || inFlow: return "a second `:`: put the value in quotes"
      default:
        if index == start, isIndicator(byte) { return "a special character: put the value in quotes" }
        index += 1
      }
    }
    return index == start ? "a value is missing" : nil
  }

  /// `%`, `@`, `?`, and a dash before a space mean something else at the start of a text.
  private func isIndicator(_ byte: UInt8) -> Bool {
    byte == 37 || byte == 64 || byte == 63 || (byte == 45 && (next == 32 || next == nil))
  }

  private func forbidden(_ byte: UInt8) -> String? {
    switch byte {
    case 38: "anchors (`&`) are not allowed"
    case 42: "aliases (`*`) are not allowed"
    case 33: "tags (`!`) are not allowed"
    case 124, 62: "text blocks (`|`, `>`) are not allowed"
    default: nil
    }
  }

  private func characterProblem() -> String? {
    guard bytes.count <= Self.maximumLineBytes else { return "longer than \(Self.maximumLineBytes) bytes" }
    guard let text = String(validating: bytes, as: UTF8.self) else { return "not UTF-8" }
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 9: return "a tab; use spaces"
      case 0: return "a NUL character"
      case 0..<32, 127..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF:
        return "a control character (U+\(String(scalar.value, radix: 16, uppercase: true)))"
      default: continue
      }
    }
    return nil
  }
}
