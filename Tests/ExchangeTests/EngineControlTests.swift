import Core
import Exchange
import Testing

@Suite struct EngineControlTests {
  private func pair(_ market: inout Market, _ limit: String, _ stop: String, quantity: String = "1") -> [EngineEvent] {
    let first = market.order(0, .sell, quantity, .limit(World.price(limit)), reduceOnly: false, key: 71)
    let second = market.order(0, .sell, quantity, .stop(trigger: World.price(stop)), reduceOnly: false, key: 72)
    market.events = []
    market.engine.submitPair(limit: first, stop: second, at: market.time, into: &market.events)
    return market.events
  }

  /// Account 0 holds one; the last price is 100.
  private func started() throws -> Market {
    var market = Market(Market.spot())
    try market.engine.deposit(World.quantity("1"), of: InstrumentID(index: 0), to: AccountID(0))
    market.engine.setLastPrice(World.price("100"), of: InstrumentID(index: 0))
    return market
  }

  @Test func onePairLocksOnce() throws {
    var market = try started()
    #expect(pair(&market, "105", "95").refusal == nil)
    #expect(market.engine.lockedBase(of: AccountID(0), in: InstrumentID(index: 0)) == World.quantity("1"))
    // A part of the limit ends the stop, the rest goes on.
    let events = market.limit(1, .buy, "0.4", "105")
    #expect(events.made == ["0.4@105"] && events.expiries == [.otherLeg])
    #expect(market.engine.openOrders(of: AccountID(0)).map(\.order.key.high) == [71])
    #expect(market.engine.lockedBase(of: AccountID(0), in: InstrumentID(index: 0)) == World.quantity("0.6"))
  }

  @Test func theStopEndsTheLimit() throws {
    var market = try started()
    _ = pair(&market, "105", "95")
    market.limit(1, .buy, "3", "95")
    let events = market.limit(2, .buy, "1", "94")
    #expect(events.fills.isEmpty)
    try market.engine.deposit(World.quantity("1"), of: InstrumentID(index: 0), to: AccountID(2))
    let trade = market.limit(2, .sell, "1", "95")
    #expect(trade.triggered == 1 && trade.expiries == [.otherLeg] && trade.taken == ["1@95", "1@95"])
    #expect(market.held(0) == "0" && market.engine.openOrderCount(of: AccountID(0)) == 0)
  }

  @Test func cancellingOneEndsBoth() throws {
    var market = try started()
    _ = pair(&market, "105", "95")
    var events: [EngineEvent] = []
    market.engine.cancel(ClientKey(high: 72, low: 0), of: AccountID(0), at: market.time, into: &events)
    #expect(events.cancelled == [72, 71] && market.engine.openOrderCount == 0)
    #expect(market.engine.lockedBase(of: AccountID(0), in: InstrumentID(index: 0)).isZero)
  }

  /// A trade with oneself that is prevented ends the order that it ends, and with it its pair.
  @Test func selfTradePreventionEndsAPairWhole() throws {
    var market = try started()
    _ = pair(&market, "105", "95")
    let taker = market.send(market.order(0, .buy, "1", .limit(World.price("105")), stp: .expireTaker, key: 80))
    #expect(taker.expiries == [.selfTrade] && taker.fills.isEmpty && market.engine.openOrderCount == 2)
    let maker = market.send(market.order(0, .buy, "1", .limit(World.price("105")), stp: .expireMaker, key: 81))
    #expect(maker.expiries == [.selfTrade, .otherLeg] && maker.fills.isEmpty)
    #expect(market.engine.openOrders(of: AccountID(0)).map(\.order.key.high) == [81])
    #expect(market.engine.lockedBase(of: AccountID(0), in: InstrumentID(index: 0)).isZero)
  }

  @Test(arguments: [
    ("95", "105", "1", EngineRefusal.listPrices), ("105", "100", "1", .listPrices), ("100", "95", "1", .listPrices),
    ("105", "95", "2", .insufficientBalance), ("105.001", "95", "1", .priceFilter),
  ])
  func pairsAreTakenWholeOrNotAtAll(limit: String, stop: String, quantity: String, refusal: EngineRefusal) throws {
    var market = try started()
    let events = pair(&market, limit, stop, quantity: quantity)
    #expect(events.refusal == refusal && events.count == 2 && market.engine.openOrderCount == 0)
  }

