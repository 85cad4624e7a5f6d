import Core
import Testing

func moment(_ day: String, _ hour: Int, _ minute: Int, _ second: Int = 0) -> Timestamp {
  CalendarDay(day)!.start.adding(milliseconds: Int64((hour * 60 + minute) * 60 + second) * 1000)
}

@Suite struct TradingCalendarTests {
  static let weekdays: Set<Int> = [0, 1, 2, 3, 4]
  static let nyse = TradingCalendar(
    name: "nyse",
    session: .init(
      zone: .newYork, openMinute: 570, closeMinute: 960, weekdays: weekdays,
      holidays: [CalendarDay("2024-03-29")!, CalendarDay("2024-07-04")!],
      earlyCloses: [CalendarDay("2024-07-03")!: 780], noNewEntriesMinute: 945, squareOffMinute: 955))
  static let nse = TradingCalendar(
    name: "nse",
    session: .init(
      zone: .fixed(offsetMinutes: 330), openMinute: 555, closeMinute: 930, weekdays: weekdays,
      noNewEntriesMinute: 900, squareOffMinute: 920))
  static let fx = TradingCalendar(
    name: "fx-week",
    session: .init(
      zone: .newYork, openMinute: 1020, closeMinute: 1020, weekdays: [6, 0, 1, 2, 3],
      earlyCloses: [CalendarDay("2024-12-23")!: 780]))

  @Test func alwaysOpenIsOpen() {
    #expect(TradingCalendar.alwaysOpen.phase(at: moment("2024-12-25", 3, 0)) == .open)
    #expect(TradingCalendar.alwaysOpen.tradingDay(of: moment("2024-12-25", 23, 59)) == CalendarDay("2024-12-25"))
  }

  /// Opens and closes in UTC on both sides of both changes of the clocks, rules of 2007 and of 1987.
  @Test(arguments: [
    ("2024-03-08", 14, 30, 21), ("2024-03-11", 13, 30, 20), ("2024-11-01", 13, 30, 20), ("2024-11-04", 14, 30, 21),
    ("2006-03-31", 14, 30, 21), ("2006-04-03", 13, 30, 20), ("2006-10-27", 13, 30, 20), ("2006-10-30", 14, 30, 21),
    ("2007-03-12", 13, 30, 20), ("2007-11-02", 13, 30, 20), ("2007-11-05", 14, 30, 21),
  ])
  func newYorkFollowsItsClocks(_ day: String, _ openHour: Int, _ openMinute: Int, _ closeHour: Int) {
    let open = moment(day, openHour, openMinute)
    let close = moment(day, closeHour, 0)
    #expect(Self.nyse.phase(at: open.adding(milliseconds: -1)) == .closed)
    #expect(Self.nyse.phase(at: open) == .open)
    #expect(Self.nyse.phase(at: close.adding(milliseconds: -16 * 60_000)) == .open)
    #expect(Self.nyse.phase(at: close.adding(milliseconds: -15 * 60_000)) == .noNewEntries)
    #expect(Self.nyse.phase(at: close.adding(milliseconds: -1)) == .squareOff)
    #expect(Self.nyse.phase(at: close) == .closed)
  }

  @Test func theClockChangesAtItsMoment() {
    #expect(TimeZoneRule.newYork.offsetMinutes(at: moment("2024-03-10", 6, 59, 59)) == -300)
    #expect(TimeZoneRule.newYork.offsetMinutes(at: moment("2024-03-10", 7, 0)) == -240)
    #expect(TimeZoneRule.newYork.offsetMinutes(at: moment("2024-11-03", 5, 59, 59)) == -240)
    #expect(TimeZoneRule.newYork.offsetMinutes(at: moment("2024-11-03", 6, 0)) == -300)
    #expect(TimeZoneRule.newYork.offsetMinutes(at: Timestamp(milliseconds: .max / 2)) == -300, "far away, no trap")
  }

  @Test func holidaysWeekendsAndHalfDays() {
    #expect(Self.nyse.phase(at: moment("2024-03-29", 15, 0)) == .closed)
    #expect(Self.nyse.phase(at: moment("2024-03-30", 15, 0)) == .closed)
    #expect(Self.nyse.phase(at: moment("2024-07-03", 16, 44)) == .open)
    #expect(Self.nyse.phase(at: moment("2024-07-03", 16, 45)) == .noNewEntries, "the windows move with the close")
    #expect(Self.nyse.phase(at: moment("2024-07-03", 16, 55)) == .squareOff)
    #expect(Self.nyse.phase(at: moment("2024-07-03", 17, 0)) == .closed)
    #expect(Self.nyse.phase(at: moment("2024-07-05", 16, 55)) == .open)
  }

  @Test func indiaSquaresOffBeforeItsClose() {
    #expect(Self.nse.phase(at: moment("2024-03-01", 3, 44, 59)) == .closed)
    #expect(Self.nse.phase(at: moment("2024-03-01", 3, 45)) == .open)
    #expect(Self.nse.phase(at: moment("2024-03-01", 9, 29, 59)) == .open)
    #expect(Self.nse.phase(at: moment("2024-03-01", 9, 30)) == .noNewEntries)
    #expect(Self.nse.phase(at: moment("2024-03-01", 9, 50)) == .squareOff)
    #expect(Self.nse.phase(at: moment("2024-03-01", 10, 0)) == .closed)
    #expect(Self.nse.tradingDay(of: moment("2024-02-29", 20, 0)) == CalendarDay("2024-03-01"))
  }

