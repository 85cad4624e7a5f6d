import Core
import Foundation
import Risk
import Testing

/// Long random runs against a plain ledger that adds everything up anew at every step.
struct WalkTests {
  /// The test's own account and the stage under test.
  struct World {
    var stage: RiskStage
    var positions: [PositionView]
    var cash: Money
    var prices: [Price]
    var limits = RiskLimits()
    let table: InstrumentTable
    var waiting: [ApprovedOrder] = []
    var trades: UInt64 = 0

    init(instruments count: Int) {
      let rules = Scenario().rules
      table = InstrumentTable(
        (0..<count).map {
          Instrument(
            id: InstrumentID(index: UInt16($0)), symbol: "I\($0)", venue: "test", kind: .cryptoSpot,
            isShortable: true, calendar: .alwaysOpen, rules: [rules])
        })
      // Tight enough that every limit binds now and then.
      limits.maxGrossExposureQuote = money("30000")
      limits.maxOrdersPerMinute = 3
      limits.maxDailyLoss = rate("0.1")
      limits.maxDrawdown = rate("0.3")
      limits.maxConsecutiveLosses = 20
      limits.coolDownSeconds = 600
      cash = money("40000")
      positions = Array(repeating: .flat, count: count)
      prices = (0..<count).map { Price(raw: Int64(50 + 37 * $0) * Price.unit) }
      stage = RiskStage(
        instruments: table, timeframe: .oneMinute, limits: limits, cashQuote: cash, counters: nil)
      stage.restore(positions: positions, cashQuote: cash)
    }

    var equity: Money {
      zip(positions, prices).reduce(cash) { $0 + $1.0.marketValueQuote(at: $1.1) }
    }
    var gross: Money {
      zip(positions, prices).reduce(.zero) { $0 + ($1.1 * $1.0.quantity) }
    }

    @discardableResult
    mutating func fill(_ order: ApprovedOrder, at paid: Price, time: Timestamp) throws -> (fill: Fill, realised: Money)
    {
      let index = Int(order.request.instrument.index)
      trades += 1
      let value = paid * order.request.quantity
      let fee = try value.scaled(by: rate("0.001"), rounding: .up)
      let (after, realised) = try positions[index].applying(
        order.request.side, order.request.quantity, at: paid, time: time)
      positions[index] = after
      cash = order.request.side == .buy ? cash - value - fee : cash + value - fee
      let fill = Fill(
        tradeID: trades, clientID: order.request.clientID, instrument: order.request.instrument,
        side: order.request.side, quantity: order.request.quantity, price: paid, feeQuote: fee, isMaker: false,
        time: time)
      stage.apply(fill, position: after, realisedQuote: realised)
      return (fill, realised)
    }

    /// Exposure of opening orders not filled yet, at their worst price.
    var reserved: Money {
      waiting.filter { !$0.request.isReduceOnly }.reduce(.zero) {
        let last = prices[Int($1.request.instrument.index)]
        return $0 + (max($1.collar, last) * $1.request.quantity)
      }
    }
  }

  static func observation(_ world: World, _ bar: Bar, _ random: inout CounterRandom) -> Observation {
    Observation(
      instrument: bar.instrument, timeframe: .oneMinute, bar: bar, barCount: 300, window: [], context: [],
      complexity: nil, quality: random.uniform() < 0.05 ? .gap : [],
      position: world.positions[Int(bar.instrument.index)], isShortable: true,
      averageTrueRange: Price(raw: bar.close.raw / 200), volatilityPerBar: 0.0005 + random.uniform() * 0.001,
      volatilityRank: random.uniform(), quote: nil)
  }

  static func decision(_ observation: Observation, _ sequence: UInt64, _ random: inout CounterRandom) -> Decision {
    let legal = Action.allCases.filter { observation.legalMask.contains($0) }
    return Decision(
      sequence: sequence, instrument: observation.instrument, timeframe: .oneMinute,
      barClose: observation.bar.closeTime, policy: PolicyIdentity(name: "r", sha256: "", isUntrained: true),
      role: .production, fallbackReason: nil, legalMask: observation.legalMask,
      action: legal[random.below(legal.count)],
      quantityFraction: Rate(raw: Int64(random.below(1_000_000_001))), reading: nil, note: nil)
  }

  static func environment(_ world: World, _ random: inout CounterRandom) -> RiskEnvironment {
    RiskEnvironment(
      tradingState: random.uniform() < 0.03 ? .reducing : .active, latchLevel: nil,
      isJournalHealthy: random.uniform() > 0.02, isVenueReady: true, unknownOrders: random.uniform() < 0.02 ? 1 : 0,
      openOrders: 0, reservedQuote: world.reserved, clockSkewMillis: nil, isVirtualTime: true)
  }

  private func expectWithinLimits(_ order: ApprovedOrder, _ world: World, equity: Money, at: String) throws {
    let index = Int(order.request.instrument.index)
    let rules = Scenario().rules
    let request = order.request
    #expect(request.quantity.isMultiple(of: rules.lot), "\(at)")
    #expect(request.quantity >= rules.minimumQuantity, "\(at)")
    #expect(order.collar.isMultiple(of: rules.tick), "\(at)")
    if request.isReduceOnly {
      #expect(request.quantity <= world.positions[index].quantity, "\(at)")
      return
    }
    let worst = try world.prices[index].scaled(by: rate("1.01"), rounding: .up) * request.quantity
    let share = try equity.scaled(by: world.limits.maxPositionShare, rounding: .down)
    let risk = try equity.scaled(by: world.limits.riskPerTrade, rounding: .down)
    #expect(worst <= min(world.limits.maxOrderNotionalQuote, world.limits.maxPositionNotionalQuote, share), "\(at)")
    #expect(worst + world.gross + world.reserved <= world.limits.maxGrossExposureQuote, "\(at)")
    let stop = try #require(order.stopDistance)
    #expect(stop * request.quantity <= risk, "\(at)")
    let fee = try worst.scaled(by: rules.takerFee, rounding: .up)
    #expect(worst + fee + world.gross + world.reserved <= equity, "\(at)")
  }

