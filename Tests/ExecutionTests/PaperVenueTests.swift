import Core
import Exchange
import Execution
import Foundation
import GRDB
import Testing

@Suite struct PaperVenueTests {
  private func file() -> String {
    FileManager.default.temporaryDirectory.appending(path: "venue-\(UUID().uuidString).sqlite").path
  }

  private func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }

  private func venue(_ executor: ThreadExecutor, _ path: String?) throws -> PaperVenue {
    guard let path else {
      let exchange = PaperExchange(instruments: Desk.instruments(), cashQuote: Desk.money("10000"), costs: .none)
      return PaperVenue(executor: executor, exchange: exchange, ledger: nil)
    }
    let ledger = try PaperLedger(path: path, durability: .full)
    let exchange = try ledger.restore(
      instruments: Desk.instruments(), cashQuote: Desk.money("10000"), costs: .none)
    return PaperVenue(executor: executor, exchange: exchange, ledger: ledger)
  }

  @Test func acceptedMeansOnDisk() async throws {
    let executor = ThreadExecutor(name: "venue")
    defer { executor.stop() }
    let path = file()
    defer { remove(path) }
    let venue = try venue(executor, path)
    _ = await venue.advance(Desk.bar(0, "100"))
    #expect(await venue.submit(.approved(Desk.entry(1))) == .accepted)
    // Another reader of the file, as after a kill.
    let restored = try PaperLedger(path: path, durability: .full)
      .restore(instruments: Desk.instruments(), cashQuote: .zero, costs: .none)
    #expect(restored.openOrders == (try await venue.openOrders()))
    #expect(await venue.takeReports() == [.accepted(Desk.id(1), at: Desk.time(1))])
    #expect(await venue.takeReports().isEmpty)
    #expect(await venue.submit(.approved(Desk.entry(1))) == .rejected(.duplicateClientID))
    let fill = try #require(await venue.advance(Desk.bar(1, "100")).first)
    #expect(fill.clientID == Desk.id(1))
    #expect(try await venue.fills(after: 0).count == 1)
    #expect(try await venue.account().lastTradeID == 1)
    #expect(try await venue.order(Desk.id(1))?.state == .filled)
    #expect(try await venue.order(Desk.id(2)) == nil)
    #expect(await venue.cancel(Desk.id(1)) == .notOpen)
  }

  @Test func lostAnswers() async throws {
    let executor = ThreadExecutor(name: "venue")
    defer { executor.stop() }
    let venue = try venue(executor, nil)
    _ = await venue.advance(Desk.bar(0, "100"))
    await venue.inject(.loseAcknowledgement)
    await venue.inject(.loseOrder)
    guard case .unknown = await venue.submit(.approved(Desk.entry(1))) else { throw VenueError(cause: "not unknown") }
    guard case .unknown = await venue.submit(.approved(Desk.entry(2))) else { throw VenueError(cause: "not unknown") }
    #expect(try await venue.order(Desk.id(1))?.state == .accepted)
    #expect(try await venue.order(Desk.id(2)) == nil)
    #expect(await venue.submit(.approved(Desk.entry(3))) == .accepted)
    #expect(await venue.cancel(Desk.id(3)) == .cancelled)
  }

  @Test func aLedgerThatCannotBeWrittenAcceptsNothing() async throws {
    let executor = ThreadExecutor(name: "venue")
    defer { executor.stop() }
    let path = file()
    defer { remove(path) }
    let venue = try venue(executor, path)
    _ = await venue.advance(Desk.bar(0, "100"))
    #expect(await venue.submit(.approved(Desk.entry(1))) == .accepted)
    // Something else holds the write lock.
    let lock = try Lock(path: path)
    #expect(await venue.advance(Desk.bar(1, "100")).isEmpty)
    guard case .unknown(let cause) = await venue.submit(.approved(Desk.entry(2))) else {
      throw VenueError(cause: "an order was accepted without a record")
    }
    #expect(cause.hasPrefix("ledger:"))
    await #expect(throws: VenueError.self) { try await venue.account() }
    guard case .unknown = await venue.cancel(Desk.id(1)) else { throw VenueError(cause: "not unknown") }
    #expect(await venue.ledgerFailures >= 3)
    try lock.release()
    // Writable again: the fill that waited is reported, the order that was not recorded does not exist.
    #expect(try await venue.order(Desk.id(2)) == nil)
    let reports = await venue.takeReports()
    #expect(reports.map(\.clientID) == [Desk.id(1), Desk.id(1)])
    #expect(try await venue.account().lastTradeID == 1)
    #expect(await venue.submit(.approved(Desk.entry(3))) == .accepted)
  }

  private func entryWithProfit() -> ApprovedOrder {
    ApprovedOrder(
      request: Desk.entry(1).request, collar: Desk.price("101"), stopDistance: Desk.price("2"),
      takeProfitDistance: Desk.price("5"))
  }

  /// A pair is on disk whole before it is accepted, and ends itself.
  @Test(arguments: [true, false]) func pairs(isOnDisk: Bool) async throws {
    let executor = ThreadExecutor(name: "venue")
    defer { executor.stop() }
    let path = file()
    defer { remove(path) }
    let venue = try venue(executor, isOnDisk ? path : nil)
    #expect(try await venue.capabilities().hasPairs)
    var stage = ExecutionStage(instruments: Desk.instruments(), cashQuote: Desk.money("10000"), hasPairs: true)
    _ = await venue.advance(Desk.bar(0, "100"))
    let order = entryWithProfit()
    _ = stage.submit(order, at: Desk.time(1))
    #expect(await venue.submit(.approved(order)) == .accepted)
    _ = await venue.takeReports()
    var pair: OutboundOrder?
    for report in await venue.advance(Desk.bar(1, "100")) { pair = stage.receive(report).intents.first ?? pair }
    let placed = try #require(pair)
    #expect(await venue.submit(placed) == .accepted)
    let ids = placed.requests.map(\.clientID)
    #expect(await venue.takeReports().map(\.clientID) == [ids[1], ids[0]])
    #expect(await venue.submit(placed) == .rejected(.duplicateClientID))
    if isOnDisk {
      let restored = try PaperLedger(path: path, durability: .full)
        .restore(instruments: Desk.instruments(), cashQuote: .zero, costs: .none)
      #expect(restored.openOrders == (try await venue.openOrders()) && restored.openOrders.count == 2)
    }
    let told = await venue.advance(Desk.bar(2, "106"))
    #expect(told.map(\.clientID) == [ids[1], ids[0]] && told.last == .expired(ids[0], at: Desk.time(2)))
    for report in told { #expect(stage.receive(report).intents.isEmpty) }
    #expect(stage.position(of: Desk.zero).side == .flat)
    #expect(try await venue.openOrders().isEmpty)
  }

  @Test func theCancelOfOneOfAPairIsReportedOfBoth() async throws {
    let executor = ThreadExecutor(name: "venue")
    defer { executor.stop() }
    let venue = try venue(executor, nil)
    _ = await venue.advance(Desk.bar(0, "100"))
    _ = await venue.submit(.approved(entryWithProfit()))
    var stage = ExecutionStage(instruments: Desk.instruments(), cashQuote: Desk.money("10000"), hasPairs: true)
    let pair = try #require(stage.open(entryWithProfit()).intents.first)
    _ = await venue.advance(Desk.bar(1, "100"))
    // Lost on the way, then with its answer lost: either way somebody has to ask.
    await venue.inject(.loseOrder)
    guard case .unknown = await venue.submit(pair) else { throw VenueError(cause: "not unknown") }
    for id in pair.requests.map(\.clientID) { #expect(try await venue.order(id) == nil) }
    await venue.inject(.loseAcknowledgement)
    guard case .unknown = await venue.submit(pair) else { throw VenueError(cause: "not unknown") }
    for id in pair.requests.map(\.clientID) { #expect(try await venue.order(id)?.state == .accepted) }
    _ = await venue.takeReports()
    #expect(await venue.cancel(pair.request.clientID) == .cancelled)
    let reports = await venue.takeReports() + venue.advance(Desk.bar(2, "100"))
    #expect(Set(reports.map(\.clientID)) == Set(pair.requests.map(\.clientID)))
    #expect(await venue.cancel(pair.requests[1].clientID) == .notOpen)
  }

  /// A bot and its venue die together between the intent of a pair and its answer; both come back and agree.
  @Test(arguments: [PaperFault.loseOrder, .loseAcknowledgement])
  func recoveryWithAPairWithoutAnswer(fault: PaperFault) async throws {
    let executor = ThreadExecutor(name: "venue")
    defer { executor.stop() }
    let path = file()
    defer { remove(path) }
    var first: PaperVenue? = try venue(executor, path)
    var stage = ExecutionStage(instruments: Desk.instruments(), cashQuote: Desk.money("10000"), hasPairs: true)
    _ = await first!.advance(Desk.bar(0, "100"))
    let order = entryWithProfit()
    _ = stage.submit(order, at: Desk.time(1))
    _ = stage.release(.approved(order), tradingState: .active, lastPrice: Desk.price("100"), at: Desk.time(1))
    _ = await first!.submit(.approved(order))
    var intents: [OutboundOrder] = []
    for report in await first!.advance(Desk.bar(1, "100")) { intents += stage.receive(report).intents }
    #expect(intents.count == 1)
    #expect(
      stage.release(intents[0], tradingState: .active, lastPrice: Desk.price("100"), at: Desk.time(2)).isReleased)
    await first!.inject(fault)
    _ = await first!.submit(intents[0])
    first = nil

    let second = try venue(executor, path)
    var restarted = ExecutionStage(instruments: Desk.instruments(), state: stage.state, hasPairs: true)
    var effects = restarted.reconcile(
      account: try await second.account(), openOrders: try await second.openOrders(),
      fills: try await second.fills(after: restarted.reconcileAfter), at: Desk.time(3))
    #expect(effects.intents.isEmpty, "nothing is sent again before the venue has said what became of it")
    for case .query(let id) in effects {
      effects += restarted.receive(query: try await second.order(id), of: id, at: Desk.time(3))
    }
    for intent in effects.intents {
      #expect(restarted.release(intent, tradingState: .active, lastPrice: nil, at: Desk.time(3)).isReleased)
      #expect(await second.submit(intent) == .accepted)
    }
    let live = try await second.openOrders().map(\.request)
    #expect(live.map(\.clientID.role).sorted { $0.rawValue < $1.rawValue } == [.protectiveStop, .takeProfit])
    #expect(live.allSatisfy { $0.quantity == Desk.quantity("1") && $0.isReduceOnly })
    #expect(Set(live.map(\.clientID)) == Set(restarted.state.orders.map(\.id)))
  }

  /// A bot and its venue die together with an answer lost and a fill not reported; both come back and agree.
  @Test func recoveryAfterBothDied() async throws {
    let executor = ThreadExecutor(name: "venue")
    defer { executor.stop() }
    let path = file()
    defer { remove(path) }
    var first: PaperVenue? = try venue(executor, path)
    var stage = ExecutionStage(instruments: Desk.instruments(), cashQuote: Desk.money("10000"))
    _ = await first!.advance(Desk.bar(0, "100"))
    let order = Desk.entry(1)
    _ = stage.submit(order, at: Desk.time(1))
    _ = stage.release(.approved(order), tradingState: .active, lastPrice: Desk.price("100"), at: Desk.time(1))
    await first!.inject(.loseAcknowledgement)
    _ = await first!.submit(.approved(order))
    _ = await first!.advance(Desk.bar(1, "99"))
    first = nil

    let second = try venue(executor, path)
    var restarted = ExecutionStage(instruments: Desk.instruments(), state: stage.state)
    let effects = restarted.reconcile(
      account: try await second.account(), openOrders: try await second.openOrders(),
      fills: try await second.fills(after: restarted.reconcileAfter), at: Desk.time(3))
    #expect(restarted.lastReconciliation?.isClean == true)
    #expect(restarted.position(of: Desk.zero).quantity == Desk.quantity("1"))
    #expect(restarted.cashQuote == Desk.money("9900.901"))
    #expect(restarted.reservedQuote.isZero)
    // The position has its stop again: 99 - 2
    let stop = try #require(effects.intents.first)
    #expect(stop.request.kind == .stopMarket(trigger: Desk.price("97")))
    #expect(await second.submit(stop) == .accepted)
  }
}

/// Holds a SQLite file's write lock, as another program could.
private final class Lock {
  private let queue: DatabaseQueue

  init(path: String) throws {
    var configuration = Configuration()
    configuration.allowsUnsafeTransactions = true
    queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
  }

  func release() throws {
    try queue.inDatabase { try $0.execute(sql: "ROLLBACK") }
    try queue.close()
  }
}
