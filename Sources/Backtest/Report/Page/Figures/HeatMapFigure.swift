import Core

extension Figure {
  private static let monthNames = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  /// Years that are drawn; of more, the last.
  private static let heatYears = 40

  /// Returns by month, a line a year, with those of whole years at the end.
  static func months(_ data: ReportData) -> Figure {
    var figure = Figure(id: "months", title: "Return by month", description: "")
    guard !data.months.isEmpty else {
      figure.missing = "No day with a return: there is no month to show."
      return figure
    }
    let years = data.years.suffix(heatYears)
    let reach = max(data.months.map { abs($0.value) }.max() ?? 0, 1e-9)
    var out = Markup()
    let names = [""] + monthNames + ["Year"]
    for (column, name) in names.enumerated() {
      out.element("text", ["x": centre(column), "y": "16", "class": "cell head"], text: name)
    }
    for (row, year) in years.enumerated() {
      let top = 26 + 30 * row
      out.element("text", ["x": centre(0), "y": "\(top + 19)", "class": "cell head"], text: "\(year.year)")
      for month in data.months where month.year == year.year {
        let column = month.month ?? 0
        cell(&out, column, top, month.value, reach, "\(monthNames[column - 1]) \(year.year)")
      }
      cell(&out, 13, top, year.value, .infinity, "\(year.year)")
    }
    figure.body = out.text
    figure.height = 30 + 30 * years.count
    let best = data.months.max { $0.value < $1.value }!
    let worst = data.months.min { $0.value < $1.value }!
    func words(_ month: Int?, _ year: Int, _ value: Double) -> String {
      "\(monthNames[(month ?? 1) - 1]) \(year) with \(ReportNumber.percent(value, sign: true))"
    }
    figure.description =
      "\(data.months.count) months. The best was \(words(best.month, best.year, best.value)), the worst "
      + "\(words(worst.month, worst.year, worst.value))."
    figure.note =
      "Percent, compounded from the daily returns, net of all costs. Blue gained, orange lost. The first and the last month "
      + "may be cut short."
      + (data.years.count > heatYears ? " The last \(heatYears) of \(data.years.count) years." : "")
    figure.series = [
      Series(
        "months", unit: "share",
        labels: data.months.map { "\($0.year)-" + String("0\($0.month ?? 0)".suffix(2)) },
        values: data.months.map(\.value)),
      Series("years", unit: "share", labels: data.years.map { "\($0.year)" }, values: data.years.map(\.value)),
    ]
    return figure
  }

  private static func centre(_ column: Int) -> String { Panel.share((Double(column) + 0.5) / 14) }

  private static func cell(
    _ out: inout Markup, _ column: Int, _ top: Int, _ value: Double, _ reach: Double, _ name: String
  ) {
    let depth = reach.isFinite ? min(4, max(1, Int((abs(value) / reach * 4).rounded(.up)))) : 0
    let style = value == 0 ? "heat" : "heat \(value > 0 ? "gain" : "loss")\(depth)"
    out.element("g") { out in
      out.element("title", text: "\(name): \(ReportNumber.percent(value, sign: true))")
      out.leaf(
        "rect",
        ["x": Panel.share(Double(column) / 14), "y": "\(top)", "width": "7.0%", "height": "28", "class": style])
      out.element("text", ["x": centre(column), "y": "\(top + 19)", "class": "cell"], text: short(value))
    }
  }

  /// Percent in at most five characters where that is possible.
  private static func short(_ value: Double) -> String {
    let percent = value * 100
    return ReportNumber.fixed(percent, abs(percent) < 9.95 ? 1 : 0)
  }
}
