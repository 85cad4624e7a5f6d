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
  private var growths: [Growth] = []

  private struct Growth: Sendable {
    /// Nil without a bar.
    var factor: Double?
    /// The newest close, and what it is in floating point.
    var close = Price.zero
    var value = 0.0

    @inline(__always)
    mutating func see(_ close: Price, since last: Price?) {
      let value = close.approximate
      // Divisions are dear: the last close is at hand.
      if let last { factor = (factor ?? 1) * (value / (last == self.close ? self.value : last.approximate)) }
      (self.close, self.value) = (close, value)
    }
  }

  /// Takes a bar; `last` is the instrument's close before it.
  mutating func see(_ bar: Bar, since last: Price?) {
    if bar.closeTime > dayEnd { turn(to: bar.closeTime) }
    let slot = Int(bar.instrument.index)
    while growths.count <= slot { growths.append(Growth()) }
    growths[slot].see(bar.close, since: last)
  }

  /// The days so far with the running one.
  package var all: [Day] { days + (running.map { [$0] } ?? []) }

  private mutating func turn(to time: Timestamp) {
    if let running { days.append(running) }
    day = CalendarDay(closing: time).daysSinceEpoch
    dayEnd = CalendarDay(daysSinceEpoch: day + 1).start
    for slot in growths.indices { growths[slot].factor = nil }
  }

  private var running: Day? {
    let known = growths.compactMap(\.factor)
    guard !known.isEmpty else { return nil }
    return Day(day: day, meanReturn: known.reduce(0) { $0 + $1 - 1 } / Double(known.count))
  }
}
