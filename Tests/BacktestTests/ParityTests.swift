import Agent
import Backtest
import Core
import Exchange
import Risk
import Settings
import Testing

@Suite("Stages driven directly decide and fill as the actors do")
struct BacktestParityTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var count: Int
    var policy: any Policy
    var limits: RiskLimits?
    var costs = PaperCosts.none
    var testDescription: String { name }
  }

  static var cases: [Case] {
    let costs = PaperCosts(spread: Rate(basisPoints: 2), slippage: Rate(basisPoints: 1))
    var tight = RiskLimits()
    tight.maxDailyLoss = Rate(basisPoints: 10)
    tight.maxVolatilityRank = .one
    var profitable = RiskLimits()
    profitable.takeProfitATR = Rate(raw: 2 * Rate.unit)
    profitable.maxConsecutiveLosses = 1000
    let cross = try! SMACrossPolicy(fast: 5, slow: 20)
    return [
      Case(name: "without limits", count: 2, policy: cross),
      Case(name: "with the usual limits and stops", count: 1, policy: cross, limits: RiskLimits(), costs: costs),
      Case(name: "stopped by the loss of a day", count: 2, policy: cross, limits: tight, costs: costs),
      Case(
        name: "with take-profits", count: 3, policy: try! MomentumPolicy(lookback: 30), limits: profitable,
        costs: costs),
      Case(
        name: "by chance", count: 2, policy: try! RandomPolicy(seed: 3, openProbability: 0.2, closeProbability: 0.2),
        limits: profitable),
      Case(name: "bought and held", count: 2, policy: BuyAndHoldPolicy(), limits: RiskLimits(), costs: costs),
    ]
  }

  @Test(arguments: cases, [UInt64(1), 2])
  func sameDecisionsAndFills(setting: Case, seed: UInt64) async throws {
    let plan = Market.plan(
      setting.count, policy: setting.policy, limits: setting.limits,
      scope: setting.limits == nil ? .price : .sizing, costs: setting.costs)
    let bars = Market.bars(setting.count, each: 3000, seed: 100 * seed)
    let actors = try await ActorRun.run(plan, settings: BotSettings(), bars, keepsDecisions: true)

    var decisions: [ActorRun.SeenDecision] = []
    var driver = try StageDriver(plan)
    driver.watch = { decisions.append(ActorRun.SeenDecision($0, $1)) }
    var source = BarsInMemory(bars)
    try StageRun.run(&driver, &source)

    #expect(actors.bars == driver.book.bars)
    #expect(decisions.count == actors.decisions.count)
    let different = zip(decisions, actors.decisions).first { $0 != $1 }
    #expect(different == nil, "seed \(seed): the first difference, stages and actors: \(String(describing: different))")
    #expect(actors.fills.count == driver.book.fills && driver.book.fills > 0)
    #expect(actors.cashQuote == driver.book.cashQuote)
    #expect(actors.equityQuote == driver.book.equity.endQuote)

    var quick = try StageDriver(plan)
    var again = BarsInMemory(bars)
    try StageRun.run(&quick, &again)
    #expect(quick.book.equity.endQuote == driver.book.equity.endQuote, "holding without a decision changes nothing")
    #expect(quick.book.decisions == driver.book.decisions)
  }

  @Test func aStopForTheDayEndsWithTheDayWhereAskedFor() throws {
    var limits = RiskLimits()
    limits.maxDailyLoss = Rate(basisPoints: 5)
    limits.maxConsecutiveLosses = 1000
    var plan = Market.plan(
      1, policy: try RandomPolicy(seed: 3, openProbability: 0.2, closeProbability: 0.2), limits: limits,
      scope: .sizing)
    let bars = Market.bars(1, each: 6000, seed: 5)
    func trades(_ plan: BacktestPlan) throws -> (count: Int, stops: Int) {
      var driver = try StageDriver(plan)
      var source = BarsInMemory(bars)
      try StageRun.run(&driver, &source)
      return (driver.book.closedTrades, driver.book.notes.count { $0.text.hasPrefix("STOP") })
    }
    let once = try trades(plan)
    plan.resumesNextDay = true
    let daily = try trades(plan)
    #expect(once.stops == 1)
    #expect(daily.stops > 1 && daily.count > once.count)
  }
}
