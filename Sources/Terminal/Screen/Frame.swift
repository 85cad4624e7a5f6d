/// What is on a terminal, so that only what changed is sent: over a slow line a whole screen four times a second is too much.
package struct Frame: Sendable {
  private var shown: [String] = []
  private var size = (columns: 0, rows: 0)

  /// Nothing is on the terminal.
  package init() {}

  /// The bytes that turn what is shown into `lines`; empty when nothing changed.
  package mutating func update(_ lines: [String], columns: Int, rows: Int) -> String {
    var text = ""
    if size != (columns, rows) {
      text = "\u{1B}[2J"
      (shown, size) = ([], (columns, rows))
    }
    for (row, line) in lines.enumerated() where row >= shown.count || shown[row] != line {
      // Erased before, not after: at the last column that would take the last character along.
      text += "\u{1B}[\(row + 1);1H\u{1B}[2K\(line)"
    }
    if shown.count > lines.count { text += "\u{1B}[\(lines.count + 1);1H\u{1B}[J" }
    shown = lines
    return text
  }
}
