import Core
import HRM

/// A network and the bars that it decides about, batch by batch, each bar from its three positions: row bar · 3 + place of the
/// position, a lane for each row.
struct DecisionBatches {
  /// Bars whose positions are thought about together.
  private static let batchBars = 128
  let network: TrainingNetwork

  init(parameters: HRMParameters, threads: Int) {
    network = TrainingNetwork(
      parameters: parameters, lanes: Self.batchBars * TradingStep.positions, threads: threads)
  }

  /// Calls `body` for every batch of a range that holds a bar to be decided: the network has its rows then, with states at
  /// their start. `progress` is told of every batch with its bars when it is done with.
  func each(
    _ series: TradingSeries, _ range: Range<Int>, isUnknown: Bool = false, progress: (Int) throws -> Void,
    body: (Range<Int>) -> Void
  ) rethrows {
    for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.batchBars) {
      let bars = first..<min(first + Self.batchBars, range.upperBound)
      if bars.contains(where: { series.isDecidable[$0] }) {
        let inputs = series.inputs(
          bars, windowBars: network.parameters.architecture.windowBars, isUnknown: isUnknown)
        for row in 0..<inputs.count {
          network.take(inputs, sequence: row, lane: row)
          network.resetState(row)
        }
        body(bars)
      }
      try progress(bars.count)
    }
  }
}
