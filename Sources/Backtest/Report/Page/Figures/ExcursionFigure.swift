extension Figure {
  /// How far trades went against their owner and in his favour before they ended.
  static func excursions(_ data: ReportData) -> Figure {
    var figure = Figure(id: "excursions", title: "How far trades went before they ended", description: "")
    let all = data.marks.filter { $0.adverse.isFinite && $0.favourable.isFinite }
    guard !all.isEmpty else {
      figure.missing = "No trade was closed."
      return figure
    }
    let places = (0..<min(all.count, drawnTrades)).map { $0 * all.count / min(all.count, drawnTrades) }
    let marks = places.map { all[$0] }
    let across = ValueAxis(marks.map(\.adverse), marks: 6, holdsZero: true)
    let panel = Panel(
      top: 20, tall: 240, values: ValueAxis(marks.map(\.favourable), holdsZero: true), isPercent: true)
    var out = Markup()
    out.element("text", ["x": "4", "y": "12", "class": "tick"], text: "best price seen, from the entry")
    panel.draw(&out, places: across.ticks.map { (place: across.place($0), label: across.percentLabel($0)) }) { out in
      for (style, isGain) in [("entry loss", false), ("entry gain", true)] {
        let path = marks.filter { ($0.profit > 0) == isGain }.map { mark in
          "M\(panel.x(across.place(mark.adverse))) \(panel.y(mark.favourable))h1"
        }
        if !path.isEmpty { out.leaf("path", ["d": path.joined(), "class": style]) }
      }
    }
    out.element(
      "text", ["x": "100%", "y": "292", "class": "tick", "text-anchor": "end"], text: "worst price seen, from the entry"
    )
    figure.body = out.text
    figure.height = 298
    figure.legend = [("gained", "dot gain"), ("lost", "dot loss")]
    figure.description =
      "A dot for each of \(ReportNumber.count(marks.count)) trades: across, the worst price while it was held; upwards, the "
      + "best; both as shares of the entry price. Gains and losses differ in colour."
    figure.note =
      all.count == marks.count
      ? "Gains far right went deep against their owner first; losses high up once were gains."
      : "\(ReportNumber.count(marks.count)) of \(ReportNumber.count(all.count)) trades, evenly over time."
    figure.series = [
      Series("adverse", unit: "share", labels: [], values: marks.map(\.adverse)),
      Series("favourable", unit: "share", labels: [], values: marks.map(\.favourable)),
      Series("profit", unit: "quote", labels: [], values: marks.map(\.profit)),
    ]
    return figure
  }
}
