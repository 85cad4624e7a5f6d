import Core
import Feed

/// Brings all bars of a source to the stages.
package enum StageRun {
  /// Bars between two looks at the clock and at whether to go on.
  private static let lookEvery = 1 << 14

  /// Runs a plan over a source to its end, or to the first bar that opens at `until` or later, a stretch of bars at a time.
  ///
  /// `outlook`: works out a network's answers ahead. `look` is told of the bars so far now and then, with a network after
  /// every stretch; false ends the run. Throws what the source and the outlook throw.
  package static func run(
    _ driver: inout StageDriver, _ source: inout some BarSource, outlook: NetworkOutlook? = nil,
    until: Timestamp? = nil, look: (Int, Timestamp) -> Bool = { _, _ in true }
  ) throws {
    let end = until ?? Timestamp(milliseconds: .max)
    if let outlook { driver.think = { outlook.answer($0) } }
    defer { if outlook != nil { driver.think = nil } }
    var count = 0
    var bars: [Bar] = []
    bars.reserveCapacity(StageDriver.stretch)
    var hasMore = true
    while hasMore {
      hasMore = try fill(&bars, &source, until: end)
      try outlook?.prepare(bars)
      driver.receive(bars[...])
      count += bars.count
      if outlook != nil || count % lookEvery == 0, let last = bars.last, !look(count, last.closeTime) { break }
    }
    try outlook?.finish()
    driver.finish()
  }

  /// The next stretch of a source in place of what `bars` holds. False: the source ends with it, or `end` is reached.
  package static func fill(
    _ bars: inout [Bar], _ source: inout some BarSource, until end: Timestamp
  ) throws -> Bool {
    bars.removeAll(keepingCapacity: true)
    while bars.count < StageDriver.stretch {
      guard let bar = try source.next(), bar.openTime < end else { return false }
      bars.append(bar)
    }
    return true
  }

  /// The same over bars that are in memory.
  package static func run(_ driver: inout StageDriver, over bars: [Bar]) {
    driver.receive(bars[...])
    driver.finish()
  }
}
