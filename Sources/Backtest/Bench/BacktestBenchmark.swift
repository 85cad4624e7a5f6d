import Agent
import Bot
import Core
import Exchange
import Feed
import Foundation
import Risk
import Settings

/// How many bars a second a backtest takes, on one thread, without reading files: a cross of moving averages with exact
/// money, trading about every seventieth bar.
package enum BacktestBenchmark {
  /// One measurement.
  package struct Row: Sendable {
    package var name: String
    package var unit: String
    package var count: Int
    package var cpuSeconds: Double
    /// Something that the work must come to, so that nobody can leave it out.
    package var result: String
    package var perSecond: Double { Double(count) / max(cpuSeconds, 1e-9) }
  }

  /// The thread's own time, which other programs do not change.
  static func cpuSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Instruments with the fees and lots of the measurements.
  package static func instruments(_ count: Int) -> InstrumentTable {
    InstrumentTable(
      (0..<count).map { index in
        Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: index < 10 ? "I0\(index)" : "I\(index)", venue: "unlisted",
          kind: .cryptoPerpetual,
          isShortable: true, calendar: .alwaysOpen,
          rules: [
            InstrumentRules(
              effectiveFrom: .earliest, tick: Price(raw: 10), lot: Quantity(raw: 1000),
              minimumQuantity: Quantity(raw: 1000), minimumNotionalQuote: .zero, makerFee: Rate(basisPoints: 10),
              takerFee: Rate(basisPoints: 10))
          ])
      })
  }

  /// The plan of the measurements.
  static func plan(_ count: Int) throws -> BacktestPlan {
    var limits = RiskLimits.none
    limits.maxOrderNotionalQuote = Money(raw: 10_000 * Money.unit)
    limits.priceCollar = .zero
    return BacktestPlan(
      instruments: instruments(count), timeframe: .oneMinute,
      policies: [("sma-cross", try SMACrossPolicy(fast: 10, slow: 50)), ("flat", FlatPolicy())],
      cashQuote: Money(raw: 1_000_000 * Money.unit), costs: .none, limits: limits, scope: .price)
  }

  /// `count` instruments of `each` bars, by time. `seed` nil: that of the exact results.
  package static func bars(_ count: Int, each: Int, seed: UInt64? = nil) -> [Bar] {
    var sources = (0..<count).map { index in
      SyntheticBars(
        instrument: InstrumentID(index: UInt16(index)),
        seed: (seed ?? (count == 1 ? 7 : 7000)) &+ UInt64(index), count: each)
    }
    var bars: [Bar] = []
    bars.reserveCapacity(count * each)
    for _ in 0..<each { for index in sources.indices { if let bar = sources[index].next() { bars.append(bar) } } }
    return bars
  }

  /// The same through the actors, with the same result.
  package static func actors(_ count: Int, each: Int) async throws -> Row {
    let bars = bars(count, each: each)
    let outcome = try await ActorRun.run(plan(count), settings: BotSettings(), bars, keepsDecisions: false)
    return Row(
      name: "actors, \(count) x \(each) bars", unit: "bars", count: bars.count, cpuSeconds: outcome.cpuSeconds,
      result: "\(outcome.equityQuote)")
  }

  /// Trades of one instrument made into bars of a minute, and the bars through the stages; the best of `rounds`.
  package static func ticks(_ count: Int, rounds: Int = 3) throws -> Row {
    var random = CounterRandom(key: 11)
    var cents: Int64 = 1_000_000
    let trades = (0..<count).map { index in
      cents += Int64(random.below(21)) - 10
      return Trade(
        instrument: InstrumentID(index: 0), time: Timestamp(milliseconds: 1_609_459_200_000 + 100 * Int64(index)),
        price: Price(raw: cents * 10_000_000), quantity: Quantity(raw: Int64(1 + random.below(1000)) * 1_000_000),
        aggressor: random.below(2) == 0 ? .buy : .sell)
    }
    var row = Row(
      name: "ticks to bars to stages, \(count) ticks", unit: "ticks", count: count, cpuSeconds: .infinity, result: "")
    for _ in 0..<rounds {
      var driver = try StageDriver(plan(1))
      var aggregator = TickAggregator(instrument: InstrumentID(index: 0), timeframe: .oneMinute)
      let begin = cpuSeconds()
      for trade in trades { aggregator.receive(trade) { driver.receive($0) } }
      if let last = aggregator.flush() { driver.receive(last) }
      driver.finish()
      row.cpuSeconds = min(row.cpuSeconds, cpuSeconds() - begin)
      row.result = "\(driver.book.equity.endQuote)"
    }
    return row
  }

  /// Stages driven directly over `count` instruments of `each` bars; the best of `rounds`.
  package static func stages(_ count: Int, each: Int, rounds: Int = 3) throws -> Row {
    let bars = bars(count, each: each)
    var row = Row(
      name: "stages, \(count) x \(each) bars", unit: "bars", count: bars.count, cpuSeconds: .infinity, result: "")
    for _ in 0..<rounds {
      var driver = try StageDriver(plan(count))
      let begin = cpuSeconds()
      StageRun.run(&driver, over: bars)
      row.cpuSeconds = min(row.cpuSeconds, cpuSeconds() - begin)
      row.result = "\(driver.book.equity.endQuote)"
    }
    return row
  }
}
