import Core
import Feed
import Testing

@Suite struct BarAggregatorTests {
  @Test func aLongBarIsMadeOfItsShortOnes() throws {
    var hours = try BarAggregator(source: Timeframe("5m")!, target: .oneHour)
    for step in 0..<12 {
      let made = hours.receive(
        try bar(
          Int64(step) * 5, open: "\(100 + step)", high: step == 4 ? "150" : "120", low: step == 7 ? "50" : "90",
          close: "\(101 + step)", volume: "0.1"))
      #expect(made == nil)
    }
    let made = try #require(hours.receive(try bar(60)))
    #expect(made.timeframe == .oneHour && made.openTime.milliseconds == 0)
    #expect(made.open.description == "100" && made.close.description == "112")
    #expect(made.high.description == "150" && made.low.description == "50")
    #expect(made.volume.description == "1.2", "volumes add exactly")
    #expect(hours.incompleteBars == 0)
    #expect(hours.flush()?.openTime.milliseconds == 3_600_000)
    #expect(hours.flush() == nil)
    #expect(hours.incompleteBars == 1)
  }

  @Test func bucketsStandOnTheClockWhateverComesFirst() throws {
    var hours = BarAggregator(target: .oneHour)
    #expect(hours.receive(try bar(55)) == nil)
    let first = try #require(hours.receive(try bar(-5)) == nil ? hours.receive(try bar(125)) : nil)
    #expect(first.openTime.milliseconds == 0)
    #expect(hours.refusedBars == 1, "a bar of a finished hour is not taken")
    #expect(hours.flush()?.openTime.milliseconds == 7_200_000)
    var before = BarAggregator(target: .oneHour)
    _ = before.receive(try bar(-5))
    #expect(before.flush()?.openTime.milliseconds == -3_600_000)
  }

  @Test func onlyMultiplesAreMade() throws {
    #expect(throws: FeedError.cannotAggregate(source: .oneHour, target: Timeframe("90m")!)) {
      _ = try BarAggregator(source: .oneHour, target: Timeframe("90m")!)
    }
    #expect(throws: FeedError.self) { _ = try BarAggregator(source: .oneDay, target: .oneHour) }
    var hours = BarAggregator(target: .oneHour)
    #expect(hours.receive(try bar(0, "7m")) == nil)
    #expect(hours.receive(try bar(0, of: InstrumentID(index: 0))) == nil)
    #expect(hours.receive(try bar(5, of: InstrumentID(index: 1))) == nil)
    #expect(hours.refusedBars == 2)
  }

  @Test func equalLengthsPassThrough() throws {
    var same = try BarAggregator(source: Timeframe("5m")!, target: Timeframe("5m")!)
    #expect(same.receive(try bar(0)) == nil)
    #expect(same.receive(try bar(5)) == (try bar(0)))
    #expect(same.incompleteBars == 0)
  }
}
