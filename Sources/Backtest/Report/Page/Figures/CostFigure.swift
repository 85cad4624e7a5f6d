extension Figure {
  /// Where the result went: profit before costs, fees, spread and slippage, and what was left.
  static func costs(_ data: ReportData) -> Figure {
    var figure = Figure(id: "costs", title: "From gross to net", description: "")
    let costs = data.costs
    guard [costs.gross, costs.fees, costs.slippage, costs.net].allSatisfy(\.isFinite) else {
      figure.missing = "The amounts are beyond what can be drawn."
      return figure
    }
    guard [costs.gross, costs.fees, costs.slippage].contains(where: { $0 != 0 }) else {
      figure.missing = "Nothing was traded: nothing was earned, and nothing was paid."
      return figure
    }
    let afterFees = costs.gross - costs.fees
    let steps: [(name: String, low: Double, high: Double, style: String, value: Double)] = [
      ("Gross", 0, costs.gross, costs.gross < 0 ? "loss" : "gain", costs.gross),
      ("Fees", costs.gross, afterFees, "cost", -costs.fees),
      ("Spread, slippage", afterFees, costs.net, "cost", -costs.slippage),
      ("Net", 0, costs.net, costs.net < 0 ? "loss" : "gain", costs.net),
    ]
    let panel = Panel(
      top: 4, tall: 220, values: ValueAxis(steps.flatMap { [$0.low, $0.high] }, holdsZero: true),
      isLabelled: false)
    var out = Markup()
    let places = steps.indices.map { (place: (Double($0) + 0.5) / 4, label: steps[$0].name) }
    panel.draw(&out, places: [], isMarked: false) { out in
      for (index, step) in steps.enumerated() {
        let left = Double(index) / 4
        panel.bar(
          &out, from: left + 0.05, to: left + 0.2, step.low, step.high, style: step.style,
          tip: "\(step.name): \(ReportNumber.money(step.value, sign: true))")
      }
    }
    for (index, place) in places.enumerated() {
      let x = Panel.share(place.place)
      out.element("text", ["x": x, "y": "240", "class": "cell"], text: place.label)
      out.element(
        "text", ["x": x, "y": "257", "class": "cell strong"], text: ReportNumber.money(steps[index].value, sign: true))
    }
    figure.body = out.text
    figure.height = 264
    figure.description =
      "Profit before costs \(ReportNumber.money(costs.gross, sign: true)), fees \(ReportNumber.money(costs.fees)), spread "
      + "and slippage \(ReportNumber.money(costs.slippage)), net \(ReportNumber.money(costs.net, sign: true))."
    figure.note =
      "In quote currency, positions that were open at the end at their last price. Spread and slippage are what market "
      + "orders paid beyond the open of the bar; what stops lost inside of a bar is part of the gross."
    figure.series = [
      Series("amounts", unit: "quote", labels: steps.map(\.name), values: steps.map(\.value))
    ]
    return figure
  }
}
