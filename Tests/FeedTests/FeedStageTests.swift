import Core
import Feed
import Testing

@Suite struct FeedStageTests {
  static let fx = TradingCalendar(
    name: "fx-week", session: .init(zone: .newYork, openMinute: 1020, closeMinute: 1020, weekdays: [6, 0, 1, 2, 3]))

  func stage(_ calendars: TradingCalendar..., timeframe: String = "5m", stale: Int = 3) throws -> FeedStage {
    let rules = InstrumentRules(
      effectiveFrom: .earliest, tick: try Price("0.01"), lot: try Quantity("1"), minimumQuantity: .zero,
      minimumNotionalQuote: .zero, makerFee: .zero, takerFee: .zero)
    let instruments = calendars.enumerated().map { index, calendar in
      Instrument(
        id: InstrumentID(index: UInt16(index)), symbol: "S\(index)", venue: "test", kind: .fx, isShortable: true,
        calendar: calendar, rules: [rules])
    }
    return FeedStage(
      instruments: InstrumentTable(instruments), timeframe: Timeframe(timeframe)!, staleAfterBars: stale)
  }

  @Test func barsInOrderPass() throws {
    var stage = try stage(.alwaysOpen)
    #expect(stage.lastClose(of: btc) == nil)
    for minute in stride(from: Int64(-10), to: 100, by: 5) {
      let output = stage.receive(try bar(minute))
      #expect(output.bar == (try bar(minute)) && !output.hasGap && output.refusal == nil)
    }
    #expect(stage.quality.bars == 22 && stage.quality.rows == 22 && stage.quality.gaps == 0)
    #expect(stage.lastClose(of: btc)?.milliseconds == 6_000_000)
  }

  @Test func whatIsNoBarOfTheRunIsRefusedAndChangesNothing() throws {
    var stage = try stage(.alwaysOpen)
    _ = stage.receive(try bar(50))
    let refusals: [(Bar, BarRefusal)] = [
      (try bar(50), .duplicate), (try bar(45), .disorder), (try bar(53), .disorder),
      (try bar(55, "1m"), .timeframe), (try bar(55, of: InstrumentID(index: 1)), .unknownInstrument),
      (try bar(55, high: "10.5"), .impossible), (try bar(55, low: "-1"), .impossible),
      (try bar(55, volume: "-1"), .impossible), (try bar(Int64.max / 60_000), .impossible),
    ]
    for (bar, refusal) in refusals {
      let output = stage.receive(bar)
      #expect(output.bar == nil && output.refusal == refusal && !output.hasGap)
    }
    let quality = stage.quality
    #expect(quality.rows == 10 && quality.bars == 1 && quality.duplicates == 1 && quality.disorder == 2)
    #expect(quality.badRows == 2 && quality.impossibleBars == 4)
    #expect(stage.receive(try bar(55)).bar != nil)
  }

  @Test func gapsAreJudgedByTheCalendar() throws {
    var stage = try stage(.alwaysOpen, Self.fx)
    let fx = InstrumentID(index: 1)
    // Friday 2024-03-01 21:55 UTC is the last five minutes of the week, Sunday 22:00 UTC the first of the next.
    let friday = CalendarDay(year: 2024, month: 3, day: 1)!.start.milliseconds / 60_000 + 21 * 60 + 55
    let sunday = CalendarDay(year: 2024, month: 3, day: 3)!.start.milliseconds / 60_000 + 22 * 60
    for instrument in [btc, fx] { _ = stage.receive(try bar(friday, of: instrument)) }
    #expect(stage.receive(try bar(sunday, of: btc)).hasGap)
    #expect(!stage.receive(try bar(sunday, of: fx)).hasGap)
    #expect(stage.quality.gaps == 1 && stage.quality.missingBars == 48 * 12)
    #expect(stage.receive(try bar(sunday + 15, of: fx)).hasGap)
    #expect(stage.quality.gaps == 2 && stage.quality.missingBars == 48 * 12 + 2)
  }

  @Test func silenceIsStaleOnlyWhileTheMarketIsOpen() throws {
    var stage = try stage(.alwaysOpen, Self.fx)
    let fx = InstrumentID(index: 1)
    let friday = CalendarDay(year: 2024, month: 3, day: 1)!.start.milliseconds / 60_000 + 21 * 60 + 55
    #expect(stage.staleInstruments(at: Timestamp(milliseconds: friday * 60_000)) == [btc, fx])
    for instrument in [btc, fx] { _ = stage.receive(try bar(friday, of: instrument)) }
    func stale(_ minutesAfterClose: Int64) -> [InstrumentID] {
      stage.staleInstruments(at: Timestamp(milliseconds: (friday + 5 + minutesAfterClose) * 60_000))
    }
    #expect(stale(0) == [] && stale(14) == [] && stale(15) == [btc])
    #expect(stale(48 * 60 + 14) == [btc], "the week opened 14 minutes ago: two bars are due")
    #expect(stale(48 * 60 + 15) == [btc, fx])
  }
}
