import Core

// Bars at which nothing happens, many at a time.
extension PaperExchange {
  /// How many of the bars that come next surely fill, expire and cancel nothing.
  package func quietBars(_ bars: ArraySlice<Bar>) -> Int {
    for place in bars.indices where engine.isAwaited(bars[place]) { return place - bars.startIndex }
    return bars.count
  }

  /// Brings bars to the market that `quietBars` has counted: `advance` without a report.
  package mutating func pass(_ bars: ArraySlice<Bar>) {
    for place in bars.indices {
      let index = Int(bars[place].instrument.index)
      guard index < newest.count, bars[place].isConsistent, bars[place].openTime >= newest[index] else {
        refusedBars += 1
        continue
      }
      let end = bars[place].closeTime
      newest[index] = end
      if now < end { now = end }
      engine.pass(index, bars[place].close, end)
    }
  }
}

extension MatchingEngine {
  /// Whether the bar may have anything to do besides setting the price.
  @inline(__always)
  fileprivate func isAwaited(_ bar: Bar) -> Bool {
    let index = Int(bar.instrument.index)
    guard index < books.count else { return false }
    return nextDeadline <= max(clock, bar.closeTime) || books[index].openOrders > 0 && reaches(bar)
  }

  /// Sets the price; the clock follows the bars only while orders are open.
  @inline(__always)
  fileprivate mutating func pass(_ index: Int, _ close: Price, _ end: Timestamp) {
    books[index].last = close.raw
    if books[index].openOrders > 0, clock < end { clock = end }
  }
}
