import Bot
import Files
import Statistics

/// Figures as text.
enum StatisticsText {
  /// Longest line of a list on the screen; the whole of it is in the JSON.
  private static let shownElements = 6

  /// The content of a file. Throws `StartError` with 66 for a missing file, 65 for one that cannot be read.
  static func bytes(of path: String) throws -> [UInt8] {
    do {
      return try BoundedFile.read(path, limit: CaseFile.maximumBytes)
    } catch {
      throw StartError("\(error)", exitCode: error.isMissing ? 66 : 65)
    }
  }

  /// A table of names and values, one a line.
  static func table(_ fields: [CaseField], indentedBy margin: Int = 0) -> String {
    let width = fields.map(\.name.count).max() ?? 0
    return fields.map { field in
      let gap = String(repeating: " ", count: width - field.name.count + 2)
      return String(repeating: " ", count: margin) + field.name + gap + short(field.value) + "\n"
    }.joined()
  }

  private static func short(_ value: CaseValue) -> String {
    switch value {
    case .undefined: "-"
    case .text(let text): text
    case .list(let values):
      values.prefix(shownElements).map(short).joined(separator: "  ")
        + (values.count > shownElements ? "  ... \(values.count) in all" : "")
    case .fields(let fields): fields.map { "\($0.name) \(short($0.value))" }.joined(separator: "  ")
    case .number, .count, .rank, .flag: value.json
    }
  }
}