  @Test(arguments: [11, 12, 13] as [UInt64]) func neverExceedsALimitAndAddsUpExactly(_ seed: UInt64) throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var world = World(instruments: 4)
    var restarted: RiskStage?
    var (sequence, openings, closings) = (UInt64(0), 0, 0)
    for step in 0..<2_500 {
      let close = noon.adding(milliseconds: Int64(step + 1) * 60_000)
      for index in world.positions.indices {
        let context = "seed \(seed) step \(step) instrument \(index)"
        let id = InstrumentID(index: UInt16(index))
        // Orders fill at the next bar, anywhere within the collar, or are forgotten.
        for order in world.waiting where order.request.instrument == id {
          let paid = random.uniform() < 0.05 ? order.collar : world.prices[index]
          if random.uniform() < 0.9 {
            try world.fill(order, at: paid, time: close)
          } else {
            world.stage.forgetOrder(order.request.clientID)
          }
        }
        world.waiting.removeAll { $0.request.instrument == id }
        let move = Int64(random.normal() * 0.001 * Double(world.prices[index].raw))
        world.prices[index] = max(
          price("1"), try Price(raw: world.prices[index].raw + move).rounded(toMultipleOf: price("0.01"), .truncate))
        let last = world.prices[index]
        let bar = Bar(
          instrument: id, timeframe: .oneMinute, openTime: close.adding(milliseconds: -60_000), open: last, high: last,
          low: last, close: last, volume: Measure(1))
        world.stage.observe(bar, at: close)
        // Before its first bar a flat instrument has no value in either ledger.
        #expect(world.stage.equityQuote == world.equity, "\(context)")
        #expect(world.stage.cashQuote == world.cash, "\(context)")
        if world.stage.takeLatchRequest() != nil { world.stage.resume(from: .lossLimit) }

        let observation = Self.observation(world, bar, &random)
        sequence += 1
        let decision = Self.decision(observation, sequence, &random)
        let environment = Self.environment(world, &random)
        // A stage restarted from its saved counters says and remembers the same.
        if step % 50 == 7 {
          let saved = try JSONDecoder().decode(RiskCounters.self, from: JSONEncoder().encode(world.stage.counters))
          #expect(saved == world.stage.counters, "\(context)")
          restarted = RiskStage(
            instruments: world.table, timeframe: .oneMinute, limits: world.limits, cashQuote: world.cash,
            counters: saved)
        }
        let equity = world.equity
        let verdict = world.stage.judge(decision, observation, now: close, environment: environment)
        if var twin = restarted {
          let other = twin.judge(decision, observation, now: close, environment: environment)
          #expect(other.order == verdict.order, "\(context)")
          #expect(other.checks == verdict.checks, "\(context)")
          #expect(twin.counters == world.stage.counters, "\(context)")
          restarted = nil
        }
        #expect((verdict.order == nil) == (verdict.skipReason != nil), "\(context)")
        guard let order = verdict.order else { continue }
        try expectWithinLimits(order, world, equity: equity, at: context)
        if order.request.isReduceOnly { closings += 1 } else { openings += 1 }
        world.waiting.append(order)
      }
    }
    #expect(openings > 200 && closings > 200, "seed \(seed): \(openings) openings, \(closings) closings")
  }

  /// A twin made from saved counters stays the same for the rest of the run, not only for one step.
  @Test func aRestartedRunContinuesIdentically() throws {
    let seed: UInt64 = 99
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var world = World(instruments: 1)
    var twin: RiskStage?
    var approvals = 0
    for step in 0..<1_000 {
      let close = noon.adding(milliseconds: Int64(step + 1) * 60_000)
      if let order = world.waiting.popLast() {
        let (fill, realised) = try world.fill(order, at: world.prices[0], time: close)
        twin?.apply(fill, position: world.positions[0], realisedQuote: realised)
      }
      let move = Int64(random.normal() * 100_000_000)
      world.prices[0] = try Price(raw: world.prices[0].raw + move).rounded(toMultipleOf: price("0.01"), .truncate)
      let last = world.prices[0]
      let bar = Bar(
        instrument: Scenario.id, timeframe: .oneMinute, openTime: close.adding(milliseconds: -60_000), open: last,
        high: last, low: last, close: last, volume: Measure(1))
      if step == 300 {
        let saved = try JSONDecoder().decode(RiskCounters.self, from: JSONEncoder().encode(world.stage.counters))
        twin = RiskStage(
          instruments: world.table, timeframe: .oneMinute, limits: world.limits, cashQuote: world.cash,
          counters: saved)
        twin?.restore(positions: world.positions, cashQuote: world.cash)
      }
      world.stage.observe(bar, at: close)
      twin?.observe(bar, at: close)
      let observation = Self.observation(world, bar, &random)
      let decision = Self.decision(observation, UInt64(step + 1), &random)
      let environment = Self.environment(world, &random)
      let verdict = world.stage.judge(decision, observation, now: close, environment: environment)
      let mirrored = twin?.judge(decision, observation, now: close, environment: environment)
      if let mirrored {
        #expect(mirrored.order == verdict.order, "seed \(seed) step \(step)")
        #expect(mirrored.checks == verdict.checks, "seed \(seed) step \(step)")
        #expect(twin?.counters == world.stage.counters, "seed \(seed) step \(step)")
      }
      if let order = verdict.order {
        approvals += 1
        world.waiting.append(order)
      }
    }
    #expect(approvals > 100)
  }
}
