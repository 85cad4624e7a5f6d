import Core

/// Turns the bytes of one row into a bar, exactly or not at all.
final class RowParser {
  private let layout: RowLayout
  /// Start of each field; one more entry than fields, so that field k ends before entry k + 1.
  private let starts: UnsafeMutablePointer<Int>

  init(_ layout: RowLayout) {
    self.layout = layout
    starts = .allocate(capacity: RowLayout.limit + 1)
  }

  deinit { starts.deallocate() }

  /// The bar of a row. `timeframe` is taken over as it is.
  func bar(
    _ row: UnsafeBufferPointer<UInt8>, instrument: InstrumentID, timeframe: Timeframe
  ) throws(RowRefusal) -> Bar {
    let found = split(row)
    guard found == layout.count else {
      throw RowRefusal("", row, .columnCount(expected: layout.count, found: found))
    }
    let clock = layout.clock.map { field($0, of: row) }
    let openTime = try TimeText.moment(field(layout.time, of: row), layout.timeKind, clock: clock)
    let bar = Bar(
      instrument: instrument, timeframe: timeframe, openTime: openTime,
      open: try price(layout.open, row, "open"), high: try price(layout.high, row, "high"),
      low: try price(layout.low, row, "low"), close: try price(layout.close, row, "close"),
      volume: try volume(row))
    guard bar.isConsistent else { throw RowRefusal("", row, .impossible) }
    return bar
  }

  /// Finds the fields; returns their number.
  private func split(_ row: UnsafeBufferPointer<UInt8>) -> Int {
    var found = 0
    starts[0] = 0
    for index in 0..<row.count where row[index] == layout.separator {
      found += 1
      if found < RowLayout.limit { starts[found] = index + 1 }
    }
    found += 1
    if found <= RowLayout.limit { starts[found] = row.count + 1 }
    return found
  }

  @inline(__always)
  private func field(_ index: Int, of row: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: row[starts[index]..<starts[index + 1] - 1]).unquoted
  }

  private func price(
    _ index: Int, _ row: UnsafeBufferPointer<UInt8>, _ column: StaticString
  ) throws(RowRefusal) -> Price {
    let text = field(index, of: row)
    let value: Price
    do { value = try Price(utf8: text) } catch { throw RowRefusal(column, text, error) }
    guard value.isPositive else { throw RowRefusal(column, text, .notPositive) }
    return value
  }

  private func volume(_ row: UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> Measure {
    guard let index = layout.volume else { return .zero }
    let text = field(index, of: row)
    do { return try Measure(utf8: text) } catch { throw RowRefusal("volume", text, error) }
  }
}
