import Core
import HRM

/// Lets a network think about bars of series, always to the full depth, and keeps what it says after every segment.
package final class NetworkProbe {
  /// States that are set back to their start before every segment.
  package struct Frozen: OptionSet, Sendable {
    package let rawValue: Int
    /// States as bits.
    package init(rawValue: Int) { self.rawValue = rawValue }
    /// z_H.
    package static let slow = Frozen(rawValue: 1)
    /// z_L.
    package static let fast = Frozen(rawValue: 2)
  }

  private let batches: DecisionBatches
  private var network: TrainingNetwork { batches.network }
  private let segments: Int
  private let slowStart: [Float]
  private let fastStart: [Float]

  /// A probe of given weights that thinks `segments` segments.
  package init(parameters: HRMParameters, segments: Int, threads: Int) {
    precondition(segments >= 1, "a decision takes a segment at least")
    self.segments = segments
    batches = DecisionBatches(parameters: parameters, threads: threads)
    slowStart = batches.network.slowStates
    fastStart = batches.network.fastStates
  }

  /// What the network says of the bars of a series that can be decided; others hold.
  ///
  /// - Parameters:
  ///   - watch: gets the states of all rows of decidable bars.
  ///   - progress: called with the number of bars that are done with, batch by batch.
  package func think(
    _ series: TradingSeries, bars: Range<Int>, frozen: Frozen = [], watch: inout StateWatch?,
    progress: (Int) throws -> Void = { _ in }
  ) rethrows -> ThinkingRecord {
    var record = ThinkingRecord(bars: bars, segments: segments)
    try batches.each(series, bars, progress: progress) { batch in
      think(series, batch, frozen, into: &record, watch: &watch)
    }
    return record
  }

  private func think(
    _ series: TradingSeries, _ batch: Range<Int>, _ frozen: Frozen, into record: inout ThinkingRecord,
    watch: inout StateWatch?
  ) {
    let bars = batch.filter { series.isDecidable[$0] }
    let lanes = bars.flatMap { bar in
      (0..<TradingStep.positions).map { (bar - batch.lowerBound) * TradingStep.positions + $0 }
    }
    let flat = PositionSide.flat.place
    let sampled = (watch?.sample(of: bars.count) ?? []).map {
      (bars[$0] - batch.lowerBound) * TradingStep.positions + flat
    }
    var states = watch == nil ? nil : (slow: network.slowStates, fast: network.fastStates)
    for segment in 1...segments {
      if segment > 1 {
        if frozen.contains(.slow) { network.slowStates = slowStart }
        if frozen.contains(.fast) { network.fastStates = fastStart }
      }
      let outputs = network.forward()
      Self.note(outputs, series, bars, first: batch.lowerBound, segment: segment, into: &record)
      guard let before = states else { continue }
      let after = (slow: network.slowStates, fast: network.fastStates)
      watch?.take(
        StateWatch.Step(
          slowBefore: before.slow, slowAfter: after.slow, fastBefore: before.fast, fastAfter: after.fast),
        segment: segment, lanes: lanes, sampled: sampled)
      states = after
    }
  }

  private static func note(
    _ outputs: HeadOutputs, _ series: TradingSeries, _ bars: [Int], first: Int, segment: Int,
    into record: inout ThinkingRecord
  ) {
    for bar in bars {
      for position in PositionSide.inOrder {
        let row = (bar - first) * TradingStep.positions + position.place
        let mask = LegalMask(position: position, isShortable: series.isShortable)
        record.note(
          TradingTask.best(outputs.policy, row: row, mask),
          policy: outputs.policy[(row * Action.count)..<((row + 1) * Action.count)], mask: mask,
          halt: outputs.qHalt[row], goOn: outputs.qContinue[row], segment: segment, bar: bar, position)
      }
    }
  }
}
