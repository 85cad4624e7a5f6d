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

    /// `prices`: those of some minutes; 100 at all others.
    init(directory: String, from start: Timestamp, prices: [Int64: String] = [:]) throws {
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
        return Desk.bar(minute, prices[minute] ?? "100")
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

  /// From the decision to the flat position: the exchange ends the stop, and the bot sends nothing more.
  @Test func aPairFromTheBotToTheExchangeAndBack() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "served-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let house = try House(directory: directory, from: Desk.time(1000), prices: [1003: "106"])
    let news = NewsLog()
    let venue = ServedVenue(
      address: house.address, client: "bot", executor: ServedExecutor(name: "test"), time: MachineTime(),
      random: CounterRandom(seed: 2, purpose: .reconnectJitter)
    ) { news.take($0) }
    try await venue.open()
    let market = try await venue.market()
    var stage = ExecutionStage(
      instruments: InstrumentTable(market.instruments), cashQuote: Desk.money("100000"),
      hasPairs: try await venue.capabilities().hasPairs)
    try await venue.subscribe(after: [Desk.time(1000)])
    var heard = 0
    func hear(until count: Int) async -> [OutboundOrder] {
      func reports() -> [ExecutionReport] {
        news.all.compactMap { if case .report(let report) = $0 { report } else { nil } }
      }
      #expect(await news.wait { _ in reports().count >= count })
      defer { heard = count }
      return reports()[heard..<count].flatMap { stage.receive($0).intents }
    }
    func send(_ order: OutboundOrder) async throws {
      #expect(
        stage.release(order, tradingState: .active, lastPrice: Desk.price("100"), at: Desk.time(1001)).isReleased)
      let outcome = await venue.submit(order)
      #expect(outcome == .accepted)
      for request in order.requests { _ = stage.receive(outcome, of: request.clientID, at: Desk.time(1001)) }
    }
    house.time.set(Desk.time(1001))
    #expect(await news.wait { $0.contains(.bar(Desk.bar(1000, "100"))) })
    let entry = ApprovedOrder(
      request: Desk.entry(1).request, collar: Desk.price("101"), stopDistance: Desk.price("2"),
      takeProfitDistance: Desk.price("5"))
    _ = stage.submit(entry, at: Desk.time(1001))
    try await send(.approved(entry))
    house.time.set(Desk.time(1002))
    let intents = await hear(until: 2)
    #expect(intents.count == 1)
    let pair = try #require(intents.first)
    try await send(pair)
    #expect(try await venue.openOrders().map(\.request) == pair.requests.reversed())
    house.time.set(Desk.time(1004))
    #expect(await hear(until: 6).isEmpty)
    #expect(stage.position(of: Desk.zero).side == .flat && stage.order(pair.request.clientID)?.state == .expired)
    #expect(try await venue.account().cashQuote == stage.cashQuote)
    #expect(stage.openOrders == 0)
    await venue.close()
    house.stop()
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
