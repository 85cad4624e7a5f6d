import Core
import Foundation

/// The last bars of one instrument, as the hourly policy needs them.
struct HourlyHistory: Sendable {
  /// Closed bars needed before the bar decided on.
  static let warmUpBars = 168
  /// Bars kept: enough for the longest feature and for counting the longest holding time.
  static let capacity = 256
  private static let mask = capacity - 1

  private struct Row: Sendable {
    var close = 0.0
    var high = 0.0
    var low = 0.0
    var volume = 0.0
    /// ln(close / close before); 0 for the first bar.
    var logReturn = 0.0
    var closeTime = Timestamp(milliseconds: 0)
    var openTime = Timestamp(milliseconds: 0)
  }

  private var rows = [Row](repeating: Row(), count: capacity)
  /// Bars seen.
  private(set) var count = 0

  /// Takes the next bar.
  mutating func append(_ bar: Bar) {
    let close = bar.close.approximate
    let before = rows[(count - 1) & Self.mask].close
    rows[count & Self.mask] = Row(
      close: close, high: bar.high.approximate, low: bar.low.approximate, volume: Self.fast(bar.volume),
      logReturn: count == 0 ? 0 : log(close / before), closeTime: bar.closeTime, openTime: bar.openTime)
    count += 1
  }

  /// `approximate`, ten times as fast: the library converts 128-bit integers by generic code. May differ in the last bit.
  private static func fast(_ volume: Measure) -> Double {
    let high = Int64(truncatingIfNeeded: volume.raw >> 64)
    let low = UInt64(truncatingIfNeeded: volume.raw)
    return (Double(high) * 0x1p64 + Double(low)) / 1e18
  }

  /// Whether enough bars came before the last one.
  var isReady: Bool { count > Self.warmUpBars }
  /// Close of the last bar.
  var lastClose: Double { rows[(count - 1) & Self.mask].close }

  /// Bars that closed after `time`, at most `capacity`.
  func bars(after time: Timestamp) -> Int {
    var held = 0
    while held < Swift.min(count, Self.capacity), rows[(count - 1 - held) & Self.mask].closeTime > time { held += 1 }
    return held
  }

  /// The thirteen features of the last bar before normalisation, and the root mean square of the last 168 log returns.
  /// Definitions: `observation.definitions` of the manifest. Needs `isReady`.
  func features() -> (values: [Double], sigma: Double) {
    func row(_ back: Int) -> Row { rows[(count - 1 - back) & Self.mask] }
    var sumReturn = 0.0
    var sumSquare = 0.0
    var sumClose = 0.0
    var sumVolume = 0.0
    var squares24 = 0.0
    var closes24 = 0.0
    var returns = [Double](repeating: 0, count: 5)
    for back in 0..<168 {
      let row = row(back)
      sumReturn += row.logReturn
      sumSquare += row.logReturn * row.logReturn
      sumClose += row.close
      sumVolume += row.volume
      switch back {
      case 0: returns[0] = sumReturn
      case 3: returns[1] = sumReturn
      case 23:
        returns[2] = sumReturn
        squares24 = sumSquare
        closes24 = sumClose
      case 71: returns[3] = sumReturn
      case 167: returns[4] = sumReturn
      default: break
      }
    }
    let sigma = Swift.max(1e-12, sumSquare / 168).squareRoot()
    let sigma24 = Swift.max(1e-12, squares24 / 24).squareRoot()
    let last = row(0)
    var values = zip(returns, [1.0, 4, 24, 72, 168]).map { $0 / (sigma * $1.squareRoot()) }
    values.append(log(sigma24 / sigma))
    values.append(log(last.close / (closes24 / 24)) / (sigma * 24.0.squareRoot()))
    values.append(log(last.close / (sumClose / 168)) / (sigma * 168.0.squareRoot()))
    values.append(strength())
    values.append(placeInRange())
    values.append(log((last.volume + 1e-6) / (sumVolume / 168 + 1e-6)))
    let hour = ((last.openTime.milliseconds / 3_600_000) % 24 + 24) % 24
    let angle = 2 * Double.pi * Double(hour) / 24
    values.append(sin(angle))
    values.append(cos(angle))
    return (values, sigma)
  }

  /// Relative strength of 14 close changes from plain sums, in [-1, 1].
  private func strength() -> Double {
    var up = 0.0
    var down = 0.0
    for back in 0..<14 {
      let change = rows[(count - 1 - back) & Self.mask].close - rows[(count - 2 - back) & Self.mask].close
      if change > 0 { up += change } else { down -= change }
    }
    return up + down <= 1e-12 ? 0 : 2 * up / (up + down) - 1
  }

  /// Where the close stands between the lowest low and the highest high of 48 bars, in [-1, 1].
  private func placeInRange() -> Double {
    var lowest = Double.infinity
    var highest = -Double.infinity
    for back in 0..<48 {
      let row = rows[(count - 1 - back) & Self.mask]
      lowest = Swift.min(lowest, row.low)
      highest = Swift.max(highest, row.high)
    }
    return highest - lowest <= 1e-12 ? 0 : 2 * (lastClose - lowest) / (highest - lowest) - 1
  }
}
