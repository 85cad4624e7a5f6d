import Core

extension Figure {
  /// Trades that are drawn on one instrument's prices; of more, those that gained or lost most.
  static let drawnTrades = 1000

  /// The prices of one instrument with the trades on them.
  static func prices(_ data: ReportData, market: Int) -> Figure {
    let line = data.markets[market]
    var figure = Figure(
      id: "prices-\(market + 1)", title: "Trades of \(line.symbol) on its price", description: "")
    guard line.times.count > 1 else {
      figure.missing = "Fewer than two bars of \(line.symbol): there is no price to draw."
      return figure
    }
    let all = data.marks.filter { $0.market == market }
    let order = all.indices.sorted { (-abs(all[$0].profit), $0) < (-abs(all[$1].profit), $1) }
    let marks = order.prefix(drawnTrades).sorted().map { all[$0] }
    let axis = TimeAxis([line.times[0], line.times[line.times.count - 1]])
    let panel = Panel(
      top: 4, tall: 300, values: ValueAxis(line.lows + line.highs, isRounded: false))
    var out = Markup()
    panel.draw(&out, time: axis) { out in
      panel.band(&out, axis, line.times, line.lows, line.highs, style: "price")
      for style in ["long gain", "long loss", "short gain", "short loss"] {
        let ways = marks.filter { Self.style($0) == style }.map { path($0, panel, axis) }
        guard !ways.isEmpty else { continue }
        out.leaf("path", ["d": ways.map(\.way).joined(), "class": "trade \(style)"])
        out.leaf("path", ["d": ways.map(\.entry).joined(), "class": "entry \(style)"])
      }
    }
    figure.body = out.text
    figure.height = 328
    figure.legend = [
      ("long, gained", "trade long gain"), ("long, lost", "trade long loss"), ("short, gained", "trade short gain"),
      ("short, lost", "trade short loss"),
    ].filter { item in marks.contains { "trade \(Self.style($0))" == item.1 } }
    let shown =
      all.count == marks.count
      ? "\(ReportNumber.count(all.count)) trades"
      : "the \(ReportNumber.count(marks.count)) of \(ReportNumber.count(all.count)) trades that gained or lost most"
    figure.description =
      "Range of the price of \(line.symbol) from \(axis.text), between \(ReportNumber.significant(line.lows.min())) and "
      + "\(ReportNumber.significant(line.highs.max())), with \(shown)."
    figure.note =
      marks.isEmpty
      ? "Range of the price. No trade was closed."
      : "Range of the price, with \(shown): a dot where one was opened, a line to where it was closed."
    figure.series = [
      Series("low", unit: "price", times: line.times, values: line.lows),
      Series("high", unit: "price", times: line.times, values: line.highs),
      Series("entry price", unit: "price", times: marks.map(\.entryTime), values: marks.map(\.entryPrice)),
      Series("exit price", unit: "price", times: marks.map(\.exitTime), values: marks.map(\.exitPrice)),
      Series("profit", unit: "quote", times: marks.map(\.exitTime), values: marks.map(\.profit)),
    ]
    return figure
  }

  private static func style(_ mark: ReportData.TradeMark) -> String {
    "\(mark.isLong ? "long" : "short") \(mark.profit > 0 ? "gain" : "loss")"
  }

  private static func path(
    _ mark: ReportData.TradeMark, _ panel: Panel, _ axis: TimeAxis
  ) -> (way: String, entry: String) {
    let (x, y) = (panel.x(axis.place(mark.entryTime)), panel.y(mark.entryPrice))
    let start = "M\(x) \(y)"
    return ("\(start)L\(panel.x(axis.place(mark.exitTime))) \(panel.y(mark.exitPrice))", "\(start)h1")
  }
}
