import Core

/// What the text of a time column may be.
enum TimeKind {
  /// Milliseconds since 1970 and nothing else.
  case milliseconds
  /// A number since 1970 whose size tells its unit, or a date and time as text.
  case any
  /// The same, and eight digits are a date: 20240301.
  case date
}

/// Reads moments as files write them. Text without a zone is UTC.
///
/// A number below 10¹¹ counts seconds (to the year 5138), below 10¹⁴ milliseconds (from 1973), below 10¹⁷ microseconds,
/// above that nanoseconds; parts of a millisecond are dropped. Text is `2024-03-01`, with `.` or `/` between as well,
/// then perhaps a blank or `T` and `13:00`, `13:00:05`, `13:00:05.250`, then perhaps `Z`, ` UTC` or an offset `+05:30`.
/// Days before months, or after them without a year in front, cannot be told apart and are refused.
enum TimeText {
  /// The moment; refused with what is wrong where it is none, or outside the years 1 to 9999.
  static func moment(
    _ given: UnsafeBufferPointer<UInt8>, _ kind: TimeKind, clock: UnsafeBufferPointer<UInt8>? = nil
  ) throws(RowRefusal) -> Timestamp {
    let text = given.unquoted
    let isNumber = text.allSatisfy { ($0 >= 48 && $0 <= 57) || $0 == 45 || $0 == 46 } && !isDate(text)
    let value: Int64
    if kind == .milliseconds {
      value = try whole(text)
    } else if clock != nil || !isNumber || text.isEmpty || (kind == .date && text.count == 8 && !text.contains(46)) {
      guard let read = dateAndTime(text, clock: clock?.unquoted) else { throw RowRefusal("timestamp", text, .notATime) }
      value = read
    } else {
      value = try byMagnitude(text)
    }
    let moment = Timestamp(milliseconds: value)
    // A week before the end, so that the close of no bar lies beyond it.
    guard moment >= .earliest, value <= Timestamp.latest.milliseconds - 604_800_000 else {
      throw RowRefusal("timestamp", text, .timeOutOfRange)
    }
    return moment
  }

  private static func whole(
    _ text: UnsafeBufferPointer<UInt8>, longest: Int = 15
  ) throws(RowRefusal) -> Int64 {
    let isNegative = text.first == 45
    let digits = isNegative ? text.count - 1 : text.count
    guard digits > 0, digits <= longest else {
      throw RowRefusal("timestamp", text, digits > longest ? .overflow : .notANumber)
    }
    var value: Int64 = 0
    for index in (text.count - digits)..<text.count {
      guard text[index] >= 48, text[index] <= 57 else { throw RowRefusal("timestamp", text, .notANumber) }
      value = value * 10 + Int64(text[index] - 48)
    }
    return isNegative ? -value : value
  }

  private static func byMagnitude(_ text: UnsafeBufferPointer<UInt8>) throws(RowRefusal) -> Int64 {
    let point = text.firstIndex(of: 46) ?? text.count
    let value = try whole(UnsafeBufferPointer(rebasing: text[..<point]), longest: 18 + (text.first == 45 ? 0 : 1))
    var thousandths: Int64 = 0
    for (place, digit) in text.dropFirst(point + 1).enumerated() {
      guard digit >= 48, digit <= 57 else { throw RowRefusal("timestamp", text, .notANumber) }
      if place < 3 { thousandths += Int64(digit - 48) * [100, 10, 1][place] }
    }
    let size = value.magnitude
    if size < 100_000_000_000 { return value * 1000 + (value < 0 ? -thousandths : thousandths) }
    if size < 100_000_000_000_000 { return value }
    return size < 100_000_000_000_000_000 ? value / 1000 : value / 1_000_000
  }

  /// `2024-03-01…`: four digits and a divider.
  private static func isDate(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    text.count >= 10 && (text[4] == 45 || text[4] == 46) && text[7] == text[4]
  }

