import Core
import Statistics

/// The tables of a report.
package struct ReportTables {
  let data: ReportData

  /// A table with a caption; the first cell of a row is its head. Numbers stand at the right.
  package static func write(
    _ out: inout Markup, caption: String, head: [String], rows: [[String]], isText: Bool = false,
    isFirstStrong: Bool = false
  ) {
    out.element("div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption]) { out in
      out.element("table", ["class": isText ? "text" : isFirstStrong ? "numbers leading" : "numbers"]) { out in
        out.element("caption") { $0.element("span", text: caption) }
        out.element("thead") { out in
          out.element("tr") { out in for name in head { out.element("th", ["scope": "col"], text: name) } }
        }
        out.element("tbody") { out in
          for row in rows {
            out.element("tr") { out in
              for (column, cell) in row.enumerated() {
                if column == 0 {
                  out.element("th", ["scope": "row"], text: cell)
                } else {
                  out.element("td", text: cell)
                }
              }
            }
          }
        }
      }
    }
  }

  func baselines(_ out: inout Markup) {
    let rows = data.lines.map { line in
      [
        line.name, ReportNumber.percent(line.totalReturn, sign: true),
        ReportNumber.percent(line.annualReturn, sign: true),
        line.low == nil
          ? ReportNumber.missing
          : "\(ReportNumber.percent(line.low, sign: true)) to \(ReportNumber.percent(line.high, sign: true))",
        ReportNumber.ratio(line.sharpe), ReportNumber.ratio(line.sortino), ReportNumber.percent(line.volatility),
        ReportNumber.percent(line.maxDrawdown), ReportNumber.probability(line.probability),
        ReportNumber.count(line.closedTrades), ReportNumber.money(line.fees),
      ]
    }
    Self.write(
      &out, caption: "The policy and the baselines: same data, costs and limits",
      head: [
        "", "return", "a year", "95 % interval", "Sharpe", "Sortino", "volatility", "deepest fall", "P(Sharpe > 0)",
        "trades", "fees",
      ], rows: rows, isFirstStrong: true)
  }

  /// Tests of choices, with what they mean in words.
  func choices(_ out: inout Markup) {
    let choices = data.choices.map(SelectionWords.init)
    Self.write(
      &out, caption: "The best of several runs, against luck",
      head: ["", "runs", "days", "PBO", "p over nothing", "p over buy-and-hold"],
      rows: choices.map { [$0.shortName] + $0.cells })
    out.element("ul") { out in
      for sentence in choices.flatMap(\.sentences) { out.element("li", text: sentence) }
    }
    out.element("p", ["class": "note"], text: SelectionWords.note)
  }

  func regimes(_ out: inout Markup) {
    let rows = data.regimes.filter { $0.periods > 0 }.map { figures in
      [
        Self.name(figures.regime), ReportNumber.count(figures.periods),
        ReportNumber.percent(figures.compounded, sign: true),
        figures.mean.map { "\(ReportNumber.fixed($0 * 10_000, 1)) bp" } ?? ReportNumber.missing,
        figures.periods < 20 ? "too few days" : ReportNumber.ratio(figures.sharpe),
        ReportNumber.percent(figures.winRate),
      ]
    }
    guard !rows.isEmpty else {
      out.element("p", ["class": "missing"], text: "Too few days for a look at regimes of the market.")
      return
    }
    Self.write(
      &out, caption: "By regime of the market, as known at the start of each day",
      head: ["volatility, trend", "days", "return", "mean a day", "Sharpe", "days won"], rows: rows)
  }

  private static func name(_ regime: MarketRegime?) -> String {
    guard let regime else { return "not known yet" }
    let width = [MarketRegime.Volatility.low: "low", .middle: "middle", .high: "high"][regime.volatility] ?? ""
    return "\(width), \(regime.trend == .up ? "up" : "down")"
  }

  func trades(_ out: inout Markup) {
    guard let figures = data.trades, figures.count > 0 else {
      out.element("p", ["class": "missing"], text: "No trade was closed: there are no trade statistics.")
      return
    }
    let percent: (Double) -> String = { ReportNumber.percent($0) }
    let all: [(String, TradeFigures.Spread?, (Double) -> String)] = [
      ("profit, net (quote)", figures.net, { ReportNumber.money($0, sign: true) }),
      ("profit in units of risk (R)", figures.riskMultiples, { ReportNumber.ratio($0) }),
      ("worst excursion (MAE)", figures.adverseExcursions, percent),
      ("best excursion (MFE)", figures.favourableExcursions, percent),
      ("time held", figures.holdingMillis, { ReportNumber.span(millis: $0) }),
      ("bars held", figures.barsHeld, { ReportNumber.significant($0, 2) }),
    ]
    let rows = all.compactMap { name, spread, text in
      spread.map { [name, ReportNumber.count($0.count)] + [$0.mean, $0.median, $0.least, $0.most].map(text) }
    }
    Self.write(
      &out, caption: "Closed trades", head: ["", "known of", "mean", "median", "least", "most"], rows: rows)
    let results = figures.results
    let facts: [(String, String)] = [
      ("Trades", "\(ReportNumber.count(figures.count)), \(ReportNumber.count(figures.longCount)) of them long"),
      ("Won", ReportNumber.percent(results.winRate)),
      ("Mean gain over mean loss", ReportNumber.ratio(results.payoffRatio)),
      (
        "Net of long and of short",
        "\(ReportNumber.money(figures.longNet, sign: true)) and \(ReportNumber.money(figures.shortNet, sign: true))"
      ),
      ("Largest gain's share of all gains", ReportNumber.percent(figures.largestGainShare)),
      ("Longest run of losses", ReportNumber.count(results.longestLosses)),
    ]
    Self.list(&out, facts)
  }

  /// Names with their values.
  static func list(_ out: inout Markup, _ facts: [(String, String)]) {
    out.element("dl") { out in
      for (name, value) in facts {
        out.element("div") { out in
          out.element("dt", text: name)
          out.element("dd", text: value)
        }
      }
    }
  }

  func falls(_ out: inout Markup) {
    guard !data.falls.isEmpty else { return }
    let rows = data.falls.map { fall in
      [
        "\(CalendarDay(fall.peak))", ReportNumber.percent(fall.depth), "\(CalendarDay(fall.trough))",
        fall.recovery.map { "\(CalendarDay($0))" } ?? "not yet",
        ReportNumber.span(millis: Double((fall.recovery ?? data.last ?? fall.trough).millisecondsSince(fall.peak))),
      ]
    }
    Self.write(
      &out, caption: "Deepest falls, of the equity at the ends of days",
      head: ["from", "depth", "lowest on", "recovered on", "lasted"], rows: rows)
  }

  func markets(_ out: inout Markup) {
    let rows = data.markets.map { market in
      [
        market.symbol, ReportNumber.count(market.bars), market.times.first.map { "\(CalendarDay($0))" } ?? "no bar",
        market.last.map { "\(CalendarDay($0))" } ?? "no bar",
        ReportNumber.count(market.fills), ReportNumber.count(market.closedTrades),
        ReportNumber.money(market.profit, sign: true),
      ]
    }
    Self.write(
      &out, caption: "By instrument", head: ["", "bars traded", "from", "to", "fills", "trades", "net profit"],
      rows: rows)
  }

  func activity(_ out: inout Markup) {
    var facts: [(String, String)] = []
    if let activity = data.activity {
      facts += [
        ("Days that end with a position", ReportNumber.percent(activity.exposedShare)),
        (
          "Mean exposure",
          "\(ReportNumber.percent(activity.meanGross)) of equity, net \(ReportNumber.percent(activity.meanNet))"
        ),
        ("Turnover", "\(ReportNumber.significant(activity.annualTurnover, 2)) times equity a year"),
        ("Costs", "\(ReportNumber.percent(activity.annualCosts)) of equity a year"),
        (
          "Costs of what was earned before them",
          activity.costShare.map { ReportNumber.percent($0) } ?? "nothing was earned before costs"
        ),
        (
          "Costs of what was traded",
          activity.costBasisPoints.map { "\(ReportNumber.fixed($0, 1)) bp" } ?? ReportNumber.missing
        ),
      ]
    }
    if let fit = data.benchmark {
      facts += [
        (
          "Beta to the mean of all instruments",
          "\(ReportNumber.ratio(fit.beta.value)) (t \(ReportNumber.fixed(fit.beta.t ?? 0, 1)))"
        ),
        (
          "Alpha a year",
          "\(ReportNumber.percent(fit.annualAlpha, sign: true)) (t \(ReportNumber.fixed(fit.alpha.t ?? 0, 1)))"
        ),
      ]
    }
    if !facts.isEmpty { Self.list(&out, facts) }
  }
}
