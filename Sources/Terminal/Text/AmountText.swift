import Core

/// Numbers for people; the exact ones are in the JSON.
package enum AmountText {
  /// Money to the cent, with commas between thousands.
  package static func cents(_ money: Money) -> String {
    guard let cents = try? money.raw.divided(by: Money.unit / 100, rounding: .halfEven) else {
      return money.description
    }
    let sign = cents < 0 ? "-" : ""
    let digits = String(cents.magnitude)
    let padded = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    var whole = String(padded.dropLast(2))
    var index = whole.endIndex
    while let previous = whole.index(index, offsetBy: -3, limitedBy: whole.startIndex), previous != whole.startIndex {
      whole.insert(",", at: previous)
      index = previous
    }
    return "\(sign)\(whole).\(padded.suffix(2))"
  }

  /// A decimal's text cut to two places.
  static func short(_ decimal: String) -> String {
    guard let point = decimal.firstIndex(of: ".") else { return decimal }
    return String(decimal[..<(decimal.index(point, offsetBy: 3, limitedBy: decimal.endIndex) ?? decimal.endIndex)])
  }

  /// Microseconds, as milliseconds when there are many.
  static func micros(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "-" }
    return value >= 10_000 ? "\(Int(min(value, 1e12) / 1000)) ms" : "\(Int(max(0, value))) µs"
  }

  /// A stretch of time in two units at most.
  static func duration(milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds) / 1000
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    if seconds < 86_400 { return "\(seconds / 3600) h \(seconds % 3600 / 60) min" }
    return "\(seconds / 86_400) d \(seconds % 86_400 / 3600) h"
  }
}