  private static func dateAndTime(
    _ text: UnsafeBufferPointer<UInt8>, clock: UnsafeBufferPointer<UInt8>?
  ) -> Int64? {
    var reader = DigitReader(text)
    guard let year = reader.digits(4) else { return nil }
    let divider = reader.take(45) ? UInt8(45) : reader.take(46) ? 46 : reader.take(47) ? 47 : 0
    guard let month = reader.digits(2), divider == 0 || reader.take(divider), let day = reader.digits(2),
      let date = CalendarDay(year: year, month: month, day: day)
    else { return nil }
    let midnight = date.start.milliseconds
    if let clock {
      guard reader.isAtEnd else { return nil }
      var reader = DigitReader(clock)
      guard let time = timeOfDay(&reader) else { return nil }
      return midnight + time
    }
    if reader.isAtEnd { return midnight }
    guard divider != 0, reader.take(32) || reader.take(84), let time = timeOfDay(&reader) else { return nil }
    return midnight + time
  }

  /// Milliseconds since midnight UTC.
  private static func timeOfDay(_ reader: inout DigitReader) -> Int64? {
    guard let hour = reader.digits(2), hour < 24 else { return nil }
    let hasColons = reader.take(58)
    guard let minute = reader.digits(2), minute < 60 else { return nil }
    var milliseconds = Int64(hour * 3_600_000 + minute * 60_000)
    let goesOn = hasColons ? reader.take(58) : reader.isDigit
    if goesOn {
      guard let second = reader.digits(2), second < 60 else { return nil }
      milliseconds += Int64(second * 1000)
      if reader.take(46) {
        guard let fraction = reader.fraction() else { return nil }
        milliseconds += fraction
      }
    }
    guard let offset = zone(&reader), reader.isAtEnd else { return nil }
    return milliseconds - offset
  }

  /// Milliseconds that the zone is ahead of UTC.
  private static func zone(_ reader: inout DigitReader) -> Int64? {
    if reader.isAtEnd || reader.take(90) { return 0 }
    if reader.take(32) { return reader.take(85) && reader.take(84) && reader.take(67) ? 0 : nil }
    let isBehind = reader.take(45)
    guard isBehind || reader.take(43), let hours = reader.digits(2), hours <= 14 else { return nil }
    _ = reader.take(58)
    let minutes = reader.isAtEnd ? 0 : reader.digits(2)
    guard let minutes, minutes < 60 else { return nil }
    let offset = Int64(hours * 3_600_000 + minutes * 60_000)
    return isBehind ? -offset : offset
  }
}

/// Takes digits and marks from the front of a text.
private struct DigitReader {
  private var rest: Slice<UnsafeBufferPointer<UInt8>>

  init(_ text: UnsafeBufferPointer<UInt8>) { rest = text[...] }

  var isAtEnd: Bool { rest.isEmpty }
  var isDigit: Bool { rest.first.map { $0 >= 48 && $0 <= 57 } ?? false }

  mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Exactly so many digits.
  mutating func digits(_ count: Int) -> Int? {
    var value = 0
    for _ in 0..<count {
      guard let byte = rest.first, byte >= 48, byte <= 57 else { return nil }
      value = value * 10 + Int(byte - 48)
      rest = rest.dropFirst()
    }
    return value
  }

  /// Digits behind a point as milliseconds, what is below dropped.
  mutating func fraction() -> Int64? {
    guard isDigit else { return nil }
    var value: Int64 = 0
    var scale: Int64 = 100
    while isDigit, let byte = rest.popFirst() {
      value += Int64(byte - 48) * scale
      scale /= 10
    }
    return value
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The text without one pair of double quotes around it.
  var unquoted: UnsafeBufferPointer<UInt8> {
    count >= 2 && first == 34 && last == 34 ? UnsafeBufferPointer(rebasing: self[1..<count - 1]) : self
  }
}
