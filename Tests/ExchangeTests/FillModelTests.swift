import Core
import Exchange
import Testing

@Suite struct FillModelTests {
  private func started(_ costs: PaperCosts = .none) -> PaperExchange {
    var exchange = World.exchange(costs: costs)
    _ = exchange.advance(World.bar(0, "100", "101", "99", "100"))
    return exchange
  }

  private func filled(
    _ request: OrderRequest, in bar: Bar, costs: PaperCosts = .none, holding held: String? = nil
  ) -> Fill? {
    var exchange = started(costs)
    var minute: Int64 = 1
    if let held {
      _ = exchange.send(World.order(World.id(1), held.hasPrefix("-") ? .sell : .buy, held.replacing("-", with: "")))
      _ = exchange.advance(World.bar(1, "100", "100", "100", "100"))
      minute = 2
    }
    #expect(exchange.send(request) == .accepted(request.clientID, at: exchange.clock))
    var bar = bar
    bar.openTime = Timestamp(milliseconds: minute * 60_000)
    return exchange.advance(bar).compactMap(\.fill).first
  }

  @Test func marketFillsAtTheNextOpenWithTakerFee() throws {
    let fill = try #require(
      filled(World.order(World.id(9), .buy, "2"), in: World.bar(1, "100.50", "102", "100", "101")))
    #expect(fill.price == World.price("100.5"))
    #expect(fill.feeQuote == World.money("0.201"))
    #expect(!fill.isMaker)
    #expect(fill.time == Timestamp(milliseconds: 60_000))
  }

  @Test func spreadAndSlippageAreRoundedAgainstTheTrader() throws {
    let costs = PaperCosts(spread: Rate(basisPoints: 3), slippage: Rate(basisPoints: 2))
    let bar = World.bar(1, "100.01", "102", "99", "101")
    // 100.01 · 1.00035 = 100.0450035 and 100.01 · 0.99965 = 99.9749965
    #expect(filled(World.order(World.id(9), .buy, "1"), in: bar, costs: costs)?.price == World.price("100.05"))
    #expect(filled(World.order(World.id(9), .sell, "1"), in: bar, costs: costs)?.price == World.price("99.97"))
  }

  @Test(arguments: [
    // limit, open, low, price, maker
    ("100", "99.5", "99", "99.5", false), ("100", "100", "100", "100", false), ("100", "101", "99.99", "100", true),
  ])
  func buyLimit(limit: String, open: String, low: String, price: String, isMaker: Bool) throws {
    let request = World.order(World.id(9), .buy, "1", .limit(World.price(limit)))
    let fill = try #require(filled(request, in: World.bar(1, open, "102", low, "101")))
    #expect(fill.price == World.price(price))
    #expect(fill.isMaker == isMaker)
    #expect(fill.feeQuote == World.money(isMaker ? "0.05" : price == "99.5" ? "0.0995" : "0.1"))
  }

  @Test func touchingALimitIsNotEnough() {
    let buy = World.order(World.id(9), .buy, "1", .limit(World.price("100")))
    #expect(filled(buy, in: World.bar(1, "101", "102", "100", "101")) == nil)
    let sell = World.order(World.id(9), .sell, "1", .limit(World.price("102")))
    #expect(filled(sell, in: World.bar(1, "101", "102", "100", "101")) == nil)
    #expect(filled(sell, in: World.bar(1, "101", "102.01", "100", "101"))?.price == World.price("102"))
    #expect(filled(sell, in: World.bar(1, "103", "103", "103", "103"))?.price == World.price("103"))
  }

  @Test func costsNeverCarryALimitBeyondItsPrice() {
    let costs = PaperCosts(spread: Rate(basisPoints: 10), slippage: .zero)
    let buy = World.order(World.id(9), .buy, "1", .limit(World.price("100")))
    // The offer stands at 100.05: no trade at the open, but the bar trades through the limit later.
    #expect(filled(buy, in: World.bar(1, "100", "101", "99.9", "101"), costs: costs)?.price == World.price("100"))
    #expect(filled(buy, in: World.bar(1, "100", "101", "100", "101"), costs: costs) == nil)
  }

  @Test func stopTouchedInsideTheBarFillsAtTheTriggerLessSlippage() {
    let costs = PaperCosts(spread: Rate(basisPoints: 3), slippage: Rate(basisPoints: 2))
    let stop = World.order(World.id(1, .protectiveStop), .sell, "1", .stopMarket(trigger: World.price("98")))
    let bar = World.bar(1, "100", "101", "98", "99")
    #expect(filled(stop, in: bar)?.price == World.price("98"))
    // 98 · 0.9998 = 97.9804
    #expect(filled(stop, in: bar, costs: costs)?.price == World.price("97.98"))
    #expect(filled(stop, in: World.bar(1, "100", "101", "98.01", "99")) == nil)
  }

  @Test func stopBehindAGapFillsAtTheOpen() {
    let sell = World.order(World.id(1, .protectiveStop), .sell, "1", .stopMarket(trigger: World.price("98")))
    #expect(filled(sell, in: World.bar(1, "95", "99", "94", "99"))?.price == World.price("95"))
    let buy = World.order(World.id(1, .protectiveStop), .buy, "1", .stopMarket(trigger: World.price("103")))
    #expect(filled(buy, in: World.bar(1, "105", "106", "99", "99"))?.price == World.price("105"))
    #expect(filled(buy, in: World.bar(1, "100", "103", "99", "99"))?.price == World.price("103"))
  }

  @Test func stopWinsOverTakeProfitInOneBar() {
    var exchange = started()
    _ = exchange.send(World.order(World.id(1), .buy, "1"))
    _ = exchange.advance(World.bar(1, "100", "100", "100", "100"))
    let profit = World.order(World.id(1, .takeProfit), .sell, "1", .limit(World.price("102")), reduceOnly: true)
    let stop = World.order(
      World.id(1, .protectiveStop), .sell, "1", .stopMarket(trigger: World.price("98")), reduceOnly: true)
    _ = exchange.send(profit)
    _ = exchange.send(stop)
    let reports = exchange.advance(World.bar(2, "100", "105", "95", "100"))
    #expect(reports.first?.fill?.clientID == stop.clientID)
    #expect(reports.first?.fill?.price == World.price("98"))
    // Nothing was left for the other leg: it ends without a trade.
    #expect(reports.last == .expired(profit.clientID, at: Timestamp(milliseconds: 180_000)))
    #expect(reports.count == 2 && exchange.openOrders.isEmpty && exchange.position() == .flat)
  }

  @Test func anOrderNeverTradesInABarThatEndedBeforeIt() {
    var exchange = World.exchange([World.instrument(0), World.instrument(1)])
    _ = exchange.advance(World.bar(0, "100", "100", "100", "100", instrument: 1))
    _ = exchange.advance(World.bar(1, "100", "100", "100", "100"))
    _ = exchange.send(World.order(World.id(1), .buy, "1", instrument: 1))
    // The late bar of the other instrument ended when the order was sent.
    #expect(exchange.advance(World.bar(1, "90", "90", "90", "90", instrument: 1)).isEmpty)
    #expect(exchange.advance(World.bar(2, "91", "91", "91", "91", instrument: 1)).count == 1)
  }

  @Test func oldAndImpossibleBarsAreRefused() {
    var exchange = started()
    _ = exchange.send(World.order(World.id(1), .buy, "1"))
    #expect(exchange.advance(World.bar(0, "100", "100", "100", "100")).isEmpty)
    #expect(exchange.advance(World.bar(2, "100", "99", "100", "100")).isEmpty)
    #expect(exchange.refusedBars == 2)
    #expect(exchange.advance(World.bar(1, "100", "100", "100", "100")).count == 1)
  }
}
