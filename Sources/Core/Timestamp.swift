/// A moment in UTC, in milliseconds since 1970.
public struct Timestamp: Hashable, Comparable, Sendable, Codable {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  public let milliseconds: Int64
  /// A moment from milliseconds since 1970.
  @inlinable public init(milliseconds: Int64) { self.milliseconds = milliseconds }
  /// Order in time.
  @inlinable public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }
  /// Milliseconds from `other` to this moment.
  @inlinable public func millisecondsSince(_ other: Timestamp) -> Int64 { milliseconds - other.milliseconds }
  /// The moment so many milliseconds later.
  @inlinable public func adding(milliseconds: Int64) -> Timestamp {
    Timestamp(milliseconds: self.milliseconds + milliseconds)
  }
  /// Writes the milliseconds.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(milliseconds)
  }
  /// Reads the milliseconds, which must lie between `earliest` and `latest`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    milliseconds = try container.decode(Int64.self)
    guard self >= .earliest, self <= .latest else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no time of day: \(milliseconds) ms")
    }
  }
  /// Start of the year 1: what comes from outside may not be earlier.
  public static let earliest = Timestamp(milliseconds: -62_135_596_800_000)
  /// Last millisecond of the year 9999: what comes from outside may not be later.
  public static let latest = Timestamp(milliseconds: 253_402_300_799_999)
}

extension Timestamp: CustomStringConvertible {
  /// ISO 8601 in UTC: `2024-03-01T13:00:00Z`, with milliseconds when there are any.
  public var description: String {
    let day = CalendarDay(self)
    let inDay = (milliseconds % 86_400_000 + 86_400_000) % 86_400_000
    let (seconds, rest) = (inDay / 1000, inDay % 1000)
    let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
    let fraction = rest == 0 ? "" : "." + String("00\(rest)".suffix(3))
    return "\(day)T\(clock.joined(separator: ":"))\(fraction)Z"
  }
}

/// A day of the Gregorian calendar.
public struct CalendarDay: Hashable, Comparable, Sendable {
  /// Days since 1970-01-01.
  public let daysSinceEpoch: Int

  /// A day from its number.
  public init(daysSinceEpoch: Int) { self.daysSinceEpoch = daysSinceEpoch }

  /// The UTC day of a moment.
  public init(_ moment: Timestamp) {
    let days = moment.milliseconds / 86_400_000
    daysSinceEpoch = Int(moment.milliseconds % 86_400_000 < 0 ? days - 1 : days)
  }

  /// A day from year, month and day; nil if there is none.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
    // Howard Hinnant's days_from_civil.
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    daysSinceEpoch = era * 146_097 + dayOfEra - 719_468
    guard self.month == month, self.day == day else { return nil }
  }

  /// The UTC day that a close belongs to: one at midnight to the day that ends with it.
  public init(closing moment: Timestamp) { self.init(moment.adding(milliseconds: -1)) }

  /// A day from `YYYY-MM-DD`; nil if the text is anything else.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    // A sign would be a number to Int, and is no part of a date.
    guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2, !text.contains("+"),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  private var civil: (year: Int, month: Int, day: Int) {
    let shifted = daysSinceEpoch + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  /// Year, for example 2024.
  public var year: Int { civil.year }
  /// Month, 1 to 12.
  public var month: Int { civil.month }
  /// Day of the month, 1 to 31.
  public var day: Int { civil.day }
  /// Day of the week, 0 Monday to 6 Sunday.
  public var weekday: Int { ((daysSinceEpoch + 3) % 7 + 7) % 7 }
  /// Midnight UTC at its start.
  public var start: Timestamp { Timestamp(milliseconds: Int64(daysSinceEpoch) * 86_400_000) }
  /// Order in time.
  public static func < (left: CalendarDay, right: CalendarDay) -> Bool { left.daysSinceEpoch < right.daysSinceEpoch }
}

extension CalendarDay: CustomStringConvertible {
  /// `YYYY-MM-DD`; years outside 0 to 9999 in full.
  public var description: String {
    let (year, month, day) = civil
    let shown = (0...9999).contains(year) ? String("000\(year)".suffix(4)) : String(year)
    return "\(shown)-\(String("0\(month)".suffix(2)))-\(String("0\(day)".suffix(2)))"
  }
}
