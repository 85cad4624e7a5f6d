import Core
import Exchange
import Testing

@Suite struct EngineAccountTests {
  private let id = InstrumentID(index: 0)

  @Test func claimsAreReleasedWithEveryFillAndByBetterPrices() {
    var market = Market()
    market.limit(0, .sell, "1", "90")
    // 2 · 100 and a thousandth of it.
    market.limit(1, .buy, "2", "100")
    #expect(market.held(1) == "1")
    // 90.09 paid for one, 100.1 still locked for the other.
    #expect(market.free(1) == "9809.81" && market.locked(1) == "100.1")
    market.limit(0, .sell, "0.4", "100")
    #expect(market.locked(1) == "60.06")
    var events: [EngineEvent] = []
    market.engine.cancelAll(of: AccountID(1), at: market.time, into: &events)
    #expect(market.locked(1) == "0")
  }

  @Test func spotSalesLockWhatTheySell() throws {
    var market = Market(Market.spot())
    #expect(market.limit(0, .sell, "1", "100").refusal == .shortNotAllowed)
    try market.engine.deposit(World.quantity("1"), of: id, to: AccountID(0))
    #expect(market.limit(0, .sell, "0.7", "100").refusal == nil)
    #expect(market.limit(0, .sell, "0.4", "100").refusal == .insufficientBalance)
    #expect(market.engine.lockedBase(of: AccountID(0), in: id) == World.quantity("0.7"))
    market.limit(1, .buy, "0.5", "100")
    #expect(market.engine.lockedBase(of: AccountID(0), in: id) == World.quantity("0.2"))
    #expect(market.free(0) == "10049.975" && market.held(0) == "0.5")
  }

  @Test func feesComeOutOfWhatIsReceived() throws {
    var market = Market([EngineInstrument(World.baseFee(0))])
    try market.engine.deposit(World.quantity("2"), of: id, to: AccountID(0))
    market.limit(0, .sell, "2", "100")
    let fills = market.limit(1, .buy, "2", "100").fills
    #expect(fills.map(\.feeBase.description) == ["0", "0.002"] && fills.map(\.feeQuote.description) == ["0.1", "0"])
    #expect(market.held(1) == "1.998" && market.free(1) == "9800")
    #expect(market.limit(1, .sell, "2", "100").refusal == .insufficientBalance)
  }

  @Test func makersMayBePaid() {
    var market = Market([EngineInstrument(World.instrument(0, notional: "0", maker: -2, taker: 10))])
    market.limit(0, .sell, "1", "100")
    let fills = market.limit(1, .buy, "1", "100").fills
    #expect(fills.map(\.feeQuote.description) == ["-0.02", "0.1"])
  }

  @Test func shortsAreCoveredByCash() {
    var market = Market(cash: "1000")
    market.limit(0, .buy, "6", "100")
    market.limit(1, .sell, "6", "100")
    #expect(market.held(1) == "-6" && market.free(1) == "399.4")
    #expect(market.limit(1, .sell, "4", "100").refusal == .insufficientBalance)
    // Covering needs no cash.
    #expect(market.limit(1, .buy, "6", "200").refusal == nil)
  }

  @Test(arguments: [
    ("1", "100.001", EngineRefusal.priceFilter), ("1.0005", "100", .lotSize), ("0.001", "100", .notional),
    ("0.0001", "100", .lotSize), ("60", "100", .maximumQuantity), ("50", "20000", .percentPrice),
    ("1", "101.01", .percentPrice), ("1", "98.99", .percentPrice), ("0", "100", .invalid),
    ("1.000000001", "100", .precision),
  ])
  func filters(quantity: String, price: String, refusal: EngineRefusal) {
    var filters = EngineFilters()
    filters.maximumQuantity = World.quantity("50")
    filters.quantityDecimals = 8
    let one = Rate.one
    filters.priceBand = PriceBand(
      bidUp: Rate(basisPoints: 10_100), bidDown: Rate(basisPoints: 9_900), askUp: one, askDown: one)
    var market = Market([EngineInstrument(World.instrument(0, notional: "10"), filters: filters)], cash: "1000000")
    market.engine.setLastPrice(World.price("100"), of: id)
    #expect(market.limit(0, .buy, quantity, price).refusal == refusal)
    #expect(market.limit(0, .buy, "1", "101").refusal == nil)
  }

