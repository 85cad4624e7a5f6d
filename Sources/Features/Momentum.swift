/// `(new / old - 1) · 100`; 0 when `old` is 0.
func percentChange(from old: Double, to new: Double) -> Double { old == 0 ? 0 : (new / old - 1) * 100 }

/// `numerator / denominator`; 0 when the denominator is 0.
@inline(__always)
func ratio(_ numerator: Double, _ denominator: Double) -> Double { denominator == 0 ? 0 : numerator / denominator }

/// Numbers closer than this, relative to their size, are equal but for rounding. TA-Lib's figure.
let equalityTolerance = 1e-14

/// Change of the close over `period` bars: difference (momentum) and percentage (rate of change).
package struct Momentum: Sendable {
  private let period: Int
  private var closes: TrailingValues

  /// `period` must be positive.
  package init(period: Int) {
    self.period = period
    closes = TrailingValues(oldestAge: period)
  }

  /// Takes a close; nil for the first `period`.
  package mutating func receive(_ close: Double) -> (difference: Double, percent: Double)? {
    closes.receive(close)
    guard closes.count > period else { return nil }
    let old = closes.value(age: period)
    return (close - old, percentChange(from: old, to: close))
  }
}

/// Aroon: how recent, in percent, the lowest low and the highest high of the last `period` + 1 bars are.
package struct Aroon: Sendable {
  private let period: Int
  private var highest: WindowExtreme
  private var lowest: WindowExtreme

  /// `period` must be positive.
  package init(period: Int) {
    self.period = period
    highest = WindowExtreme(.highest, length: period + 1)
    lowest = WindowExtreme(.lowest, length: period + 1)
  }

  /// Takes a bar; nil for the first `period`.
  package mutating func receive(high: Double, low: Double) -> (down: Double, up: Double)? {
    let top = highest.receive(high)
    let bottom = lowest.receive(low)
    guard let top, let bottom else { return nil }
    return (percent(age: bottom.age), percent(age: top.age))
  }

  private func percent(age: Int) -> Double { 100 * Double(period - age) / Double(period) }
}

/// Kaufman's adaptive moving average: an exponential mean whose alpha follows the efficiency of the last `period`
/// moves, between the constants 2/(2+1) and 2/(30+1). It starts from the last close before its first row.
package struct KaufmanAdaptiveAverage: Sendable {
  private static let slowest = 2.0 / 31
  private static let span = 2.0 / 3 - 2.0 / 31
  private let period: Int
  private var closes: TrailingValues
  private var path: WindowSum
  private var value = 0.0

  /// `period` must be positive.
  package init(period: Int) {
    self.period = period
    closes = TrailingValues(oldestAge: period)
    path = WindowSum(length: period)
  }

  /// Takes a close; nil for the first `period`.
  package mutating func receive(_ close: Double) -> Double? {
    closes.receive(close)
    guard closes.count > 1, let walked = path.receive(abs(close - closes.value(age: 1))) else {
      value = close
      return nil
    }
    // No movement at all counts as efficient, and rounding must not lift the ratio over one.
    let moved = abs(close - closes.value(age: period))
    let efficiency = walked == 0 ? 1 : min(1, moved / walked)
    let root = efficiency * Self.span + Self.slowest
    value += (close - value) * root * root
    return value
  }
}