  @Test func cancelReplaceSaysWhichHalfHappened() {
    var market = Market()
    market.limit(0, .buy, "1", "90", key: 1)
    var events: [EngineEvent] = []
    let poor = market.order(0, .buy, "1000", .limit(World.price("90")))
    let fair = market.order(0, .buy, "110", .limit(World.price("90")))
    let old = ClientKey(high: 1, low: 0)
    let refused = ReplaceOutcome.Half.failed(.insufficientBalance)
    #expect(
      market.engine.replace(old, with: poor, .atomic, at: market.time, into: &events)
        == ReplaceOutcome(cancel: .notAttempted, new: refused))
    #expect(events.isEmpty && market.book(.buy) == ["1@90"])
    // 110 · 90 fits only once the old order's cash is free.
    #expect(
      market.engine.replace(old, with: fair, .atomic, at: market.time, into: &events)
        == ReplaceOutcome(cancel: .done, new: .done))
    #expect(market.book(.buy) == ["110@90"])
    #expect(
      market.engine.replace(old, with: poor, .stopOnFailure, at: market.time, into: &events)
        == ReplaceOutcome(cancel: .failed(.unknownOrder), new: .notAttempted))
    #expect(
      market.engine.replace(fair.key, with: poor, .stopOnFailure, at: market.time, into: &events)
        == ReplaceOutcome(cancel: .done, new: refused))
    let small = market.order(0, .buy, "1", .limit(World.price("90")))
    #expect(
      market.engine.replace(old, with: small, .allowFailure, at: market.time, into: &events)
        == ReplaceOutcome(cancel: .failed(.unknownOrder), new: .done))
  }

  @Test func cancelAllKeepsToItsAccount() {
    var market = Market()
    for key in UInt64(1)...3 { market.limit(0, .buy, "1", "9\(key)", key: key) }
    market.limit(1, .buy, "1", "90")
    var events: [EngineEvent] = []
    #expect(market.engine.cancelAll(of: AccountID(0), at: market.time, into: &events) == 3)
    #expect(events.cancelled == [1, 2, 3] && market.book(.buy) == ["1@90"])
  }

  @Test func theCountdownCancelsUnlessItIsSetAgain() {
    var market = Market()
    market.limit(0, .buy, "1", "90", key: 1)
    market.engine.setCountdown(500, of: AccountID(0), at: market.time)
    market.time = market.time.adding(milliseconds: 400)
    market.engine.setCountdown(500, of: AccountID(0), at: market.time)
    var events: [EngineEvent] = []
    market.engine.advanceClock(to: Timestamp(milliseconds: 1899), into: &events)
    #expect(events.isEmpty)
    // Any operation moves the clock; the cancel is of the deadline.
    market.time = Timestamp(milliseconds: 2500)
    let news = market.limit(1, .sell, "1", "90")
    #expect(
      news.first
        == .cancelled(
          OrderTag(
            account: AccountID(0), instrument: InstrumentID(index: 0), number: 1,
            key: ClientKey(high: 1, low: 0)), at: Timestamp(milliseconds: 1900)))
    #expect(news.fills.isEmpty && market.engine.deadline(of: AccountID(0)) == nil)
    market.engine.setCountdown(1, of: AccountID(1), at: market.time)
    market.engine.setCountdown(nil, of: AccountID(1), at: market.time)
    market.engine.advanceClock(to: Timestamp(milliseconds: 9000), into: &events)
    #expect(events.isEmpty)
  }

  @Test func windowsFollowTheCalendar() {
    let rates = AccountRates(
      ordersShort: .init(milliseconds: 10_000, limit: 2), ordersLong: .init(milliseconds: 86_400_000, limit: 4),
      weight: .init(milliseconds: 60_000, limit: 6))
    var market = Market(limits: EngineLimits(rates: rates))
    market.time = Timestamp(milliseconds: 9_998)
    #expect(market.limit(0, .buy, "1", "90").refusal == nil)
    #expect(market.limit(0, .buy, "1", "90").refusal == nil)
    #expect(market.limit(0, .buy, "1", "90").refusal == .tooManyOrders)
    #expect(market.limit(1, .buy, "1", "90").refusal == nil)
    // Two milliseconds later another window begins.
    market.time = Timestamp(milliseconds: 10_000)
    #expect(market.limit(0, .buy, "1", "90").refusal == nil)
    #expect(market.limit(0, .buy, "1", "90").refusal == nil)
    market.time = Timestamp(milliseconds: 20_000)
    #expect(market.limit(0, .buy, "1", "90").refusal == .tooManyOrders)
    // Six requests have spent the minute's weight; cancels cost it, too.
    var events: [EngineEvent] = []
    #expect(
      market.engine.cancel(ClientKey(high: 1, low: 0), of: AccountID(0), at: market.time, into: &events)
        == .tooMuchWeight)
    market.time = Timestamp(milliseconds: 60_000)
    #expect(
      market.engine.cancel(ClientKey(high: 1, low: 0), of: AccountID(0), at: market.time, into: &events) == nil)
    // The first trade of an order gives its place back.
    market.time = Timestamp(milliseconds: 86_400_000)
    for _ in 0..<2 { #expect(market.limit(2, .sell, "1", "90").taken == ["1@90"]) }
    #expect(market.limit(2, .sell, "1", "90").refusal == nil)
  }
}
