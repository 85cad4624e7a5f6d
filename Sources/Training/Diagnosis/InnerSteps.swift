import Core
import HRM

/// How far every single update moves the states, as the network that decides measures it.
package enum InnerSteps {
  /// Decisions that are looked at, at most.
  package static let sampled = 128
  /// Decisions that are thought about together.
  private static let capacity = 16

  /// The mean relative change of each update of all segments, over decisions from flat, evenly spaced among those that can
  /// be decided; and how many those were.
  package static func updates(
    _ network: HRMNetwork, series: [TradingSeries], bars: [Range<Int>], segments: Int, threads: Int
  ) -> (updates: [Convergence.Update], decisions: Int) {
    let a = network.architecture
    let places = sample(series, bars)
    let inference = HRMInference(network: network, threads: threads, capacity: capacity)
    let width = a.nCycles * (a.tSteps + 1)
    var sums = [Double](repeating: 0, count: segments * width)
    var counts = [Int](repeating: 0, count: segments * width)
    for first in stride(from: 0, to: places.count, by: capacity) {
      let batch = places[first..<min(first + capacity, places.count)]
      for (slot, place) in batch.enumerated() { inference.begin(input(series[place.series], place.bar, a), slot: slot) }
      for segment in 0..<segments {
        _ = inference.runSegment(slots: Array(0..<batch.count), isLast: batch.map { _ in false })
        for slot in 0..<batch.count {
          for (index, change) in inference.residuals(slot: slot).enumerated() where change.isFinite && index < width {
            sums[segment * width + index] += Double(change)
            counts[segment * width + index] += 1
          }
        }
      }
    }
    let updates = sums.indices.map { index in
      let (cycle, step) = (index % width / (a.tSteps + 1), index % width % (a.tSteps + 1))
      let isSlow = step == a.tSteps
      return Convergence.Update(
        segment: index / width + 1, cycle: cycle + 1, step: isSlow ? 0 : step + 1, isSlow: isSlow,
        change: counts[index] > 0 ? sums[index] / Double(counts[index]) : nil)
    }
    return (updates, places.count)
  }

  private static func sample(_ series: [TradingSeries], _ bars: [Range<Int>]) -> [(series: Int, bar: Int)] {
    let all = series.indices.flatMap { index in
      bars[index].filter { series[index].isDecidable[$0] }.map { (series: index, bar: $0) }
    }
    guard all.count > sampled else { return all }
    return (0..<sampled).map { all[$0 * all.count / sampled] }
  }

  private static func input(_ series: TradingSeries, _ bar: Int, _ architecture: HRMArchitecture) -> HRMInput {
    let inputs = series.inputs(bar..<(bar + 1), windowBars: architecture.windowBars)
    let flat = PositionSide.flat.place
    let width = architecture.windowBars * architecture.nFeatures
    return HRMInput(
      bars: Array(inputs.bars[(flat * width)..<((flat + 1) * width)]), instrumentRow: inputs.instruments[flat],
      timeframeRow: inputs.timeframes[flat],
      context: Array(inputs.context[(flat * architecture.nAccount)..<((flat + 1) * architecture.nAccount)]))
  }
}
