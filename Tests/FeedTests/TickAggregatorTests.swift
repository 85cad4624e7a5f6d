import Core
import Feed
import Testing

@Suite struct TickAggregatorTests {
  private func trade(_ time: Int64, _ price: Int64, _ quantity: Int64, of instrument: InstrumentID = btc) -> Trade {
    Trade(
      instrument: instrument, time: Timestamp(milliseconds: time), price: Price(raw: price),
      quantity: Quantity(raw: quantity), aggressor: .buy)
  }

  /// What the bars must be, said in another way: trades grouped by the start of their bar.
  private func expected(_ trades: [Trade], _ timeframe: Timeframe) -> [Bar] {
    var bars: [Bar] = []
    for trade in trades {
      let start = timeframe.start(of: trade.time)
      let volume = Measure(trade.quantity)
      if let last = bars.last, last.openTime == start {
        bars[bars.count - 1].high = max(last.high, trade.price)
        bars[bars.count - 1].low = min(last.low, trade.price)
        bars[bars.count - 1].close = trade.price
        bars[bars.count - 1].volume = Measure(raw: last.volume.raw + volume.raw)
      } else {
        bars.append(
          Bar(
            instrument: btc, timeframe: timeframe, openTime: start, open: trade.price, high: trade.price,
            low: trade.price, close: trade.price, volume: volume))
      }
    }
    return bars
  }

  @Test func barsAreThoseOfTheTradesGrouped() {
    for seed in UInt64(0)..<60 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let timeframe = Timeframe(milliseconds: [1, 50, 1000, 60_000][random.below(4)])
      var time = Int64(random.below(100_000)) - 50_000
      let trades = (0..<random.below(400)).map { _ in
        time += Int64(random.below(random.below(5) == 0 ? 5000 : 40))
        return trade(time, 1 + Int64(random.below(1000)), 1 + Int64(random.below(1_000_000)))
      }
      let expected = expected(trades, timeframe)
      var aggregator = TickAggregator(instrument: btc, timeframe: timeframe)
      var bars: [Bar] = []
      for trade in trades { aggregator.receive(trade) { bars.append($0) } }
      if let rest = aggregator.flush() { bars.append(rest) }
      #expect(bars == expected, "seed \(seed)")
      let span =
        expected.last.map { $0.closeTime.millisecondsSince(expected[0].openTime) / timeframe.milliseconds } ?? 0
      #expect(aggregator.missingBars == span - Int64(expected.count), "seed \(seed)")
      #expect(aggregator.trades == trades.count && aggregator.refusedTrades == 0, "seed \(seed)")
      var carrying = TickAggregator(instrument: btc, timeframe: timeframe, carryLimit: 1_000_000)
      var full: [Bar] = []
      for trade in trades { carrying.receive(trade) { full.append($0) } }
      if let rest = carrying.flush() { full.append(rest) }
      #expect(Int64(full.count) == span && full.filter { !$0.volume.isZero } == expected, "seed \(seed)")
      #expect(zip(full, full.dropFirst()).allSatisfy { $0.closeTime == $1.openTime }, "seed \(seed)")
      #expect(zip(full, full.dropFirst()).allSatisfy { !$1.volume.isZero || $1.open == $0.close }, "seed \(seed)")
    }
  }

  @Test func tradesThatDoNotFitAreRefused() {
    var aggregator = TickAggregator(instrument: btc, timeframe: .oneSecond, carryLimit: 2)
    var bars: [Bar] = []
    func take(_ trade: Trade) { aggregator.receive(trade) { bars.append($0) } }
    take(trade(5000, 10, 1))
    take(trade(4999, 11, 1))
    take(trade(5100, 12, 1, of: InstrumentID(index: 1)))
    take(trade(5200, 0, 1))
    take(trade(5200, 10, 0))
    #expect(aggregator.refusedTrades == 4 && aggregator.trades == 1)
    #expect(aggregator.flush()?.openTime.milliseconds == 5000)
    #expect(aggregator.flush() == nil)
    take(trade(5500, 10, 1))
    #expect(aggregator.refusedTrades == 5, "its bar was given")
    take(trade(6000, 10, .max))
    take(trade(8000, 10, 1))
    #expect(bars.map(\.openTime.milliseconds) == [6000, 7000] && aggregator.carriedBars == 1)
    take(trade(12_000, 10, 1))
    #expect(aggregator.missingBars == 3 && bars.count == 3, "longer than the limit is a gap")
  }

  @Test func tradesOfAFileBecomeBars() throws {
    let files = try TemporaryFiles()
    let rows = (0..<50).map { "\($0 + 1),10.5,2,1,1,\(1_700_000_000_000 + $0 * 700),true\n" }.joined()
    let header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time_ms,is_buyer_maker\n"
    let file = try TradeFile(path: files.write(header + rows), instrument: btc)
    var source = TickBars(file, TickAggregator(instrument: btc, timeframe: Timeframe("5s")!, carryLimit: 10))
    var bars: [Bar] = []
    while let bar = try source.next() { bars.append(bar) }
    #expect(bars.count == 7 && bars.reduce(0) { $0 + $1.volume.raw } == 100 * Measure.unit)
    #expect(source.source.quality.trades == 50 && source.aggregator.trades == 50)
  }
}
