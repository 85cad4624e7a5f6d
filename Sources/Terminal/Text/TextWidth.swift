/// What a text does on a terminal.
package enum TextWidth {
  /// Columns that a text takes: two for wide East Asian characters and pictures, none for combining marks.
  package static func columns(_ text: String) -> Int { text.reduce(0) { $0 + columns($1) } }

  /// The longest beginning that takes at most so many columns.
  static func prefix(_ text: String, columns limit: Int) -> String {
    var (taken, room) = ("", limit)
    for character in text {
      room -= columns(character)
      if room < 0 { break }
      taken.append(character)
    }
    return taken
  }

  /// The text with everything that would move a cursor, ring, or turn the reading order around as `?`.
  static func printable(_ text: String) -> String {
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: safe.append("?")
      default: safe.append(scalar)
      }
    }
    return String(safe)
  }

  private static func columns(_ character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    if first.isASCII { return 1 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: return isWide(first.value) ? 2 : 1
    }
  }

  // The blocks that terminals draw two columns wide, as wcwidth has them; the rare ones between are not worth a table.
  private static func isWide(_ value: UInt32) -> Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
