/// Turns lines into what a terminal takes.
package struct Painter: Sendable, Equatable {
  /// Whether colours are wanted.
  package var hasColour: Bool
  /// Whether the terminal shows more than ASCII.
  package var isUnicode: Bool

  /// A painter for a kind of terminal.
  package init(hasColour: Bool, isUnicode: Bool = true) {
    self.hasColour = hasColour
    self.isUnicode = isUnicode
  }

  /// The line as text.
  package func text(_ line: StyledLine) -> String { line.pieces.map { paint($0.text, $0.style) }.joined() }

  /// A piece as text.
  package func paint(_ text: String, _ style: Style) -> String {
    let shown = isUnicode ? text : plain(text)
    if case .badge = style, !hasColour { return "[\(shown.dropFirst().dropLast())]" }
    guard hasColour, let code = style.code else { return shown }
    return "\u{1B}[\(code)m\(shown)\u{1B}[0m"
  }

  // One column for one column, so that nothing moves.
  private func plain(_ text: String) -> String {
    String(
      text.map { character -> Character in
        switch character {
        case "█": "#"
        case "░": "."
        case "·": "|"
        case "→": ">"
        case "…": "~"
        case "µ": "u"
        case "↑": "^"
        case "↓": "v"
        default: character.isASCII ? character : "?"
        }
      })
  }
}
