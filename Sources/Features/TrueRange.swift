/// True range: the bar's range widened to the close before it. The first bar has none.
package struct TrueRange: Sendable {
  private var previousClose: Double?

  package init() {}

  /// Takes a bar; nil for the first.
  @inline(__always)
  package mutating func receive(high: Double, low: Double, close: Double) -> Double? {
    defer { previousClose = close }
    guard let previousClose else { return nil }
    return max(high - low, max(abs(previousClose - high), abs(previousClose - low)))
  }
}

/// Wilder's average of any series: first the plain mean of `period` values, then (previous·(period - 1) + x) / period.
package struct WilderAverage: Sendable {
  private let period: Int
  private let weight: Double
  private var seen = 0
  private var value = 0.0

  /// `period` must be positive.
  package init(period: Int) {
    precondition(period > 0)
    self.period = period
    weight = Double(period)
  }

  /// Takes a value; nil before there are `period` of them.
  @inline(__always)
  package mutating func receive(_ input: Double) -> Double? {
    if seen == period {
      value = (value * (weight - 1) + input) / weight
      return value
    }
    seen += 1
    value += input
    guard seen == period else { return nil }
    value /= weight
    return value
  }
}
