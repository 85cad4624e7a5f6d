import Core

/// Wilder's average true range over 14 bars in exact prices, each division rounded half to even: it sizes stops and
/// orders, so it must not depend on floating point.
package struct ExactAverageTrueRange: Sendable {
  private static let period = 14
  private var previousClose: Price?
  private var seen = 0
  /// The sum of the first ranges, then the average.
  private var raw: Int64 = 0
  private var hasOverflowed = false

  package init() {}

  /// Takes a bar with positive prices; nil for the first 14 bars, and for good should a sum ever not fit.
  package mutating func receive(high: Price, low: Price, close: Price) -> Price? {
    defer { previousClose = close }
    guard let previousClose else { return nil }
    // Positive prices: no difference overflows.
    let range = max(high.raw - low.raw, abs(previousClose.raw - high.raw), abs(previousClose.raw - low.raw))
    if seen < Self.period {
      seen += 1
      let (sum, overflow) = raw.addingReportingOverflow(range)
      raw = sum
      hasOverflowed = hasOverflowed || overflow
      if seen == Self.period { raw = Self.divided(raw) }
    } else {
      raw = Self.next(raw, range)
    }
    return seen == Self.period && !hasOverflowed ? Price(raw: raw) : nil
  }

  private static func next(_ average: Int64, _ range: Int64) -> Int64 {
    let (product, first) = average.multipliedReportingOverflow(by: Int64(period - 1))
    let (sum, second) = product.addingReportingOverflow(range)
    if !first, !second { return divided(sum) }
    // A mean of values that fit, fits.
    return Int64(divided(Int128(average) * Int128(period - 1) + Int128(range)))
  }

  /// A sum of ranges, never negative, over the period, half to even.
  @inline(__always)
  private static func divided<Integer: FixedWidthInteger & SignedInteger>(_ sum: Integer) -> Integer {
    let (quotient, rest) = sum.quotientAndRemainder(dividingBy: Integer(period))
    let half = Integer(period / 2)
    return rest > half || (rest == half && quotient & 1 != 0) ? quotient + 1 : quotient
  }
}
