import Core
import Statistics

/// A run on a terminal: figures, a curve of block characters, and the baselines below each other.
package struct BacktestText {
  private let run: BacktestRun
  private let assessment: Assessment
  private static let width = 60
  /// Fewer days say nothing of a year.
  private static let fewestDays = 30

  /// The text of a run with its figures.
  package init(_ run: BacktestRun, _ assessment: Assessment) {
    self.run = run
    self.assessment = assessment
  }

  /// The whole text. `isUnlimited`: made without limits, which every report says.
  package func text(isUnlimited: Bool) -> String {
    let book = run.book
    let span = [book.equity.firstTime, book.equity.lastTime].compactMap { $0.map { CalendarDay($0).description } }
    let names = run.instruments.instruments.map(\.symbol)
    var lines = [
      "\(run.policy) on \(Self.list(names)), \(run.timeframe), \(span.joined(separator: " to "))",
      run.isUntrained ? "UNTRAINED: the network was never trained; its decisions mean nothing" : nil,
      isUnlimited ? "LIMITS NONE: no limits on drawdown, losses, sizes and rates; no roll-back" : nil,
      "",
      "  equity        \(book.startQuote) → \(book.equity.endQuote.text(decimals: 2))  "
        + "(\(Self.percent(Self.growth(book))))",
    ].compactMap { $0 }
    lines += figures() + ["", "  " + sparkline(), ""]
    lines += counts()
    return lines.joined(separator: "\n")
  }

  private func figures() -> [String] {
    guard let figures = assessment.performance, figures.periods >= Self.fewestDays else {
      return [
        "  too few days for figures by the year: \(assessment.performance?.periods ?? 0), at least \(Self.fewestDays)"
      ]
    }
    var lines: [String] = []
    if let interval = assessment.intervals?.annualReturn {
      lines.append(
        "  a year        \(Self.percent(figures.cagr))  (95 %: \(Self.percent(interval.low)) to \(Self.percent(interval.high)))"
      )
    }
    lines.append(
      "  Sharpe        \(Self.number(figures.sharpe))  Sortino \(Self.number(figures.sortino))  volatility "
        + "\(Self.percent(figures.annualVolatility))")
    lines.append(
      "  luck          P(Sharpe > 0) \(Self.percent(assessment.probabilisticSharpe)), deflated for "
        + "\(assessment.trials) trial\(assessment.trials == 1 ? "" : "s") \(Self.percent(assessment.deflatedSharpe))")
    lines.append(
      "  drawdown      \(Self.percent(run.book.equity.maxDrawdown))  (\(run.book.equity.maxDrawdownQuote.text(decimals: 2)) quote)"
    )
    if let fit = assessment.benchmark {
      lines.append(
        "  market        beta \(Self.number(fit.beta.value)), alpha \(Self.percent(fit.annualAlpha)) a year (t "
          + "\(Self.number(fit.alpha.t)))")
    }
    return lines
  }

  private func counts() -> [String] {
    let book = run.book
    let share = book.closedTrades > 0 ? Double(book.winners) / Double(book.closedTrades) : nil
    var lines = [
      "  bars \(book.bars)  refused \(book.refusedBars + run.quality.rows - run.quality.bars)  trades \(book.closedTrades)  won "
        + "\(Self.percent(share))  fees \(book.feesQuote.text(decimals: 2))"
    ]
    if !book.decisions.vetoesByCheck.isEmpty {
      let vetoes = book.decisions.vetoesByCheck.map { "\($0.name) \($0.count)" }
      lines.append("  vetoes " + Self.list(vetoes))
    }
    if let stop = book.standingStop {
      lines.append(
        "  STOPPED since \(stop.at): nothing was opened after it. On paper a person resumes; here --resume-next-day does, "
          + "after the loss of a day")
    }
    for note in book.notes.prefix(5) { lines.append("  \(note.at) \(note.text)") }
    if book.notes.count > 5 { lines.append("  … \(book.notes.count + book.droppedNotes - 5) more notes, see --json") }
    return lines
  }

  /// Equity in eighths of a character's height.
  private func sparkline() -> String {
    let points = run.book.equity.points
    guard points.count > 1 else { return "" }
    let values = (0..<Self.width).map { place in
      points[place * (points.count - 1) / (Self.width - 1)].equityQuote.approximate
    }
    let (low, high) = (values.min() ?? 0, values.max() ?? 0)
    let blocks = Array("▁▂▃▄▅▆▇█")
    return String(values.map { high > low ? blocks[min(7, Int(($0 - low) / (high - low) * 8))] : blocks[0] })
  }

  /// The head of a table of runs, and one line for each.
  package static func table(_ rows: [(name: String, run: BacktestRun, assessment: Assessment)]) -> String {
    let head = ["", "return", "a year", "Sharpe", "drawdown", "trades", "fees"]
    let body = rows.map { row in
      [
        row.name, percent(growth(row.run.book)), percent(row.assessment.performance?.cagr),
        number(row.assessment.performance?.sharpe), percent(row.run.book.equity.maxDrawdown),
        "\(row.run.book.closedTrades)", row.run.book.feesQuote.text(decimals: 0),
      ]
    }
    return TextTable.lines([head] + body).joined(separator: "\n")
  }

  private static func growth(_ book: BacktestBook) -> Double {
    book.equity.endQuote.approximate / book.startQuote.approximate - 1
  }

  private static func list(_ items: [String]) -> String {
    items.count <= 6
      ? items.joined(separator: ", ") : items.prefix(5).joined(separator: ", ") + ", … \(items.count) in all"
  }

  package static func percent(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "-" }
    return "\(fixed(value * 100, 2)) %"
  }

  package static func number(_ value: Double?) -> String { value.map { $0.isFinite ? fixed($0, 2) : "-" } ?? "-" }

  /// A number with so many decimals, without a minus before zero.
  package static func fixed(_ value: Double, _ decimals: Int) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    guard abs(rounded) < 1e15 else { return "\(rounded)" }
    let whole = Int64((abs(rounded) * scale).rounded())
    let digits = String(whole)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    let point = padded.index(padded.endIndex, offsetBy: -decimals)
    let sign = rounded < 0 ? "-" : ""
    return sign + padded[..<point] + (decimals > 0 ? "." + padded[point...] : "")
  }
}
