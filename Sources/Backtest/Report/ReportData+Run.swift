import Bot
import Core
import Exchange
import Statistics

extension ReportData {
  /// Trades that a report carries for drawing and for distributions; of more, the last.
  static let markCapacity = 200_000

  /// A report of runs with their figures: the tested policy first, then the baselines. `rows` must not be empty.
  package init(
    _ rows: [(run: BacktestRun, assessment: Assessment)], request: BacktestRequest, choices: [SelectionLuck] = []
  ) {
    let (run, assessment) = rows[0]
    let book = run.book
    let (start, end) = (book.startQuote.approximate, book.equity.endQuote.approximate)
    self.init(
      policy: run.policy, instruments: run.instruments.instruments.map(\.symbol), timeframe: "\(run.timeframe)",
      startQuote: start, endQuote: end, lines: rows.map { Line($0.run, $0.assessment) },
      costs: Costs(fees: book.feesQuote.approximate, slippage: book.slippageQuote, net: end - start))
    (first, last) = (book.equity.firstTime, book.equity.lastTime)
    isUnlimited = request.isUnlimited
    isRuined = assessment.isRuined
    isUntrained = run.isUntrained
    isSynthetic =
      run.instruments.instruments.contains { $0.venue == "simulated" }
      || request.data.contains { $0.name.lowercased().contains("synthetic") }
    stop = book.standingStop.map { Ending(at: $0.at, by: $0.request.check.rawValue, reason: $0.request.reason) }
    rollback = book.standingRollback.map { Ending(at: $0.at, by: $0.cause, reason: $0.evidence) }
    take(assessment)
    take(book, run.instruments)
    settings = Self.settings(run, request)
    data = Self.data(run, request)
    self.choices = choices
  }

  private mutating func take(_ assessment: Assessment) {
    periodsPerYear = assessment.periodsPerYear
    (trials, neededYears) = (assessment.trials, assessment.neededYears)
    (trades, benchmark, activity) = (assessment.trades, assessment.benchmark, assessment.activity)
    regimes = assessment.regimes
    rollingWindow = Assessment.window
    guard let curve = assessment.curve else { return }
    dailyReturns = curve.returns
    (months, years) = (curve.monthly, curve.yearly)
    rolling = assessment.rolling.compactMap { point in
      guard let sharpe = point.sharpe, let error = point.standardError else { return nil }
      return RollingPoint(at: curve.times[point.period + 1], sharpe: sharpe, error: error)
    }
    falls = assessment.drawdowns.map { fall in
      Fall(
        depth: fall.depth, peak: curve.times[fall.peak], trough: curve.times[fall.trough],
        recovery: fall.recovery.map { curve.times[$0] })
    }
  }

  private mutating func take(_ book: BacktestBook, _ instruments: InstrumentTable) {
    markets = instruments.instruments.enumerated().map { index, instrument in
      Market(instrument.symbol, book.lines[index], book.prices[index])
    }
    marks = book.trades.suffix(Self.markCapacity).map(TradeMark.init)
    depth = book.depth.days.map { day in
      DepthDay(
        at: CalendarDay(daysSinceEpoch: Int(day.day)).start, segments: Double(day.segments) / Double(day.decisions),
        complexity: day.complexities > 0 ? day.complexitySum / Double(day.complexities) : nil)
    }
    depthCounts = book.depth.histogram
    decisions = Action.allCases.map { Count($0.name, book.decisions.wished[Int($0.rawValue)]) }.filter { $0.count > 0 }
    vetoes = book.decisions.vetoesByCheck.map { Count($0.name, $0.count) }
    if book.decisions.belowMinimum > 0 { vetoes.append(Count("below_minimum_quantity", book.decisions.belowMinimum)) }
    (diary, droppedDiary) = (book.notes, book.droppedNotes)
  }

  // MARK: - Assumptions

  private static func settings(_ run: BacktestRun, _ request: BacktestRequest) -> [Named] {
    let costs = request.costs()
    let limits = request.limits()
    let fees = Set(run.instruments.instruments.flatMap { $0.rules.map(\.takerFee) }).sorted().map(text)
    let shares: [String?] = [
      "at most \(limits.riskPerTrade.isPositive ? text(limits.riskPerTrade) : "nothing") of equity lost at the stop",
      request.notionalQuote.map { "entries of \($0) each" },
    ]
    return [
      Named("fills", "market orders at the open of the next bar; stops and take profits when a bar touches them"),
      Named("fee", fees.joined(separator: ", ") + " of the value of each fill"),
      Named("spread", "\(text(costs.spread)), of which a market order pays half"),
      Named("slippage", text(costs.slippage)),
      Named("costs multiplied by", ReportNumber.fixed(Double(request.costTenths) / 10, 1)),
      Named("size", request.isUnlimited && request.notionalQuote == nil ? "without limit" : list(shares)),
      Named("limits", request.isUnlimited ? "NONE" : "those of the settings"),
      Named(
        "after a day's loss", request.resumesNextDay ? "goes on the next day" : "stays stopped until a person resumes"),
      Named("decisions come late by", "\(request.delayBars) bars"),
      Named("openings that are missed", text(request.missedFills)),
      Named("cash at the start", ReportNumber.money(request.cashQuote.approximate)),
      Named("days of a year", ReportNumber.fixed(run.periodsPerYear, 0)),
      Named("seed", "\(request.seed)"),
    ]
  }

  private static func data(_ run: BacktestRun, _ request: BacktestRequest) -> [Named] {
    let files = request.data.map(\.name)
    let quality = run.quality
    return [
      Named("files", files.joined(separator: ", ")),
      Named("traded from", request.from.map { "\(CalendarDay($0)); bars before it are history" } ?? "the first bar"),
      Named("traded to", request.to.map { "before \(CalendarDay($0))" } ?? "the last bar"),
      Named("rows read", ReportNumber.count(quality.rows)),
      Named(
        "rows refused",
        "\(ReportNumber.count(quality.rows - quality.bars)): \(ReportNumber.count(quality.badRows)) no bars, "
          + "\(ReportNumber.count(quality.duplicates)) twice, \(ReportNumber.count(quality.disorder)) out of order, "
          + "\(ReportNumber.count(quality.impossibleBars)) impossible"),
      Named("bars traded", "\(ReportNumber.count(run.book.bars)), refused \(ReportNumber.count(run.book.refusedBars))"),
      Named(
        "gaps", "\(ReportNumber.count(quality.gaps)) with \(ReportNumber.count(quality.missingBars)) missing bars"),
    ]
  }

  private static func text(_ rate: Rate) -> String { ReportNumber.significant(rate.approximate * 10_000, 2) + " bp" }
  private static func list(_ texts: [String?]) -> String { texts.compactMap { $0 }.joined(separator: "; ") }
}
