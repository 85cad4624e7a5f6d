import Core

/// Reads the rows that nearly every row is like: plain digits with at most one point, 18 digits at the longest, prices
/// of at most nine decimals, a line break behind. Whatever is not so is left to `RowParser`, which has the last word on
/// what a row means and what is wrong with it.
struct QuickRow {
  /// What a column is to a bar.
  private enum Role: UInt8 { case milliseconds, moment, open, high, low, close, volume, other }

  /// The role of each column; none where no row of the layout is of the plain kind.
  private let roles: [Role]
  private let separator: UInt8

  init(_ layout: RowLayout) {
    separator = layout.separator
    guard layout.timeKind != .date else {
      roles = []
      return
    }
    var roles = [Role](repeating: .other, count: layout.count)
    roles[layout.time] = layout.timeKind == .milliseconds ? .milliseconds : .moment
    roles[layout.open] = .open
    roles[layout.high] = .high
    roles[layout.low] = .low
    roles[layout.close] = .close
    if let volume = layout.volume { roles[volume] = .volume }
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
        guard at[0] == separator else { return nil }
        at += 1
      }
      switch role {
      // 14 digits are before the year 5138, so within every limit.
      case .milliseconds: guard QuickNumber.whole(&at, &time, longest: 14) else { return nil }
      case .moment:
        guard let moment = QuickNumber.moment(&at) else { return nil }
        time = moment
      case .open: guard QuickNumber.nineDecimals(&at, &open) else { return nil }
      case .high: guard QuickNumber.nineDecimals(&at, &high) else { return nil }
      case .low: guard QuickNumber.nineDecimals(&at, &low) else { return nil }
      case .close: guard QuickNumber.nineDecimals(&at, &close) else { return nil }
      case .volume:
        var mantissa: UInt64 = 0
        guard let decimals = QuickNumber.decimal(&at, &mantissa) else { return nil }
        // Below 2^60 times at most 10^18: within 128 bits.
        volume = UInt128(mantissa) &* UInt128(PowersOfTen.table[18 - decimals])
      case .other: while at[0] != separator, at[0] != 10, at[0] != 13, at[0] != 0 { at += 1 }
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
}
