import Core
import Exchange
import Testing

@Suite struct ExactnessTests {
  /// Three trades of a moving-average cross, computed by hand: no spread, no slippage, 10 basis points.
  @Test func handComputedTrades() {
    let instrument = World.instrument(0, lot: "0.000001", minimum: "0.000001", notional: "0")
    var exchange = World.exchange([instrument], cash: "1000000")
    _ = exchange.advance(World.bar(0, "9973.34", "9973.34", "9973.34", "9973.34"))
    _ = exchange.send(World.order(World.id(1), .buy, "1.002673"))
    let entry = exchange.advance(World.bar(1, "9972.85", "9972.85", "9972.85", "9972.85"))[0].fill
    // 9972.85 · 1.002673 = 9999.50742805; a thousandth of it is the fee.
    #expect(entry?.feeQuote == World.money("9.99950742805"))
    #expect(exchange.account.cashQuote == World.money("989990.49306452195"))
    _ = exchange.send(World.order(World.id(2, .exit), .sell, "1.002673"))
    _ = exchange.advance(World.bar(2, "9948.50", "9948.50", "9948.50", "9948.50"))
    // 9948.50 · 1.002673 = 9975.0923405; trade = proceeds - cost - both fees
    #expect(exchange.account.cashQuote == World.money("999955.61031268145"))
    #expect(exchange.account.feesQuote == World.money("19.97459976855"))
    #expect(exchange.state.realisedQuote == World.money("-24.41508755"))
    #expect(exchange.position() == .flat)
  }

  @Test func aTenthAndTwoTenthsAreThreeTenths() {
    let instrument = World.instrument(0, lot: "0.1", minimum: "0.1", notional: "0", maker: 0, taker: 0)
    var exchange = World.exchange([instrument], cash: "1")
    _ = exchange.advance(World.bar(0, "1", "1", "1", "1"))
    _ = exchange.send(World.order(World.id(1), .buy, "0.1"))
    _ = exchange.send(World.order(World.id(2), .buy, "0.2"))
    _ = exchange.advance(World.bar(1, "1", "1", "1", "1"))
    #expect(exchange.position().quantity == World.quantity("0.3"))
    #expect(exchange.account.cashQuote == World.money("0.7"))
    #expect(exchange.account.cashQuote.description == "0.7")
  }

  @Test func aFeeThatDoesNotFitIsRoundedAwayFromZero() {
    let rules = InstrumentRules(
      effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 1), lot: Quantity(raw: 1),
      minimumQuantity: Quantity(raw: 1), minimumNotionalQuote: .zero, makerFee: .zero, takerFee: Rate(raw: 1))
    let instrument = Instrument(
      id: InstrumentID(index: 0), symbol: "SYM0", venue: "simulated", kind: .cryptoSpot, isShortable: false,
      calendar: .alwaysOpen, rules: [rules])
    var exchange = World.exchange([instrument], cash: "1")
    _ = exchange.advance(World.bar(0, "0.000000001", "0.000000001", "0.000000001", "0.000000001"))
    _ = exchange.send(World.order(World.id(1), .buy, "0.000000001"))
    let fill = exchange.advance(World.bar(1, "0.000000001", "0.000000001", "0.000000001", "0.000000001"))[0].fill
    #expect(fill?.feeQuote == Money(raw: 1))
  }

  @Test func memoryOfFillsIsBounded() {
    var exchange = World.exchange(limits: PaperLimits(openOrders: 4, recentFills: 3, endedOrders: 3))
    _ = exchange.advance(World.bar(0, "100", "100", "100", "100"))
    for sequence in UInt64(1)...5 {
      let side: Side = sequence % 2 == 1 ? .buy : .sell
      _ = exchange.send(World.order(World.id(sequence), side, "1"))
      _ = exchange.advance(World.bar(Int64(sequence), "100", "100", "100", "100"))
    }
    #expect(exchange.fills(after: 0).map(\.tradeID) == [3, 4, 5])
    #expect(exchange.fills(after: 3).map(\.tradeID) == [4, 5])
    #expect(exchange.fills(after: 5).isEmpty)
    #expect(!exchange.hasAllFills(after: 1) && exchange.hasAllFills(after: 2))
  }
}
