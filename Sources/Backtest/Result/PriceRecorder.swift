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
  package private(set) var stretches: [Stretch] = []
  /// Bars seen.
  package private(set) var bars = 0
  /// Open time of the last bar; nil before the first.
  package private(set) var last: Timestamp?
  private var barsEach = 1
  private var barsInLast = 0

  /// Nothing seen yet.
  package init() {}

  /// Takes the next bar.
  @inline(__always)
  package mutating func see(_ bar: Bar) {
    bars += 1
    last = bar.openTime
    let last = stretches.count - 1
    if barsInLast < barsEach, last >= 0 {
      barsInLast += 1
      if bar.low < stretches[last].low { stretches[last].low = bar.low }
      if bar.high > stretches[last].high { stretches[last].high = bar.high }
    } else {
      begin(bar)
    }
  }

  private mutating func begin(_ bar: Bar) {
    if stretches.count == Self.capacity { halve() }
    stretches.append(Stretch(at: bar.openTime, low: bar.low, high: bar.high))
    barsInLast = 1
  }

  private mutating func halve() {
    stretches = stride(from: 0, to: stretches.count, by: 2).map { place in
      var joined = stretches[place]
      if place + 1 < stretches.count {
        joined.low = min(joined.low, stretches[place + 1].low)
        joined.high = max(joined.high, stretches[place + 1].high)
      }
      return joined
    }
    barsEach *= 2
  }
}
