import Backtest

/// The drawings of a diagnosis; each has the finding that it shows below it.
struct DiagnosisFigures {
  let diagnosis: Diagnosis

  private typealias Line = DiagnosisChart.Line

  private func figure(
    _ id: String, _ title: String, _ note: String, legend: [Line] = [], body: String?
  ) -> Figure {
    var figure = Figure(id: id, title: title, description: note)
    figure.note = note
    figure.height = DiagnosisChart.height
    figure.legend = legend.map { ($0.name, $0.style) }
    if let body { figure.body = body } else { figure.missing = note }
    return figure
  }

  private static func axis(_ lines: [Line]) -> ValueAxis {
    ValueAxis(lines.flatMap { $0.values.compactMap { $0 } }, holdsZero: true)
  }

  private static func percent(_ value: Double) -> String { ReportNumber.percent(value) }
  private static func plain(_ value: Double) -> String { ReportNumber.significant(value, 3) }
  private static func points(_ value: Double) -> String { plain(value) + ReportNumber.unit("bp") }

  private func bars(
    _ id: String, _ title: String, _ note: String, _ places: [String], _ lines: [Line], isPercent: Bool,
    text: @escaping (Double) -> String
  ) -> Figure {
    let chart = DiagnosisChart(places, axis: Self.axis(lines), isPercent: isPercent, text: text)
    return figure(id, title, note, legend: lines.count > 1 ? lines : [], body: chart.bars(lines))
  }

  /// How far each segment moves the states.
  var segments: Figure {
    let rows = diagnosis.convergence.segments
    let lines = [
      Line(name: "H", style: "c0", values: rows.map(\.slowChange)),
      Line(name: "L", style: "c1", values: rows.map(\.fastChange)),
      Line(name: "share of changed actions", style: "c2", values: rows.map(\.changedActions)),
      Line(name: "probability of actions that moves", style: "c3", values: rows.map(\.policyShift)),
    ]
    return bars(
      "segments", "How far each segment moves the states, and how often it changes the action",
      diagnosis.convergence.finding, rows.map { "segment \($0.segment)" }, lines, isPercent: true, text: Self.percent)
  }

  /// How far each update within the segments moves the states.
  var updates: Figure {
    let rows = diagnosis.convergence.updates
    let lines = [
      Line(name: "H", style: "c0", values: rows.map { $0.isSlow ? $0.change : nil }),
      Line(name: "L", style: "c1", values: rows.map { $0.isSlow ? nil : $0.change }),
    ]
    let isFew = rows.count <= 16
    let names = rows.map { row in
      isFew || (row.cycle == 1 && row.step == 1)
        ? row.isSlow ? "H \(row.segment).\(row.cycle)" : "L \(row.segment).\(row.cycle).\(row.step)" : ""
    }
    let chart = DiagnosisChart(names, axis: Self.axis(lines), isPercent: true, text: Self.percent)
    let note =
      "Relative change of each update in the order of computing (segment, cycle, step), mean over "
      + "\(diagnosis.convergence.sampled) decisions from flat. A curve that falls towards nothing within a cycle is one "
      + "of a module that settles."
    return figure(
      "updates", "How far each update moves its state", note, legend: lines,
      body: rows.isEmpty ? nil : chart.lines(lines))
  }

  private static let fifths = (1...5).map { $0 == 1 ? "1, least" : $0 == 5 ? "5, most" : "\($0)" }

  /// Depth by complexity and volatility.
  var depth: Figure {
    let lines = [
      Line(name: "by complexity", style: "c0", values: diagnosis.depth.complexity.map(\.meanDepth)),
      Line(name: "by volatility", style: "c1", values: diagnosis.depth.volatility.map(\.meanDepth)),
    ]
    return bars(
      "depth", "Segments until the network stops by itself", diagnosis.depth.depthFinding, Self.fifths, lines,
      isPercent: false, text: Self.plain)
  }

