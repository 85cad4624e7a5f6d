extension Figure {
  /// How often each check stood against a decision.
  static func vetoes(_ data: ReportData) -> Figure {
    var figure = Figure(id: "vetoes", title: "What the risk veto stopped", description: "")
    let order = data.vetoes.indices.sorted { (-data.vetoes[$0].count, $0) < (-data.vetoes[$1].count, $1) }
    let vetoes = order.map { data.vetoes[$0] }
    guard let most = vetoes.first?.count, most > 0 else {
      figure.missing = "The veto stopped no decision."
      return figure
    }
    var out = Markup()
    for (row, veto) in vetoes.enumerated() {
      let top = 4 + 40 * row
      let share = Double(veto.count) / Double(most)
      out.element("g") { out in
        out.element("title", text: "\(veto.name): \(ReportNumber.count(veto.count))")
        out.element("text", ["x": "0", "y": "\(top + 12)"], text: veto.name.replacing("_", with: " "))
        out.element(
          "text", ["x": "100%", "y": "\(top + 12)", "text-anchor": "end"], text: ReportNumber.count(veto.count))
        out.leaf("rect", ["x": "0", "y": "\(top + 18)", "width": "100%", "height": "10", "class": "track"])
        out.leaf(
          "rect",
          ["x": "0", "y": "\(top + 18)", "width": Panel.share(max(0.002, share)), "height": "10", "class": "total"])
      }
    }
    let total = vetoes.reduce(0) { $0 + $1.count }
    figure.body = out.text
    figure.height = 4 + 40 * vetoes.count
    figure.description =
      "\(ReportNumber.count(total)) vetoes: "
      + vetoes.map { "\($0.name) \(ReportNumber.count($0.count))" }.joined(separator: ", ") + "."
    figure.note = "\(ReportNumber.count(total)) decisions, by the check that is named as the reason."
    figure.series = [
      Series("vetoes", unit: "decisions", labels: vetoes.map(\.name), values: vetoes.map { Double($0.count) })
    ]
    return figure
  }
}
