import Core
import Foundation
import Risk
import Testing

@Suite("The account's trading day")
struct TradingDayTests {
  private static let india = TradingCalendar(
    name: "nse",
    session: .init(
      zone: .fixed(offsetMinutes: 330), openMinute: 555, closeMinute: 930, weekdays: [0, 1, 2, 3, 4]))
  private static let newYork = TradingCalendar(
    name: "nyse",
    session: .init(zone: .newYork, openMinute: 570, closeMinute: 960, weekdays: [0, 1, 2, 3, 4]))

  private func utc(_ year: Int, _ month: Int, _ day: Int, _ hour: Int, _ minute: Int) -> Timestamp {
    CalendarDay(year: year, month: month, day: day)!.start
      .adding(milliseconds: Int64(hour * 60 + minute) * 60_000)
  }

  /// A flat account with an instrument of each calendar.
  private func stage(_ calendars: [TradingCalendar], zone: TimeZoneRule? = nil) -> RiskStage {
    let table = InstrumentTable(
      calendars.enumerated().map {
        Instrument(
          id: InstrumentID(index: UInt16($0.offset)), symbol: "I\($0.offset)", venue: "test", kind: .equity,
          isShortable: false, calendar: $0.element, rules: [Scenario().rules])
      })
    var limits = RiskLimits()
    limits.dayZone = zone
    return RiskStage(
      instruments: table, timeframe: .oneMinute, limits: limits, cashQuote: money("1000"), counters: nil)
  }

  /// The day that the account is in after a bar at each moment.
  private func days(_ stage: RiskStage, _ moments: [Timestamp], instrument: UInt16 = 0) -> [String?] {
    var stage = stage
    return moments.enumerated().map { step, moment in
      stage.observe(
        Scenario.bar(
          InstrumentID(index: instrument), close: price("100"),
          closeTime: noon.adding(milliseconds: Int64(step))), at: moment)
      return stage.counters.tradingDay.map { "\(CalendarDay(daysSinceEpoch: $0))" }
    }
  }

  @Test func beginsAtMidnightOfTheMarket() {
    // 18:29 and 18:30 UTC are the last minute and the first of a day in India.
    let inIndia = [utc(2024, 3, 4, 18, 29), utc(2024, 3, 4, 18, 30)]
    #expect(days(stage([Self.india]), inIndia) == ["2024-03-04", "2024-03-05"])
    #expect(days(stage([.alwaysOpen]), inIndia) == ["2024-03-04", "2024-03-04"])
    #expect(days(stage([Self.newYork]), inIndia) == ["2024-03-04", "2024-03-04"])
    let inCrypto = [utc(2024, 3, 4, 23, 59), utc(2024, 3, 5, 0, 0)]
    #expect(days(stage([.alwaysOpen]), inCrypto) == ["2024-03-04", "2024-03-05"])
    #expect(days(stage([Self.india]), inCrypto) == ["2024-03-05", "2024-03-05"])
  }

  @Test func followsDaylightSaving() {
    // New York is at UTC-5 until 2024-03-10 07:00 UTC, at UTC-4 until 2024-11-03 06:00 UTC.
    let spring = [
      utc(2024, 3, 10, 4, 59), utc(2024, 3, 10, 5, 0), utc(2024, 3, 11, 3, 59), utc(2024, 3, 11, 4, 0),
    ]
    #expect(days(stage([Self.newYork]), spring) == ["2024-03-09", "2024-03-10", "2024-03-10", "2024-03-11"])
    let autumn = [
      utc(2024, 11, 3, 3, 59), utc(2024, 11, 3, 4, 0), utc(2024, 11, 4, 4, 59), utc(2024, 11, 4, 5, 0),
    ]
    #expect(days(stage([Self.newYork]), autumn) == ["2024-11-02", "2024-11-03", "2024-11-03", "2024-11-04"])
  }

  @Test func isOneForSeveralMarkets() {
    let moments = [utc(2024, 3, 4, 18, 29), utc(2024, 3, 4, 18, 30), utc(2024, 3, 5, 4, 59), utc(2024, 3, 5, 5, 0)]
    // Whatever instrument the bar is of, the first one's market says what day it is ...
    for instrument in [0, 1] as [UInt16] {
      #expect(
        days(stage([Self.india, Self.newYork]), moments, instrument: instrument)
          == ["2024-03-04", "2024-03-05", "2024-03-05", "2024-03-05"])
      // ... unless a zone is set.
      #expect(
        days(stage([Self.india, Self.newYork], zone: .newYork), moments, instrument: instrument)
          == ["2024-03-04", "2024-03-04", "2024-03-04", "2024-03-05"])
      #expect(
        days(stage([Self.india, Self.newYork], zone: .fixed(offsetMinutes: 0)), moments, instrument: instrument)
          == ["2024-03-04", "2024-03-04", "2024-03-05", "2024-03-05"])
    }
  }

  @Test(arguments: [true, false]) func aClockThatGoesBackReopensNothing(isRestarted: Bool) throws {
    for calendar in [Self.india, Self.newYork, .alwaysOpen] {
      let midnights = (0..<48).map { utc(2024, 3, 10, 0, 0).adding(milliseconds: Int64($0) * 1_800_000) }
      for moment in midnights {
        var stage = stage([calendar])
        stage.restore(positions: [.long("1", cost: "100")], cashQuote: money("800"))
        stage.observe(Scenario.bar(Scenario.id, close: price("100"), closeTime: noon), at: moment)
        let day = stage.counters.tradingDay
        let begun = stage.counters.dayStartEquityQuote
        #expect(begun == money("900"))
        if isRestarted {
          let saved = try JSONDecoder().decode(RiskCounters.self, from: JSONEncoder().encode(stage.counters))
          stage = RiskStage(
            instruments: InstrumentTable([
              Instrument(
                id: Scenario.id, symbol: "I0", venue: "test", kind: .equity, isShortable: false, calendar: calendar,
                rules: [Scenario().rules])
            ]), timeframe: .oneMinute, limits: RiskLimits(), cashQuote: money("800"), counters: saved)
        }
        for (step, back) in [-3_600_000, -60_000, 0].enumerated() as EnumeratedSequence<[Int64]> {
          stage.observe(
            Scenario.bar(Scenario.id, close: price("50"), closeTime: noon.adding(milliseconds: Int64(step) + 1)),
            at: moment.adding(milliseconds: back))
          #expect(stage.counters.tradingDay == day, "\(calendar.name) \(moment) \(back)")
          #expect(stage.counters.dayStartEquityQuote == begun, "\(calendar.name) \(moment) \(back)")
        }
      }
    }
  }
}
