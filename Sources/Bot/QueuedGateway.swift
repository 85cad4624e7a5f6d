import Core
import Execution
import Synchronization

/// Carries orders off the engine's thread, so that a slow disk or venue never holds up the loop.
///
/// Orders and questions for the books go one after the other. Cancels and questions about single orders have a lane of
/// their own, many at once: a stop's cancels wait for nobody. A cancel of an order that has not been handed over takes it
/// out of the line. What finds its lane full is counted and logged; the engine asks again for everything that is owed.
package final class QueuedGateway: OrderGateway {
  private enum Errand: Sendable {
    case send(OutboundOrder)
    case books(after: UInt64)
  }
  private enum Urgent: Sendable {
    case cancel(ClientOrderID)
    case cancelAll
    case query(ClientOrderID)
  }

  /// Cancels and questions under way at once.
  package static let mostAtOnce = 64
  private let gateway: VenueGateway
  private let errands: Mailbox<Errand>
  private let urgent: Mailbox<Urgent>
  private let book = Mutex(ErrandBook())
  private let refuse: @Sendable (ClientOrderID) -> Void
  private let note: @Sendable (String) -> Void

  /// A queue in front of `gateway`; `refuse` is told of an order that found the queue full, and `note` gets a line for the
  /// log when a lane is full.
  package init(
    gateway: VenueGateway, capacity: Int = 1024, refuse: @escaping @Sendable (ClientOrderID) -> Void,
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.gateway = gateway
    errands = Mailbox(capacity: capacity) { _ in .keep }
    urgent = Mailbox(capacity: capacity) { _ in .keep }
    self.refuse = refuse
    self.note = note
  }

  /// What happened so far.
  package var counters: ErrandCounters { book.withLock { $0.counters } }

  package nonisolated(nonsending) func send(_ order: OutboundOrder) async {
    let ids = order.requests.map(\.clientID)
    book.withLock { $0.wait(ids) }
    guard !errands.send(.send(order)) else { return }
    tell(book.withLock { $0.refuseOrder(ids) }, "orders")
    for id in ids { refuse(id) }
  }

  package nonisolated(nonsending) func queryBooks(after tradeID: UInt64) async {
    if !errands.send(.books(after: tradeID)) {
      tell(book.withLock { $0.refuseQuestion(nil) }, "questions for the books")
    }
  }

  package nonisolated(nonsending) func cancel(_ id: ClientOrderID) async {
    switch book.withLock({ $0.cancel(id) }) {
    case .underWay: return
    case .withdrawn(let ids): for id in ids { gateway.neverLeft(id) }
    case .take:
      if !urgent.send(.cancel(id)) { tell(book.withLock { $0.refuseCancel(id) }, "cancels") }
    }
  }

  package nonisolated(nonsending) func cancelAll() async {
    // Nothing is lost when it finds no place: the single cancels stand behind it.
    urgent.send(.cancelAll)
  }

  package nonisolated(nonsending) func query(_ id: ClientOrderID) async {
    guard book.withLock({ $0.query(id) }) else { return }
    if !urgent.send(.query(id)) { tell(book.withLock { $0.refuseQuestion(id) }, "questions") }
  }

  /// A line at the first refusal and whenever their number has doubled.
  private func tell(_ count: Int, _ what: String) {
    guard count & (count - 1) == 0 else { return }
    note("the venue's queue takes no more \(what) (\(count) so far); they are asked for again")
  }

  /// Works until the queue is closed.
  package func run() async {
    async let orders: Void = carryErrands()
    await carryUrgent()
    await orders
  }

  private func carryErrands() async {
    while let errand = await errands.next() {
      switch errand {
      case .books(let tradeID): await gateway.queryBooks(after: tradeID)
      case .send(let order):
        guard book.withLock({ $0.begin(order.requests.map(\.clientID)) }) else { continue }
        await gateway.send(order)
        // A cancel that met nothing because it overtook its order is sent again at once.
        for id in book.withLock({ $0.finish() }) { await cancel(id) }
      }
    }
  }

  private func carryUrgent() async {
    await withTaskGroup(of: Void.self) { group in
      var underWay = 0
      while let errand = await urgent.next() {
        if underWay == Self.mostAtOnce {
          await group.next()
          underWay -= 1
        }
        group.addTask { await self.carry(errand) }
        underWay += 1
      }
    }
  }

  private func carry(_ errand: Urgent) async {
    switch errand {
    case .cancel(let id):
      await gateway.cancel(id, mayQuery: { book.withLock { !$0.isSending(id) } })
      book.withLock { $0.cancelled(id) }
    case .cancelAll: await gateway.cancelAll()
    case .query(let id):
      await gateway.query(id)
      book.withLock { $0.answered(id) }
    }
  }

  /// Takes no more errands.
  package func close() {
    errands.close()
    urgent.close()
  }
}
