/// Place of the close in the range of the last `period` bars: fast stochastic and Williams %R share it.
package struct RangePosition: Sendable {
  private var highest: WindowExtreme
  private var lowest: WindowExtreme

  /// `period` must be positive.
  package init(period: Int) {
    highest = WindowExtreme(.highest, length: period)
    lowest = WindowExtreme(.lowest, length: period)
  }

  /// Takes a bar; the fast stochastic in [0, 100] and Williams %R in [-100, 0], both 0 without range.
  package mutating func receive(high: Double, low: Double, close: Double) -> (fast: Double, williams: Double)? {
    let top = highest.receive(high)
    let bottom = lowest.receive(low)
    guard let top = top?.value, let bottom = bottom?.value else { return nil }
    let range = top - bottom
    return (100 * ratio(close - bottom, range), -100 * ratio(top - close, range))
  }
}

/// Stochastic oscillator on top of the fast %K: fast %D, slow %K and slow %D, simple means of 3.
package struct Stochastic: Sendable {
  private var first = SimpleMovingAverage(period: 3)
  private var second = SimpleMovingAverage(period: 3)

  package init() {}

  /// Takes a fast %K; fast %D (which is slow %K), then slow %D, each nil until known.
  package mutating func receive(fastK: Double) -> (fastD: Double, slowD: Double?)? {
    first.receive(fastK).map { ($0, second.receive($0)) }
  }
}

/// Commodity channel index of the typical price.
package struct CommodityChannel: Sendable {
  private let period: Int
  private var values: [Double] = []
  private var next = 0

  /// `period` must be positive.
  package init(period: Int) {
    precondition(period > 0)
    self.period = period
    values.reserveCapacity(period)
  }

  /// Takes a typical price; nil before there are `period` of them; 0 when all are equal. O(period), by definition.
  ///
  /// Sums in the order of the slots, as TA-Lib: where the price is next to its mean, the order decides the last digits.
  package mutating func receive(_ typical: Double) -> Double? {
    if values.count < period { values.append(typical) } else { values[next] = typical }
    next = next + 1 == period ? 0 : next + 1
    guard values.count == period else { return nil }
    let mean = values.reduce(0, +) / Double(period)
    let deviation = values.reduce(0) { $0 + abs($1 - mean) } / Double(period)
    let noise = equalityTolerance * abs(mean)
    return deviation > noise && abs(typical - mean) > noise ? (typical - mean) / (0.015 * deviation) : 0
  }
}
