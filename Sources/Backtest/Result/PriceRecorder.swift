import Core

/// The range of an instrument's prices through time, for drawing: a bounded number of stretches of as many bars each, with
/// the lowest and the highest price of each stretch.
package struct PriceRecorder: Sendable {
  /// Stretches kept at most: at that many, each two become one.
  package static let capacity = 2000

  /// Some bars in a row.
  package struct Stretch: Sendable, Equatable {
    /// Open time of the first bar.
    package var at: Timestamp
    package var low: Price
    package var high: Price
  }

  /// Whole stretches and the running one, oldest first.
  package var stretches: [Stretch] { whole + (bars > 0 ? [running] : []) }
  /// Bars seen.
  package private(set) var bars = 0
  /// Open time of the last bar; nil before the first.
  package private(set) var last: Timestamp?
  private var whole: [Stretch] = []
  private var running = Stretch(at: .earliest, low: .zero, high: .zero)
  private var barsEach = 1
  private var barsInRunning = 0

  /// Nothing seen yet.
  package init() {}

  /// Takes the next bar.
  @inline(__always)
  package mutating func see(_ bar: Bar) {
    last = bar.openTime
    if barsInRunning < barsEach, bars > 0 {
      barsInRunning += 1
      if bar.low < running.low { running.low = bar.low }
      if bar.high > running.high { running.high = bar.high }
    } else {
      begin(bar)
    }
    bars += 1
  }

  private mutating func begin(_ bar: Bar) {
    if bars > 0 { whole.append(running) }
    if whole.count == Self.capacity { halve() }
    running = Stretch(at: bar.openTime, low: bar.low, high: bar.high)
    barsInRunning = 1
  }

  private mutating func halve() {
    whole = stride(from: 0, to: whole.count, by: 2).map { place in
      var joined = whole[place]
      if place + 1 < whole.count {
        joined.low = min(joined.low, whole[place + 1].low)
        joined.high = max(joined.high, whole[place + 1].high)
      }
      return joined
    }
    barsEach *= 2
  }
}
