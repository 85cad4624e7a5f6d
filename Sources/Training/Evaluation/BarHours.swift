import Core
import Feed
import Settings

/// When the bars of a file were: enough to tell which calendar fits.
struct BarHours: Sendable {
  private(set) var bars = 0
  /// Open of the first bar and close of the last; nil without a bar.
  private(set) var first: Timestamp?
  private(set) var last: Timestamp?
  /// Bars by weekday of their open, 0 Monday.
  private var weekdays = [Int](repeating: 0, count: 7)
  private var earliestMinute = 1440
  private var latestMinute = 0
  private let timeframe: Timeframe
  /// Every so many-th open: to try calendars on, and to tell how many bars lie where.
  private var sample: [Timestamp] = []
  private static let stride = 7

  /// About how many bars open in a span.
  func bars(in span: Range<Timestamp>) -> Int { min(bars, sample.count { span.contains($0) } * Self.stride) }

  /// Reads all bars of a source. Throws what it throws.
  init(_ source: ReplayFile) throws {
    timeframe = source.timeframe
    while let bar = try source.next() {
      if first == nil { first = bar.openTime }
      last = bar.closeTime
      let day = CalendarDay(bar.openTime)
      weekdays[day.weekday] += 1
      let minute = Int(bar.openTime.millisecondsSince(day.start) / 60_000)
      earliestMinute = min(earliestMinute, minute)
      latestMinute = max(latestMinute, minute)
      if bars % Self.stride == 0 { sample.append(bar.openTime) }
      bars += 1
    }
  }

  /// The calendar for a file, without forced closes at the end of a day, and what had to be assumed.
  func calendar(
    _ record: DataIndex.Record, usual: TradingCalendar, of rules: InstrumentSettings
  ) -> (TradingCalendar, String?) {
    let hasWeekends = weekdays[5] + weekdays[6] > bars / 10
    if record.isAlwaysOpen ?? hasWeekends { return (.alwaysOpen, nil) }
    let named = record.venue?.hasPrefix("NSE") == true ? rules.calendars["nse"] : nil
    let candidate = (named ?? usual).withoutForcedClose
    if candidate.session != nil, fits(candidate) { return (candidate, nil) }
    return (observed, "its hours are those of its bars: no known market has them.")
  }

  /// Whether nearly all bars open while the market is open. Bars of a day bear its date alone.
  private func fits(_ calendar: TradingCalendar) -> Bool {
    let hours = timeframe >= .oneDay ? 24 : 1
    let outside = sample.count { open in
      !(0..<hours).contains { calendar.phase(at: open.adding(milliseconds: Int64($0) * 3_600_000)) != .closed }
    }
    // Holidays that a calendar does not know and odd ticks may be; another continent's hours may not.
    return outside * 20 <= sample.count
  }

  /// Hours and weekdays as seen, UTC.
  private var observed: TradingCalendar {
    let days = Set(weekdays.indices.filter { weekdays[$0] * 50 >= bars })
    let end = min(1440, latestMinute + Int(timeframe.milliseconds / 60_000))
    let isWholeDay = timeframe >= .oneDay || end - earliestMinute >= 1439
    return TradingCalendar(
      name: "observed",
      session: .init(
        zone: .fixed(offsetMinutes: 0), openMinute: isWholeDay ? 0 : earliestMinute,
        closeMinute: isWholeDay || end == 1440 ? 0 : end, weekdays: days))
  }
}

extension TradingCalendar {
  /// The same hours without a time at which positions must be closed or none may be opened.
  fileprivate var withoutForcedClose: TradingCalendar {
    guard let session, session.squareOffMinute != nil || session.noNewEntriesMinute != nil else { return self }
    return TradingCalendar(
      name: name,
      session: .init(
        zone: session.zone, openMinute: session.openMinute, closeMinute: session.closeMinute,
        weekdays: session.weekdays, holidays: session.holidays, earlyCloses: session.earlyCloses))
  }
}
