/// How local clock time follows from UTC.
public enum TimeZoneRule: Hashable, Sendable {
  /// A fixed offset, for example +330 minutes in India.
  case fixed(offsetMinutes: Int)
  /// United States Eastern time with daylight saving (rules of 1987 and of 2007).
  case newYork

  /// Offset from UTC at a moment, in minutes.
  public func offsetMinutes(at moment: Timestamp) -> Int {
    switch self {
    case .fixed(let offset): return offset
    case .newYork: return Self.isNewYorkSummer(moment) ? -240 : -300
    }
  }

  private static func isNewYorkSummer(_ moment: Timestamp) -> Bool {
    let year = CalendarDay(moment).year
    guard (1...9999).contains(year) else { return false }
    let firstSunday = { (month: Int, weeksLater: Int) -> CalendarDay in
      let first = CalendarDay(year: year, month: month, day: 1)!
      return CalendarDay(daysSinceEpoch: first.daysSinceEpoch + (6 - first.weekday) % 7 + 7 * weeksLater)
    }
    let lastSundayOfOctober: () -> CalendarDay = {
      let last = CalendarDay(year: year, month: 10, day: 31)!
      return CalendarDay(daysSinceEpoch: last.daysSinceEpoch - (last.weekday + 1) % 7)
    }
    let (begin, end) =
      year >= 2007 ? (firstSunday(3, 1), firstSunday(11, 0)) : (firstSunday(4, 0), lastSundayOfOctober())
    // Clocks change at 2:00 local time: 7:00 UTC in spring, 6:00 UTC in autumn.
    return moment >= begin.start.adding(milliseconds: 7 * 3_600_000)
      && moment < end.start.adding(milliseconds: 6 * 3_600_000)
  }
}

/// What a market allows at a moment.
public enum MarketPhase: String, Sendable, Codable {
  /// Closed: no order can fill.
  case closed
  /// Open.
  case open
  /// Open, but too close to the end for new positions.
  case noNewEntries = "no_new_entries"
  /// Open, and positions must be closed now.
  case squareOff = "square_off"
}

/// When an instrument trades. Holidays and half days are data, not rules.
public struct TradingCalendar: Hashable, Sendable {
  /// Name, for example `always-open`, `nyse`, `nse`, `fx-week`.
  public let name: String
  /// nil: always open.
  public let session: Session?

  /// A weekly pattern of sessions.
  public struct Session: Hashable, Sendable {
    /// How local time follows from UTC.
    public let zone: TimeZoneRule
    /// Local minute of the day at which the session opens.
    public let openMinute: Int
    /// Local minute at which it closes. Not above `openMinute`: it closes on the next day.
    public let closeMinute: Int
    /// Days on which a session opens, 0 Monday to 6 Sunday.
    public let weekdays: Set<Int>
    /// Local days without a session.
    public let holidays: Set<CalendarDay>
    /// Local days with an early close, by minute.
    public let earlyCloses: [CalendarDay: Int]
    /// Local minute from which no position may be opened.
    public let noNewEntriesMinute: Int?
    /// Local minute from which positions must be closed.
    public let squareOffMinute: Int?

    /// A pattern as given.
    public init(
      zone: TimeZoneRule, openMinute: Int, closeMinute: Int, weekdays: Set<Int>, holidays: Set<CalendarDay> = [],
      earlyCloses: [CalendarDay: Int] = [:], noNewEntriesMinute: Int? = nil, squareOffMinute: Int? = nil
    ) {
      self.zone = zone
      self.openMinute = openMinute
      self.closeMinute = closeMinute
      self.weekdays = weekdays
      self.holidays = holidays
      self.earlyCloses = earlyCloses
      self.noNewEntriesMinute = noNewEntriesMinute
      self.squareOffMinute = squareOffMinute
    }
  }

  /// A calendar as given.
  public init(name: String, session: Session?) {
    self.name = name
    self.session = session
  }

  /// Open at every moment.
  public static let alwaysOpen = TradingCalendar(name: "always-open", session: nil)

  /// What the market allows at `moment`.
  public func phase(at moment: Timestamp) -> MarketPhase {
    guard let session else { return .open }
    let (day, minute) = session.local(moment)
    if let phase = session.phase(openedOn: day, minute: minute) { return phase }
    if session.isOvernight {
      let yesterday = CalendarDay(daysSinceEpoch: day.daysSinceEpoch - 1)
      if let phase = session.phase(openedOn: yesterday, minute: minute + 1440) { return phase }
    }
    return .closed
  }

  /// The trading day that `moment` counts to, in local time: the day on which daily limits start anew.
  public func tradingDay(of moment: Timestamp) -> CalendarDay {
    guard let session else { return CalendarDay(moment) }
    return session.local(moment).day
  }
}

extension TradingCalendar.Session {
  func local(_ moment: Timestamp) -> (day: CalendarDay, minute: Int) {
    let shifted = moment.adding(milliseconds: Int64(zone.offsetMinutes(at: moment)) * 60_000)
    let day = CalendarDay(shifted)
    return (day, Int(shifted.millisecondsSince(day.start) / 60_000))
  }

  /// The phase at `minute` (counted from midnight of `day`) of the session that opened on `day`; nil outside it.
  func phase(openedOn day: CalendarDay, minute: Int) -> MarketPhase? {
    guard let close = closeMinute(ofSessionOpenedOn: day), minute >= openMinute, minute < close else { return nil }
    // On a half day the windows before the close move with the close.
    let earlier = regularCloseMinute - close
    if let squareOffMinute, minute >= squareOffMinute - earlier { return .squareOff }
    if let noNewEntriesMinute, minute >= noNewEntriesMinute - earlier { return .noNewEntries }
    return .open
  }

  /// Whether sessions close on the day after they opened.
  var isOvernight: Bool { closeMinute <= openMinute }

  private var regularCloseMinute: Int { isOvernight ? closeMinute + 1440 : closeMinute }

  /// Close, in minutes from midnight of `day`, of the session that opens on it; nil when none does.
  func closeMinute(ofSessionOpenedOn day: CalendarDay) -> Int? {
    guard weekdays.contains(day.weekday), !holidays.contains(day) else { return nil }
    guard let early = earlyCloses[day] else { return regularCloseMinute }
    return isOvernight && early <= openMinute ? early + 1440 : early
  }
}
