import Agent
import Backtest
import Core
import Exchange
import Features
import Risk
import Settings
import Statistics
import Testing

/// Wants the sides of a list, from the bars on that it names.
private struct Scripted: Policy {
  let identity = PolicyIdentity(name: "scripted", sha256: "test", isUntrained: false)
  /// By the number of the bar at whose close it is wanted.
  let sides: [Int64: PositionSide]

  mutating func observe(_ observation: Observation) {}
  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    let number = observation.bar.openTime.millisecondsSince(TradeTests.start) / 60_000
    guard let side = sides[number] else { return .wish(.hold()) }
    return .wish(.towards(side, from: observation.position.side))
  }
}

/// One trade at a time on bars made by hand. Before it lie 30 bars from 99 to 101 that open and close at 100: their average true
/// range is 2, so the stop of three of them is 6 away. The trade opens with bar 30, at 100. Each side pays 10 basis points.
@Suite("What trades come to, computed by hand")
struct TradeTests {
  static let start = Timestamp(milliseconds: 1_609_459_200_000)
  private static let quiet = 30
  private typealias Prices = (open: Int64, high: Int64, low: Int64, close: Int64)

  private func bars(_ prices: [Prices], volume: Int = 0) -> [Bar] {
    let all = [Prices](repeating: (100, 101, 99, 100), count: Self.quiet) + prices
    return all.enumerated().map { number, prices in
      func price(_ value: Int64) -> Price { Price(raw: value * Price.unit) }
      return Bar(
        instrument: InstrumentID(index: 0), timeframe: .oneMinute,
        openTime: Self.start.adding(milliseconds: Int64(number) * 60_000), open: price(prices.open),
        high: price(prices.high), low: price(prices.low), close: price(prices.close), volume: Measure(volume))
    }
  }

  private func run(
    _ side: PositionSide, closesAt: Int64? = nil, risk: Int64 = 100, takeProfit: Int64 = 0, _ prices: [Prices]
  ) throws -> BacktestBook {
    var limits = RiskLimits.none
    limits.priceCollar = .zero
    limits.stopATR = Rate(raw: 3 * Rate.unit)
    limits.takeProfitATR = Rate(raw: takeProfit * Rate.unit)
    limits.riskPerTrade = Rate(basisPoints: risk)
    var sides: [Int64: PositionSide] = [Int64(Self.quiet - 1): side]
    if let closesAt { sides[closesAt] = .flat }
    var driver = try StageDriver(Market.plan(1, policy: Scripted(sides: sides), limits: limits, scope: .sizing))
    var source = BarsInMemory(bars(prices))
    try StageRun.run(&driver, &source)
    return driver.book
  }

  private func near(_ value: Double?, _ expected: Double) -> Bool { abs((value ?? .nan) - expected) < 1e-7 }

  @Test func aLongThatIsClosedAtTheNextOpen() throws {
    // Closed at bar 31's close, so with the open of bar 32, of which nothing else was seen.
    let book = try run(.long, closesAt: 31, [(100, 104, 97, 103), (103, 110, 102, 109), (108, 120, 80, 108)])
    let trade = try #require(book.trades.first)
    #expect(trade.exit == .policy && book.closedTrades == 1)
    #expect(near(trade.entryPrice.approximate, 100) && near(trade.exitPrice.approximate, 108))
    // 1 % of 1,000,000 is lost at 94: 10,000 / 6 in lots of a millionth.
    #expect(trade.quantity == (try Quantity("1666.666666")))
    let record = TradeRecord(trade)
    // Gained 8, less 0.1 and 0.108 of fees, over a risk of 6.
    #expect(near(record.riskMultiple, 7.792 / 6), "\(String(describing: record.riskMultiple))")
    #expect(near(record.riskQuote, 9999.999996) && near(record.fees, 0.208 * 1666.666666))
    #expect(near(record.adverseExcursion, 0.03) && near(record.favourableExcursion, 0.10))
    #expect(near(record.efficiency, 0.8))
    #expect(record.barsHeld == 2 && trade.closes == 2 && record.holdingMillis == 120_000)
  }

