import Control
import Core
import Execution

/// Takes intents from the engine to the venue. What comes of them enters the engine as inputs of their own.
package protocol OrderGateway: Sendable {
  /// Sends an order whose intent is durable.
  func send(_ order: OutboundOrder) async
  /// Asks for an order's end.
  func cancel(_ id: ClientOrderID) async
  /// Asks what the venue knows of an order.
  func query(_ id: ClientOrderID) async
  /// Asks for the venue's books, with executions after `tradeID`.
  func queryBooks(after tradeID: UInt64) async
}

/// No venue: a verification takes outcomes from the journal instead.
package struct NoGateway: OrderGateway {
  /// A gateway that leads nowhere.
  package init() {}
  package func send(_ order: OutboundOrder) async {}
  package func cancel(_ id: ClientOrderID) async {}
  package func query(_ id: ClientOrderID) async {}
  package func queryBooks(after tradeID: UInt64) async {}
}

/// Talks to a venue and turns answers into inputs.
package struct VenueGateway: OrderGateway {
  private let venue: any Venue
  private let gate: StopGate
  private let enter: @Sendable (Ingress) -> Void
  private let reports: @Sendable () async -> [ExecutionReport]

  /// A gateway to `venue`; `reports` hands over what the venue has to tell.
  package init(
    venue: any Venue, gate: StopGate, reports: @escaping @Sendable () async -> [ExecutionReport],
    enter: @escaping @Sendable (Ingress) -> Void
  ) {
    self.venue = venue
    self.gate = gate
    self.reports = reports
    self.enter = enter
  }

  package func send(_ order: OutboundOrder) async {
    let id = order.request.clientID
    // Nothing may come between this look and the send: it is the last gate before the wire.
    guard gate.allows(order.request) else { return enter(.outcome(id, .rejected(.stopLatch))) }
    enter(.outcome(id, await venue.submit(order)))
    await drain()
  }

  package func cancel(_ id: ClientOrderID) async {
    switch await venue.cancel(id) {
    // The venue's report says the rest.
    case .cancelled, .pending: await drain()
    // Probably filled: only the venue's word on the order tells.
    case .notOpen:
      await drain()
      await query(id)
    case .unknown: await drain()
    }
  }

  package func query(_ id: ClientOrderID) async {
    // A question that failed taught nothing; it is asked again.
    do { enter(.orderAnswer(OrderAnswer(id: id, snapshot: try await venue.order(id)))) } catch {}
  }

  package func queryBooks(after tradeID: UInt64) async {
    if let state = try? await VenueState(of: venue, after: tradeID) { enter(.venueState(state)) }
  }

  private func drain() async { for report in await reports() { enter(.report(report)) } }
}

extension VenueState {
  /// The venue's books now, with executions after `tradeID`. Throws what the venue throws.
  package init(of venue: any Venue, after tradeID: UInt64) async throws {
    let account = try await venue.account()
    let orders = try await venue.openOrders()
    self.init(account: account, openOrders: orders, fills: try await venue.fills(after: tradeID))
  }
}

/// Carries orders off the engine's thread, one after the other, so that a slow disk or venue never holds up the loop.
package final class QueuedGateway: OrderGateway {
  private enum Errand: Sendable {
    case send(OutboundOrder)
    case cancel(ClientOrderID)
    case query(ClientOrderID)
    case books(after: UInt64)
  }

  private let gateway: VenueGateway
  private let errands = Mailbox<Errand>(capacity: 1024) { _ in .keep }
  private let refuse: @Sendable (ClientOrderID) -> Void

  /// A queue in front of `gateway`; `refuse` is told of an order that found the queue full.
  package init(gateway: VenueGateway, refuse: @escaping @Sendable (ClientOrderID) -> Void) {
    self.gateway = gateway
    self.refuse = refuse
  }

  package func send(_ order: OutboundOrder) async {
    if !errands.send(.send(order)) { refuse(order.request.clientID) }
  }
  package func queryBooks(after tradeID: UInt64) async { errands.send(.books(after: tradeID)) }
  package func cancel(_ id: ClientOrderID) async { errands.send(.cancel(id)) }
  package func query(_ id: ClientOrderID) async { errands.send(.query(id)) }

  /// Works until the queue is closed.
  package func run() async {
    while let errand = await errands.next() {
      switch errand {
      case .send(let order): await gateway.send(order)
      case .books(let tradeID): await gateway.queryBooks(after: tradeID)
      case .cancel(let id): await gateway.cancel(id)
      case .query(let id): await gateway.query(id)
      }
    }
  }

  /// Takes no more errands.
  package func close() { errands.close() }
}
