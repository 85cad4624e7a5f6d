import Core
import Execution
import Exchange
import Foundation
import Testing

/// The client and the real server, over a socket.
@Suite(.serialized) struct ServedAgainstServerTests {
  /// A server whose market stands until the clock is moved.
  private final class House: @unchecked Sendable {
    let directory: String
    let time: VirtualTime
    let address: VenueAddress
    let server: ExchangeServer
    private let ended = DispatchSemaphore(value: 0)

    init(directory: String, from start: Timestamp) throws {
      self.directory = directory
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      time = VirtualTime(start: start)
      address = try VenueAddress(path: "\(directory)/x.sock")
      let instruments = Desk.instruments()
      let ledger = try PaperLedger(path: "\(directory)/ledger.sqlite", durability: .full)
      let exchange = try ledger.restore(instruments: instruments, cashQuote: Desk.money("100000"), costs: .none)
      var tape = MarketTape(instruments: 1, capacity: 500)
      let file = TapeFile(path: "\(directory)/tape.jsonl", instruments: instruments)
      let step = file.load(into: &tape)
      var minute = start.milliseconds / 60_000
      let market = PacedMarket(name: "test", timeframe: .oneMinute, step: step) {
        defer { minute += 1 }
        return Desk.bar(minute, "100")
      }
      server = ExchangeServer(
        listener: try StreamSocket.listen(address), desk: ExchangeDesk(exchange: exchange, ledger: ledger),
        market: market, tape: tape, tapeFile: file, options: ServeOptions(), time: time
      ) { _ in }
      Thread { [self] in
        try? server.run()
        ended.signal()
      }.start()
    }

    func stop() {
      server.requestStop()
      ended.wait()
    }
  }

  @Test func theSameBooksThroughARestartOfTheExchange() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "served-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let house = try House(directory: directory, from: Desk.time(1000))
    let news = NewsLog()
    let venue = ServedVenue(
      address: house.address, client: "bot", executor: ServedExecutor(name: "test"), time: MachineTime(),
      random: CounterRandom(seed: 2, purpose: .reconnectJitter)
    ) { news.take($0) }
    try await venue.open()
    let market = try await venue.market()
    #expect(market.instruments == Desk.instruments().instruments && market.timeframe == .oneMinute)
    house.time.set(Desk.time(1003))
    _ = try await venue.serverTime()
    _ = try await venue.serverTime()
    #expect(try await venue.history(of: Desk.zero, count: 2).map(\.closeTime) == [Desk.time(1002), Desk.time(1003)])
    try await venue.subscribe(after: [Desk.time(1002)])
    #expect(await venue.submit(.approved(Desk.entry(1))) == .accepted)
    #expect(await venue.submit(.approved(Desk.entry(1))) == .rejected(.duplicateClientID))
    house.time.set(Desk.time(1004))
    #expect(await news.wait { $0.contains(.bar(Desk.bar(1003, "100"))) })
    let account = try await venue.account()
    let fills = try await venue.fills(after: 0)
    #expect(fills.count == 1 && account.lastTradeID == 1)
    #expect(try await venue.order(Desk.id(1))?.state == .filled)
    #expect(try await venue.order(Desk.id(2)) == nil)
    #expect(await venue.cancel(Desk.id(1)) == .notOpen)
    house.stop()

    #expect(await news.wait { $0.count { if case .disconnected = $0 { true } else { false } } == 1 })
    let again = try House(directory: directory, from: Desk.time(1004))
    again.time.set(Desk.time(1006))
    #expect(await news.wait { $0.contains(.bar(Desk.bar(1005, "100"))) })
    #expect(try await venue.account() == account)
    #expect(try await venue.fills(after: 0) == fills)
    let bars = news.all.compactMap { if case .bar(let bar) = $0 { bar.openTime } else { nil } }
    #expect(bars == (1002...1005).map { Desk.time($0) }, "each once, none left out")
    await venue.close()
    again.stop()
  }
}
