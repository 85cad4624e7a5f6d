/// Tables on a terminal.
package enum TextTable {
  /// Rows as lines: columns as wide as their widest cell, all but the first set right, two spaces between them. All rows have
  /// as many cells as the first.
  package static func lines(_ rows: [[String]], indent: Int = 2) -> [String] {
    guard let first = rows.first else { return [] }
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let margin = String(repeating: " ", count: indent)
    return rows.map { row in
      margin
        + row.enumerated().map { column, cell in
          let space = String(repeating: " ", count: widths[column] - cell.count)
          return column == 0 ? cell + space : space + cell
        }.joined(separator: "  ")
    }
  }
}
