import Core
import Risk
import Testing

/// Worse inputs never turn a veto into an approval, and never make an approved quantity grow.
struct MonotonicityTests {
  typealias Change = @Sendable (inout Scenario, inout CounterRandom) -> Void

  /// One of the values; the first more often, so that approvals are not rare.
  private static func pick<Value>(_ random: inout CounterRandom, _ values: [Value]) -> Value {
    random.uniform() < 0.75 ? values[0] : values[random.below(values.count)]
  }

  private static func tenths(_ random: inout CounterRandom, _ most: Int) -> Money {
    Money(raw: Int128(random.below(most * 10)) * (Money.unit / 10))
  }

  static func scenario(_ random: inout CounterRandom) -> Scenario {
    var scenario = Scenario()
    scenario.action = pick(&random, [.buyLong, .sellShort, .closeLong, .closeShort])
    if random.uniform() < 0.2 { scenario.action = random.uniform() < 0.5 ? .closeLong : .closeShort }
    let held: PositionView =
      scenario.action == .closeLong
      ? .long("2", cost: "200") : scenario.action == .closeShort ? .short("2", cost: "200") : .flat
    scenario.position = pick(&random, [held, .flat, .long("1", cost: "100")])
    scenario.otherPosition = pick(&random, [.flat, .long("100", cost: "5000"), .short("100", cost: "5000")])
    scenario.cash = money("80000") + tenths(&random, 20_000)
    scenario.dayStartEquity = money("82000") + tenths(&random, 5_000)
    scenario.equityPeak = money("90000") + tenths(&random, 10_000)
    scenario.fraction = Rate(raw: Int64(random.below(1_000_000_001)))
    scenario.environment.reservedQuote = tenths(&random, random.uniform() < 0.5 ? 1 : 99_000)
    scenario.environment.clockSkewMillis = pick(&random, [0, 1_999, 2_001])
    scenario.ageMillis = pick(&random, [10, 4_999, 5_001])
    scenario.quality = pick(&random, [[], .gap, .warmingUp])
    scenario.averageTrueRange = Price(raw: Int64(random.below(40)) * 100_000_000)
    scenario.volatilityPerBar = random.uniform() * 0.02
    scenario.volatilityRank = random.uniform()
    let half = Int64(random.below(300)) * 1_000_000
    if random.uniform() < 0.5 {
      scenario.quote = Quote(
        instrument: Scenario.id, time: noon, bid: Price(raw: 100_000_000_000 - half),
        ask: Price(raw: 100_000_000_000 + half))
    }
    if random.uniform() < 0.5 {
      scenario.reading = Scenario.reading(Float(random.uniform()), of: scenario.action)
      scenario.limits.minimumConfidence = rate("0.3")
    }
    scenario.environment.unknownOrders = pick(&random, [0, 1])
    scenario.environment.tradingState = pick(&random, [.active, .reducing, .halted])
    scenario.environment.latchLevel = pick(&random, [nil, .reduce, .stop])
    let (losses, orders, repeats) = (random.below(8), random.below(31), random.below(20))
    scenario.touch = {
      $0.consecutiveLosses = losses
      $0.orderTimes = Array(repeating: noon.adding(milliseconds: -1_000), count: orders)
      $0.instruments[0].repeatedSide = .buy
      $0.instruments[0].repeatedCount = repeats
    }
    return scenario
  }

  private static func touching(_ scenario: inout Scenario, _ more: @escaping @Sendable (inout RiskCounters) -> Void) {
    let before = scenario.touch
    scenario.touch = {
      before(&$0)
      more(&$0)
    }
  }

