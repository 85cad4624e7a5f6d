import Core

extension Figure {
  /// Points of a line that are drawn at most.
  static let linePoints = 1200
  /// Depth of the panel of falls at least: an account that never fell is at its top.
  private static let leastFall = 0.01

  /// Equity of the policy against the baselines, as growth since the start, with the falls of the policy below.
  static func equity(_ data: ReportData) -> Figure {
    var figure = Figure(id: "equity", title: "Equity against the baselines", description: "")
    let lines = data.lines.map(thinned).filter { $0.times.count > 1 }
    guard let tested = lines.first, tested.name == data.policy else {
      figure.missing = "Fewer than two moments with bars: there is no curve."
      return figure
    }
    let axis = TimeAxis(lines.flatMap { [$0.times[0], $0.times[$0.times.count - 1]] })
    let growths = lines.map { line in line.equity.map { $0 / data.startQuote - 1 } }
    let upper = Panel(top: 20, tall: 270, values: ValueAxis(growth: growths.joined()), isPercent: true)
    let falls = tested.drawdowns.map { -$0 }
    let lower = Panel(
      top: 308, tall: 110, values: ValueAxis(falls + [-leastFall], marks: 3, holdsZero: true), isPercent: true)
    let isLogarithmic = upper.values.isLogarithmic
    let scale = isLogarithmic ? ", logarithmic" : ""
    var out = Markup()
    out.element("text", ["x": "4", "y": "12", "class": "tick"], text: "growth since the start\(scale)")
    upper.draw(&out, time: axis, isMarked: false) { out in
      for (index, line) in lines.enumerated().reversed() {
        upper.line(&out, axis, line.times, growths[index], name: line.name, style: "c\(index % 7)")
      }
    }
    lower.draw(&out, time: axis) { out in
      lower.band(&out, axis, tested.times, falls, falls.map { _ in 0 }, style: "fall")
      lower.line(&out, axis, tested.times, falls, name: "drawdown", style: "thin c0")
    }
    figure.body = out.text
    figure.height = 440
    figure.legend = lines.indices.map { (lines[$0].name, "c\($0 % 7)") }
    figure.description =
      "Growth since the start from \(axis.text), net of all costs\(isLogarithmic ? ", on a logarithmic axis" : ""). "
      + lines.map { "\($0.name) ended at \(ReportNumber.percent($0.totalReturn, sign: true))" }.joined(separator: ", ")
      + ". Below, how far the policy stood under its highest equity: \(ReportNumber.percent(tested.maxDrawdown)) at worst."
    figure.note =
      "Growth since the start, net of all costs; below, how far the policy stood under its highest equity."
      + (isLogarithmic ? " Equal heights are equal factors." : "")
      + (isLogarithmic && growths.joined().contains { $0 < ValueAxis.leastLeft - 1 }
        ? " What lost more than \(ReportNumber.percent(1 - ValueAxis.leastLeft)) is drawn at the lower end." : "")
    figure.series = lines.indices.flatMap { index in
      [
        Series(lines[index].name, unit: "quote", times: lines[index].times, values: lines[index].equity),
        Series(
          "\(lines[index].name) drawdown", unit: "share", times: lines[index].times, values: lines[index].drawdowns),
      ]
    }
    return figure
  }

  private static func thinned(_ line: ReportData.Line) -> ReportData.Line {
    var line = line
    let places = Decimation.places(line.equity, limit: linePoints)
    guard places.count < line.equity.count else { return line }
    line.times = places.map { line.times[$0] }
    line.equity = places.map { line.equity[$0] }
    line.drawdowns = places.map { line.drawdowns[$0] }
    return line
  }
}
