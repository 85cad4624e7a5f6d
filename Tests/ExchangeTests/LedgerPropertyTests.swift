import Core
import Exchange
import Testing

/// Random orders and bars; after every bar the account must follow from the fills alone, to the last decimal.
@Suite struct LedgerPropertyTests {
  @Test(arguments: UInt64(1)...12)
  func accountFollowsFromFillsAndFileEqualsMemory(seed: UInt64) throws {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    let path = World.temporaryFile()
    defer { World.remove(path) }
    let instruments = InstrumentTable([
      World.instrument(0), World.instrument(1, shortable: false), World.instrument(2, tick: "0.05", lot: "0.01"),
    ])
    let costs = PaperCosts(spread: Rate(raw: 123_457), slippage: Rate(raw: 76_543))
    let limits = PaperLimits(openOrders: 12, recentFills: 4000, endedOrders: 1000)
    let start = World.money("5000")
    let durability: PaperDurability = seed % 2 == 0 ? .full : .relaxed
    var ledger = try PaperLedger(path: path, durability: durability)
    var exchange = try ledger.restore(instruments: instruments, cashQuote: start, costs: costs, limits: limits)
    var books = Books(cash: start, count: instruments.count)
    var cents = [10_000, 10_000, 10_000]
    var sequence: UInt64 = 0

    for minute in Int64(0)..<120 {
      for index in 0..<3 {
        let bar = Self.bar(&random, minute, UInt16(index), &cents[index])
        for report in exchange.advance(bar) { try books.count(report) }
        for _ in 0..<random.below(3) {
          sequence += 1
          let order = Self.order(&random, sequence, UInt16(random.below(3)), cents)
          _ = exchange.submit(order, at: exchange.clock)
        }
        if random.below(4) == 0, let victim = exchange.openOrders.first?.request.clientID {
          #expect(exchange.cancel(victim, at: exchange.clock).count == 1)
        }
        try ledger.save(exchange)
        books.compare(with: exchange, start: start, "seed \(seed), minute \(minute), instrument \(index)")
      }
      guard random.below(10) == 0 else { continue }
      // A kill for a durable ledger: the file is opened again while the old one is still open.
      if durability == .relaxed { try ledger.close(exchange) }
      ledger = try PaperLedger(path: path, durability: durability)
      let restored = try ledger.restore(instruments: instruments, cashQuote: .zero, costs: costs, limits: limits)
      #expect(restored.state == exchange.state, "seed \(seed), minute \(minute)")
      #expect(restored.openOrders == exchange.openOrders, "seed \(seed), minute \(minute)")
      // Last prices are no part of the file; the venue goes on with the one that has them.
    }
    #expect(books.fills > 40, "seed \(seed): too few fills to prove anything")
    try ledger.flush(exchange)
    let all = try ledger.fills(after: 0, limit: 10_000, instruments: instruments)
    #expect(all == exchange.fills(after: 0), "seed \(seed)")
  }

  private static func bar(_ random: inout CounterRandom, _ minute: Int64, _ index: UInt16, _ cents: inout Int) -> Bar {
    let step = { (random: inout CounterRandom, range: Int) in (random.below(2 * range + 1) - range) * 5 }
    let open = max(500, cents + step(&random, 40))
    let close = max(500, open + step(&random, 60))
    let high = max(open, close) + random.below(40) * 5
    let low = max(5, min(open, close) - random.below(40) * 5)
    cents = close
    let price = { (cents: Int) in Price(raw: Int64(cents) * 10_000_000) }
    return Bar(
      instrument: InstrumentID(index: index), timeframe: .oneMinute, openTime: Timestamp(milliseconds: minute * 60_000),
      open: price(open), high: price(high), low: price(low), close: price(close), volume: Measure(1))
  }

  private static func order(
    _ random: inout CounterRandom, _ sequence: UInt64, _ index: UInt16, _ cents: [Int]
  ) -> OrderRequest {
    let near = Price(raw: Int64(max(100, cents[Int(index)] + (random.below(81) - 40) * 5)) * 10_000_000)
    let kinds: [OrderKind] = [.market, .market, .limit(near), .stopMarket(trigger: near)]
    return OrderRequest(
      clientID: ClientOrderID(sequence: sequence, role: .entry), instrument: InstrumentID(index: index),
      side: random.below(2) == 0 ? .buy : .sell, kind: kinds[random.below(4)],
      quantity: Quantity(raw: Int64(1 + random.below(900)) * 10_000_000), isReduceOnly: random.below(4) == 0)
  }
}

/// Accounts kept from fills alone, by the plainest arithmetic.
private struct Books {
  var cash: Money
  var fees = Money.zero
  var held: [Int64]
  var fills = 0
  var newestTrade: UInt64 = 0

  init(cash: Money, count: Int) {
    self.cash = cash
    held = Array(repeating: 0, count: count)
  }

  mutating func count(_ report: ExecutionReport) throws {
    guard let fill = report.fill else { return }
    let notional = fill.price.raw128 * fill.quantity.raw128
    cash = Money(raw: cash.raw + (fill.side == .buy ? -notional : notional) - fill.feeQuote.raw)
    fees = try fees.adding(fill.feeQuote)
    held[Int(fill.instrument.index)] += fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw
    #expect(fill.tradeID == newestTrade + 1)
    newestTrade = fill.tradeID
    fills += 1
  }

  func compare(with exchange: PaperExchange, start: Money, _ place: String) {
    let account = exchange.account
    #expect(account.cashQuote == cash, "\(place)")
    #expect(account.feesQuote == fees, "\(place)")
    #expect(account.lastTradeID == newestTrade, "\(place)")
    var cost: Int128 = 0
    for (index, position) in account.positions.enumerated() {
      let signed = Int64(position.side.rawValue) * position.quantity.raw
      #expect(signed == held[index], "\(place)")
      cost += Int128(position.side.rawValue) * position.totalCostQuote.raw
      if !exchange.instruments.instruments[index].isShortable { #expect(position.side != .short, "\(place)") }
    }
    // Cash, what the positions cost, and the fees are what one began with and what closing brought.
    #expect(cash.raw + cost + fees.raw == start.raw + exchange.state.realisedQuote.raw, "\(place)")
    #expect(!exchange.state.reservedQuote.isNegative, "\(place)")
    if exchange.openOrders.isEmpty { #expect(exchange.state.reservedQuote.isZero, "\(place)") }
  }
}

extension FixedPoint {
  fileprivate var raw128: Int128 { Int128(raw) }
}
