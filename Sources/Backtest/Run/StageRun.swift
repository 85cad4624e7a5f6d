import Core
import Feed

/// Brings all bars of a source to the stages.
package enum StageRun {
  /// Bars between two looks at the clock and at whether to go on.
  private static let lookEvery = 1 << 14

  /// Runs a plan over a source to its end, or to the first bar that opens at `until` or later.
  ///
  /// `look` is told of the bars so far now and then; false ends the run. Throws what the source throws.
  package static func run(
    _ driver: inout StageDriver, _ source: inout some BarSource, until: Timestamp? = nil,
    look: (Int, Timestamp) -> Bool = { _, _ in true }
  ) throws {
    let end = until ?? Timestamp(milliseconds: .max)
    var count = 0
    var bars: [Bar] = []
    bars.reserveCapacity(StageDriver.stretch)
    var isOver = false
    while !isOver {
      bars.removeAll(keepingCapacity: true)
      while bars.count < StageDriver.stretch {
        guard let bar = try source.next(), bar.openTime < end else {
          isOver = true
          break
        }
        bars.append(bar)
      }
      driver.receive(bars[...])
      count += bars.count
      if count % lookEvery == 0, let last = bars.last, !look(count, last.closeTime) { break }
    }
    driver.finish()
  }

  /// The same over bars that are in memory.
  package static func run(_ driver: inout StageDriver, over bars: [Bar]) {
    driver.receive(bars[...])
    driver.finish()
  }

  /// The same with a network's answers worked out ahead, a stretch of bars at a time.
  package static func run(
    _ driver: inout StageDriver, _ source: inout some BarSource, outlook: NetworkOutlook, until: Timestamp? = nil,
    look: (Int, Timestamp) -> Bool = { _, _ in true }
  ) throws {
    let end = until ?? Timestamp(milliseconds: .max)
    driver.think = { outlook.answer($0) }
    defer { driver.think = nil }
    var count = 0
    var stretch: [Bar] = []
    var isOver = false
    while !isOver {
      stretch.removeAll(keepingCapacity: true)
      while stretch.count < NetworkOutlook.stretch {
        guard let bar = try source.next(), bar.openTime < end else {
          isOver = true
          break
        }
        stretch.append(bar)
      }
      try outlook.prepare(stretch)
      for bar in stretch { driver.receive(bar) }
      count += stretch.count
      if let last = stretch.last, !look(count, last.closeTime) { break }
    }
    try outlook.finish()
    driver.finish()
  }
}
