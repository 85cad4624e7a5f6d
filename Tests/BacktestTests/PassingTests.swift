import Agent
import Backtest
import Core
import Exchange
import Risk
import Testing

@Suite("Bars in stretches come to what they come to one by one")
struct PassingTests {
  static var settings: [BacktestParityTests.Case] {
    var daily = RiskLimits()
    daily.maxDailyLoss = Rate(basisPoints: 3)
    daily.maxConsecutiveLosses = 1000
    daily.maxVolatilityRank = .one
    var fragile = RiskLimits.none
    fragile.maxOrderNotionalQuote = Money(raw: 2_000_000 * Money.unit)
    fragile.maxDrawdown = Rate(basisPoints: 30)
    fragile.dayZone = .newYork
    let costs = PaperCosts(spread: Rate(basisPoints: 2), slippage: Rate(basisPoints: 1))
    return BacktestParityTests.cases + [
      BacktestParityTests.Case(
        name: "stopped day after day", count: 2, policy: try! MomentumPolicy(lookback: 12), limits: daily, costs: costs),
      BacktestParityTests.Case(
        name: "stopped by a drawdown", count: 1, policy: try! SMACrossPolicy(fast: 3, slow: 9), limits: fragile),
      BacktestParityTests.Case(name: "many instruments", count: 20, policy: try! SMACrossPolicy(fast: 2, slow: 30)),
    ]
  }

  /// The bars with gaps, repetitions, bars of the past, impossible ones, and some of an unknown instrument.
  static func damaged(_ bars: [Bar], _ random: inout CounterRandom) -> [Bar] {
    var result: [Bar] = []
    for (place, bar) in bars.enumerated() {
      var odd = bar
      switch random.below(120) {
      case 0: continue
      case 1: result.append(bar)
      case 2 where place > 60: odd = bars[place - 60]
      case 3: odd.low = odd.high
      case 4: odd.instrument = InstrumentID(index: 40)
      case 5: odd.timeframe = .oneHour
      default: break
      }
      result.append(odd)
    }
    return result
  }

  /// Everything that a run leaves behind.
  private func traces(_ driver: StageDriver) -> [String] {
    let book = driver.book
    var json = CanonicalJSON()
    json.object { BacktestJSON(book, tallies: driver.tallies).write(into: &$0) }
    return [
      json.text, "\(book.trades)", "\(book.notes)", "\(book.equity.points)", "\(book.equity.days)",
      "\(book.market.all)", "\(book.prices.map(\.stretches))", "\(book.decisions.wished) \(book.decisions.final)",
      "\(book.decisions.vetoesByCheck) \(book.decisions.belowMinimum)", "\(book.refusedBars)",
      "\(book.standingStop.map { "\($0)" } ?? "")",
    ]
  }

  @Test(arguments: settings, [UInt64(1), 2, 3])
  func sameTraces(setting: BacktestParityTests.Case, seed: UInt64) throws {
    var plan = Market.plan(
      setting.count, policy: setting.policy, limits: setting.limits,
      scope: setting.limits == nil ? .price : .sizing, costs: setting.costs)
    plan.resumesNextDay = seed == 2
    var random = CounterRandom(key: seed)
    let whole = Market.bars(setting.count, each: 4000 / setting.count, seed: 100 * seed)
    let bars = seed == 1 ? whole : Self.damaged(whole, &random)
    if seed == 3 { plan.tradesFrom = bars[bars.count / 4].openTime }

    var single = try StageDriver(plan)
    for bar in bars { single.receive(bar) }
    single.finish()
    var driver = try StageDriver(plan)
    var source = BarsInMemory(bars)
    try StageRun.run(&driver, &source)

    for (one, other) in zip(traces(single), traces(driver)) { #expect(one == other, "seed \(seed)") }
    #expect(single.passedBars == 0)
    // Chance decides at every bar.
    if !(setting.policy is RandomPolicy) { #expect(driver.passedBars > 0, "seed \(seed)") }
  }

  @Test func mostBarsArePassed() throws {
    var driver = try StageDriver(Market.plan(1))
    let bars = Market.bars(1, each: 20_000)
    var source = BarsInMemory(bars)
    try StageRun.run(&driver, &source)
    #expect(driver.passedBars > bars.count * 9 / 10)
  }

  @Test(arguments: [1, 7, 64, 1000])
  func whereStretchesAreCutMakesNoDifference(length: Int) throws {
    let bars = Market.bars(3, each: 1500, seed: 9)
    let plan = Market.plan(3, policy: try SMACrossPolicy(fast: 5, slow: 20))
    var single = try StageDriver(plan)
    for bar in bars { single.receive(bar) }
    single.finish()
    var driver = try StageDriver(plan)
    for start in stride(from: 0, to: bars.count, by: length) {
      driver.receive(bars[start..<min(start + length, bars.count)])
    }
    driver.finish()
    for (one, other) in zip(traces(single), traces(driver)) { #expect(one == other) }
  }
}