  @Test func filtersOfMarketOrders() {
    var filters = EngineFilters()
    filters.marketLot = World.quantity("0.5")
    filters.marketMaximumQuantity = World.quantity("2")
    var market = Market([EngineInstrument(World.instrument(0), filters: filters)])
    market.limit(0, .sell, "9", "100")
    #expect(market.send(market.order(1, .buy, "0.7", .market)).refusal == .marketLotSize)
    #expect(market.send(market.order(1, .buy, "2.5", .market)).refusal == .marketLotSize)
    #expect(market.send(market.order(1, .buy, "1.5", .market)).taken == ["1.5@100"])
  }

  @Test func countsOfOpenOrders() {
    var filters = EngineFilters()
    filters.maximumOpenOrders = 2
    filters.maximumStopOrders = 1
    var market = Market(
      [EngineInstrument(World.instrument(0, notional: "0"), filters: filters)], limits: EngineLimits(openOrders: 3))
    let stop = EngineOrderType.stop(trigger: World.price("120"))
    #expect(market.send(market.order(0, .buy, "1", stop)).refusal == nil)
    #expect(market.send(market.order(0, .buy, "1", stop)).refusal == .maximumStopOrders)
    #expect(market.limit(0, .buy, "1", "90").refusal == nil)
    #expect(market.limit(0, .buy, "1", "90").refusal == .maximumOrders)
    #expect(market.limit(1, .buy, "1", "90").refusal == nil)
    #expect(market.limit(2, .buy, "1", "90").refusal == .engineFull)
    #expect(market.engine.refusedFull == 1)
  }

  @Test func namesAreUniqueAmongOpenOrdersOnly() {
    var market = Market()
    #expect(market.limit(0, .buy, "1", "90", key: 5).refusal == nil)
    #expect(market.limit(0, .buy, "1", "90", key: 5).refusal == .duplicateClientKey)
    #expect(market.limit(1, .buy, "1", "90", key: 5).refusal == nil)
    var events: [EngineEvent] = []
    #expect(market.engine.cancel(ClientKey(high: 5, low: 0), of: AccountID(0), at: market.time, into: &events) == nil)
    #expect(market.limit(0, .buy, "1", "90", key: 5).refusal == nil)
  }

  @Test func everyRefusalHasTheVenuesCode() {
    let expected: [(EngineRefusal, Int)] = [
      (.priceFilter, -1013), (.lotSize, -1013), (.notional, -1013), (.percentPrice, -1013), (.maximumOrders, -1013),
      (.precision, -1111), (.insufficientBalance, -2010), (.duplicateClientKey, -2010), (.wouldMatch, -2010),
      (.unknownOrder, -2011), (.tooManyOrders, -1015), (.tooMuchWeight, -1003), (.unknownInstrument, -1121),
    ]
    for (refusal, code) in expected { #expect(refusal.code == code) }
    #expect(EngineRefusal.priceFilter.text == "Filter failure: PRICE_FILTER")
    #expect(EngineRefusal.allCases.allSatisfy { !$0.text.isEmpty && $0.code < 0 })
  }

  @Test func keysKeepTheBotsNames() {
    for role in OrderRole.allCases {
      let name = ClientOrderID(sequence: .max, role: role, attempt: 65_535)
      #expect(ClientKey(name).clientOrderID == name)
    }
    #expect(ClientKey(high: 1, low: .max).clientOrderID == nil)
  }
}
