import Core

/// Reads the rows that nearly every row is like: plain digits with at most one point, 18 digits at the longest, prices
/// of at most nine decimals, a line break behind. Whatever is not so is left to `RowParser`, which has the last word on
/// what a row means and what is wrong with it.
struct QuickRow {
  /// What a column is to a bar.
  private enum Role: UInt8 { case time, open, high, low, close, volume, other }

  /// The role of each column.
  private let roles: [Role]

  init(_ columns: RowColumns) {
    var roles = [Role](repeating: .other, count: columns.count)
    roles[columns.time] = .time
    roles[columns.open] = .open
    roles[columns.high] = .high
    roles[columns.low] = .low
    roles[columns.close] = .close
    roles[columns.volume] = .volume
    self.roles = roles
  }

  /// The bar of the row that begins at `start`, and the byte behind its line break; nil where the row is not of the
  /// plain kind or no possible bar.
  ///
  /// - Parameter start: Bytes that end with a zero, which belongs to no row.
  @inline(__always)
  func bar(
    at start: UnsafePointer<UInt8>, instrument: InstrumentID, timeframe: Timeframe
  ) -> (bar: Bar, end: UnsafePointer<UInt8>)? {
    var at = start
    var (time, open, high, low, close) = (UInt64(0), UInt64(0), UInt64(0), UInt64(0), UInt64(0))
    var volume = UInt128(0)
    for (index, role) in roles.enumerated() {
      if index > 0 {
        guard at[0] == 44 else { return nil }
        at += 1
      }
      switch role {
      case .time: guard Self.whole(&at, &time) else { return nil }
      case .open: guard Self.price(&at, &open) else { return nil }
      case .high: guard Self.price(&at, &high) else { return nil }
      case .low: guard Self.price(&at, &low) else { return nil }
      case .close: guard Self.price(&at, &close) else { return nil }
      case .volume:
        var mantissa: UInt64 = 0
        guard let decimals = Self.digits(&at, &mantissa) else { return nil }
        // Below 2^60 times at most 10^18: within 128 bits.
        volume = UInt128(mantissa) &* UInt128(PowersOfTen.table[18 - decimals])
      case .other: while at[0] != 44, at[0] != 10, at[0] != 13, at[0] != 0 { at += 1 }
      }
    }
    if at[0] == 13 { at += 1 }
    guard at[0] == 10, at - start <= LineReader.longestLine, low > 0, low <= open, low <= close, high >= open,
      high >= close
    else { return nil }
    let bar = Bar(
      instrument: instrument, timeframe: timeframe, openTime: Timestamp(milliseconds: Int64(truncatingIfNeeded: time)),
      open: Price(raw: Int64(truncatingIfNeeded: open)), high: Price(raw: Int64(truncatingIfNeeded: high)),
      low: Price(raw: Int64(truncatingIfNeeded: low)), close: Price(raw: Int64(truncatingIfNeeded: close)),
      volume: Measure(raw: Int128(truncatingIfNeeded: volume)))
    return (bar, at + 1)
  }

  /// A time of at most 14 digits: before the year 5138, so within every limit.
  @inline(__always)
  private static func whole(_ at: inout UnsafePointer<UInt8>, _ value: inout UInt64) -> Bool {
    let start = at
    while case let digit = at[0] &- 48, digit < 10 {
      value = value &* 10 &+ UInt64(digit)
      at += 1
    }
    return at - start > 0 && at - start <= 14
  }

  /// A price in units of 10⁻⁹; false where it is not plain or does not fit.
  @inline(__always)
  private static func price(_ at: inout UnsafePointer<UInt8>, _ value: inout UInt64) -> Bool {
    guard let decimals = digits(&at, &value), decimals <= 9 else { return false }
    let product = value.multipliedReportingOverflow(by: PowersOfTen.table[9 - decimals])
    value = product.partialValue
    return !product.overflow && value <= UInt64(Int64.max)
  }

  /// Digits with at most one point, which has digits on both sides: their value, and how many stand behind the point;
  /// nil for anything else and for more than 18 digits.
  @inline(__always)
  private static func digits(_ at: inout UnsafePointer<UInt8>, _ mantissa: inout UInt64) -> Int? {
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
