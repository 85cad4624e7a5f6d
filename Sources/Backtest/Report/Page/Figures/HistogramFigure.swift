import Statistics

extension Figure {
  /// Returns by day in classes of one width.
  static func returns(_ data: ReportData) -> Figure {
    let figure = Figure(id: "returns", title: "Distribution of the daily returns", description: "")
    let tail = Quantile.of(sorted: data.dailyReturns.sorted(), share: 0.05)
    return histogram(
      figure, data.dailyReturns, unit: "share", what: "days", label: { ReportNumber.percent($0) },
      marks: [("mean", Moments(data.dailyReturns)?.mean), ("worst 5 % of the days end here", tail)],
      missing: "Fewer than two days with a return.")
  }

  /// Trades by what they brought in units of what they risked.
  static func risk(_ data: ReportData) -> Figure {
    let figure = Figure(id: "risk", title: "Trades in units of their risk (R)", description: "")
    let multiples = data.marks.compactMap(\.riskMultiple)
    return histogram(
      figure, multiples, unit: "R", what: "trades", label: { ReportNumber.significant($0, 2) + ReportNumber.unit("R") },
      marks: [("mean", Moments(multiples)?.mean)],
      missing: "Fewer than two trades that were closed had a stop to measure their risk by.")
  }

  private static func histogram(
    _ figure: Figure, _ values: [Double], unit: String, what: String, label: @escaping (Double) -> String,
    marks: [(name: String, value: Double?)], missing: String
  ) -> Figure {
    var figure = figure
    let values = values.filter(\.isFinite)
    guard values.count > 1 else {
      figure.missing = missing
      return figure
    }
    let sorted = values.sorted()
    guard sorted[0] < sorted[sorted.count - 1] else {
      figure.missing = "All \(ReportNumber.count(values.count)) \(what) came to \(label(sorted[0]))."
      return figure
    }
    // A single day far out must not press all others into one class: classes end at the outer half percents.
    let inner = [Quantile.of(sorted: sorted, share: 0.005)!, Quantile.of(sorted: sorted, share: 0.995)!]
    let axis = ValueAxis(inner, marks: 30)
    let classes = max(1, Int(((axis.high - axis.low) / axis.step).rounded()))
    var counts = [Int](repeating: 0, count: classes)
    for value in values {
      counts[min(max(Int(((value - axis.low) / axis.step).rounded(.down)), 0), classes - 1)] += 1
    }
    let panel = Panel(
      top: 4, tall: 200, values: ValueAxis(counts.map(Double.init), marks: 4, holdsZero: true))
    let ticks = ValueAxis([axis.low, axis.high], marks: 6, isRounded: false)
    var out = Markup()
    panel.draw(
      &out,
      places: ticks.ticks.map {
        (place: axis.place($0), label: unit == "R" ? ticks.label($0) + ReportNumber.unit("R") : ticks.percentLabel($0))
      }
    ) { out in
      for (index, count) in counts.enumerated() where count > 0 {
        let low = axis.low + Double(index) * axis.step
        panel.bar(
          &out, from: Double(index) / Double(classes), to: (Double(index) + 0.92) / Double(classes), 0, Double(count),
          style: low + axis.step / 2 >= 0 ? "gain" : "loss",
          tip: "\(label(low)) to \(label(low + axis.step)): \(ReportNumber.count(count)) \(what)")
      }
    }
    let known = marks.compactMap { mark in mark.value.map { (name: mark.name, value: $0) } }
    for (index, mark) in known.enumerated() where mark.value.isFinite {
      let x = Panel.share(axis.place(mark.value))
      out.leaf("line", ["x1": x, "x2": x, "y1": "4", "y2": "204", "class": "mark\(index)"])
    }
    figure.body = out.text
    figure.height = 228
    figure.legend = known.enumerated().map { ("\($1.name): \(label($1.value))", "mark\($0)") }
    figure.description =
      "\(ReportNumber.count(values.count)) \(what) between \(label(sorted[0])) and \(label(sorted[sorted.count - 1])), in "
      + "classes of \(label(axis.step))."
    figure.note =
      "Number of \(what) by class; what lies further out is in the outer classes: from \(label(sorted[0])) to "
      + "\(label(sorted[sorted.count - 1])) in all."
    figure.series = [
      Series(
        "classes", unit: what, labels: counts.indices.map { label(axis.low + Double($0) * axis.step) },
        values: counts.map(Double.init)),
      Series(unit == "R" ? "multiples" : "returns", unit: unit, labels: [], values: values),
    ]
    return figure
  }
}
