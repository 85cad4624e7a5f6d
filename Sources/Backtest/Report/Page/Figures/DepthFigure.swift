import Core

extension Figure {
  /// A depth that never changes is a line below the upper end.
  private static let headroom = 1.1

  /// How deep a network thought, and how complex the market was, by day.
  static func depth(_ data: ReportData) -> Figure {
    var figure = Figure(id: "depth", title: "Depth of thought and complexity of the market", description: "")
    guard !data.depth.isEmpty else {
      figure.missing = "No network decided in this run: a rule has no depth of thought."
      return figure
    }
    let days = Decimation.places(data.depth.map(\.segments), limit: linePoints).map { data.depth[$0] }
    let axis = TimeAxis([days[0].at, days[days.count - 1].at])
    let upper = Panel(
      top: 4, tall: 170,
      values: ValueAxis(days.map { $0.segments * Self.headroom }, holdsZero: true))
    let complex = days.filter { $0.complexity != nil }
    let lower = Panel(
      top: 192, tall: 120, values: ValueAxis(complex.compactMap(\.complexity), marks: 3))
    var out = Markup()
    upper.draw(&out, time: axis, isMarked: complex.isEmpty) { out in
      upper.line(&out, axis, days.map(\.at), days.map(\.segments), name: "segments", style: "c0")
    }
    if !complex.isEmpty {
      lower.draw(&out, time: axis) { out in
        lower.line(
          &out, axis, complex.map(\.at), complex.compactMap(\.complexity), name: "complexity", style: "c1")
      }
    }
    figure.body = out.text
    figure.height = complex.isEmpty ? 198 : 340
    figure.legend =
      [("segments a decision, mean of the day", "c0")]
      + (complex.isEmpty ? [] : [("complexity of the market, mean of the day", "c1")])
    let total = data.depthCounts.reduce(0, +)
    let mean = data.depthCounts.enumerated().reduce(0.0) { $0 + Double($1.0 * $1.1) } / Double(max(1, total))
    figure.description =
      "\(ReportNumber.count(total)) decisions of a network from \(axis.text), of \(ReportNumber.fixed(mean, 2)) segments on "
      + "average."
    let shares = data.depthCounts.enumerated().filter { $0.1 > 0 }.map {
      "\($0.0) in \(ReportNumber.percent(Double($0.1) / Double(max(1, total))))"
    }
    figure.note = "Segments computed before thinking ended: " + shares.joined(separator: ", ") + " of the decisions."
    figure.series = [
      Series("segments", unit: "segments", times: data.depth.map(\.at), values: data.depth.map(\.segments)),
      Series(
        "complexity", unit: "complexity", times: data.depth.map(\.at), values: data.depth.map { $0.complexity ?? .nan }),
      Series(
        "decisions by segments", unit: "decisions", labels: data.depthCounts.indices.map { "\($0)" },
        values: data.depthCounts.map(Double.init)),
    ]
    return figure
  }
}
