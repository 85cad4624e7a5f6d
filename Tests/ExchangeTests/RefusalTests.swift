import Core
import Exchange
import Testing

@Suite struct RefusalTests {
  private func started(_ instruments: [Instrument] = [World.instrument(0)], cash: String = "10000") -> PaperExchange {
    var exchange = World.exchange(instruments, cash: cash)
    for instrument in instruments {
      _ = exchange.advance(World.bar(0, "100", "101", "99", "100", instrument: instrument.id.index))
    }
    return exchange
  }

  private func refusal(_ request: OrderRequest, cash: String = "10000", shortable: Bool = true) -> RejectReason? {
    var exchange = started([World.instrument(0, shortable: shortable)], cash: cash)
    let before = exchange.state
    let reason = exchange.send(request).reason
    if reason != nil { #expect(exchange.state == before) }
    return reason
  }

  @Test func rulesOfTheInstrument() {
    let id = World.id(5)
    #expect(refusal(World.order(id, .buy, "1.0005")) == .lot)
    #expect(refusal(World.order(id, .buy, "1", .limit(World.price("99.995")))) == .tick)
    #expect(refusal(World.order(id, .buy, "1", .stopMarket(trigger: World.price("99.995")))) == .tick)
    #expect(refusal(World.order(id, .buy, "0")) == .invalid)
    #expect(refusal(World.order(id, .buy, "0.099")) == .minimumNotional)
    #expect(refusal(World.order(id, .buy, "0.1")) == nil)
    #expect(refusal(World.order(id, .buy, "1", instrument: 7)) == .unknownInstrument)
    var exchange = World.exchange([World.instrument(0, minimum: "0.5")])
    _ = exchange.advance(World.bar(0, "100", "100", "100", "100"))
    #expect(exchange.send(World.order(id, .buy, "0.499")).reason == .minimumQuantity)
  }

  @Test func rulesInForceAtTheTime() {
    let day = Timestamp(milliseconds: 60_000)
    let early = World.instrument(0, tick: "1").rules[0]
    let late = InstrumentRules(
      effectiveFrom: day, tick: World.price("0.5"), lot: early.lot, minimumQuantity: early.minimumQuantity,
      minimumNotionalQuote: early.minimumNotionalQuote, makerFee: .zero, takerFee: .zero)
    let instrument = Instrument(
      id: InstrumentID(index: 0), symbol: "SYM0", venue: "simulated", kind: .cryptoPerpetual, isShortable: true,
      calendar: .alwaysOpen, rules: [early, late])
    var exchange = World.exchange([instrument])
    let request = World.order(World.id(1), .buy, "1", .limit(World.price("99.5")))
    #expect(exchange.submit(request, at: Timestamp(milliseconds: 59_999))[0].reason == .tick)
    #expect(exchange.submit(request, at: day)[0].reason == nil)
    let other = World.order(World.id(2), .buy, "1", .limit(World.price("99")))
    #expect(exchange.submit(other, at: Timestamp(milliseconds: -1))[0].reason == .marketClosed)
  }

  @Test func marketOrderBeforeTheFirstBar() {
    var exchange = World.exchange()
    #expect(
      exchange.submit(World.order(World.id(1), .buy, "1"), at: Timestamp(milliseconds: 5))[0].reason == .marketClosed)
  }

  @Test func cashForLongsInclusiveOfTheFee() {
    // 100 · 100 = 10,000 and 10 of fee
    #expect(refusal(World.order(World.id(1), .buy, "100"), cash: "10010") == nil)
    #expect(refusal(World.order(World.id(1), .buy, "100"), cash: "10009.999999999999999999") == .insufficientBalance)
  }

