import Foundation

/// A range of values with round marks on it: multiples of 1, 2 or 5 times a power of ten, or marks of growth.
package struct ValueAxis: Sendable {
  /// Ends of the axis, finite and not equal.
  package let low: Double
  package let high: Double
  /// Distance between marks; of an axis of growth, the least one.
  package let step: Double
  /// Marks, ascending, within the ends.
  package let ticks: [Double]
  /// Decimals that the marks need.
  package let decimals: Int
  /// Places are those of the logarithm of 1 + value: equal heights are equal factors.
  package let isLogarithmic: Bool

  /// An axis that holds all finite values. `isRounded`: its ends are marks. `marks`: about so many, at least 2.
  package init(_ values: some Sequence<Double>, marks: Int = 5, isRounded: Bool = true, holdsZero: Bool = false) {
    var (low, high) = (Double.infinity, -Double.infinity)
    for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    if low > high { (low, high) = (0, 1) }
    if holdsZero { (low, high) = (min(low, 0), max(high, 0)) }
    // Beyond that nothing can be told apart on paper, and differences would not fit.
    (low, high) = (max(low, -1e300), min(high, 1e300))
    let least = max(1e-12, max(abs(low), abs(high)) * 1e-6)
    if high - low < least {
      let pad = low == 0 && high == 0 ? 0.5 : max(least, abs(low) * 0.05)
      (low, high) = (low - pad, high + pad)
    }
    let step = Self.niceStep(high - low, marks: max(2, marks))
    let (first, last) = (
      isRounded ? (low / step).rounded(.down) : (low / step).rounded(.up),
      isRounded ? (high / step).rounded(.up) : (high / step).rounded(.down)
    )
    self.step = step
    self.low = isRounded ? min(low, first * step) : low
    self.high = isRounded ? max(high, last * step) : high
    ticks = last < first ? [] : (0...Int(last - first)).map { (first + Double($0)) * step }
    decimals = max(0, min(12, Int(-log10(step * 1.0000001).rounded(.down))))
    isLogarithmic = false
  }

  /// An axis as given, logarithmic in 1 + value.
  init(growthFrom low: Double, to high: Double, ticks: [Double]) {
    (self.low, self.high, self.ticks) = (low, high, ticks)
    step = zip(ticks, ticks.dropFirst()).map { $1 - $0 }.min() ?? high - low
    decimals = 2
    isLogarithmic = true
  }

  /// The smallest of 1, 2 or 5 times a power of ten that cuts a span into at most `marks` parts.
  package static func niceStep(_ span: Double, marks: Int) -> Double {
    let rough = span / Double(marks)
    let power = pow(10, log10(rough).rounded(.down))
    for factor in [1.0, 2, 5, 10] where factor * power >= rough * (1 - 1e-9) { return factor * power }
    return 10 * power
  }

  /// What is written at a mark: as many decimals as tell marks apart.
  package func label(_ value: Double) -> String {
    abs(value) < 1e15 ? ReportNumber.fixed(value, decimals) : "\(value)"
  }

  /// The same of a share, as percent.
  package func percentLabel(_ value: Double) -> String {
    if isLogarithmic { return growthLabel(value) }
    return abs(value) < 1e13
      ? ReportNumber.fixed(value * 100, max(0, decimals - 2)) + ReportNumber.unit("%") : ReportNumber.percent(value)
  }

  /// Place of a value: 0 at the low end, 1 at the high one.
  package func place(_ value: Double) -> Double {
    guard isLogarithmic else { return min(max((value - low) / (high - low), 0), 1) }
    guard value > low else { return 0 }
    return min((log1p(value) - log1p(low)) / (log1p(high) - log1p(low)), 1)
  }
}
