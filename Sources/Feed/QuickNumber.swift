/// Reads numbers of the plain kind: digits with at most one point. Everything else is left to the general reader.
///
/// Each function reads from `at`, moves it behind what it took, and relies on a byte that is no digit behind the buffer.
enum QuickNumber {
  /// Digits, at least one and at most `longest` (no more than 19).
  @inline(__always)
  static func whole(_ at: inout UnsafePointer<UInt8>, _ value: inout UInt64, longest: Int) -> Bool {
    let start = at
    while case let digit = at[0] &- 48, digit < 10 {
      value = value &* 10 &+ UInt64(digit)
      at += 1
    }
    return at - start > 0 && at - start <= longest
  }

  /// A moment in milliseconds since 1970, from seconds, milliseconds or microseconds, as `TimeText` tells them apart.
  @inline(__always)
  static func moment(_ at: inout UnsafePointer<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    guard whole(&at, &value, longest: 16) else { return nil }
    if value < 100_000_000_000 { return value * 1000 }
    return value < 100_000_000_000_000 ? value : value / 1000
  }

  /// A positive number in units of 10⁻⁹; false where it has more decimals or does not fit in 63 bits.
  @inline(__always)
  static func nineDecimals(_ at: inout UnsafePointer<UInt8>, _ value: inout UInt64) -> Bool {
    guard let decimals = decimal(&at, &value), decimals <= 9 else { return false }
    let product = value.multipliedReportingOverflow(by: PowersOfTen.table[9 - decimals])
    value = product.partialValue
    return !product.overflow && value <= UInt64(Int64.max)
  }

  /// Digits with at most one point, which has digits on both sides: their value, and how many stand behind the point;
  /// nil for anything else and for more than 18 digits.
  @inline(__always)
  static func decimal(_ at: inout UnsafePointer<UInt8>, _ mantissa: inout UInt64) -> Int? {
    let start = at
    var value: UInt64 = 0
    while case let digit = at[0] &- 48, digit < 10 {
      value = value &* 10 &+ UInt64(digit)
      at += 1
    }
    let whole = at - start
    guard whole > 0 else { return nil }
    var decimals = 0
    if at[0] == 46 {
      at += 1
      let point = at
      while case let digit = at[0] &- 48, digit < 10 {
        value = value &* 10 &+ UInt64(digit)
        at += 1
      }
      decimals = at - point
      guard decimals > 0 else { return nil }
    }
    mantissa = value
    return whole + decimals <= 18 ? decimals : nil
  }
}

/// 10⁰ to 10¹⁸.
enum PowersOfTen {
  static let table: [UInt64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000,
    100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000, 1_000_000_000_000_000,
    10_000_000_000_000_000, 100_000_000_000_000_000, 1_000_000_000_000_000_000,
  ]
}
