import Core
import Foundation
import Risk
import Testing

/// A stage that is killed and restored between any two events says and remembers what one says that lives on.
@Suite("Killed between any two events")
struct KillTests {
  /// One account under two stages: one lives, the other is made anew from saved counters before every event.
  private struct Pair {
    var lives: RiskStage
    var dies: RiskStage
    let table: InstrumentTable
    let limits: RiskLimits
    var cash = money("40000")

    init() {
      table = InstrumentTable(
        (0..<3).map {
          Instrument(
            id: InstrumentID(index: UInt16($0)), symbol: "I\($0)", venue: "test", kind: .cryptoSpot,
            isShortable: true, calendar: .alwaysOpen, rules: [Scenario().rules])
        })
      var limits = RiskLimits()
      limits.maxGrossExposureQuote = money("20000")
      limits.maxOrdersPerMinute = 4
      limits.maxDailyLoss = rate("0.0005")
      limits.maxDrawdown = rate("0.002")
      limits.maxConsecutiveLosses = 3
      limits.coolDownSeconds = 600
      limits.maxRepeatedExecutions = 5
      self.limits = limits
      lives = RiskStage(
        instruments: table, timeframe: .oneMinute, limits: limits, cashQuote: cash, counters: nil)
      lives.restore(positions: [.flat, .flat, .flat], cashQuote: cash)
      dies = lives
    }

    mutating func kill() throws {
      let saved = try JSONDecoder().decode(RiskCounters.self, from: JSONEncoder().encode(dies.counters))
      dies = RiskStage(
        instruments: table, timeframe: .oneMinute, limits: limits, cashQuote: dies.cashQuote, counters: saved)
    }

    mutating func both<Result>(_ body: (inout RiskStage) -> Result) throws -> (Result, Result) {
      try kill()
      return (body(&lives), body(&dies))
    }
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>) func saysTheSame(seed: UInt64) throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var pair = Pair()
    var positions = [PositionView](repeating: .flat, count: 3)
    var prices = [price("100"), price("50"), price("10")]
    var waiting: [ApprovedOrder] = []
    var (clock, trades, approvals, requests) = (noon, UInt64(0), 0, 0)
    for step in 0..<600 {
      // A clock that jumps, mostly by a minute; now and then it goes back.
      let jump = random.uniform()
      clock = clock.adding(milliseconds: jump < 0.02 ? -3_600_000 : jump < 0.05 ? 86_000_000 : 20_000)
      let place = "seed \(seed) step \(step)"
      if random.uniform() < 0.7, let order = waiting.popLast() {
        let index = Int(order.request.instrument.index)
        trades += 1
        // A report may be late: its time is before the newest bar's.
        let time = clock.adding(milliseconds: random.uniform() < 0.3 ? -50_000 : 0)
        if random.uniform() < 0.1 {
          _ = try pair.both { $0.forgetOrder(order.request.clientID) }
        } else {
          let (after, realised) = try positions[index].applying(
            order.request.side, order.request.quantity, at: prices[index], time: time)
          positions[index] = after
          let fill = Fill(
            tradeID: trades, clientID: order.request.clientID, instrument: order.request.instrument,
            side: order.request.side, quantity: order.request.quantity, price: prices[index],
            feeQuote: money("1"), isMaker: false, time: time)
          _ = try pair.both { $0.apply(fill, position: after, realisedQuote: realised) }
        }
      }
      let index = random.below(3)
      let id = InstrumentID(index: UInt16(index))
      let move = Int64(random.normal() * 0.01 * Double(prices[index].raw))
      prices[index] = max(
        price("1"), try Price(raw: prices[index].raw + move).rounded(toMultipleOf: price("0.01"), .truncate))
      let close = noon.adding(milliseconds: Int64(step + 1) * 60_000)
      let bar = Self.bar(of: id, at: prices[index], close: close)
      _ = try pair.both { $0.observe(bar, at: clock) }
      let observation = Observation(
        instrument: id, timeframe: .oneMinute, bar: bar, barCount: 300, window: [], context: [], complexity: nil,
        quality: [], position: positions[index], isShortable: true, averageTrueRange: price("1"),
        volatilityPerBar: 0.0005, volatilityRank: 0.5, quote: nil)
      let decision = WalkTests.decision(observation, UInt64(step + 1), &random)
      var reserved = Money.zero
      for order in waiting where !order.request.isReduceOnly {
        reserved = reserved + (order.collar * order.request.quantity)
      }
      let environment = Self.environment(open: waiting.count, reserved: reserved)
      // The moment of the judgement is the clock's or the bar's: otherwise the age of data would veto all of it.
      let now = random.uniform() < 0.8 ? close : clock
      let (verdict, again) = try pair.both {
        $0.judge(decision, observation, now: now, environment: environment)
      }
      #expect(again.order == verdict.order && again.checks == verdict.checks, "\(place)")
      #expect(pair.lives.counters == pair.dies.counters, "\(place)")
      #expect(pair.lives.equityQuote == pair.dies.equityQuote, "\(place)")
      #expect(pair.lives.limitsLeft() == pair.dies.limitsLeft(), "\(place)")
      if let order = verdict.order {
        approvals += 1
        waiting.append(order)
      }
      let (asked, askedAgain) = try pair.both { $0.takeLatchRequest() }
      #expect(asked == askedAgain, "\(place)")
      if let asked {
        requests += 1
        _ = try pair.both { $0.resume(from: asked.source) }
      }
    }
    #expect(approvals > 5 && requests > 0, "seed \(seed): \(approvals) approvals, \(requests) stops asked for")
  }

  private static func environment(open: Int, reserved: Money) -> RiskEnvironment {
    RiskEnvironment(
      tradingState: .active, latchLevel: nil, isJournalHealthy: true, isVenueReady: true, unknownOrders: 0,
      openOrders: open, reservedQuote: reserved, clockSkewMillis: nil, isVirtualTime: true)
  }

  private static func bar(of id: InstrumentID, at price: Price, close: Timestamp) -> Bar {
    Bar(
      instrument: id, timeframe: .oneMinute, openTime: close.adding(milliseconds: -60_000), open: price, high: price,
      low: price, close: price, volume: Measure(1))
  }
}
