import Foundation

/// Makes a text safe to show: it may come from a STOP file, a venue or a model's manifest.
package enum NoticeText {
  /// Most characters of a line of news.
  package static let lineLimit = 500
  /// Most characters of a report.
  package static let reportLimit = 3500

  /// One line: control characters, line ends, and characters that turn or hide text become blanks.
  package static func line(_ text: String) -> String { cut(String(text.unicodeScalars.map(shown)), lineLimit) }

  /// The same for a text of some lines.
  package static func report(_ text: String) -> String {
    cut(String(text.unicodeScalars.map { $0 == "\n" ? "\n" : shown($0) }), reportLimit)
  }

  /// Takes out every occurrence of `secrets`.
  package static func redacted(_ text: String, _ secrets: [String]) -> String {
    secrets.filter { $0.utf8.count >= 4 }.reduce(text) { $0.replacingOccurrences(of: $1, with: "***") }
  }

  private static func shown(_ scalar: Unicode.Scalar) -> Character {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: " "
    default: Character(scalar)
    }
  }

  private static func cut(_ text: String, _ limit: Int) -> String {
    // By scalars: one character may be made of any number of them.
    guard text.unicodeScalars.count > limit else { return text }
    var head = String.UnicodeScalarView()
    head.append(contentsOf: text.unicodeScalars.prefix(limit - 1))
    return String(head) + "…"
  }
}
