import Backtest
import Bot
import Core
import Files

/// A diagnosis as one HTML file: nothing is fetched, there is no script, and the same diagnosis gives the same bytes.
package struct DiagnosisPage {
  private let diagnosis: Diagnosis
  private let tables: DiagnosisTables

  /// A page of a diagnosis.
  package init(_ diagnosis: Diagnosis) {
    self.diagnosis = diagnosis
    tables = DiagnosisTables(diagnosis)
  }

  /// Writes the page, whole or not at all. Throws `StartError` (73) that names the path.
  package static func write(_ diagnosis: Diagnosis, to path: String) throws {
    do {
      try DurableFile.replace(path, with: Array(DiagnosisPage(diagnosis).html.utf8), mode: 0o644)
    } catch let error as FileError {
      throw StartError("\(path): cannot be written: \(error)", exitCode: 73)
    }
  }

  /// The whole file.
  package var html: String {
    var out = Markup()
    out.element("html", ["lang": "en"]) { out in
      out.element("head") { head(&$0) }
      out.element("body") { $0.element("main") { main(&$0) } }
    }
    return "<!DOCTYPE html>\n" + out.text + "\n"
  }

  private func head(_ out: inout Markup) {
    out.leaf("meta", ["charset": "utf-8"])
    out.leaf(
      "meta",
      [
        "http-equiv": "Content-Security-Policy",
        "content": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
      ])
    out.leaf("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
    out.leaf("meta", ["name": "color-scheme", "content": "light dark"])
    out.element("title", text: "\(diagnosis.subject.model): diagnosis")
    out.element("style") { $0.raw(ReportStyle.drawing + ReportStyle.page + DiagnosisChart.style) }
  }

  private func main(_ out: inout Markup) {
    let figures = DiagnosisFigures(diagnosis: diagnosis)
    out.element("header") { out in
      out.element("p", ["class": "over"], text: "What the network does inside")
      out.element("h1", text: diagnosis.subject.model)
    }
    summary(&out)
    section(&out, "Convergence", [figures.segments, figures.updates], [])
    section(&out, "Depth", [figures.depth, figures.payoff, figures.gains], [tables.depth, tables.quintiles])
    section(&out, "Dimensions", [figures.dimensions], [])
    section(&out, "Halting", [figures.halting], [tables.halting])
    section(&out, "What each part contributes", [figures.attribution], [tables.attribution])
    section(&out, "Regimes", [figures.regimes], [tables.regimes])
    section(&out, "Data", [], [tables.data])
    out.element("footer") {
      $0.element(
        "p",
        text: "Times are UTC. Payoffs are those of the surest action, net of costs, per unit of position and decision.")
    }
  }

  private func summary(_ out: inout Markup) {
    out.element("section", ["class": "first", "aria-labelledby": "first"]) { out in
      out.element("h2", ["id": "first"], text: "In plain words")
      for badge in diagnosis.subject.badges {
        out.element("p", ["class": "badge"]) { out in
          out.element("strong", text: badge.name)
          out.write(": \(badge.text)")
        }
      }
      out.element("p", text: tables.lookedAt)
      for finding in diagnosis.findings {
        out.element("p") { out in
          out.element("strong", text: "\(finding.heading). ")
          out.write(finding.text)
        }
      }
    }
  }

  private func section(
    _ out: inout Markup, _ title: String, _ figures: [Figure], _ tables: [DiagnosisTables.Table]
  ) {
    out.element("section") { out in
      out.element("h2", text: title)
      for figure in figures { draw(&out, figure) }
      for table in tables where !table.rows.isEmpty {
        ReportTables.write(&out, caption: table.caption, head: table.head, rows: table.rows)
      }
    }
  }

  private func draw(_ out: inout Markup, _ figure: Figure) {
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
}
