import Backtest
import Core
import Settings

/// An evaluation on a terminal: a table for each group, and below it what the numbers do and do not show.
package enum EvaluationText {
  /// Columns after the name: head, and text of a row.
  static var columns: [(head: String, text: (EvaluationRow) -> String)] {
    [
      ("a year", { percent($0, .annualReturn) }),
      ("volatility", { percent($0, .annualVolatility) }),
      ("Sharpe", { number($0, .sharpe) }),
      ("± error", { number($0, .sharpeError) }),
      ("Sortino", { number($0, .sortino) }),
      ("drawdown", { percent($0, .maxDrawdown) }),
      ("Calmar", { number($0, .calmar) }),
      ("won", { percent($0, .winRate) }),
      ("trades", { row in row.figures[.closedTrades].map { "\(Int($0.rounded()))" } ?? "-" }),
      ("turnover", { number($0, .annualTurnover) }),
      ("exposed", { percent($0, .exposedShare) }),
      ("DSR", { number($0, .deflatedSharpe) }),
      ("alpha", { percent($0, .annualAlpha) }),
      ("t", { number($0, .alphaT) }),
      ("beta", { number($0, .beta) }),
      ("p flat", { number($0, .pFlat, 3) }),
      ("p hold", { number($0, .pHold, 3) }),
    ]
  }

  /// The whole text.
  package static func text(_ result: EvaluationResult) -> String {
    var parts: [String] = []
    for model in result.run.models where model.manifest.untrained {
      parts.append("UNTRAINED: \(model.manifest.name) was never trained; its decisions mean nothing.")
    }
    parts += result.groups.map { group in text(group, result.run.request.settings) }
    parts.append(EvaluationWords(result).lines.map { "* \($0)" }.joined(separator: "\n"))
    let leftOut = result.run.groups.flatMap(\.group.omissions)
    if !leftOut.isEmpty { parts.append(list("Left out", leftOut)) }
    if !result.run.assumptions.isEmpty { parts.append(list("Assumed", result.run.assumptions)) }
    return parts.joined(separator: "\n\n")
  }

  private static func text(_ group: EvaluationResult.Group, _ settings: EvaluationSettings) -> String {
    var lines = [
      "\(group.group.name): \(group.group.members.count) instrument\(group.group.members.count == 1 ? "" : "s"), "
        + "\(EvaluationWords.span(group)), \(group.days.count) days"
        + (group.group.isSynthetic ? "  SYNTHETIC: prices that were made up" : "")
    ]
    for tenths in settings.costTenths {
      let rows = group.rows.filter { $0.costTenths == tenths }
      lines += table(rows, head: "costs \(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)")x")
    }
    for entry in group.superiority {
      lines.append(
        "  costs \(fixed(Double(entry.costTenths) / 10, 1))x: best of all over flat p = "
          + "\(entry.overFlat.map { fixed($0, 3) } ?? "-"), over buy-and-hold p = "
          + (entry.overHold.map { fixed($0, 3) } ?? "-"))
    }
    if let spread = group.chanceSpread {
      lines.append("  Sharpe ratios of chance scatter by \(fixed(spread, 2)) among \(settings.seeds) runs")
    }
    lines.append("  probability of overfitting (PBO) = \(group.overfitting.map { fixed($0, 2) } ?? "-")")
    return lines.joined(separator: "\n")
  }

  private static func table(_ rows: [EvaluationRow], head: String) -> [String] {
    TextTable.lines([[head] + columns.map(\.head)] + rows.map { row in [name(row)] + columns.map { $0.text(row) } })
  }

  /// The name with what became of accounts.
  static func name(_ row: EvaluationRow) -> String {
    row.name + (row.ruined > 0 ? ", \(row.ruined) ruined" : "") + (row.stopped > 0 ? ", \(row.stopped) stopped" : "")
  }

  private static func list(_ title: String, _ lines: [String]) -> String {
    let shown = 12
    return "\(title):\n" + lines.prefix(shown).map { "  \($0)" }.joined(separator: "\n")
      + (lines.count > shown ? "\n  and \(lines.count - shown) more, see --json" : "")
  }

  static func percent(_ row: EvaluationRow, _ figure: EvaluationFigure) -> String {
    guard let value = row.figures[figure], value.isFinite else { return "-" }
    return fixed(value * 100, 1) + " %"
  }

  static func number(_ row: EvaluationRow, _ figure: EvaluationFigure, _ decimals: Int = 2) -> String {
    guard let value = row.figures[figure] else { return "-" }
    return value.isFinite ? fixed(value, decimals) : value > 0 ? "inf" : "-"
  }

  static func fixed(_ value: Double, _ decimals: Int) -> String { BacktestText.fixed(value, decimals) }
}
