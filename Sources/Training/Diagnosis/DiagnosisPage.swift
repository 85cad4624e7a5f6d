import Backtest

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
    try ReportFiles.replace(path, DiagnosisPage(diagnosis).html)
  }

  /// The whole file.
  package var html: String {
    var shell = PageShell(
      title: "\(diagnosis.subject.model): diagnosis", over: "What the network does inside",
      heading: diagnosis.subject.model,
      footer: "Times are UTC. Payoffs are those of the surest action, net of costs, per unit of position and decision.")
    shell.style = DiagnosisChart.style
    return shell.html(main)
  }

  private func main(_ out: inout Markup) {
    let figures = DiagnosisFigures(diagnosis: diagnosis)
    summary(&out)
    section(&out, "Convergence", [figures.segments, figures.updates], [])
    section(&out, "Depth", [figures.depth, figures.payoff, figures.gains], [tables.depth, tables.quintiles])
    section(&out, "Dimensions", [figures.dimensions], [])
    section(&out, "Halting", [figures.halting], [tables.halting])
    section(&out, "What each part contributes", [figures.attribution], [tables.attribution])
    section(&out, "Regimes", [figures.regimes], [tables.regimes])
    section(&out, "Data", [], [tables.data])
  }

  private func summary(_ out: inout Markup) {
    out.firstBox(diagnosis.subject.badges.map { ($0.name, $0.text) }) { out in
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
    out.section(title) { out in
      for figure in figures { out.figure(figure) }
      for table in tables where !table.rows.isEmpty {
        ReportTables.write(&out, caption: table.caption, head: table.head, rows: table.rows)
      }
    }
  }
}
