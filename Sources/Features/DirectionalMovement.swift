/// Wilder's directional movement: +DI, -DI and ADX, as TA-Lib.
///
/// Movement and range are summed over the first `period` - 1 changes; from then on each is previous - previous/period
/// + x.
package struct DirectionalMovement: Sendable {
  private let period: Int
  private let weight: Double
  private var seen = 0
  private var previousHigh = 0.0
  private var previousLow = 0.0
  private var plus = 0.0
  private var minus = 0.0
  private var range = 0.0
  private var index = 0.0

  /// `period` must be positive.
  package init(period: Int) {
    precondition(period > 0)
    self.period = period
    weight = Double(period)
  }

  /// Takes a bar and its true range (any number for the first bar).
  @inline(__always)
  package mutating func absorb(high: Double, low: Double, trueRange: Double) {
    let rise = high - previousHigh
    let fall = previousLow - low
    previousHigh = high
    previousLow = low
    seen += 1
    guard seen > 1 else { return }
    if seen > period {
      plus -= plus / weight
      minus -= minus / weight
      range -= range / weight
    }
    if fall > 0, rise < fall { minus += fall } else if rise > 0, rise > fall { plus += rise }
    range += trueRange
    if seen > period { updateIndex() }
  }

  @inline(__always)
  private mutating func updateIndex() {
    // The DX of a bar without range or movement does not exist: it adds nothing to the seed and leaves the index as
    // it is.
    let total = plus + minus
    let hasValue = range != 0 && total != 0
    let strength = hasValue ? 100 * abs(minus - plus) / total : 0
    if seen <= 2 * period {
      index += strength
      if seen == 2 * period { index /= weight }
    } else if hasValue {
      index = (index * (weight - 1) + strength) / weight
    }
  }

  /// +DI and -DI; nil for the first `period` bars; 0 without range.
  package var indicators: (plus: Double, minus: Double)? {
    seen > period ? (100 * ratio(plus, range), 100 * ratio(minus, range)) : nil
  }

  /// ADX; nil for the first 2·period - 1 bars.
  package var averageIndex: Double? { seen >= 2 * period ? index : nil }

  /// ADX with the sign of +DI - -DI, 0 when they are equal; needs `averageIndex`.
  @inline(__always)
  package var signedIndex: Double { plus > minus ? index : plus < minus ? -index : 0 }
}
