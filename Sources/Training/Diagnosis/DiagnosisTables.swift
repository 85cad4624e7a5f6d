import Backtest

/// The numbers of a diagnosis as tables, for the terminal and for the page.
package struct DiagnosisTables {
  /// A table; the first cell of a row is its head.
  package struct Table {
    package var caption: String
    package var head: [String]
    package var rows: [[String]]
  }
  private let diagnosis: Diagnosis

  /// Tables of a diagnosis.
  package init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }

  private static func percent(_ value: Double?) -> String { value == nil ? "-" : DiagnosisWords.percent(value) }
  private static func number(_ value: Double?, _ decimals: Int) -> String {
    value == nil ? "-" : DiagnosisWords.number(value, decimals)
  }

  /// Who was looked at, and on what.
  package var lookedAt: String {
    let count = diagnosis.subject.series.count
    let from = diagnosis.subject.series.compactMap(\.from).min(), to = diagnosis.subject.series.compactMap(\.to).max()
    let span = from.flatMap { from in to.map { ", \(from) to \($0)" } } ?? ""
    return
      "\(diagnosis.decisions) decisions on \(count) series\(span), from all three positions, \(diagnosis.segments) "
      + "\(diagnosis.segments == 1 ? "segment" : "segments") of \(diagnosis.cycles) x \(diagnosis.steps); costs of "
      + "\(DiagnosisWords.number(diagnosis.costBp, 1)) bp a side."
  }

  /// How far states move, segment by segment.
  package var convergence: Table {
    Table(
      caption: "Segments",
      head: ["segment", "H moves", "L moves", "other action", "policy moves", "directions H", "L", "quotient"],
      rows: zip(diagnosis.convergence.segments, diagnosis.dimensions.rows).map { moved, directions in
        [
          "\(moved.segment)", Self.percent(moved.slowChange), Self.percent(moved.fastChange),
          Self.percent(moved.changedActions), Self.percent(moved.policyShift), Self.number(directions.slow, 1),
          Self.number(directions.fast, 1), Self.number(directions.quotient, 2),
        ]
      })
  }

  /// Payoff by depth.
  package var depth: Table {
    let depth = diagnosis.depth
    let share = { (count: Int) in Self.percent(Double(count) / Double(max(1, depth.decisions))) }
    return Table(
      caption: "Depths, over all decisions", head: ["depth", "payoff, bp", "stop here"],
      rows: depth.payoffBp.enumerated().map { index, payoff in
        ["\(index + 1)", Self.number(payoff, 4), share(depth.depths[index])]
      } + [["\(Self.number(depth.meanDepth, 2)), its own", Self.number(depth.ownPayoffBp, 4), ""]])
  }

  /// What depth brings by complexity and volatility.
  package var quintiles: Table {
    func rows(_ name: String, _ list: [DepthEvidence.Quintile]) -> [[String]] {
      list.map { row in
        [
          "\(name) \(row.quintile)", row.upTo.map { "to \(Self.number($0, 3))" } ?? "", "\(row.decisions)",
          Self.number(row.meanDepth, 2), Self.number(row.payoffBp.first, 4), Self.number(row.payoffBp.last, 4),
          Self.number(row.gain.gainBp, 4), DiagnosisWords.interval(row.gain), DiagnosisWords.chance(row.gain.p),
        ]
      }
    }
    return Table(
      caption: "Full depth against depth 1, by fifths",
      head: ["fifth", "values", "decisions", "own depth", "depth 1, bp", "full, bp", "gain, bp", "95 %", "p"],
      rows: rows("complexity", diagnosis.depth.complexity) + rows("volatility", diagnosis.depth.volatility))
  }

  /// Calibration of the halting head.
  package var halting: Table {
    let bins = diagnosis.halting.bins.filter { $0.count > 0 }.map { row in
      (name: "\(Self.percent(row.low)) to \(Self.percent(row.high))", row: row)
    }
    let segments = diagnosis.halting.segments.enumerated().map { (name: "after segment \($0 + 1)", row: $1) }
    return Table(
      caption: "What the halting head says, and how often the action is already the last one",
      head: ["said", "times", "mean", "came true"],
      rows: (bins + segments).map { name, row in
        [name, "\(row.count)", Self.percent(row.predicted), Self.percent(row.agreed)]
      })
  }

  /// Parts taken away.
  package var attribution: Table {
    Table(
      caption: "Without a part",
      head: ["", "other action", "policy moves", "payoff, bp", "change, bp", "95 %", "p of no more"],
      rows: diagnosis.attribution.rows.map { row in
        if let missing = row.missing { return [row.summary, missing, "", "", "", "", ""] }
        return [
          row.summary, Self.percent(row.changedActions), Self.percent(row.policyShift), Self.number(row.payoffBp, 4),
          Self.number(row.gain?.gainBp, 4), row.gain.map(DiagnosisWords.interval) ?? "-",
          DiagnosisWords.chance(row.gain?.p),
        ]
      })
  }

  /// Behaviour by regime.
  package var regimes: Table {
    let names = diagnosis.regimes.rows.first?.actions.keys.sorted() ?? []
    return Table(
      caption: "By regime: volatility, trend",
      head: ["", "decisions", "long", "short"] + names + ["payoff, bp", "error, bp"],
      rows: diagnosis.regimes.rows.filter { $0.decisions > 0 }.map { row in
        [row.regime, "\(row.decisions)", Self.percent(row.long), Self.percent(row.short)]
          + names.map { "\(row.actions[$0] ?? 0)" } + [Self.number(row.payoffBp, 4), Self.number(row.errorBp, 4)]
      })
  }

  /// What was looked at.
  package var data: Table {
    Table(
      caption: "Series", head: ["", "source", "from", "to", "bars", "decisions"],
      rows: diagnosis.subject.series.map {
        [$0.name, $0.source, $0.from ?? "-", $0.to ?? "-", "\($0.bars)", "\($0.decisions)"]
      })
  }
}
