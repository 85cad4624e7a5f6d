import Core
import Foundation
import Testing

@Suite struct TimeTests {
  @Test func momentsAndDaysAgreeWithFoundation() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC")!
    let style = Date.ISO8601FormatStyle()
    for seed in UInt64(0)..<3000 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      // 1600 to 2400: before 1582 Foundation's calendar is Julian.
      let seconds = Int64(random.below(25_000_000_000)) - 11_600_000_000
      let date = Date(timeIntervalSince1970: Double(seconds))
      let moment = Timestamp(milliseconds: seconds * 1000)
      #expect(moment.description == date.formatted(style), "seed \(seed)")
      let day = CalendarDay(moment)
      let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: date)
      #expect(day.year == parts.year && day.month == parts.month && day.day == parts.day, "seed \(seed)")
      #expect((day.weekday + 1) % 7 == parts.weekday! - 1, "seed \(seed)")
      #expect(CalendarDay(day.description) == day, "seed \(seed)")
      #expect(CalendarDay(year: day.year, month: day.month, day: day.day) == day, "seed \(seed)")
      #expect(day.start <= moment && moment.millisecondsSince(day.start) < 86_400_000, "seed \(seed)")
    }
  }

  @Test func millisecondsShow() {
    #expect(Timestamp(milliseconds: 1_709_298_000_007).description == "2024-03-01T13:00:00.007Z")
    #expect(Timestamp(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
    #expect(Timestamp.earliest.description == "0001-01-01T00:00:00Z")
    #expect(Timestamp.latest.description == "9999-12-31T23:59:59.999Z")
    #expect(Timestamp(milliseconds: .max).description.hasPrefix("292278994-08-17T07:12:55"))
    #expect(Timestamp(milliseconds: .min).description.hasPrefix("-292275055-05-16T16:47:04"))
  }

  @Test(arguments: [
    "", "2024", "2024-3-1", "2024-03-32", "2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-01",
    "0000-01-01", "+024-01-01", "2024-+1-01", "2024-01-+1", "2024-01-01T00", "-024-01-01", "20240101", "2024-01-0x",
    "２０２４-01-01",
  ])
  func noDays(_ text: String) { #expect(CalendarDay(text) == nil) }

  @Test func leapDaysExist() {
    for text in ["2024-02-29", "2000-02-29", "0004-02-29", "9999-12-31", "0001-01-01"] {
      #expect(CalendarDay(text)?.description == text)
    }
    #expect(CalendarDay(year: 10_000, month: 1, day: 1) == nil)
    #expect(CalendarDay("1970-01-01")!.weekday == 3 && CalendarDay("1970-01-01")! < CalendarDay("1970-01-02")!)
  }

  @Test func momentsReadBackWithinBounds() throws {
    let moment = Timestamp(milliseconds: 1_709_298_000_007)
    let data = try JSONEncoder().encode([moment])
    #expect(String(decoding: data, as: UTF8.self) == "[1709298000007]")
    #expect(try JSONDecoder().decode([Timestamp].self, from: data) == [moment])
    for bad in ["[9223372036854775807]", "[-62135596800001]", "[1.5]", "[\"x\"]"] {
      #expect(throws: DecodingError.self) { try JSONDecoder().decode([Timestamp].self, from: Data(bad.utf8)) }
    }
  }

  @Test(arguments: [
    ("50ms", 50), ("1s", 1000), ("90s", 90_000), ("5m", 300_000), ("4h", 14_400_000), ("1d", 86_400_000),
    ("52w", 31_449_600_000),
  ])
  func timeframesReadAndShow(_ text: String, _ milliseconds: Int64) throws {
    let timeframe = try #require(Timeframe(text))
    #expect(timeframe.milliseconds == milliseconds && timeframe.description == text)
    let data = try JSONEncoder().encode([timeframe])
    #expect(try JSONDecoder().decode([Timeframe].self, from: data) == [timeframe])
  }

  @Test(arguments: [
    "", "m", "0m", "-1m", "+1m", "1", "1M", "1.5h", "53w", "ms", "0ms", "+5ms", "31449600001ms", "9223372036854775807w",
    " 1m", "1m ", "١m",
  ])
  func noTimeframes(_ text: String) {
    #expect(Timeframe(text) == nil)
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([Timeframe].self, from: Data("[\"\(text)\"]".utf8))
    }
  }

  @Test func timeframesShowTheLargestUnit() {
    #expect(Timeframe("60m")!.description == "1h" && Timeframe("7d")!.description == "1w")
    #expect(Timeframe(milliseconds: 1500).description == "1500ms")
    #expect(Timeframe.oneSecond < .oneMinute && Timeframe.oneHour < .oneDay)
  }

  @Test func barsStartOnTheClock() {
    let hour = Timeframe.oneHour
    #expect(hour.start(of: Timestamp(milliseconds: 3_600_000)).milliseconds == 3_600_000)
    #expect(hour.start(of: Timestamp(milliseconds: 7_199_999)).milliseconds == 3_600_000)
    #expect(hour.start(of: Timestamp(milliseconds: -1)).milliseconds == -3_600_000)
    #expect(hour.start(of: Timestamp(milliseconds: -3_600_000)).milliseconds == -3_600_000)
  }

  @Test func virtualTimeStandsUntilItIsMoved() {
    let time = VirtualTime(start: Timestamp(milliseconds: 5))
    #expect(time.now.milliseconds == 5 && time.monotonicNanoseconds == 5_000_000)
    time.set(Timestamp(milliseconds: 3))
    #expect(time.now.milliseconds == 3)
  }
}
