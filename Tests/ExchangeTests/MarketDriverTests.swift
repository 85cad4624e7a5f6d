import Core
import Exchange
import Testing

@Suite struct MarketDriverTests {
  private let id = InstrumentID(index: 0)

  private func print(_ price: String, _ quantity: String, _ aggressor: Side, at time: Int64 = 2000) -> Trade {
    Trade(
      instrument: id, time: Timestamp(milliseconds: time), price: World.price(price),
      quantity: World.quantity(quantity),
      aggressor: aggressor)
  }

  private func level(_ price: String, _ quantity: String) -> EngineLevel {
    EngineLevel(price: World.price(price), quantity: World.quantity(quantity))
  }

  private func bring(_ print: Trade, to market: inout Market) -> [EngineEvent] {
    var events: [EngineEvent] = []
    market.engine.trade(print, into: &events)
    return events
  }

  @Test func aPrintIsSharedOutByPriceThenTime() {
    var market = Market(Market.external())
    market.limit(0, .buy, "1", "100", key: 1)
    market.limit(1, .buy, "1", "101", key: 2)
    market.limit(2, .buy, "1", "101", key: 3)
    let events = bring(print("99", "2.5", .sell), to: &market)
    #expect(events.made == ["1@101", "1@101", "0.5@100"])
    #expect(events.fills.map(\.order.key.high) == [2, 3, 1])
    // The rest works on.
    #expect(bring(print("99", "9", .sell), to: &market).made == ["0.5@100"])
  }

  @Test func atItsPriceAnOrderWaitsForItsTurn() {
    var market = Market(Market.external())
    market.engine.setAssumedQueue(World.quantity("3"), of: id)
    market.limit(0, .buy, "1", "100")
    #expect(bring(print("100", "5", .buy), to: &market).isEmpty, "buyers took, nobody sold at the bid")
    #expect(bring(print("100", "2", .sell), to: &market).isEmpty)
    #expect(bring(print("100", "1.4", .sell), to: &market).made == ["0.4@100"])
    #expect(bring(print("100", "1", .sell), to: &market).made == ["0.6@100"])
  }

  @Test func marketsAndStopsTakeFromPrints() {
    var market = Market(Market.external(), costs: PaperCosts(spread: .zero, slippage: Rate(basisPoints: 10)))
    _ = bring(print("100", "1", .buy, at: 500), to: &market)
    market.send(market.order(0, .buy, "2", .market))
    market.send(market.order(1, .sell, "1", .stop(trigger: World.price("99"))))
    #expect(bring(print("100", "1.5", .buy), to: &market).taken == ["1.5@100.1"])
    let events = bring(print("99", "4", .sell), to: &market)
    #expect(events.triggered == 1 && events.taken == ["0.5@99.1", "1@98.9"])
  }

  @Test func ordersOfOneMomentEndWithTheFirstPrint() {
    var market = Market(Market.external())
    market.send(market.order(0, .buy, "2", .limit(World.price("100")), .immediateOrCancel))
    market.send(market.order(1, .buy, "2", .limit(World.price("100")), .fillOrKill))
    let events = bring(print("100", "3", .sell), to: &market)
    #expect(events.taken == ["2@100"] && events.expiries == [.timeInForce])
  }

  @Test func takersAbsorbARecordedBook() {
    var market = Market(Market.external())
    var events: [EngineEvent] = []
    let isTaken = market.engine.setBook(
      of: id, bids: [level("99", "1")], asks: [level("101", "1"), level("102", "5")], at: market.time, into: &events)
    #expect(isTaken)
    #expect(market.send(market.order(0, .buy, "3", .market)).taken == ["1@101", "2@102"])
    #expect(market.limit(1, .buy, "9", "102").taken == ["3@102"])
    // The rest bids now, and trades when the book comes to it.
    market.engine.change(
      BookChange(
        instrument: id, time: market.time, side: .sell, price: World.price("101.5"), quantity: World.quantity("2")),
      into: &events)
    #expect(events.made == ["2@102"])
    #expect(market.send(market.order(2, .sell, "1", .limit(World.price("99")), postOnly: true)).refusal == .wouldMatch)
    let isCrossedTaken = market.engine.setBook(
      of: id, bids: [level("5", "1")], asks: [level("4", "1")], at: market.time, into: &events)
    #expect(!isCrossedTaken)
  }

  @Test func stopsLookAtTheBook() {
    var market = Market(Market.external())
    var events: [EngineEvent] = []
    market.send(market.order(0, .buy, "1", .stop(trigger: World.price("103"))))
    market.engine.setBook(of: id, bids: [level("99", "1")], asks: [level("102", "1")], at: market.time, into: &events)
    #expect(events.isEmpty)
    market.engine.setBook(of: id, bids: [level("99", "1")], asks: [level("103", "1")], at: market.time, into: &events)
    #expect(events.triggered == 1 && events.taken == ["1@103"])
  }

  @Test func whatIsSentArrivesLater() {
    var market = Market(Market.external())
    let order = market.order(0, .buy, "1", .limit(World.price("100")))
    var line = DelayedEngine(
      market.engine,
      latency: LatencyModel(orderMilliseconds: 50, acknowledgementMilliseconds: 20, feedMilliseconds: 5))
    line.send(.submit(order), at: Timestamp(milliseconds: 1000))
    line.bring(.trade(print("99", "1", .sell, at: 1049)))
    #expect(line.engine.openOrderCount == 0)
    line.bring(.trade(print("99", "1", .sell, at: 1050)))
    #expect(line.engine.position(of: AccountID(0), in: id).quantity == World.quantity("1"))
    #expect(line.takeEvent(by: Timestamp(milliseconds: 1069)) == nil)
    let known = line.takeEvent(by: Timestamp(milliseconds: 1070))
    #expect(known?.due == Timestamp(milliseconds: 1070))
    if case .accepted = known?.element {} else { Issue.record("\(String(describing: known))") }
    #expect(line.takeData(by: Timestamp(milliseconds: 1053)) == nil)
    #expect(line.takeData(by: Timestamp(milliseconds: 1054)) != nil)
  }

  @Test func anOrderOnItsWayMissesTheBarThatHasBegun() {
    var market = Market(Market.external())
    market.engine.setLastPrice(World.price("100"), of: id)
    let order = market.order(0, .buy, "1", .market)
    var line = DelayedEngine(market.engine, latency: LatencyModel(orderMilliseconds: 1))
    line.send(.submit(order), at: Timestamp(milliseconds: 60_000))
    line.bring(.bar(World.bar(1, "100", "100", "100", "100")))
    #expect(line.engine.position(of: AccountID(0), in: id) == .flat)
    line.bring(.bar(World.bar(2, "100", "100", "100", "100")))
    #expect(line.engine.position(of: AccountID(0), in: id).quantity == World.quantity("1"))
  }

  @Test func aFullLineLosesAndCounts() {
    var market = Market(Market.external())
    let order = market.order(0, .buy, "1", .limit(World.price("100")))
    var line = DelayedEngine(market.engine, latency: LatencyModel(orderMilliseconds: 50), capacity: 1)
    let isFirstSent = line.send(.submit(order), at: market.time)
    let isSecondSent = line.send(.submit(order), at: market.time)
    #expect(isFirstSent && !isSecondSent && line.lostCommands == 1)
  }
}
