import Core

/// The mean return of all instruments by day of UTC: what there was to be had without a policy, before costs. An instrument
/// without a bar on a day does not count on it.
package struct MarketIndex: Sendable {
  /// One day.
  package struct Day: Sendable, Equatable {
    /// Days since 1970; a close at midnight belongs to the day that ends.
    package var day: Int
    package var meanReturn: Double
  }
  /// Days with returns, oldest first.
  package private(set) var days: [Day] = []

  private var day = Int.min
  private var dayEnd = Timestamp(milliseconds: .min)
  /// Growth over the running day by instrument index.
  private var growths: [Growth]

  private struct Growth: Sendable {
    /// The close before the day's first bar, on the instrument's first day its first close; nil without bars.
    var base: Price?
    /// The newest close; nil before the first.
    var close: Price?

    /// Growth since the base; nil without a bar that has one before it.
    var factor: Double? {
      guard let base, let close else { return nil }
      return close.approximate / base.approximate
    }

    @inline(__always)
    mutating func see(_ close: Price) {
      if base == nil { base = self.close }
      self.close = close
    }
  }

  /// Nothing seen yet of so many instruments.
  package init(instruments: Int) {
    growths = Array(repeating: Growth(), count: instruments)
  }

  /// Takes a bar.
  @inline(__always)
  package mutating func see(_ bar: Bar) {
    if bar.closeTime > dayEnd { turn(to: bar.closeTime) }
    growths[Int(bar.instrument.index)].see(bar.close)
  }

  /// Takes the bars that come next.
  package mutating func see(_ bars: ArraySlice<Bar>) {
    guard let last = bars.last?.closeTime, last <= dayEnd else {
      for place in bars.indices { see(bars[place]) }
      return
    }
    growths.withUnsafeMutableBufferPointer { growths in
      for place in bars.indices { growths[Int(bars[place].instrument.index)].see(bars[place].close) }
    }
  }

  /// The days so far with the running one.
  package var all: [Day] { days + (running.map { [$0] } ?? []) }

  private mutating func turn(to time: Timestamp) {
    if let running { days.append(running) }
    day = CalendarDay(closing: time).daysSinceEpoch
    dayEnd = CalendarDay(daysSinceEpoch: day + 1).start
    for slot in growths.indices { growths[slot].base = nil }
  }

  private var running: Day? {
    let known = growths.compactMap(\.factor)
    guard !known.isEmpty else { return nil }
    return Day(day: day, meanReturn: known.reduce(0) { $0 + $1 - 1 } / Double(known.count))
  }
}
