import Core
import HRM
import Statistics

/// Looks inside a network on bars of some series: the same arguments always give the same diagnosis.
package struct DiagnosisRun {
  /// What is looked at, and how.
  package struct Plan: Sendable {
    /// Segments of a decision.
    package var segments: Int
    /// Cost of one unit of turnover.
    package var turnoverCost = TradingCosts().turnover
    /// Of the resamples.
    package var seed: UInt64 = 1
    /// Threads; no number depends on them.
    package var threads = 2

    /// A plan with the defaults.
    package init(segments: Int) { self.segments = segments }
  }

  /// How far a diagnosis is.
  package struct Progress: Sendable {
    /// What is done at the moment.
    package var phase: String
    /// Bars that were thought about, in all passes.
    package var done: Int
    package var all: Int
  }

  private let series: [TradingSeries]
  private let bars: [Range<Int>]
  private let parameters: HRMParameters
  private let network: HRMNetwork
  private let plan: Plan

  /// A diagnosis of weights, which `network` holds too, on bars of series that are normalised and have their rows.
  package init(
    series: [TradingSeries], bars: [Range<Int>], parameters: HRMParameters, network: HRMNetwork, plan: Plan
  ) {
    precondition(series.count == bars.count, "one range a series")
    (self.series, self.bars) = (series, bars)
    (self.parameters, self.network, self.plan) = (parameters, network, plan)
  }

  /// Decisions that there are to look at.
  package var decisions: Int {
    zip(series, bars).reduce(0) { sum, pair in sum + pair.1.count { pair.0.isDecidable[$0] } }
  }

  private var costs: TradingCosts { TradingCosts(turnover: plan.turnoverCost) }

  /// All that is found, under the name of who is looked at; `progress` may throw to end it.
  package func diagnose(
    _ subject: Diagnosis.Subject, progress: (Progress) throws -> Void = { _ in }
  ) throws -> Diagnosis {
    let total = bars.reduce(0) { $0 + $1.count } * (1 + Attribution.Part.allCases.count { missing($0) == nil })
    var done = 0
    var phase = "the whole network"
    func count(_ bars: Int) throws {
      done += bars
      try progress(Progress(phase: phase, done: done, all: total))
    }
    let architecture = parameters.architecture
    let probe = NetworkProbe(parameters: parameters, segments: plan.segments, threads: plan.threads)
    var watch: StateWatch? = StateWatch(
      positions: architecture.positions, slowWidth: architecture.dH, fastWidth: architecture.dL,
      segments: plan.segments, decisions: decisions)
    let whole = try series.indices.map {
      try probe.think(series[$0], bars: bars[$0], watch: &watch, progress: count)
    }
    let inner = InnerSteps.updates(
      network, series: series, bars: bars, segments: plan.segments, threads: plan.threads)
    let depth = try DepthEvidence(outcomes(whole), seed: plan.seed)
    var rows: [Attribution.Row] = []
    for part in Attribution.Part.allCases {
      var row = Attribution.Row(part: part, summary: part.summary, missing: missing(part))
      if row.missing == nil {
        phase = part.summary
        try compare(&row, whole, with: think(without: part, probe: probe, progress: count))
      }
      rows.append(row)
    }
    let watched = watch!
    return Diagnosis(
      subject: subject, decisions: decisions, segments: plan.segments, cycles: architecture.nCycles,
      steps: architecture.tSteps, costBp: plan.turnoverCost * 1e4,
      convergence: watched.convergence(answers: answers(whole), updates: inner.updates, sampled: inner.decisions),
      depth: depth, dimensions: watched.dimensions, halting: halting(whole),
      attribution: Attribution(payoffBp: depth.payoffBp.last ?? 0, rows: rows), regimes: try regimes(whole))
  }

  private func answers(_ records: [ThinkingRecord]) -> [PolicyChange?] {
    (1...plan.segments).map { segment in
      segment == 1 ? nil : PolicyChange(series, from: records, after: segment - 1, to: records, after: segment)
    }
  }

  private func outcomes(_ records: [ThinkingRecord]) -> DepthOutcomes {
    let index = PeriodIndex(series, bars)
    var outcomes = DepthOutcomes(segments: plan.segments, periods: index.count)
    for (series, record) in zip(series, records) {
      outcomes.add(series, record, costs: costs) { index.period(series, $0) }
    }
    return outcomes
  }

  private func halting(_ records: [ThinkingRecord]) -> HaltingCalibration {
    var counts = HaltingCounts(segments: plan.segments)
    for (series, record) in zip(series, records) {
      for bar in record.bars where series.isDecidable[bar] {
        for position in PositionSide.inOrder {
          let last = record.action(after: plan.segments, bar: bar, position)
          for segment in 1..<max(1, plan.segments) {
            counts.add(
              logit: record.halt(after: segment, bar: bar, position),
              agrees: record.action(after: segment, bar: bar, position) == last, segment: segment)
          }
        }
      }
    }
    return HaltingCalibration(counts)
  }

  private func regimes(_ records: [ThinkingRecord]) throws -> RegimeBehaviour {
    RegimeBehaviour(
      try zip(series, records).flatMap { series, record in
        try RegimeBehaviour.decisions(series, bars: record.bars, costs: costs) {
          record.action(after: plan.segments, bar: $0, $1)
        }
      })
  }

  // MARK: - Parts taken away

  private func missing(_ part: Attribution.Part) -> String? {
    let architecture = parameters.architecture
    switch part {
    case .slowMemory, .fastMemory:
      return plan.segments > 1 ? nil : "with one segment there is nothing to carry over"
    case .instrument:
      return series.contains { $0.instrumentRow != 0 } ? nil : "the model knows none of the instruments"
    case .timeframe: return series.contains { $0.timeframeRow != 0 } ? nil : "the model knows none of the timeframes"
    case .cycles: return architecture.nCycles > 1 ? nil : "there is one cycle"
    case .steps: return architecture.tSteps > 1 ? nil : "there is one step"
    }
  }

  private func think(
    without part: Attribution.Part, probe: NetworkProbe, progress: (Int) throws -> Void
  ) throws -> [ThinkingRecord] {
    var architecture = parameters.architecture
    if part == .cycles { architecture.nCycles = 1 }
    if part == .steps { architecture.tSteps = 1 }
    let isOther = architecture != parameters.architecture
    let own =
      isOther
      ? NetworkProbe(
        parameters: try HRMParameters(architecture: architecture, tensors: parameters.tensors()),
        segments: plan.segments, threads: plan.threads)
      : probe
    let frozen: NetworkProbe.Frozen = part == .slowMemory ? .slow : part == .fastMemory ? .fast : []
    var watch: StateWatch?
    return try series.indices.map { index in
      var series = series[index]
      if part == .instrument { series.instrumentRow = 0 }
      if part == .timeframe { series.timeframeRow = 0 }
      return try own.think(series, bars: bars[index], frozen: frozen, watch: &watch, progress: progress)
    }
  }

  private func compare(
    _ row: inout Attribution.Row, _ whole: [ThinkingRecord], with other: [ThinkingRecord]
  ) throws {
    let index = PeriodIndex(series, bars)
    var periods = PairedPeriods(groups: 1, periods: index.count)
    var rewards: [Double] = []
    for number in series.indices {
      let series = series[number]
      let runs = [whole[number], other[number]].map { record in
        GreedyRunner.walk(series, bars: record.bars, costs: costs) { record.action(after: plan.segments, bar: $0, $1) }
      }
      for (place, bar) in runs[0].bars.enumerated() {
        periods.add(runs[1].rewards[place] - runs[0].rewards[place], group: 0, period: index.period(series, bar))
      }
      rewards += runs[1].rewards
    }
    let change = PolicyChange(series, from: whole, after: plan.segments, to: other, after: plan.segments)
    (row.changedActions, row.policyShift) = (change?.actions, change?.shift)
    row.payoffBp = ExactSum.mean(of: rewards).map { $0 * 1e4 }
    row.gain = try periods.gains(seed: plan.seed)[0]
  }
}
