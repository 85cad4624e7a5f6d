import Backtest
import Bot
import Core
import Settings

/// An evaluation as one HTML file: nothing is fetched, there is no script, and the same result gives the same bytes.
package struct EvaluationPage {
  private let result: EvaluationResult
  private let words: EvaluationWords

  /// A page of a result.
  package init(_ result: EvaluationResult) {
    self.result = result
    words = EvaluationWords(result)
  }

  /// Writes the page, whole or not at all. Throws `StartError` (73) that names the path.
  package static func write(_ result: EvaluationResult, to path: String) throws {
    try ReportFiles.replace(path, EvaluationPage(result).html)
  }

  /// The whole file.
  package var html: String {
    PageShell(
      title: "\(title): evaluation", over: "Evaluation out of sample", heading: title,
      footer: "Days are UTC; one ends with the close at midnight."
    ).html(main)
  }

  private var title: String {
    let names = result.run.models.map(\.manifest.name)
    return names.isEmpty ? "The baselines" : names.joined(separator: ", ")
  }

  private func main(_ out: inout Markup) {
    summary(&out)
    for (place, group) in result.groups.enumerated() { section(&out, place, group) }
    tried(&out)
  }

  private func summary(_ out: inout Markup) {
    out.firstBox(badges) { out in
      out.element("ul") { out in for line in words.lines { out.element("li", text: line) } }
    }
  }

  private var badges: [(name: String, text: String)] {
    var badges: [(String, String)] = []
    for model in result.run.models where model.manifest.untrained {
      badges.append(("UNTRAINED", "\(model.manifest.name) was never trained; its decisions mean nothing."))
    }
    if result.groups.contains(where: { $0.group.isSynthetic }) {
      badges.append(("SYNTHETIC", "Some of the prices are made up and were never traded; their groups say so."))
    }
    if !result.run.request.settings.hasLimits {
      badges.append(("LIMITS NONE", "No limits on drawdown, losses, sizes and rates, and no roll-back of the policy."))
    }
    if result.groups.flatMap(\.rows).contains(where: { $0.ruined > 0 }) {
      badges.append(("RUINED", "Some accounts were used up, most of them by short sales; their later days count as 0."))
    }
    return badges
  }

  // MARK: - Groups

  private func section(_ out: inout Markup, _ place: Int, _ group: EvaluationResult.Group) {
    let settings = result.run.request.settings
    out.section(group.group.name) { out in
      if group.group.isSynthetic {
        out.element("p", ["class": "badge"]) { $0.element("strong", text: "SYNTHETIC") }
      }
      let symbols = group.group.members.map(\.file.record.instrument)
      let shown = symbols.prefix(12).joined(separator: ", ") + (symbols.count > 12 ? ", …" : "")
      out.element(
        "p",
        text: "\(symbols.count) instrument\(symbols.count == 1 ? "" : "s") (\(shown)), \(EvaluationWords.span(group)), "
          + "\(group.days.count) days.")
      figure(&out, place, group)
      for tenths in settings.costTenths {
        ReportTables.write(
          &out, caption: "Net of \(factor(tenths)) times the costs", head: [""] + EvaluationText.columns.map(\.head),
          rows: group.rows.filter { $0.costTenths == tenths }.map { row in
            [EvaluationText.name(row)] + EvaluationText.columns.map { $0.text(row) }
          })
      }
      for entry in group.superiority {
        out.element(
          "p", ["class": "note"],
          text: "At \(factor(entry.costTenths)) times the costs the best of all policies beats flat with p = "
            + "\(ReportNumber.significant(entry.overFlat, 2)), buy-and-hold with p = "
            + "\(ReportNumber.significant(entry.overHold, 2)) (superior predictive ability, consistent).")
      }
      out.element("p", ["class": "note"], text: chanceNote(group))
    }
  }

  private func chanceNote(_ group: EvaluationResult.Group) -> String {
    var text =
      "Probability of overfitting (PBO): \(ReportNumber.ratio(group.overfitting)); one half or more says that choosing "
      + "from this table is worth nothing."
    if let spread = group.chanceSpread {
      text +=
        " The Sharpe ratios of the runs by chance scatter by \(ReportNumber.ratio(spread)) (one standard deviation)."
    }
    return text
  }

  /// A curve of chance is that of one run.
  private func lineName(_ row: EvaluationRow) -> String { row.isChance ? "chance, first run" : row.name }

  private func factor(_ tenths: Int) -> String { ReportNumber.fixed(Double(tenths) / 10, tenths % 10 == 0 ? 0 : 1) }

  /// Growth of the first rows at the first cost factor: models and baselines, as many as there are looks of lines.
  private func figure(_ out: inout Markup, _ place: Int, _ group: EvaluationResult.Group) {
    let tenths = result.run.request.settings.costTenths[0]
    let rows = group.rows.filter { $0.costTenths == tenths && $0.contender.word != "ablation" }.prefix(7)
    let times = group.days.map { CalendarDay(daysSinceEpoch: $0 + 1).start }
    guard times.count > 1, let first = times.first, let last = times.last else {
      out.element("p", ["class": "missing"], text: "Fewer than two days: there is no curve.")
      return
    }
    let growths = rows.map { row in
      var value = 1.0
      return row.returns.map { (change: Double) -> Double in
        value *= 1 + change
        return value - 1
      }
    }
    let axis = TimeAxis([first, last])
    let panel = Panel(top: 4, tall: 270, values: ValueAxis(growth: growths.joined()), isPercent: true)
    var figure = Figure(id: "group-\(place + 1)", title: "Equity curves", description: "")
    var body = Markup()
    panel.draw(&body, time: axis) { body in
      for (index, row) in rows.enumerated().reversed() {
        let places = Decimation.places(growths[index], limit: 600)
        panel.line(
          &body, axis, places.map { times[$0] }, places.map { growths[index][$0] }, name: lineName(row),
          style: "c\(index % 7)")
      }
    }
    (figure.body, figure.height) = (body.text, 298)
    figure.description =
      "Growth from \(axis.text), net of costs\(panel.values.isLogarithmic ? ", on a logarithmic axis" : ""). "
      + zip(rows, growths).map { "\(lineName($0)) ended at \(ReportNumber.percent($1.last, sign: true))" }.joined(
        separator: ", ")
    figure.legend = rows.enumerated().map { index, row in
      (lineName(row) + (row.isUntrained ? " (UNTRAINED)" : ""), "c\(index % 7)")
    }
    let scale = panel.values.isLogarithmic ? "; equal heights are equal factors" : ""
    out.figure(figure, caption: "Growth since the start, net of costs\(scale)")
  }

  // MARK: - What was tried

  private func tried(_ out: inout Markup) {
    let settings = result.run.request.settings
    out.section("What was tried, and on what") { out in
      out.element("p", text: "Trials that the deflated Sharpe ratio counts: \(result.trials) (\(result.trialNote)).")
      ReportTables.write(
        &out, caption: "Markets of the protocol", head: ["market", "from", "to", "fee", "slippage"],
        rows: settings.markets.map { market in
          [
            market.name, market.from.map { "\($0)" } ?? "the first bar",
            market.to.map { "before \($0)" } ?? "the last bar",
            basisPoints(market.fee), basisPoints(market.slippage),
          ]
        }, isText: true)
      if !result.run.models.isEmpty {
        ReportTables.write(
          &out, caption: "Models", head: ["model", "parameters", "form", "SHA-256 of the weights"],
          rows: result.run.models.map {
            [
              $0.manifest.name, ReportNumber.count($0.manifest.architecture.parameterCount),
              $0.manifest.architecture.form.text,
              String($0.manifest.weightsSHA256.prefix(16)) + "…",
            ]
          }, isText: true)
      }
      ReportTables.write(
        &out, caption: "Files", head: ["file", "from", "to", "span", "SHA-256"],
        rows: result.groups.flatMap(\.group.members).map { member in
          [
            member.file.record.path, "\(CalendarDay(member.span.lowerBound))",
            "\(CalendarDay(closing: member.span.upperBound))", member.why, String(member.file.sha256.prefix(16)) + "…",
          ]
        }, isText: true)
      list(&out, "Left out", result.run.groups.flatMap(\.group.omissions))
      list(&out, "Assumed", result.run.assumptions)
    }
  }

  private func basisPoints(_ rate: Rate) -> String {
    ReportNumber.significant(rate.approximate * 10_000, 2) + ReportNumber.unit("bp")
  }

  private func list(_ out: inout Markup, _ title: String, _ lines: [String]) {
    guard !lines.isEmpty else { return }
    out.element("h3", text: title)
    out.element("ul") { out in for line in lines { out.element("li", text: line) } }
  }
}