  /// Payoff by depth within each fifth of complexity.
  var payoff: Figure {
    let rows = diagnosis.depth.complexity
    let lines = rows.map { row in
      Line(
        name: "quintile \(row.quintile) of complexity", style: "c\(row.quintile - 1)", values: row.payoffBp.map { $0 })
    }
    let chart = DiagnosisChart(
      (1...max(1, diagnosis.depth.segments)).map { "depth \($0)" }, axis: Self.axis(lines), text: Self.points)
    return figure(
      "payoff", "Net payoff of a decision by depth, in basis points",
      "Each depth trades along the bars with its own positions; costs of \(ReportNumber.significant(diagnosis.costBp, 3)) "
        + "bp a side are taken off.", legend: lines, body: chart.lines(lines))
  }

  /// What full depth earns more, with its interval.
  var gains: Figure {
    let rows = diagnosis.depth.complexity.map(\.gain) + [diagnosis.depth.gain]
    let chart = DiagnosisChart(
      Self.fifths + ["all"],
      axis: ValueAxis(rows.flatMap { [$0.gainBp, $0.lowBp ?? 0, $0.highBp ?? 0] }, holdsZero: true),
      text: Self.points)
    return figure(
      "gains", "What depth \(diagnosis.depth.segments) earns more than depth 1, by complexity, in basis points",
      diagnosis.depth.finding,
      body: diagnosis.depth.segments > 1
        ? chart.ranges(rows.map { ($0.decisions > 0 ? $0.gainBp : nil, $0.lowBp, $0.highBp) }, style: "c0") : nil)
  }

  /// Directions that the states vary in.
  var dimensions: Figure {
    let rows = diagnosis.dimensions.rows
    let lines = [
      Line(name: "H", style: "c0", values: rows.map(\.slow)), Line(name: "L", style: "c1", values: rows.map(\.fast)),
    ]
    return bars(
      "dimensions", "Directions that the states vary in (participation ratio)", diagnosis.dimensions.finding,
      rows.map { "segment \($0.segment)" }, lines, isPercent: false, text: Self.plain)
  }

  /// Predictions of the halting head against what came true.
  var halting: Figure {
    let marks = (0..<HaltingCalibration.binCount).map { $0 % 2 == 0 ? "\($0 * 10 + 5)\u{A0}%" : "" }
    let chart = DiagnosisChart(marks, axis: ValueAxis([0, 1]), isPercent: true, text: Self.percent)
    return figure(
      "halting", "Said by the halting head (across) and what came true (up)", diagnosis.halting.finding,
      body: diagnosis.halting.count > 0 ? chart.calibration(diagnosis.halting.bins) : nil)
  }

  private static let parts: [Attribution.Part: String] = [
    .slowMemory: "H frozen", .fastMemory: "L frozen", .instrument: "no instrument", .timeframe: "no timeframe",
    .cycles: "one cycle", .steps: "one step",
  ]

  /// What is lost without a part.
  var attribution: Figure {
    let rows = diagnosis.attribution.rows.filter { $0.missing == nil }
    let gains = rows.compactMap(\.gain)
    let chart = DiagnosisChart(
      rows.map { Self.parts[$0.part] ?? $0.part.rawValue },
      axis: ValueAxis(gains.flatMap { [$0.gainBp, $0.lowBp ?? 0, $0.highBp ?? 0] }, holdsZero: true), text: Self.points)
    return figure(
      "attribution", "Change of the payoff of a decision without a part, in basis points",
      diagnosis.attribution.finding,
      body: rows.isEmpty
        ? nil : chart.ranges(rows.map { ($0.gain?.gainBp, $0.gain?.lowBp, $0.gain?.highBp) }, style: "c1"))
  }

  /// Positions by regime.
  var regimes: Figure {
    let rows = diagnosis.regimes.rows.filter { $0.decisions > 0 }
    let lines = [
      Line(name: "long", style: "c0", values: rows.map(\.long)),
      Line(name: "short", style: "c1", values: rows.map(\.short)),
      Line(name: "flat", style: "rest", values: rows.map { 1 - $0.long - $0.short }),
    ]
    let chart = DiagnosisChart(rows.map(\.regime), axis: ValueAxis([0, 1]), isPercent: true, text: Self.percent)
    return figure(
      "regimes", "Positions by regime of the market (volatility, trend)", diagnosis.regimes.finding,
      legend: Array(lines.prefix(2)), body: rows.isEmpty ? nil : chart.stacks(lines))
  }
}
