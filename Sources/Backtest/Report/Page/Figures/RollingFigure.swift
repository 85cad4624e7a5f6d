import Core

extension Figure {
  /// The Sharpe ratio of the days before, with the error that it has as an estimate.
  static func rolling(_ data: ReportData) -> Figure {
    var figure = Figure(
      id: "rolling", title: "Sharpe ratio of the last \(data.rollingWindow) days", description: "")
    let known = data.rolling.filter { $0.sharpe.isFinite && $0.error.isFinite }
    guard known.count > 1 else {
      figure.missing =
        "Fewer than \(data.rollingWindow + 1) days with returns that vary: there is no window to look through."
      return figure
    }
    let points = Decimation.places(known.map(\.sharpe), limit: linePoints).map { known[$0] }
    let times = points.map(\.at)
    let lows = points.map { $0.sharpe - 1.96 * $0.error }
    let highs = points.map { $0.sharpe + 1.96 * $0.error }
    let axis = TimeAxis([times[0], times[times.count - 1]])
    let panel = Panel(
      top: 4, tall: 220, values: ValueAxis(lows + highs, holdsZero: true))
    var out = Markup()
    panel.draw(&out, time: axis) { out in
      panel.band(&out, axis, times, lows, highs, style: "error")
      panel.line(&out, axis, times, points.map(\.sharpe), name: "Sharpe", style: "c0")
    }
    let above = Double(known.count { $0.sharpe - 1.96 * $0.error > 0 }) / Double(known.count)
    figure.body = out.text
    figure.height = 248
    figure.legend = [("Sharpe ratio, annual", "c0"), ("95 % error band", "error")]
    figure.description =
      "From \(axis.text); between \(ReportNumber.ratio(known.map(\.sharpe).min())) and "
      + "\(ReportNumber.ratio(known.map(\.sharpe).max())). The band is above zero in \(ReportNumber.percent(above)) of the windows."
    figure.note =
      "The band is above zero in \(ReportNumber.percent(above)) of the windows. Windows overlap, so neighbouring errors are nearly the same error; those without variation are left out."
    figure.series = [
      Series("sharpe", unit: "ratio", times: known.map(\.at), values: known.map(\.sharpe)),
      Series("standard error", unit: "ratio", times: known.map(\.at), values: known.map(\.error)),
    ]
    return figure
  }
}