  @Test func restingOrdersClaimCash() {
    var exchange = started(cash: "1000")
    #expect(exchange.send(World.order(World.id(1), .buy, "6", .limit(World.price("90")))).reason == nil)
    #expect(
      exchange.send(World.order(World.id(2), .buy, "6", .limit(World.price("90")))).reason == .insufficientBalance)
    #expect(exchange.cancel(World.id(1), at: exchange.clock) == [.cancelled(World.id(1), at: exchange.clock)])
    #expect(exchange.send(World.order(World.id(3), .buy, "6", .limit(World.price("90")))).reason == nil)
  }

  @Test func shortsNeedTheirNotionalInCash() {
    #expect(refusal(World.order(World.id(1), .sell, "100"), cash: "10009.99") == .insufficientBalance)
    #expect(refusal(World.order(World.id(1), .sell, "100"), cash: "10010") == nil)
    var exchange = started(cash: "1000")
    _ = exchange.send(World.order(World.id(1), .sell, "6"))
    _ = exchange.advance(World.bar(1, "100", "100", "100", "100"))
    // 1000 - 0.6 + 600 in cash, but only 399.4 of it is free.
    #expect(exchange.account.cashQuote == World.money("1599.4"))
    #expect(exchange.send(World.order(World.id(2), .sell, "4")).reason == .insufficientBalance)
    #expect(exchange.send(World.order(World.id(3), .sell, "3.9")).reason == nil)
  }

  @Test func spotCannotBeSoldShortNorTwice() {
    #expect(refusal(World.order(World.id(1), .sell, "1"), shortable: false) == .shortNotAllowed)
    var exchange = started([World.instrument(0, shortable: false)])
    _ = exchange.send(World.order(World.id(1), .buy, "1"))
    _ = exchange.advance(World.bar(1, "100", "100", "100", "100"))
    #expect(exchange.send(World.order(World.id(2, .exit), .sell, "1.001")).reason == .insufficientBalance)
    #expect(exchange.send(World.order(World.id(2, .exit), .sell, "0.6")).reason == nil)
    #expect(exchange.send(World.order(World.id(3, .exit), .sell, "0.6")).reason == .insufficientBalance)
    #expect(exchange.send(World.order(World.id(3, .exit), .sell, "0.4")).reason == nil)
  }

  @Test func reduceOnlyNeverExceedsThePosition() {
    let close = World.order(World.id(2, .exit), .sell, "1", reduceOnly: true)
    #expect(refusal(close) == .reduceOnly)
    var exchange = started()
    _ = exchange.send(World.order(World.id(1), .buy, "1"))
    _ = exchange.advance(World.bar(1, "100", "100", "100", "100"))
    #expect(exchange.send(World.order(World.id(2, .exit), .sell, "1.001", reduceOnly: true)).reason == .reduceOnly)
    #expect(exchange.send(World.order(World.id(2, .exit), .buy, "1", reduceOnly: true)).reason == .reduceOnly)
    // Two that each fit: together they close the position once, the rest ends unfilled.
    #expect(exchange.send(World.order(World.id(2, .exit), .sell, "0.7", reduceOnly: true)).reason == nil)
    #expect(exchange.send(World.order(World.id(3, .exit), .sell, "0.7", reduceOnly: true)).reason == nil)
    let reports = exchange.advance(World.bar(2, "100", "100", "100", "100"))
    #expect(reports.compactMap(\.fill).map(\.quantity) == [World.quantity("0.7"), World.quantity("0.3")])
    #expect(reports.last == .expired(World.id(3, .exit), at: Timestamp(milliseconds: 120_000)))
    #expect(exchange.position() == .flat)
  }

  @Test func clientIDsAreNeverUsedTwice() {
    var exchange = World.exchange(
      [World.instrument(0), World.instrument(1)], limits: PaperLimits(openOrders: 8, recentFills: 8, endedOrders: 2))
    for index in UInt16(0)..<2 { _ = exchange.advance(World.bar(0, "100", "100", "100", "100", instrument: index)) }
    let low = OrderKind.limit(World.price("50"))
    for sequence in UInt64(1)...5 {
      #expect(exchange.send(World.order(World.id(sequence), .buy, "1", low)).reason == nil)
      _ = exchange.cancel(World.id(sequence), at: exchange.clock)
    }
    for sequence in UInt64(1)...5 {
      #expect(exchange.send(World.order(World.id(sequence), .buy, "1", low)).reason == .duplicateClientID)
    }
    // On another instrument the newest ones are known, too.
    #expect(exchange.send(World.order(World.id(5), .buy, "1", low, instrument: 1)).reason == .duplicateClientID)
    #expect(exchange.send(World.order(World.id(5, .entry, 1), .buy, "1", low)).reason == nil)
  }

  @Test func openOrdersAreLimited() {
    var exchange = World.exchange(limits: PaperLimits(openOrders: 2))
    _ = exchange.advance(World.bar(0, "100", "100", "100", "100"))
    let low = OrderKind.limit(World.price("50"))
    #expect(exchange.send(World.order(World.id(1), .buy, "1", low)).reason == nil)
    #expect(exchange.send(World.order(World.id(2), .buy, "1", low)).reason == nil)
    #expect(exchange.send(World.order(World.id(3), .buy, "1", low)).reason == .invalid)
    #expect(exchange.openOrders.map(\.request.clientID) == [World.id(1), World.id(2)])
  }

  @Test func anOpenThatTheAccountCannotPayEndsTheOrder() {
    var exchange = started(cash: "1001")
    #expect(exchange.send(World.order(World.id(1), .buy, "10")).reason == nil)
    let reports = exchange.advance(World.bar(1, "100.01", "101", "100", "100"))
    #expect(reports == [.expired(World.id(1), at: Timestamp(milliseconds: 60_000))])
    #expect(exchange.account.cashQuote == World.money("1001"))
    #expect(exchange.state.reservedQuote.isZero)
  }
}
