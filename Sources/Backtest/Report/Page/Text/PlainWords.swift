import Core

/// The first box of a report, in words: what was tested, what came out, how sure that is, and what it does not prove.
struct PlainWords {
  let data: ReportData

  /// Words that stand out, with what they mean.
  var badges: [(name: String, text: String)] {
    var badges: [(String, String)] = []
    if data.isSynthetic { badges.append(("SYNTHETIC", "The prices are made up and were never traded.")) }
    if data.isUntrained { badges.append(("UNTRAINED", "The network was never trained; its decisions mean nothing.")) }
    if data.isUnlimited {
      badges.append(("LIMITS NONE", "No limits on drawdown, losses, sizes and rates, and no roll-back of the policy."))
    }
    if data.isRuined { badges.append(("RUINED", "The account was used up; figures end there.")) }
    if let stop = data.stop {
      badges.append(
        (
          "STOPPED on \(CalendarDay(stop.at)) by \(words(stop.by))",
          "nothing was opened after it (\(ReportNumber.shortened(stop.reason)))."
        ))
    }
    if let end = data.rollback {
      badges.append(
        (
          "ROLLED BACK on \(CalendarDay(end.at)) by \(words(end.by))",
          "the policy was no longer in charge after it (\(ReportNumber.shortened(end.reason)))."
        ))
    }
    return badges
  }

  /// Figures that are read first.
  var tiles: [(name: String, value: String, note: String)] {
    let line = data.lines.first
    return [
      ("Net result", ReportNumber.percent(data.totalReturn, sign: true), "after fees, spread and slippage"),
      (
        "A year", ReportNumber.percent(line?.annualReturn, sign: true),
        line?.low == nil
          ? "no interval: too few days"
          : "95 %: \(ReportNumber.percent(line?.low, sign: true)) to \(ReportNumber.percent(line?.high, sign: true))"
      ),
      ("Sharpe ratio", ReportNumber.ratio(line?.sharpe), "annual, of daily returns"),
      ("P(Sharpe > 0)", ReportNumber.probability(line?.probability), "before counting trials"),
      ("Deepest fall", ReportNumber.percent(line?.maxDrawdown), "below the highest equity"),
      (
        "Trials counted", ReportNumber.count(data.trials),
        "P against the best: \(ReportNumber.probability(line?.deflated))"
      ),
    ]
  }

  /// What was tested.
  var tested: String {
    let names = data.instruments
    let list =
      names.count <= 10
      ? names.joined(separator: ", ") : names.prefix(9).joined(separator: ", ") + " and \(names.count - 9) more"
    let span = [data.first, data.last].compactMap { $0.map { CalendarDay($0).description } }.joined(separator: " to ")
    return
      "The policy \(data.policy) on \(names.count == 1 ? "one instrument" : "\(names.count) instruments") (\(list)), bars of "
      + "\(data.timeframe)\(span.isEmpty ? "" : ", \(span)"), with \(ReportNumber.money(data.startQuote)) at the start. Decisions, "
      + "risk veto and orders went through the bot's own stages, with a paper exchange in virtual time."
  }

  /// What came out.
  var result: String {
    var text =
      "\(ReportNumber.money(data.startQuote)) became \(ReportNumber.money(data.endQuote)), "
      + "\(ReportNumber.percent(data.totalReturn, sign: true)) net of fees, spread and slippage, in "
      + "\(ReportNumber.count(data.lines.first?.closedTrades ?? 0)) closed trades."
    if (data.lines.first?.closedTrades ?? 0) == 0 { text += " No trade was closed: there is nothing to judge by." }
    let others = data.lines.dropFirst().compactMap { line in line.totalReturn.map { (line.name, $0) } }
    if let best = others.max(by: { $0.1 < $1.1 }), let own = data.totalReturn {
      let behind = others.count { $0.1 > own }
      text +=
        " \(behind == 0 ? "None" : "\(behind)") of \(others.count) baselines did better; the best was \(best.0) with "
        + "\(ReportNumber.percent(best.1, sign: true))."
    }
    return text
  }

  /// How much of it may be luck.
  var luck: String {
    guard let line = data.lines.first, let low = line.low, let high = line.high else {
      return "Too few days for an interval: nothing can be said about luck."
    }
    guard line.sharpe != nil || data.dailyReturns.contains(where: { $0 != 0 }) else {
      return "The account never changed: there is nothing that could be luck."
    }
    var text =
      "Drawn anew from its own days, the annual return lies between \(ReportNumber.percent(low, sign: true)) and "
      + "\(ReportNumber.percent(high, sign: true)) in 95 % of the cases"
    text +=
      low <= 0 && high >= 0
      ? "; zero lies within, so the sign of the result may be luck." : "; zero lies outside."
    text += " The chance that the true Sharpe ratio is above zero is \(ReportNumber.probability(line.probability))."
    if let years = data.neededYears, years.isFinite, (line.sharpe ?? 0) > 0 {
      text +=
        " At this ratio it takes \(ReportNumber.significant(years, 2)) years of data to tell it from zero at 95 %"
        + (data.years365.map { "; there are \(ReportNumber.significant($0, 2))." } ?? ".")
    }
    return text
  }

  /// What the result does not prove.
  var limits: [String] {
    var list = [
      "It is one past. The market of these days will not come again, and figures of the past are no promise.",
      data.trials > 1
        ? "\(ReportNumber.count(data.trials)) trials are counted; those made elsewhere are not, and each makes a good result by luck more likely."
        : "One trial is counted. If others were tried before on these data, the result is worth less than it looks.",
      "Fills are a model: market orders at the open of the next bar, with the costs below; size moved no price, and no order waited in a queue.",
      "Payments for funding of perpetual contracts, interest and taxes are not in it.",
    ]
    if data.instruments.count > 0 {
      list.append("The instruments were chosen afterwards, by somebody who knew which of them lived on.")
    }
    if let years = data.years365, years < 1 {
      list.append("The span is shorter than a year: annual figures are stretched from it.")
    }
    if data.isSynthetic { list.append("The prices are made up: nothing follows for a real market.") }
    return list
  }

  private func words(_ name: String) -> String { name.replacing("_", with: " ") }
}
