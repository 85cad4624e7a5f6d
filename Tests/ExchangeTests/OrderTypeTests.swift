import Core
import Exchange
import Testing

@Suite struct OrderTypeTests {
  /// Asks of account 0: 1 at 101, 2 at 102; bids of account 1: 1 at 99, 2 at 98.
  private func market(_ instruments: [EngineInstrument] = [EngineInstrument(World.instrument(0, notional: "0"))])
    -> Market
  {
    var market = Market(instruments)
    market.limit(0, .sell, "2", "102")
    market.limit(0, .sell, "1", "101")
    market.limit(1, .buy, "1", "99")
    market.limit(1, .buy, "2", "98")
    return market
  }

  @Test func limitsTakeWhatIsBetterAndRest() {
    var market = market()
    #expect(market.limit(2, .buy, "1.5", "101").taken == ["1@101"])
    #expect(market.book(.buy) == ["0.5@101", "1@99", "2@98"] && market.book(.sell) == ["2@102"])
    #expect(market.limit(2, .buy, "3", "105").made == ["2@102"])
    #expect(market.book(.buy).first == "1@105" && market.book(.sell).isEmpty)
  }

  @Test func priceThenTime() {
    var market = market()
    market.limit(2, .sell, "1", "101", key: 77)
    let events = market.send(market.order(1, .buy, "2.5", .limit(World.price("102")), stp: .expireMaker))
    #expect(events.made == ["1@101", "1@101", "0.5@102"])
    #expect(events.fills.filter(\.isMaker).map(\.order.account.index) == [0, 2, 0])
  }

  @Test func marketsEmptyTheBookAndExpire() {
    var market = market()
    let events = market.send(market.order(2, .buy, "4", .market))
    #expect(events.taken == ["1@101", "2@102"] && events.expiries == [.timeInForce])
    #expect(market.engine.openOrderCount == 2)
    #expect(market.send(market.order(2, .sell, "1", .market)).taken == ["1@99"])
  }

  @Test func aMarketWithoutAnybodyIsClosed() {
    var market = Market()
    #expect(market.send(market.order(0, .buy, "1", .market)).refusal == .marketClosed)
  }

  @Test func immediateOrCancelAndFillOrKill() {
    var market = market()
    let some = market.send(market.order(2, .buy, "2", .limit(World.price("101")), .immediateOrCancel))
    #expect(some.taken == ["1@101"] && some.expiries == [.timeInForce])
    let none = market.send(market.order(2, .buy, "2.001", .limit(World.price("102")), .fillOrKill))
    #expect(none.taken.isEmpty && none.expiries == [.timeInForce])
    let all = market.send(market.order(2, .buy, "2", .limit(World.price("102")), .fillOrKill))
    #expect(all.taken == ["2@102"] && all.expiries.isEmpty)
  }

  @Test func postOnlyNeverTakes() {
    var market = market()
    #expect(market.send(market.order(2, .buy, "1", .limit(World.price("101")), postOnly: true)).refusal == .wouldMatch)
    #expect(market.send(market.order(2, .sell, "1", .limit(World.price("99")), postOnly: true)).refusal == .wouldMatch)
    #expect(market.send(market.order(2, .buy, "1", .limit(World.price("100.99")), postOnly: true)).refusal == nil)
  }

  @Test func stopsTriggerByTrades() {
    var market = market()
    market.send(market.order(2, .buy, "1", .stop(trigger: World.price("101"))))
    market.send(market.order(2, .buy, "1", .stopLimit(trigger: World.price("102"), limit: World.price("100"))))
    #expect(market.engine.openOrders(of: AccountID(2)).count == 2)
    // The trade at 101 triggers the first, whose trade at 102 triggers the second, which rests at 100.
    let events = market.limit(1, .buy, "1", "101")
    #expect(events.taken == ["1@101", "1@102"] && events.triggered == 2)
    #expect(market.book(.buy).first == "1@100")
    #expect(market.engine.openOrders(of: AccountID(2)).map(\.isTriggered) == [true])
    let sale = market.send(market.order(2, .sell, "1", .stop(trigger: World.price("99"))))
    #expect(sale.triggered == 0)
    #expect(market.limit(0, .sell, "2", "99").triggered == 1)
  }

  @Test func stopsThatTheMarketHasPassedAreRefusedWhereTheVenueDoes() {
    var filters = EngineFilters()
    filters.refusesTriggeredStops = true
    var market = market([EngineInstrument(World.instrument(0, notional: "0"), filters: filters)])
    market.limit(2, .buy, "1", "101")
    #expect(market.send(market.order(2, .buy, "1", .stop(trigger: World.price("101")))).refusal == .wouldTrigger)
    #expect(market.send(market.order(2, .sell, "1", .stop(trigger: World.price("101")))).refusal == .wouldTrigger)
    #expect(market.send(market.order(2, .buy, "1", .stop(trigger: World.price("101.01")))).refusal == nil)
  }

  @Test(arguments: [
    (SelfTradePrevention.none, ["1@101"], [ExpiryReason]()), (.expireTaker, [], [.selfTrade]),
    (.expireMaker, ["1@102"], [.selfTrade]), (.expireBoth, [], [.selfTrade, .selfTrade]),
  ])
  func selfTrades(mode: SelfTradePrevention, taken: [String], expiries: [ExpiryReason]) {
    var market = Market()
    market.limit(0, .sell, "1", "101")
    market.limit(1, .sell, "1", "102")
    let events = market.send(market.order(0, .buy, "1", .limit(World.price("102")), stp: mode))
    #expect(events.taken == taken && events.expiries == expiries)
  }

  @Test func reduceOnlyIsClampedToThePosition() {
    var market = market()
    #expect(market.send(market.order(2, .sell, "1", .market, reduceOnly: true)).refusal == .reduceOnly)
    market.limit(2, .buy, "1", "101")
    #expect(market.held(2) == "1")
    market.send(market.order(2, .sell, "0.8", .limit(World.price("103")), reduceOnly: true))
    market.send(market.order(2, .sell, "0.8", .limit(World.price("103")), reduceOnly: true))
    market.limit(0, .buy, "2", "103")
    // 2 at 102 first; the resting ones come next, and give no more than is held.
    let events = market.limit(0, .buy, "2", "103")
    #expect(events.made == ["0.2@103"] || market.held(2) == "0")
    #expect(market.held(2) == "0")
  }
}
