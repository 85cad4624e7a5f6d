import Bot
import Control
import Core
import Execution
import Synchronization
import Testing

/// A venue whose answers come when the test says so.
final class SlowVenue: Venue {
  struct State {
    var submitted: [ClientOrderID] = []
    var cancelled: [ClientOrderID] = []
    var queried: [ClientOrderID] = []
    var mostCancels = 0
    var underWay = 0
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isOpen = false
  }
  let state = Mutex(State())

  private func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }
  /// Answers everything, now and from now on.
  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }

  func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome {
    guard gate.pass(order, {}) else { return .rejected(.stopLatch) }
    state.withLock { $0.submitted.append(order.request.clientID) }
    await wait()
    return .accepted
  }
  func cancel(_ id: ClientOrderID) async -> CancelOutcome {
    state.withLock {
      $0.cancelled.append(id)
      $0.underWay += 1
      $0.mostCancels = max($0.mostCancels, $0.underWay)
    }
    await wait()
    state.withLock { $0.underWay -= 1 }
    return .notOpen
  }
  func order(_ id: ClientOrderID) async throws -> OrderSnapshot? {
    state.withLock { $0.queried.append(id) }
    return nil
  }
  func openOrders() async throws -> [OrderSnapshot] { [] }
  func fills(after tradeID: UInt64) async throws -> [Fill] { [] }
  func account() async throws -> AccountSnapshot {
    AccountSnapshot(cashQuote: .zero, positions: [], feesQuote: .zero, lastTradeID: 0)
  }
}

@Suite("Cancels overtake orders, and never their own")
struct QueuedGatewayTests {
  /// A queue over a slow venue, and what came of it.
  private final class Desk: Sendable {
    let venue = SlowVenue()
    let gate = StopGate()
    let entered = Lines()
    let refused = Lines()
    let notes = Lines()
    let queue: QueuedGateway

    init(capacity: Int = 1024) {
      let (entered, refused, notes) = (entered, refused, notes)
      let gateway = VenueGateway(venue: venue, gate: gate, reports: { [] }, enter: { entered.add("\($0)") })
      queue = QueuedGateway(
        gateway: gateway, capacity: capacity, refuse: { refused.add("\($0)") }, note: { notes.add($0) })
    }
    /// Waits, long beyond any reasonable time, until something holds.
    func until(_ condition: (SlowVenue.State) -> Bool) async -> Bool {
      for _ in 0..<2000 {
        if venue.state.withLock({ condition($0) }) { return true }
        try? await Task.sleep(for: .milliseconds(5))
      }
      return false
    }
  }

  private func id(_ sequence: UInt64) -> ClientOrderID { ClientOrderID(sequence: sequence, role: .entry) }
  private func order(_ sequence: UInt64) -> OutboundOrder {
    let request = OrderRequest(
      clientID: id(sequence), instrument: InstrumentID(index: 0), side: .buy, kind: .market, quantity: Quantity(raw: 1),
      isReduceOnly: false)
    return .approved(ApprovedOrder(request: request, collar: Price(raw: 1), stopDistance: nil))
  }

  @Test func cancelsGoOutWhileAnOrderWaitsForItsAnswer() async {
    let desk = Desk()
    let running = Task { await desk.queue.run() }
    await desk.queue.send(order(1))
    #expect(await desk.until { $0.submitted.count == 1 })
    for sequence in 100..<300 { await desk.queue.cancel(id(UInt64(sequence))) }
    #expect(await desk.until { $0.mostCancels == QueuedGateway.mostAtOnce }, "many at once, and no more")
    desk.venue.open()
    #expect(await desk.until { $0.cancelled.count == 200 })
    desk.queue.close()
    await running.value
    #expect(Set(desk.venue.state.withLock { $0.cancelled }).count == 200)
  }

  @Test func aCancelTakesAnOrderOutOfTheLine() async {
    let desk = Desk()
    await desk.queue.send(order(1))
    await desk.queue.send(order(2))
    await desk.queue.cancel(id(2))
    await desk.queue.cancel(id(2))
    await desk.queue.query(id(1))
    desk.venue.open()
    desk.queue.close()
    await desk.queue.run()
    #expect(desk.venue.state.withLock { $0.submitted } == [id(1)])
    #expect(desk.venue.state.withLock { $0.cancelled.isEmpty && $0.queried.isEmpty })
    // The engine hears that it never was at the venue.
    #expect(desk.entered.all.filter { $0.contains("orderAnswer") }.count == 1)
    #expect(desk.queue.counters.withdrawnOrders == 1)
  }

