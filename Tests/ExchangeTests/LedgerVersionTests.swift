import Core
import Exchange
import Testing

@Suite struct LedgerVersionTests {
  private let instruments = InstrumentTable([World.baseFee(0), World.instrument(1)])
  private let costs = PaperCosts(spread: .zero, slippage: .zero, maximumVolumeShare: Rate(basisPoints: 1000))

  private func bar(_ minute: Int64, _ index: UInt16) -> Bar {
    var bar = World.bar(minute, "100", "100", "100", "100", instrument: index)
    bar.volume = Measure(10)
    return bar
  }

  /// Partial fills of markets and stops, a pair, base fees, a countdown: everything comes back, and goes on alike.
  @Test func theWholeStateComesBack() throws {
    let path = World.temporaryFile()
    defer { World.remove(path) }
    let ledger = try PaperLedger(path: path, durability: .full)
    var exchange = try ledger.restore(instruments: instruments, cashQuote: World.money("10000"), costs: costs)
    let reopened = {
      try PaperLedger(path: path, durability: .full)
        .restore(instruments: instruments, cashQuote: .zero, costs: costs)
    }
    for index in UInt16(0)..<2 { _ = exchange.advance(bar(0, index)) }
    _ = exchange.send(World.order(World.id(1), .buy, "2.5"))
    _ = exchange.send(World.order(World.id(2), .buy, "3", .stopMarket(trigger: World.price("100")), instrument: 1))
    try ledger.save(exchange)
    for minute in Int64(1)...4 {
      for index in UInt16(0)..<2 { _ = exchange.advance(bar(minute, index)) }
      if minute == 2 {
        let limit = World.order(World.id(3, .takeProfit), .sell, "1", .limit(World.price("110")), instrument: 1)
        let stop = World.order(
          World.id(3, .protectiveStop), .sell, "1", .stopMarket(trigger: World.price("90")), instrument: 1)
        let reports = exchange.submitPair(limit: limit, stop: stop, at: exchange.clock)
        #expect(reports.compactMap(\.reason).isEmpty)
        exchange.setCountdown(600_000, at: exchange.clock)
      }
      try ledger.save(exchange)
      var restored = try reopened()
      #expect(restored.state == exchange.state, "minute \(minute)")
      #expect(restored.openOrders == exchange.openOrders, "minute \(minute)")
      var twin = exchange
      let (reports, same) = (restored.advance(bar(minute + 1, 1)), twin.advance(bar(minute + 1, 1)))
      #expect(reports == same, "minute \(minute)")
      #expect(restored.state == twin.state, "minute \(minute)")
    }
    #expect(exchange.position().quantity == World.quantity("2.4975"))
    // The pair lives on as one.
    var restored = try reopened()
    #expect(restored.cancel(World.id(3, .takeProfit), at: restored.clock).count == 2)
  }

  @Test func version1IsMigratedUnlessCashIsSetAside() throws {
    for (reserved, isTaken) in [("0", true), ("50", false)] {
      let path = World.temporaryFile()
      defer { World.remove(path) }
      try OldLedger.write(path, reserved: reserved)
      guard isTaken else {
        #expect(throws: PaperLedgerError.self) { try PaperLedger(path: path, durability: .full) }
        continue
      }
      let exchange = try PaperLedger(path: path, durability: .full)
        .restore(instruments: instruments, cashQuote: .zero, costs: costs)
      #expect(exchange.account.cashQuote == World.money("900"))
      #expect(exchange.openOrders.map(\.request.clientID) == [World.id(1, .protectiveStop)])
      #expect(exchange.fills(after: 0).map(\.feeBase) == [.zero])
      var next = exchange
      #expect(next.advance(bar(5, 0)).isEmpty)
      #expect(next.cancel(World.id(1, .protectiveStop), at: next.clock).count == 1)
    }
  }
}
