/// Finds functions and how many lines they take, by counting braces.
struct FunctionLength {
  var name: String
  /// Line of the declaration, counted from 1.
  var line: Int
  /// Lines from the declaration to the closing brace.
  var count: Int

  /// All functions, initialisers and subscripts with a body.
  static func all(in text: SwiftText) -> [FunctionLength] {
    let declaration = /(?:^|[^.\w`])(func\s+[^\s(<]+|init\b[?!]?\s*[(<]|deinit\b|subscript\b)/
    var found: [FunctionLength] = []
    for (index, line) in text.lines.enumerated() {
      for match in line.matches(of: declaration) {
        let start = match.output.1.endIndex
        guard let end = lastLine(in: text.lines, from: index, after: start, line: line) else { continue }
        let name = match.output.1.trimmingPrefix("func ").filter { $0 != "(" && $0 != "<" }
        found.append(FunctionLength(name: String(name), line: index + 1, count: end - index + 1))
      }
    }
    return found
  }

  /// Index of the line with the brace that closes the body; nil without a body.
  private static func lastLine(in lines: [String], from first: Int, after start: String.Index, line: String) -> Int? {
    // The pattern may have eaten the parenthesis that opens the parameters.
    var parentheses = line[..<start].last == "(" ? 1 : 0
    var braces = 0
    for index in first..<lines.count {
      let part = index == first ? line[start...] : lines[index][...]
      if index > first, braces == 0, parentheses == 0,
        part.contains(/^\s*(?:@|public|package|private|static|func|init|var|let|case|\}|#)/)
      {
        return nil
      }
      for character in part {
        switch character {
        case "(", "[": parentheses += 1
        case ")", "]": parentheses -= 1
        case "{" where parentheses == 0 || braces > 0: braces += 1
        case "}" where braces > 0:
          braces -= 1
          if braces == 0 { return index }
        case "}" where parentheses == 0: return nil
        default: continue
        }
      }
    }
    return nil
  }
}
