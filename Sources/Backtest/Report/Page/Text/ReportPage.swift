import Core

/// The report as one HTML file: nothing is fetched, and without JavaScript only zoom and read-outs are missing.
package struct ReportPage: Sendable {
  private let data: ReportData
  private let figures: FigureSet
  /// Lines of the diary that are shown.
  private static let diaryLines = 40

  /// A page of a report.
  package init(_ data: ReportData) {
    self.data = data
    figures = FigureSet(data)
  }

  /// The whole file. The same data give the same bytes.
  package var html: String {
    var shell = PageShell(
      title: "\(data.policy): backtest report", over: "Backtest report", heading: data.policy,
      footer: "Times are UTC. Amounts are in quote currency. A day ends with the close at midnight.")
    shell.style = ReportStyle.choice(figures.prices.count)
    shell.script = ReportScript.code
    return shell.html(main)
  }

  private func main(_ out: inout Markup) {
    let tables = ReportTables(data: data)
    summary(&out)
    out.section("Against the baselines") { out in
      out.figure(figures.named("equity"))
      tables.baselines(&out)
      out.element(
        "p", ["class": "note"],
        text:
          "Baselines are rules that nobody tuned for these data. Chance opens and closes about as often as the policy.")
    }
    if !data.choices.isEmpty { out.section("Was the best picked by luck?", tables.choices) }
    out.section("Month by month") { out in
      out.figure(figures.named("months"))
      tables.falls(&out)
    }
    out.section("Trades on price", prices)
    out.section("Costs and activity") { out in
      out.figure(figures.named("costs"))
      tables.activity(&out)
      tables.markets(&out)
    }
    out.section("How steady it was") { out in
      out.figure(figures.named("rolling"))
      out.figure(figures.named("returns"))
      tables.regimes(&out)
    }
    out.section("Trades") { out in
      tables.trades(&out)
      out.figure(figures.named("risk"))
      out.figure(figures.named("excursions"))
    }
    out.section("Decisions") { out in
      decisions(&out)
      out.figure(figures.named("vetoes"))
      out.figure(figures.named("depth"))
      diary(&out)
    }
    out.section("Settings, assumptions and data") { out in
      named(&out, data.settings, "Settings and assumptions")
      named(&out, data.data, "Data")
    }
  }

  // MARK: - Parts

  private func summary(_ out: inout Markup) {
    let words = PlainWords(data: data)
    out.firstBox(words.badges) { out in
      out.element("div", ["class": "tiles"]) { out in
        for tile in words.tiles {
          out.element("div", ["class": "tile"]) { out in
            out.element("span", ["class": "name"], text: tile.name)
            out.write(" ")
            out.element("strong", text: tile.value)
            out.write(" ")
            out.element("span", ["class": "small"], text: tile.note)
          }
        }
      }
      for (name, text) in [("Tested", words.tested), ("Result", words.result), ("Luck", words.luck)] {
        out.element("p") { out in
          out.element("strong", text: "\(name). ")
          out.write(text)
        }
      }
      out.element("p") { $0.element("strong", text: "What it does not prove.") }
      out.element("ul") { out in for line in words.limits { out.element("li", text: line) } }
    }
  }

  private func prices(_ out: inout Markup) {
    guard !figures.prices.isEmpty else {
      out.element("p", ["class": "missing"], text: "No instrument: there is no price to draw.")
      return
    }
    // The choices stand beside the drawings, so that a rule of style shows the chosen one without JavaScript.
    out.element(
      "div", ["class": "choice", "role": "radiogroup", "aria-label": "Instrument, with its number of trades"]
    ) { out in
      for (index, market) in data.markets.enumerated() where data.markets.count > 1 {
        let id = "choice-\(index + 1)"
        if index == 0 {
          out.leaf("input", ["type": "radio", "name": "market", "id": id, "checked": "checked"])
        } else {
          out.leaf("input", ["type": "radio", "name": "market", "id": id])
        }
        out.element("label", ["for": id], text: "\(market.symbol) (\(ReportNumber.count(market.closedTrades)))")
      }
      out.element("div", ["class": "panels"]) { out in for figure in figures.prices { out.figure(figure) } }
    }
  }

  private func decisions(_ out: inout Markup) {
    let total = data.decisions.reduce(0) { $0 + $1.count }
    guard total > 0 else {
      out.element("p", ["class": "missing"], text: "No decision was made.")
      return
    }
    ReportTables.write(
      &out, caption: "What the policy wished for", head: ["", "decisions", "share"],
      rows: data.decisions.map {
        [
          $0.name.replacing("_", with: " "), ReportNumber.count($0.count),
          ReportNumber.percent(Double($0.count) / Double(total)),
        ]
      })
  }

  private func diary(_ out: inout Markup) {
    guard !data.diary.isEmpty else { return }
    let rows = data.diary.prefix(Self.diaryLines).map { ["\($0.at)", ReportNumber.shortened($0.text)] }
    let rest = data.diary.count + data.droppedDiary - rows.count
    ReportTables.write(
      &out,
      caption: "Stops, roll-backs and alerts" + (rest > 0 ? "; \(ReportNumber.count(rest)) more are not shown" : ""),
      head: ["when", "what"], rows: rows, isText: true)
  }

  private func named(_ out: inout Markup, _ list: [ReportData.Named], _ caption: String) {
    guard !list.isEmpty else { return }
    ReportTables.write(
      &out, caption: caption, head: ["what", "value"], rows: list.map { [$0.name, $0.value] }, isText: true)
  }
}