  @Test func aStopInsideABarBelongsToTheHold() throws {
    // Stopped at 94 inside bar 31, which goes on to 93.
    let book = try run(.long, [(100, 102, 99, 101), (101, 103, 93, 95), (95, 96, 94, 95)])
    let trade = try #require(book.trades.first)
    let record = TradeRecord(trade)
    #expect(trade.exit == .stop && near(record.exitPrice, 94))
    #expect(near(record.riskMultiple, (-6 - 0.194) / 6))
    #expect(near(record.adverseExcursion, 0.07) && near(record.favourableExcursion, 0.03))
    #expect(record.barsHeld == 2 && trade.closes == 1 && record.holdingMillis == 120_000)
  }

  @Test func aGapBeyondTheStopLosesMoreThanTheRisk() throws {
    let book = try run(.long, [(100, 102, 99, 101), (90, 99, 88, 91), (91, 92, 90, 91)])
    let trade = try #require(book.trades.first)
    let record = TradeRecord(trade)
    #expect(trade.exit == .stop && near(record.exitPrice, 90))
    #expect(near(record.riskMultiple, (-10 - 0.19) / 6))
    // Of the bar that it ended with only the open was seen.
    #expect(near(record.adverseExcursion, 0.10) && near(record.favourableExcursion, 0.02))
    #expect(record.barsHeld == 1 && record.holdingMillis == 60_000)
  }

  @Test func aShortThatTakesItsProfit() throws {
    // Two average true ranges below the entry lies 96; bar 31 trades through it.
    let book = try run(.short, takeProfit: 2, [(100, 103, 98, 99), (99, 101, 95, 96), (96, 97, 95, 96)])
    let trade = try #require(book.trades.first)
    let record = TradeRecord(trade)
    #expect(trade.exit == .takeProfit && !record.isLong && near(record.exitPrice, 96))
    #expect(near(record.riskMultiple, (4 - 0.196) / 6))
    #expect(near(record.adverseExcursion, 0.03) && near(record.favourableExcursion, 0.05))
    #expect(near(record.efficiency, 0.8) && record.barsHeld == 2 && trade.closes == 1)
  }

  @Test func figuresOfSeveralTradesAddUp() throws {
    // R of 2, -1 and 0.5 over bars of a minute; the mean is a half, the middle one a half as well.
    let trades = [(2.0, Int64(1)), (-1, 3), (0.5, 2)].enumerated().map { number, trade in
      TradeRecord(
        entryTime: Self.start, exitTime: Self.start.adding(milliseconds: trade.1 * 60_000), isLong: number != 1,
        quantity: 10, entryPrice: 100, exitPrice: 100, fees: 2, netProfit: trade.0 * 60,
        adverseExcursion: 0.01 * Double(trade.1), favourableExcursion: 0.05, barsHeld: Int(trade.1), riskQuote: 60)
    }
    let figures = try TradeFigures(trades)
    #expect(near(figures.riskMultiples?.mean, 0.5) && near(figures.riskMultiples?.median, 0.5))
    #expect(near(figures.adverseExcursions?.most, 0.03) && near(figures.adverseExcursions?.mean, 0.02))
    #expect(near(figures.holdingMillis?.mean, 120_000) && figures.barsHeld?.median == 2)
    #expect(near(figures.results.winRate, 2.0 / 3) && near(figures.longNet, 150) && near(figures.shortNet, -60))
  }

  // MARK: - Sizing by risk

