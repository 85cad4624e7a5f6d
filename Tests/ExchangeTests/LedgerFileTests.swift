import Core
import Exchange
import Foundation
import Testing

@Suite struct LedgerFileTests {
  private let instruments = InstrumentTable([World.instrument(0), World.instrument(1)])

  private func traded(_ ledger: PaperLedger) throws -> PaperExchange {
    var exchange = try ledger.restore(instruments: instruments, cashQuote: World.money("10000"), costs: .none)
    _ = exchange.advance(World.bar(0, "100", "100", "100", "100"))
    _ = exchange.send(World.order(World.id(1), .buy, "0.3"))
    _ = exchange.advance(World.bar(1, "100.01", "100.01", "100.01", "100.01"))
    _ = exchange.send(
      World.order(World.id(1, .protectiveStop), .sell, "0.3", .stopMarket(trigger: World.price("97")), reduceOnly: true)
    )
    try ledger.save(exchange)
    return exchange
  }

  @Test func whatWasSavedComesBack() throws {
    let path = World.temporaryFile()
    defer { World.remove(path) }
    let ledger = try PaperLedger(path: path, durability: .full)
    let exchange = try traded(ledger)
    let again = try PaperLedger(path: path, durability: .full)
    let restored = try again.restore(instruments: instruments, cashQuote: .zero, costs: .none)
    #expect(restored.state == exchange.state)
    #expect(restored.account == exchange.account)
    #expect(try again.contains(World.id(1)))
    #expect(try !again.contains(World.id(2)))
    #expect(try again.order(World.id(1), instruments: instruments)?.state == .filled)
    #expect(try again.fills(after: 0, limit: 5, instruments: instruments) == exchange.fills(after: 0))
  }

  @Test func instrumentsAreFoundBySymbolNotByPlace() throws {
    let path = World.temporaryFile()
    defer { World.remove(path) }
    let exchange = try traded(try PaperLedger(path: path, durability: .full))
    let rules = instruments.instruments[0].rules
    let renamed = ["SYM1", "SYM0"].enumerated().map { index, symbol in
      Instrument(
        id: InstrumentID(index: UInt16(index)), symbol: symbol, venue: "simulated", kind: .cryptoPerpetual,
        isShortable: true, calendar: .alwaysOpen, rules: rules)
    }
    let restored = try PaperLedger(path: path, durability: .full)
      .restore(instruments: InstrumentTable(renamed), cashQuote: .zero, costs: .none)
    #expect(restored.account.positions[1] == exchange.account.positions[0])
    #expect(restored.openOrders.first?.request.instrument == InstrumentID(index: 1))
    #expect(throws: PaperLedgerError.self) {
      try PaperLedger(path: path, durability: .full)
        .restore(instruments: InstrumentTable([renamed[0]]), cashQuote: .zero, costs: .none)
    }
  }

  @Test func relaxedWritesInBatchesAndAtClose() throws {
    let path = World.temporaryFile()
    defer { World.remove(path) }
    let ledger = try PaperLedger(path: path, durability: .relaxed)
    let exchange = try traded(ledger)
    #expect(ledger.transactions == 0)
    try ledger.close(exchange)
    let restored = try PaperLedger(path: path, durability: .relaxed)
      .restore(instruments: instruments, cashQuote: .zero, costs: .none)
    #expect(restored.state == exchange.state)
  }

  @Test func foreignAndDamagedFilesAreRefused() throws {
    let path = World.temporaryFile()
    defer { World.remove(path) }
    try Data("this is no database, and long enough to be looked at".utf8).write(to: URL(filePath: path))
    #expect(throws: (any Error).self) { try PaperLedger(path: path, durability: .full) }
  }
}