  @Test func theCurrencyWeekSpansMidnightAndOpensOnSunday() {
    #expect(Self.fx.phase(at: moment("2024-03-03", 21, 59)) == .closed)
    #expect(Self.fx.phase(at: moment("2024-03-03", 22, 0)) == .open)
    #expect(Self.fx.phase(at: moment("2024-03-04", 5, 0)) == .open)
    #expect(Self.fx.phase(at: moment("2024-03-08", 21, 59)) == .open)
    #expect(Self.fx.phase(at: moment("2024-03-08", 22, 0)) == .closed)
    #expect(Self.fx.phase(at: moment("2024-03-10", 20, 59)) == .closed)
    #expect(Self.fx.phase(at: moment("2024-03-10", 21, 0)) == .open, "an hour earlier in summer")
    // The session of the 23rd ends early, at 13:00 of the 24th.
    #expect(Self.fx.phase(at: moment("2024-12-24", 3, 0)) == .open)
    #expect(Self.fx.phase(at: moment("2024-12-24", 17, 59)) == .open)
    #expect(Self.fx.phase(at: moment("2024-12-24", 18, 0)) == .closed)
  }

  @Test func aSilenceIsAGapOnlyWhereTheMarketWasOpen() {
    let hour = Timeframe.oneHour
    let friday = moment("2024-03-08", 22, 0)
    #expect(!Self.fx.isGap(after: friday, before: moment("2024-03-10", 21, 0), step: hour))
    #expect(Self.fx.isGap(after: friday, before: moment("2024-03-10", 22, 0), step: hour))
    #expect(Self.fx.missingBars(after: friday, before: moment("2024-03-11", 0, 0), step: hour) == 3)
    #expect(TradingCalendar.alwaysOpen.isGap(after: friday, before: moment("2024-03-10", 21, 0), step: hour))
    #expect(
      TradingCalendar.alwaysOpen.missingBars(after: friday, before: moment("2024-03-10", 21, 0), step: hour) == 47)
    #expect(!TradingCalendar.alwaysOpen.isGap(after: friday, before: friday, step: hour))
    #expect(!Self.fx.isGap(after: friday, before: moment("2024-03-07", 0, 0), step: hour), "backwards is no gap")
    // Over a holiday and a weekend, and with a bucket that begins before the session.
    #expect(!Self.nyse.isGap(after: moment("2024-03-28", 20, 0), before: moment("2024-04-01", 13, 0), step: hour))
    #expect(Self.nyse.isGap(after: moment("2024-03-28", 20, 0), before: moment("2024-04-01", 14, 0), step: hour))
    #expect(Self.nyse.isGap(after: moment("2024-03-11", 15, 0), before: moment("2024-03-11", 15, 5), step: .oneMinute))
    #expect(Self.nyse.isGap(after: moment("2024-03-01", 21, 0), before: moment("2024-03-10", 0, 0), step: hour))
    // Second bars over a weekend.
    #expect(!Self.fx.isGap(after: friday, before: moment("2024-03-10", 21, 0), step: .oneSecond))
    #expect(Self.fx.missingBars(after: friday, before: moment("2024-03-10", 21, 0, 5), step: .oneSecond) == 5)
  }

  @Test func dailyBarsCountTradingDays() {
    let day = Timeframe.oneDay
    let thursday = moment("2024-03-29", 0, 0)  // close of Thursday the 28th
    #expect(!Self.nyse.isGap(after: thursday, before: moment("2024-04-01", 0, 0), step: day))
    #expect(Self.nyse.isGap(after: thursday, before: moment("2024-04-02", 0, 0), step: day))
    #expect(Self.nyse.missingBars(after: thursday, before: moment("2024-04-05", 0, 0), step: day) == 4)
    // Currencies: the Sunday evening belongs to Monday's bar.
    #expect(!Self.fx.isGap(after: moment("2024-03-02", 0, 0), before: moment("2024-03-04", 0, 0), step: day))
    #expect(Self.fx.isGap(after: moment("2024-03-02", 0, 0), before: moment("2024-03-05", 0, 0), step: day))
  }

  /// Against counting minute by minute.
  @Test func openTimeIsWhatCountingMinutesFinds() {
    for seed in UInt64(0)..<60 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      for calendar in [Self.nyse, Self.nse, Self.fx] {
        let from = moment("2024-01-01", 0, 0).adding(milliseconds: Int64(random.below(500_000)) * 60_000)
        let minutes = 1 + random.below(6000)
        let until = from.adding(milliseconds: Int64(minutes) * 60_000)
        let counted = (0..<minutes).count {
          calendar.phase(at: from.adding(milliseconds: Int64($0) * 60_000)) != .closed
        }
        #expect(
          calendar.openMilliseconds(from: from, until: until) == Int64(counted) * 60_000,
          "seed \(seed): \(calendar.name) \(from) \(until)")
      }
    }
  }

  @Test func longStretchesAreBounded() {
    let all = Self.fx.openMilliseconds(from: .earliest, until: .latest)
    #expect(all > 0 && all <= 4001 * 86_400_000)
    #expect(Self.fx.isGap(after: .earliest, before: .latest, step: .oneSecond))
    #expect(Self.nyse.missingBars(after: .earliest, before: .latest, step: .oneDay) <= 4000)
    #expect(Self.nyse.openMilliseconds(from: .latest, until: .earliest) == 0)
  }
}
