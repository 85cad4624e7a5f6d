/// Swift source as lines of code: comments and the content of string literals are blanked, lines stay where they were.
struct SwiftText {
  let lines: [String]

  init(_ source: String) {
    var blanker = Blanker(Array(source.utf8))
    lines = blanker.run().split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
  }

  /// Lines, counted from 1, that match a pattern.
  func lines(matching pattern: Regex<some Any>) -> [Int] {
    lines.indices.filter { lines[$0].contains(pattern) }.map { $0 + 1 }
  }
}

private struct Blanker {
  private enum Mode {
    /// Code; `depth` counts parentheses when it is an interpolation.
    case code(depth: Int)
    case string(hashes: Int, isMultiline: Bool)
  }

  private let source: [UInt8]
  private var index = 0
  private var output: [UInt8] = []
  private var modes: [Mode] = [.code(depth: 0)]

  init(_ source: [UInt8]) {
    self.source = source
    output.reserveCapacity(source.count)
  }

  private func has(_ text: String, at place: Int) -> Bool {
    source[place...].starts(with: text.utf8)
  }

  private func isAt(_ character: Unicode.Scalar, _ place: Int) -> Bool {
    place < source.count && source[place] == UInt8(ascii: character)
  }

  private mutating func keep() {
    output.append(source[index])
    index += 1
  }

  private mutating func blank(_ count: Int = 1) {
    for scalar in source[index..<min(index + count, source.count)] { output.append(scalar == 10 ? 10 : 32) }
    index = min(index + count, source.count)
  }

  mutating func run() -> String {
    while index < source.count {
      switch modes[modes.count - 1] {
      case .code(let depth): code(depth)
      case .string(let hashes, let isMultiline): string(hashes, isMultiline)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  private mutating func code(_ depth: Int) {
    if has("//", at: index) {
      while index < source.count, source[index] != 10 { blank() }
    } else if has("/*", at: index) {
      blockComment()
    } else if let (hashes, isMultiline) = openingQuote() {
      blank(hashes + (isMultiline ? 3 : 1))
      modes.append(.string(hashes: hashes, isMultiline: isMultiline))
    } else if modes.count > 1, isAt("(", index) {
      modes[modes.count - 1] = .code(depth: depth + 1)
      keep()
    } else if modes.count > 1, isAt(")", index) {
      if depth == 1 { modes.removeLast() } else { modes[modes.count - 1] = .code(depth: depth - 1) }
      keep()
    } else {
      keep()
    }
  }

  private mutating func blockComment() {
    var depth = 0
    repeat {
      if has("/*", at: index) {
        depth += 1
        blank(2)
      } else if has("*/", at: index) {
        depth -= 1
        blank(2)
      } else {
        blank()
      }
    } while depth > 0 && index < source.count
  }

  private func openingQuote() -> (hashes: Int, isMultiline: Bool)? {
    var place = index
    while isAt("#", place) { place += 1 }
    guard isAt("\"", place) else { return nil }
    return (place - index, has("\"\"\"", at: place))
  }

  private mutating func string(_ hashes: Int, _ isMultiline: Bool) {
    let fence = String(repeating: "#", count: hashes)
    let end = (isMultiline ? "\"\"\"" : "\"") + fence
    if has(end, at: index) {
      blank(end.utf8.count)
      modes.removeLast()
    } else if has("\\\(fence)(", at: index) {
      blank(1 + hashes)
      modes.append(.code(depth: 0))
    } else if isAt("\\", index), hashes == 0 {
      blank(2)
    } else if isAt("\n", index), !isMultiline {
      // Not Swift; do not swallow the rest of the file.
      modes.removeLast()
      keep()
    } else {
      blank()
    }
  }
}
