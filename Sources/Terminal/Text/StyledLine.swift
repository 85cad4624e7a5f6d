/// How a piece of text looks, where colours are wanted.
package enum Style: Sendable, Equatable {
  case plain, bold, dim, good, warn, bad
  /// Reversed, on one of the eight colours.
  case badge(Int)

  /// Parameters of the terminal's escape sequence; nil: none.
  var code: String? {
    switch self {
    case .plain: nil
    case .bold: "1"
    case .dim: "2"
    case .good: "32"
    case .warn: "33"
    case .bad: "1;31"
    case .badge(let colour): "7;3\(colour)"
    }
  }
}

/// A line of pieces that knows how many columns it takes. What a terminal would obey is not let through.
package struct StyledLine: Sendable, Equatable {
  struct Piece: Sendable, Equatable {
    var text: String
    var style: Style
  }
  private(set) var pieces: [Piece] = []

  /// An empty line.
  package init() {}
  /// A line of one piece.
  package init(_ text: String, _ style: Style = .plain) { add(text, style) }

  /// Columns that it takes.
  package var columns: Int { pieces.reduce(0) { $0 + TextWidth.columns($1.text) } }

  /// Puts a piece at the end.
  package mutating func add(_ text: String, _ style: Style = .plain) {
    let safe = TextWidth.printable(text)
    if !safe.isEmpty { pieces.append(Piece(text: safe, style: style)) }
  }

  /// Puts spaces at the end until it takes so many columns.
  package mutating func pad(to columns: Int) {
    let missing = columns - self.columns
    if missing > 0 { add(String(repeating: " ", count: missing)) }
  }

  /// The line in at most so many columns; what was cut off shows as `…`.
  package func fitted(to limit: Int) -> StyledLine {
    guard columns > limit else { return self }
    guard limit > 0 else { return StyledLine() }
    var (line, room) = (StyledLine(), limit - 1)
    for piece in pieces {
      let width = TextWidth.columns(piece.text)
      if width <= room {
        line.add(piece.text, piece.style)
        room -= width
        continue
      }
      line.add(TextWidth.prefix(piece.text, columns: room) + "…", piece.style)
      return line
    }
    return line
  }
}
