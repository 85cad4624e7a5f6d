import Core

/// Turns the bytes of one row into a bar, exactly or not at all.
final class RowParser {
  /// Why a row is no bar.
  struct Refusal: Error {
    var column: String
    var value: String
    var reason: RowFault
  }

  private let columns: RowColumns
  /// Start of each field; one more entry than fields, so that field k ends before entry k + 1.
  private let starts: UnsafeMutablePointer<Int>

  init(_ columns: RowColumns) {
    self.columns = columns
    starts = .allocate(capacity: RowColumns.limit + 1)
  }

  deinit { starts.deallocate() }

  /// The bar of a row. `timeframe` is taken over as it is.
  func bar(
    _ row: UnsafeBufferPointer<UInt8>, instrument: InstrumentID, timeframe: Timeframe
  ) throws(Refusal) -> Bar {
    let found = split(row)
    guard found == columns.count else {
      throw Refusal(column: "", value: shownText(row), reason: .columnCount(expected: columns.count, found: found))
    }
    let openTime = try time(field(columns.time, of: row))
    let bar = Bar(
      instrument: instrument, timeframe: timeframe, openTime: openTime,
      open: try price(field(columns.open, of: row), "open"), high: try price(field(columns.high, of: row), "high"),
      low: try price(field(columns.low, of: row), "low"), close: try price(field(columns.close, of: row), "close"),
      volume: try measure(field(columns.volume, of: row)))
    guard bar.isConsistent else { throw Refusal(column: "", value: shownText(row), reason: .impossible) }
    return bar
  }

  /// Finds the fields; returns their number.
  private func split(_ row: UnsafeBufferPointer<UInt8>) -> Int {
    var found = 0
    starts[0] = 0
    for index in 0..<row.count where row[index] == 44 {
      found += 1
      if found < RowColumns.limit { starts[found] = index + 1 }
    }
    found += 1
    if found <= RowColumns.limit { starts[found] = row.count + 1 }
    return found
  }

  @inline(__always)
  private func field(_ index: Int, of row: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: row[starts[index]..<starts[index + 1] - 1])
  }

  private func time(_ text: UnsafeBufferPointer<UInt8>) throws(Refusal) -> Timestamp {
    var value: Int64 = 0
    let isNegative = text.first == 45
    let digits = isNegative ? text.count - 1 : text.count
    guard digits > 0, digits <= 15 else { throw refusal("timestamp", text, digits > 15 ? .overflow : .notANumber) }
    for index in (text.count - digits)..<text.count {
      guard text[index] >= 48, text[index] <= 57 else { throw refusal("timestamp", text, .notANumber) }
      value = value * 10 + Int64(text[index] - 48)
    }
    let moment = Timestamp(milliseconds: isNegative ? -value : value)
    // A week before the end, so that the close of no bar lies beyond it.
    guard moment >= .earliest, moment.milliseconds <= Timestamp.latest.milliseconds - 604_800_000 else {
      throw refusal("timestamp", text, .timeOutOfRange)
    }
    return moment
  }

  private func price(_ text: UnsafeBufferPointer<UInt8>, _ column: StaticString) throws(Refusal) -> Price {
    let value: Price
    do { value = try Price(utf8: text) } catch { throw refusal(column, text, Self.fault(error)) }
    guard value.isPositive else { throw refusal(column, text, .notPositive) }
    return value
  }

  private func measure(_ text: UnsafeBufferPointer<UInt8>) throws(Refusal) -> Measure {
    do { return try Measure(utf8: text) } catch { throw refusal("volume", text, Self.fault(error)) }
  }

  private func refusal(
    _ column: StaticString, _ text: UnsafeBufferPointer<UInt8>, _ reason: RowFault
  ) -> Refusal {
    Refusal(column: "\(column)", value: shownText(text), reason: reason)
  }

  private static func fault(_ error: any Error) -> RowFault {
    switch error as? DecimalError {
    case .overflow: .overflow
    case .tooManyDecimals(_, let limit): .tooManyDecimals(limit: limit)
    default: .notANumber
    }
  }
}
