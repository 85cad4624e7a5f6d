import Core
import Exchange

/// A failure to be played once, by the next submission.
public enum PaperFault: Hashable, Sendable {
  /// The order arrives, its acknowledgement does not.
  case loseAcknowledgement
  /// The order does not arrive, and nobody says so.
  case loseOrder
}

/// The paper exchange as a venue: what it has acknowledged or reported, the ledger has.
///
/// When the ledger cannot be written, submissions answer `.unknown`, queries throw, and reports of fills wait until it
/// can; nothing is accepted silently.
public actor PaperVenue: Venue {
  private let executor: any SerialExecutor
  /// Runs on the executor given at construction.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private var exchange: PaperExchange
  private let ledger: PaperLedger?
  private var waiting: [ExecutionReport] = []
  private var unsaved: [ExecutionReport] = []
  private var faults: [PaperFault] = []
  /// Failed writes of the ledger.
  public private(set) var ledgerFailures = 0
  /// Reports that may wait to be taken before new orders are refused.
  private static let waitingCapacity = 4096

  /// A venue over an exchange; with a ledger, `exchange` must come from its `restore`.
  public init(executor: any SerialExecutor, exchange: PaperExchange, ledger: sending PaperLedger?) {
    self.executor = executor
    self.exchange = exchange
    self.ledger = ledger
  }

  /// Brings a bar to the market; the reports that the ledger has, in order.
  public func advance(_ bar: Bar) -> [ExecutionReport] {
    let reports = exchange.advance(bar)
    if reports.isEmpty && unsaved.isEmpty { return [] }
    unsaved += reports
    guard save() == nil else { return [] }
    defer { unsaved.removeAll() }
    return unsaved
  }

  /// Reports of acceptances and cancels since the last call, in order.
  public func takeReports() -> [ExecutionReport] {
    defer { waiting.removeAll(keepingCapacity: true) }
    return waiting
  }

  /// Accepts an order once the ledger has it, or refuses it. Being taken on by this actor is the hand-over: the ledger's
  /// write must not hold up a stop.
  public func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome {
    guard gate.pass(order, {}) else { return .rejected(.stopLatch) }
    let fault = faults.isEmpty ? nil : faults.removeFirst()
    if fault == .loseOrder { return .unknown(cause: "order lost on the way") }
    let outcome = place(order)
    return fault == .loseAcknowledgement ? .unknown(cause: "acknowledgement lost") : outcome
  }

  /// The paper exchange takes pairs.
  public func capabilities() async throws -> VenueCapabilities { VenueCapabilities(hasPairs: true) }

  private func place(_ outbound: OutboundOrder) -> SubmitOutcome {
    if let failure = settle() { return .unknown(cause: failure) }
    guard waiting.count < Self.waitingCapacity else { return .rejected(.invalid) }
    do {
      let orders = try check(outbound)
      if let ledger {
        for order in orders where try ledger.contains(order.request.clientID) { return .rejected(.duplicateClientID) }
        if ledger.durability == .full {
          var next = exchange
          Self.insert(orders, &next)
          try ledger.flush(next)
          exchange = next
        } else {
          Self.insert(orders, &exchange)
          try ledger.save(exchange)
        }
      } else {
        Self.insert(orders, &exchange)
      }
      waiting += orders.map { .accepted($0.request.clientID, at: $0.acceptedAt) }
      return .accepted
    } catch let refusal as PaperExchange.Refusal {
      return .rejected(refusal.reason)
    } catch {
      ledgerFailures += 1
      return .unknown(cause: "ledger: \(error)")
    }
  }

  /// What the exchange would put into its book: one order, or the two of a pair. Throws `PaperExchange.Refusal`.
  private func check(_ outbound: OutboundOrder) throws -> [PaperOrder] {
    guard case .pair(let pair) = outbound else {
      return [try exchange.check(outbound.request, at: exchange.clock).get()]
    }
    return try exchange.checkPair(limit: pair.limit.request, stop: pair.stop.request, at: exchange.clock).get()
  }

  private static func insert(_ orders: [PaperOrder], _ exchange: inout PaperExchange) {
    if orders.count == 2 { exchange.insertPair(orders) } else { exchange.insert(orders[0]) }
  }

  /// Ends a resting order, and the other of its pair; reports follow as well.
  public func cancel(_ id: ClientOrderID) async -> CancelOutcome {
    if let failure = settle() { return .unknown(cause: failure) }
    let reports = exchange.cancel(id, at: exchange.clock)
    guard !reports.isEmpty else { return .notOpen }
    unsaved += reports
    if let failure = settle() { return .unknown(cause: failure) }
    return .cancelled
  }

  /// The order, from memory or the ledger. Throws `VenueError` while the ledger cannot be written.
  public func order(_ id: ClientOrderID) async throws -> OrderSnapshot? {
    try requireSettled()
    if let order = exchange.order(id) { return order }
    return try ledger?.order(id, instruments: exchange.instruments)
  }

  /// Resting orders, in order of acceptance. Throws `VenueError` while the ledger cannot be written.
  public func openOrders() async throws -> [OrderSnapshot] {
    try requireSettled()
    return exchange.openOrders
  }

  /// Fills with ids above `tradeID`. Throws `VenueError` while the ledger cannot be written, or without a ledger when
  /// memory has let some of them go.
  public func fills(after tradeID: UInt64) async throws -> [Fill] {
    try requireSettled()
    if exchange.hasAllFills(after: tradeID) { return exchange.fills(after: tradeID) }
    guard let ledger else { throw VenueError(cause: "fills after \(tradeID) are no longer in memory") }
    try ledger.flush(exchange)
    return try ledger.fills(after: tradeID, limit: .max, instruments: exchange.instruments)
  }

  /// Cash and positions. Throws `VenueError` while the ledger cannot be written.
  public func account() async throws -> AccountSnapshot {
    try requireSettled()
    return exchange.account
  }

  /// Plays a failure with the next submission that has none yet.
  public func inject(_ fault: PaperFault) { faults.append(fault) }

  /// Writes everything and closes the ledger. Nothing may be asked afterwards.
  public func close() throws { try ledger?.close(exchange) }

  /// Why the ledger could not be written; nil when it could.
  private func save() -> String? {
    guard let ledger else { return nil }
    do {
      try ledger.save(exchange)
      return nil
    } catch {
      ledgerFailures += 1
      return "ledger: \(error)"
    }
  }

  /// Tries to write what an earlier call could not; on success its reports can be taken.
  private func settle() -> String? {
    guard !unsaved.isEmpty else { return nil }
    if let failure = save() { return failure }
    waiting += unsaved
    unsaved.removeAll()
    return nil
  }

  private func requireSettled() throws {
    if let failure = settle() { throw VenueError(cause: failure) }
  }
}