  /// Equity 1,000,000, stop 6 away: a share r risks 1,000,000 r / 6; with 10 basis points of fee cash buys 9,990.00999 at most.
  @Test(arguments: [
    (Int64(1), "16.666666"), (25, "416.666666"), (100, "1666.666666"), (200, "3333.333333"), (10_000, "9990.009990"),
  ])
  func theSizeIsWhatTheStopMayLose(risk: Int64, quantity: String) throws {
    for side in [PositionSide.long, .short] {
      let stop: Prices = side == .long ? (100, 101, 90, 91) : (100, 110, 99, 109)
      let book = try run(
        side, risk: risk, [(100, 101, 99, 100), stop, (stop.close, stop.close, stop.close, stop.close)])
      let trade = try #require(book.trades.first)
      #expect(trade.quantity == (try Quantity(quantity)), "\(side), \(risk) bp")
      // Without costs exactly the risk is lost at the stop.
      let gross = trade.profitQuote.approximate + trade.feesQuote.approximate
      #expect(trade.exit == .stop && near(gross, -6 * trade.quantity.approximate))
      #expect(gross >= -1_000_000 * Double(risk) / 10_000 - 1e-6)
    }
  }

  @Test func withoutAStopThereIsNoMultiple() throws {
    var limits = RiskLimits.none
    limits.priceCollar = .zero
    limits.maxOrderNotionalQuote = Money(raw: 10_000 * Money.unit)
    let policy = Scripted(sides: [Int64(Self.quiet - 1): .long, 31: .flat])
    var driver = try StageDriver(Market.plan(1, policy: policy, limits: limits, scope: .sizing))
    var source = BarsInMemory(bars([(100, 104, 97, 103), (103, 110, 102, 109), (108, 120, 80, 108)]))
    try StageRun.run(&driver, &source)
    let record = TradeRecord(try #require(driver.book.trades.first))
    #expect(record.riskQuote == nil && record.riskMultiple == nil && near(record.quantity, 100))
    #expect(try TradeFigures([record]).riskMultiples == nil)
  }

  @Test func fillsOfParts() throws {
    var limits = RiskLimits.none
    limits.priceCollar = .zero
    limits.maxOrderNotionalQuote = Money(raw: 10_000 * Money.unit)
    let policy = Scripted(sides: [Int64(Self.quiet - 1): .long, 33: .flat])
    // A tenth of each bar's 600: of 100 wanted 60 trade at the first open, 40 at the next.
    let costs = PaperCosts(spread: .zero, slippage: .zero, maximumVolumeShare: Rate(basisPoints: 1000))
    let plan = Market.plan(1, policy: policy, limits: limits, scope: .sizing, costs: costs)
    var driver = try StageDriver(plan)
    var source = BarsInMemory(
      bars(
        [
          (100, 104, 97, 103), (103, 110, 102, 109), (108, 112, 107, 110), (110, 111, 109, 110),
          (110, 113, 96, 106), (105, 130, 80, 105),
        ], volume: 600))
    try StageRun.run(&driver, &source)
    let (book, trade) = (driver.book, try #require(driver.book.trades.first))
    #expect(book.fills == 4 && book.closedTrades == 1 && book.winners == 1)
    let record = TradeRecord(trade)
    // 60 at 100 and 40 at 103; 60 at 110 and 40 at 105; 10 basis points of both.
    #expect(near(record.entryPrice, 101.2) && near(record.exitPrice, 108) && near(record.quantity, 100))
    #expect(near(record.fees, 10.12 + 10.8) && near(record.netProfit, 680 - 20.92))
    // Held from bar 30 to the open of bar 35, of which nothing else counts.
    #expect(near(record.adverseExcursion, 5.2 / 101.2) && near(record.favourableExcursion, 11.8 / 101.2))
    #expect(record.barsHeld == 5 && trade.closes == 5 && record.holdingMillis == 300_000)
  }

  @Test func theRequestSetsTheRisk() throws {
    var request = BacktestRequest(data: [], policy: PolicyRequest(name: "flat"), settings: BotSettings())
    let usual = request.limits().riskPerTrade
    request.riskPerTrade = Rate(basisPoints: 25)
    #expect(request.limits().riskPerTrade == Rate(basisPoints: 25) && usual != Rate(basisPoints: 25))
    request.notionalQuote = try Money("1000")
    #expect(request.limits().riskPerTrade == Rate(basisPoints: 25))
    #expect(request.limits().maxOrderNotionalQuote == request.notionalQuote)
  }
}