  private func pair(_ sequence: UInt64) throws -> OutboundOrder {
    let position = PositionView(side: .long, quantity: Quantity(raw: 1), totalCostQuote: .zero, entryTime: nil)
    func order(_ role: OrderRole, _ kind: OrderKind) throws -> ProtectiveOrder {
      try #require(
        ProtectiveOrder(
          sequence: sequence, role: role, instrument: InstrumentID(index: 0), position: position, kind: kind))
    }
    return .pair(
      try #require(
        ProtectivePair(
          limit: try order(.takeProfit, .limit(Price(raw: 2))),
          stop: try order(.protectiveStop, .stopMarket(trigger: Price(raw: 1))))))
  }

  /// One of a pair cancelled in the line: neither leaves, and the engine hears that of both.
  @Test func aCancelTakesAPairOutOfTheLineWhole() async throws {
    let desk = Desk()
    let (first, second) = (try pair(1), try pair(2))
    await desk.queue.send(first)
    await desk.queue.send(second)
    let ids = second.requests.map(\.clientID)
    await desk.queue.cancel(ids[1])
    await desk.queue.cancel(ids[0])
    for id in first.requests.map(\.clientID) { await desk.queue.query(id) }
    desk.venue.open()
    desk.queue.close()
    await desk.queue.run()
    #expect(desk.venue.state.withLock { $0.submitted } == [first.request.clientID])
    #expect(desk.venue.state.withLock { $0.cancelled.isEmpty && $0.queried.isEmpty })
    for id in ids { #expect(desk.entered.all.count { $0.contains("orderAnswer") && $0.contains("\(id)") } == 1) }
    // Both of the pair that left have the same outcome.
    #expect(desk.entered.all.filter { $0.contains("outcome") }.count == 2)
    #expect(desk.queue.counters.withdrawnOrders == 2)
  }

  @Test func bothCancelsOfAPairThatMayHaveOvertakenItAreRepeated() async throws {
    let desk = Desk()
    let order = try pair(1)
    let ids = order.requests.map(\.clientID)
    let running = Task { await desk.queue.run() }
    await desk.queue.send(order)
    #expect(await desk.until { $0.submitted.count == 1 })
    for id in ids { await desk.queue.cancel(id) }
    #expect(await desk.until { $0.cancelled.count == 2 })
    for id in ids { await desk.queue.query(id) }
    #expect(desk.venue.state.withLock { $0.queried.isEmpty }, "what is on its way is not asked about")
    desk.venue.open()
    #expect(await desk.until { $0.queried.count >= 2 || $0.cancelled.count == 4 })
    desk.queue.close()
    await running.value
    #expect(desk.queue.counters.repeatedCancels == 2)
  }

  @Test func aPairThatFindsTheLineFullIsRefusedWhole() async throws {
    let desk = Desk(capacity: 1)
    for sequence in 1...10 { await desk.queue.send(try pair(UInt64(sequence))) }
    let refused = desk.refused.all
    #expect(desk.queue.counters.refusedOrders == refused.count && refused.count == 12)
    desk.queue.close()
  }

  @Test func aCancelThatMayHaveOvertakenItsOrderIsRepeatedAndNotBelieved() async {
    let desk = Desk()
    let running = Task { await desk.queue.run() }
    await desk.queue.send(order(1))
    #expect(await desk.until { $0.submitted.count == 1 })
    await desk.queue.cancel(id(1))
    #expect(await desk.until { $0.cancelled.count == 1 })
    await desk.queue.query(id(1))
    #expect(desk.venue.state.withLock { $0.queried.isEmpty }, "what is on its way is not asked about")
    desk.venue.open()
    #expect(await desk.until { !$0.queried.isEmpty || $0.cancelled.count == 2 })
    desk.queue.close()
    await running.value
    #expect(desk.queue.counters.repeatedCancels == 1)
  }

  @Test func aFullLaneIsCountedLoggedAndOpenForAnotherTry() async {
    let desk = Desk(capacity: 1)
    for sequence in 1...10 { await desk.queue.send(order(UInt64(sequence))) }
    #expect(desk.refused.all.count == 6 && desk.queue.counters.refusedOrders == 6)
    for sequence in 100..<110 { await desk.queue.cancel(id(UInt64(sequence))) }
    #expect(desk.queue.counters.refusedCancels == 6)
    #expect(desk.notes.all.contains { $0.contains("cancels") } && desk.notes.all.contains { $0.contains("orders") })
    let running = Task { await desk.queue.run() }
    desk.venue.open()
    #expect(await desk.until { $0.cancelled.count == 4 })
    // As the engine does for what is unanswered.
    for sequence in 100..<110 { await desk.queue.cancel(id(UInt64(sequence))) }
    #expect(await desk.until { Set($0.cancelled).count > 4 })
    desk.queue.close()
    await running.value
    #expect(desk.venue.state.withLock { $0.submitted.count } == 4)
  }
}
