extension Diagnosis {
  /// The diagnosis as lines: findings first, the tables behind them.
  package var text: String {
    let tables = DiagnosisTables(self)
    var lines = ["\(subject.model), \(subject.parameters) parameters"] + subject.badges.map { "\($0.name): \($0.text)" }
    lines.append(tables.lookedAt)
    for finding in findings { lines += ["", "\(finding.heading): \(finding.text)"] }
    for table in [
      tables.convergence, tables.depth, tables.quintiles, tables.halting, tables.attribution, tables.regimes,
    ] where !table.rows.isEmpty {
      lines += ["", table.caption] + Self.aligned([table.head] + table.rows)
    }
    return lines.joined(separator: "\n")
  }

  /// Columns as wide as their widest cell; all but the first are set right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }
      return "  " + cells.joined(separator: "  ")
    }
  }
}
