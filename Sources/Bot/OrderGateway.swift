import Core
import Execution

/// Takes intents from the engine to the venue. What comes of them enters the engine as inputs of their own.
///
/// Its functions stay on the caller's thread: a hop to another and back would cost more than all the rest of a bar.
package protocol OrderGateway: Sendable {
  /// Sends an order whose intent is durable.
  nonisolated(nonsending) func send(_ order: OutboundOrder) async
  /// Asks for an order's end.
  nonisolated(nonsending) func cancel(_ id: ClientOrderID) async
  /// Asks for the end of every order at once, where the venue can do that.
  nonisolated(nonsending) func cancelAll() async
  /// Asks what the venue knows of an order.
  nonisolated(nonsending) func query(_ id: ClientOrderID) async
  /// Asks for the venue's books, with executions after `tradeID`.
  nonisolated(nonsending) func queryBooks(after tradeID: UInt64) async
}

extension OrderGateway {
  /// Nothing: orders are cancelled one by one.
  package nonisolated(nonsending) func cancelAll() async {}
}

/// No venue: a verification takes outcomes from the journal instead.
package struct NoGateway: OrderGateway {
  /// A gateway that leads nowhere.
  package init() {}
  package nonisolated(nonsending) func send(_ order: OutboundOrder) async {}
  package nonisolated(nonsending) func cancel(_ id: ClientOrderID) async {}
  package nonisolated(nonsending) func query(_ id: ClientOrderID) async {}
  package nonisolated(nonsending) func queryBooks(after tradeID: UInt64) async {}
}

/// Talks to a venue and turns answers into inputs.
package struct VenueGateway: OrderGateway {
  private let venue: any Venue
  private let gate: any LastGate
  private let enter: @Sendable (Ingress) -> Void
  private let reports: nonisolated(nonsending) @Sendable () async -> [ExecutionReport]

  /// A gateway to `venue`; `reports` hands over what the venue has to tell.
  package init(
    venue: any Venue, gate: any LastGate,
    reports: nonisolated(nonsending) @escaping @Sendable () async -> [ExecutionReport],
    enter: @escaping @Sendable (Ingress) -> Void
  ) {
    self.venue = venue
    self.gate = gate
    self.reports = reports
    self.enter = enter
  }

  package nonisolated(nonsending) func send(_ order: OutboundOrder) async {
    // The venue asks the gate where it hands the order over: a look before the hop to it would be too early.
    let outcome = await venue.submit(order, through: gate)
    for request in order.requests { enter(.outcome(request.clientID, outcome)) }
    await drain()
  }

  package nonisolated(nonsending) func cancel(_ id: ClientOrderID) async { await cancel(id, mayQuery: { true }) }

  /// The same; `mayQuery` is asked before a question about an order that is not open: one that is still on its way would
  /// be taken for one that never was.
  nonisolated(nonsending) func cancel(_ id: ClientOrderID, mayQuery: () -> Bool) async {
    switch await venue.cancel(id) {
    // The venue's report says the rest.
    case .cancelled, .pending: await drain()
    // Probably filled: only the venue's word on the order tells.
    case .notOpen:
      await drain()
      if mayQuery() { await query(id) }
    case .unknown: await drain()
    }
  }

  package nonisolated(nonsending) func cancelAll() async { if await venue.cancelAll() != nil { await drain() } }

  package nonisolated(nonsending) func query(_ id: ClientOrderID) async {
    // A question that failed taught nothing; it is asked again.
    do { enter(.orderAnswer(OrderAnswer(id: id, snapshot: try await venue.order(id)))) } catch {}
  }

  package nonisolated(nonsending) func queryBooks(after tradeID: UInt64) async {
    if let state = try? await VenueState(of: venue, after: tradeID) { enter(.venueState(state)) }
  }

  /// An order that was withdrawn before it was handed over: no venue can know it.
  func neverLeft(_ id: ClientOrderID) { enter(.orderAnswer(OrderAnswer(id: id, snapshot: nil))) }

  private nonisolated(nonsending) func drain() async { for report in await reports() { enter(.report(report)) } }
}

extension VenueState {
  /// The venue's books now, with executions after `tradeID`. Throws what the venue throws.
  package init(of venue: any Venue, after tradeID: UInt64) async throws {
    let account = try await venue.account()
    let orders = try await venue.openOrders()
    self.init(account: account, openOrders: orders, fills: try await venue.fills(after: tradeID))
  }
}
