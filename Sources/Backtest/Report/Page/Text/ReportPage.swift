import Core
import Digest
import Foundation

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
    var out = Markup()
    out.element("html", ["lang": "en"]) { out in
      out.element("head") { head(&$0) }
      out.element("body") { out in
        out.element("main") { main(&$0) }
        if !ReportScript.code.isEmpty { out.element("script") { $0.raw(ReportScript.code) } }
      }
    }
    return "<!DOCTYPE html>\n" + out.text + "\n"
  }

  private func head(_ out: inout Markup) {
    let hash = SHA256.digest(Array(ReportScript.code.utf8))
    let policy =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-\(Data(hash).base64EncodedString())'; "
      + "base-uri 'none'; form-action 'none'"
    out.leaf("meta", ["charset": "utf-8"])
    out.leaf("meta", ["http-equiv": "Content-Security-Policy", "content": policy])
    out.leaf("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
    out.leaf("meta", ["name": "color-scheme", "content": "light dark"])
    out.element("title", text: "\(data.policy): backtest report")
    out.element("style") { $0.raw(ReportStyle.drawing + ReportStyle.page + ReportStyle.choice(figures.prices.count)) }
  }

  private func main(_ out: inout Markup) {
    let tables = ReportTables(data: data)
    out.element("header") { out in
      out.element("p", ["class": "over"], text: "Backtest report")
      out.element("h1", text: data.policy)
    }
    summary(&out)
    section(&out, "Against the baselines") { out in
      figure(&out, figures.named("equity"))
      tables.baselines(&out)
      out.element(
        "p", ["class": "note"],
        text:
          "Baselines are rules that nobody tuned for these data. Chance opens and closes about as often as the policy.")
    }
    section(&out, "Month by month") { out in
      figure(&out, figures.named("months"))
      tables.falls(&out)
    }
    section(&out, "Trades on price", prices)
    section(&out, "Costs and activity") { out in
      figure(&out, figures.named("costs"))
      tables.activity(&out)
      tables.markets(&out)
    }
    section(&out, "How steady it was") { out in
      figure(&out, figures.named("rolling"))
      figure(&out, figures.named("returns"))
      tables.regimes(&out)
    }
    section(&out, "Trades") { out in
      tables.trades(&out)
      figure(&out, figures.named("risk"))
      figure(&out, figures.named("excursions"))
    }
    section(&out, "Decisions") { out in
      decisions(&out)
      figure(&out, figures.named("vetoes"))
      figure(&out, figures.named("depth"))
      diary(&out)
    }
    section(&out, "Settings, assumptions and data") { out in
      named(&out, data.settings, "Settings and assumptions")
      named(&out, data.data, "Data")
    }
    out.element("footer") { out in
      out.element("p", text: "Times are UTC. Amounts are in quote currency. A day ends with the close at midnight.")
    }
  }

  // MARK: - Parts

  private func summary(_ out: inout Markup) {
    let words = PlainWords(data: data)
    out.element("section", ["class": "first", "aria-labelledby": "first"]) { out in
      out.element("h2", ["id": "first"], text: "In plain words")
      for badge in words.badges {
        out.element("p", ["class": "badge"]) { out in
          out.element("strong", text: badge.name)
          out.write(": \(badge.text)")
        }
      }
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

  private func section(_ out: inout Markup, _ title: String, _ body: (inout Markup) -> Void) {
    out.element("section") { out in
      out.element("h2", text: title)
      body(&out)
    }
  }

  private func figure(_ out: inout Markup, _ figure: Figure) {
    out.element("figure", ["id": figure.id]) { out in
      out.element("figcaption") { $0.element("strong", text: figure.title) }
      if let missing = figure.missing {
        out.element("p", ["class": "missing"], text: missing)
        return
      }
      out.raw(figure.svg(isAlone: false))
      if !figure.legend.isEmpty {
        out.element("ul", ["class": "legend"]) { out in
          for item in figure.legend {
            out.element("li") { out in
              out.element("svg", ["width": "28", "height": "12", "aria-hidden": "true"]) {
                $0.leaf("line", ["x1": "2", "x2": "26", "y1": "6", "y2": "6", "class": item.style])
              }
              out.write(" \(item.name)")
            }
          }
        }
      }
      out.element("p", ["class": "note"], text: figure.note)
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
      out.element("div", ["class": "panels"]) { out in for figure in figures.prices { self.figure(&out, figure) } }
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