  static let worsenings: [(name: String, change: Change)] = [
    ("older data", { $0.ageMillis += Int64($1.below(6_000)) }),
    ("a gap", { scenario, _ in scenario.quality.insert(.gap) }),
    ("non-finite features", { scenario, _ in scenario.quality.insert(.nonFinite) }),
    (
      "wider spread",
      { scenario, random in
        guard let quote = scenario.quote else { return }
        let half = Int64(random.below(1_000)) * 1_000_000
        scenario.quote = Quote(
          instrument: quote.instrument, time: quote.time, bid: Price(raw: quote.bid.raw - half),
          ask: Price(raw: quote.ask.raw + half))
      }
    ),
    ("less cash", { scenario, random in scenario.cash = scenario.cash - tenths(&random, 5_000) }),
    (
      "higher peak",
      { scenario, random in
        scenario.equityPeak = scenario.equityPeak.map { $0 + tenths(&random, 9_000) }
      }
    ),
    (
      "higher first equity of the day",
      { scenario, random in
        scenario.dayStartEquity = scenario.dayStartEquity.map { $0 + tenths(&random, 3_000) }
      }
    ),
    (
      "more reserved",
      { scenario, random in
        scenario.environment.reservedQuote = scenario.environment.reservedQuote + tenths(&random, 20_000)
      }
    ),
    (
      "more exposure elsewhere at the same equity",
      { scenario, random in
        guard scenario.otherPosition.side != .short else { return }
        let more = Int64(random.below(500))
        let held = scenario.otherPosition
        scenario.otherPosition = PositionView(
          side: more + held.quantity.raw == 0 ? .flat : .long,
          quantity: Quantity(raw: held.quantity.raw + more * Quantity.unit),
          totalCostQuote: held.totalCostQuote + Money(raw: Int128(more) * 50 * Money.unit), entryTime: noon)
        scenario.cash = scenario.cash - Money(raw: Int128(more) * 50 * Money.unit)
      }
    ),
    (
      "higher volatility",
      { scenario, random in
        scenario.volatilityPerBar = scenario.volatilityPerBar.map { $0 + random.uniform() * 0.02 }
      }
    ),
    ("volatility unknown", { scenario, _ in scenario.volatilityPerBar = nil }),
    (
      "higher volatility rank",
      { scenario, random in
        scenario.volatilityRank = scenario.volatilityRank.map { min(1, $0 + random.uniform() * 0.3) }
      }
    ),
    ("rank unknown", { scenario, _ in scenario.volatilityRank = nil }),
    (
      "larger true range",
      { scenario, random in
        scenario.averageTrueRange = scenario.averageTrueRange.map {
          Price(raw: $0.raw + Int64(random.below(100)) * 100_000_000)
        }
      }
    ),
    ("true range unknown", { scenario, _ in scenario.averageTrueRange = nil }),
    (
      "less confidence",
      { scenario, random in
        guard let reading = scenario.reading else { return }
        scenario.reading = Scenario.reading(
          reading.probabilities[Int(scenario.action.rawValue)] * Float(random.uniform()), of: scenario.action)
      }
    ),
    ("no segment", { scenario, _ in scenario.reading = Scenario.reading(1, of: scenario.action, segments: 0) }),
    ("more unknown orders", { scenario, random in scenario.environment.unknownOrders += random.below(3) }),
    (
      "worse clock",
      { scenario, random in
        scenario.environment.clockSkewMillis = scenario.environment.clockSkewMillis.map { $0 + random.below(2_500) }
      }
    ),
    ("clock unknown", { scenario, _ in scenario.environment.clockSkewMillis = nil }),
    (
      "less allowed",
      { scenario, _ in
        scenario.environment.tradingState = scenario.environment.tradingState == .active ? .reducing : .halted
      }
    ),
    (
      "a latch",
      { scenario, random in
        let level = StopLevel.allCases[random.below(3)]
        scenario.environment.latchLevel = max(scenario.environment.latchLevel ?? .reduce, level)
      }
    ),
    ("journal broken", { scenario, _ in scenario.environment.isJournalHealthy = false }),
    ("venue away", { scenario, _ in scenario.environment.isVenueReady = false }),
    (
      "more losses",
      { scenario, random in
        let more = random.below(8)
        touching(&scenario) { $0.consecutiveLosses += more }
      }
    ),
    (
      "a cool-down",
      { scenario, random in
        let until = noon.adding(milliseconds: Int64(random.below(20_000)))
        touching(&scenario) { $0.coolDownUntil = until }
      }
    ),
    (
      "more orders",
      { scenario, random in
        let more = random.below(10)
        touching(&scenario) { $0.orderTimes += Array(repeating: noon, count: more) }
      }
    ),
    (
      "more repetitions",
      { scenario, random in
        let more = random.below(10)
        touching(&scenario) { $0.instruments[0].repeatedCount += more }
      }
    ),
    ("account unknown", { scenario, _ in touching(&scenario) { $0.isAccountKnown = false } }),
    (
      "an order on its way",
      { scenario, random in
        let open = quantity("0.5")
        touching(&scenario) {
          let order = PendingOrder(id: ClientOrderID(sequence: 1, role: .exit), openQuantity: open)
          $0.instruments[0].exit = order
        }
      }
    ),
    (
      "lower limits",
      { scenario, random in
        let share = Rate(raw: Int64(random.below(1_000_000_000)))
        scenario.limits.maxOrderNotionalQuote = try! scenario.limits.maxOrderNotionalQuote.scaled(
          by: share, rounding: .down)
        scenario.limits.maxGrossExposureQuote = try! scenario.limits.maxGrossExposureQuote.scaled(
          by: share, rounding: .down)
        scenario.limits.riskPerTrade = Rate(raw: scenario.limits.riskPerTrade.raw / 2)
      }
    ),
  ]

  @Test(arguments: [UInt64(1), 2, 3, 4, 5]) func worseInputsNeverHelp(_ seed: UInt64) {
    var (approvals, vetoes, lost) = (0, 0, 0)
    for step in 0..<400 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest, step: UInt64(step))
      let scenario = Self.scenario(&random)
      let base = scenario.judge()
      if base.order == nil { vetoes += 1 } else { approvals += 1 }
      for (name, change) in Self.worsenings {
        var worse = scenario
        change(&worse, &random)
        let verdict = worse.judge()
        if base.order != nil, verdict.order == nil { lost += 1 }
        guard let order = verdict.order else { continue }
        let context = "seed \(seed) step \(step): \(name)"
        #expect(base.order != nil, "\(context) turned \(String(describing: base.skipReason)) into an approval")
        #expect(order.request.quantity <= base.finalQuantity, "\(context) made the order grow")
      }
    }
    // The property must not hold for want of cases.
    #expect(approvals > 50 && vetoes > 50 && lost > 500, "seed \(seed): \(approvals), \(vetoes), \(lost)")
  }

  @Test func badNewsAddedUpNeverHelpsEither() {
    let seed: UInt64 = 77
    for step in 0..<300 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest, step: UInt64(step))
      var scenario = Self.scenario(&random)
      var before = scenario.judge()
      for _ in 0..<6 {
        let (name, change) = Self.worsenings[random.below(Self.worsenings.count)]
        change(&scenario, &random)
        let after = scenario.judge()
        #expect(after.finalQuantity <= before.finalQuantity, "seed \(seed) step \(step): \(name)")
        #expect(after.order == nil || before.order != nil, "seed \(seed) step \(step): \(name)")
        before = after
      }
    }
  }
}
