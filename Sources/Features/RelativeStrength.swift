/// Wilder's relative strength index. The first averages are plain means of the first `period` changes.
package struct RelativeStrength: Sendable {
  private let period: Int
  private let weight: Double
  private var previous = 0.0
  private var seen = 0
  private var gain = 0.0
  private var loss = 0.0

  /// `period` must be positive.
  package init(period: Int) {
    precondition(period > 0)
    self.period = period
    weight = Double(period)
  }

  /// Takes a close; whether there are averages now (not for the first `period`).
  @inline(__always)
  package mutating func absorb(_ close: Double) -> Bool {
    let change = close - previous
    previous = close
    seen += 1
    guard seen > 1 else { return false }
    let up = change > 0 ? change : 0
    let down = change < 0 ? -change : 0
    if seen > period + 1 {
      gain = (gain * (weight - 1) + up) / weight
      loss = (loss * (weight - 1) + down) / weight
      return true
    }
    gain += up
    loss += down
    guard seen == period + 1 else { return false }
    gain /= weight
    loss /= weight
    return true
  }

  /// Takes a close; the index in [0, 100], 0 when nothing ever moved (as TA-Lib); nil for the first `period`.
  package mutating func receive(_ close: Double) -> Double? {
    guard absorb(close) else { return nil }
    return 100 * ratio(gain, gain + loss)
  }

  /// (gain - loss) / (gain + loss) in [-1, 1], that is (RSI - 50) / 50; 0 when nothing ever moved.
  @inline(__always)
  package var balance: Double { ratio(gain - loss, gain + loss) }
}
