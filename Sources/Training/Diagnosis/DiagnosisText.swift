import Backtest

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
      lines += ["", table.caption] + TextTable.lines([table.head] + table.rows)
    }
    return lines.joined(separator: "\n")
  }
}
