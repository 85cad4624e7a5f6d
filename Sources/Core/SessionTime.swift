/// How much of a stretch of time the market was open: what tells a gap in the data from a closed market.
extension TradingCalendar {
  /// Longest stretch that is looked at, counted back from its end: a bound on the work.
  static let longestStretchDays = 4000

  /// Whether bars are missing between the close of one bar and the open of the next: whether the market was open at
  /// some moment between them. A silence of more than eight days is a gap in any market.
  public func isGap(after last: Timestamp, before next: Timestamp, step: Timeframe) -> Bool {
    guard next > last else { return false }
    if session == nil || next.millisecondsSince(last) > 8 * Timeframe.oneDay.milliseconds { return true }
    return missingBars(after: last, before: next, step: step) > 0
  }

  /// Bars of length `step` that a full record has between the close of one bar and the open of the next.
  public func missingBars(after last: Timestamp, before next: Timestamp, step: Timeframe) -> Int {
    guard next > last else { return 0 }
    if session != nil, step >= .oneDay {
      let days = sessionDays(from: last, until: next)
      return Int((Int64(days) * Timeframe.oneDay.milliseconds + step.milliseconds - 1) / step.milliseconds)
    }
    return Int((openMilliseconds(from: last, until: next) + step.milliseconds - 1) / step.milliseconds)
  }

  /// Time for which the market was open between two moments.
  public func openMilliseconds(from start: Timestamp, until end: Timestamp) -> Int64 {
    guard end > start else { return 0 }
    guard let session else { return end.millisecondsSince(start) }
    let start = Swift.max(start, end.adding(milliseconds: -Int64(Self.longestStretchDays) * 86_400_000))
    var total: Int64 = 0
    // A session that opened the day before may still be open.
    var day = CalendarDay(daysSinceEpoch: session.local(start).day.daysSinceEpoch - 1)
    let lastDay = session.local(end).day
    while day <= lastDay {
      if let close = session.closeMinute(ofSessionOpenedOn: day) {
        let from = Swift.max(start, session.moment(day, minute: session.openMinute))
        let until = Swift.min(end, session.moment(day, minute: close))
        if until > from { total += until.millisecondsSince(from) }
      }
      day = CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1)
    }
    return total
  }

  /// Trading days in a stretch. Daily bars are stamped at midnight UTC of their date, so dates count as they stand; an
  /// overnight session belongs to the date on which it closes.
  private func sessionDays(from start: Timestamp, until end: Timestamp) -> Int {
    guard let session else { return 0 }
    var count = 0
    let start = Swift.max(start, end.adding(milliseconds: -Int64(Self.longestStretchDays) * 86_400_000))
    for number in CalendarDay(start).daysSinceEpoch..<CalendarDay(end).daysSinceEpoch {
      let opening = CalendarDay(daysSinceEpoch: session.isOvernight ? number - 1 : number)
      if session.closeMinute(ofSessionOpenedOn: opening) != nil { count += 1 }
    }
    return count
  }
}

extension TradingCalendar.Session {
  /// The moment of a local minute, counted from midnight of `day`.
  fileprivate func moment(_ day: CalendarDay, minute: Int) -> Timestamp {
    let local = day.start.adding(milliseconds: Int64(minute) * 60_000)
    // Local time read as UTC is off by less than a day; its offset corrects it but near a change of clocks, so twice.
    let near = local.adding(milliseconds: -Int64(zone.offsetMinutes(at: local)) * 60_000)
    return local.adding(milliseconds: -Int64(zone.offsetMinutes(at: near)) * 60_000)
  }
}
