import Core

/// The account behind a served exchange: engine, ledger and numbered reports. No sockets and no clock.
///
/// What it answers or reports, the ledger has. While the ledger cannot be written nothing is accepted, and reports wait.
package final class ExchangeDesk {
  /// What is traded.
  package let instruments: InstrumentTable
  private var exchange: PaperExchange
  private let ledger: PaperLedger
  /// Reports that the ledger does not have yet.
  private var unsaved: [ExecutionReport] = []
  /// Reports to be sent, with their numbers.
  private var outbox: [(sequence: UInt64, report: ExecutionReport)] = []
  /// Number of the newest report since the start.
  package private(set) var reportSequence: UInt64 = 0
  /// Failed writes of the ledger.
  package private(set) var ledgerFailures = 0
  /// When every order ends unless somebody asks otherwise, on the monotonic clock; nil: never.
  package private(set) var deadManNanoseconds: UInt64?
  /// How often that happened.
  package private(set) var deadManFirings = 0

  /// A desk over the account that a ledger holds; `exchange` must come from its `restore`.
  package init(exchange: PaperExchange, ledger: PaperLedger) {
    self.exchange = exchange
    self.ledger = ledger
    instruments = exchange.instruments
  }

  /// Brings a bar to the market.
  package func advance(_ bar: Bar) {
    unsaved += exchange.advance(bar)
    _ = settle()
  }

  /// Carries out a request about orders or the account. Others are answered by the server. `nanoseconds` is the moment
  /// on the monotonic clock.
  package func answer(_ request: WireRequest, at nanoseconds: UInt64) -> WireAnswer {
    if let fault = settle() { return .fault(fault) }
    switch request {
    case .submit(let order): return place(order)
    case .submitPair(let limit, let stop): return placePair(limit: limit, stop: stop)
    case .cancel(let id): return cancel(id)
    case .cancelAll: return cancelAll()
    case .cancelAllAfter(let millis):
      deadManNanoseconds = millis == 0 ? nil : nanoseconds &+ UInt64(millis) * 1_000_000
      return .armed(millis: millis)
    case .order(let id): return order(id)
    case .openOrders: return .openOrders(exchange.openOrders)
    case .fills(let tradeID): return fills(after: tradeID)
    case .account: return .account(exchange.account)
    default: return .fault(WireFault(.unsupported, request.name))
    }
  }

  /// Ends every order when the time that a client set has passed without word of it.
  package func tick(at nanoseconds: UInt64) {
    guard let due = deadManNanoseconds, nanoseconds >= due else { return }
    if case .cancelledAll = cancelAll() {
      deadManNanoseconds = nil
      deadManFirings += 1
    }
  }

  /// Hands over the reports to be sent.
  package func takeReports() -> [(sequence: UInt64, report: ExecutionReport)] {
    defer { outbox.removeAll(keepingCapacity: true) }
    return outbox
  }

  /// Writes everything and closes the ledger. Nothing may be asked afterwards.
  package func close() throws { try ledger.close(exchange) }

  private func place(_ request: OrderRequest) -> WireAnswer {
    do {
      let order = try exchange.check(request, at: exchange.clock).get()
      guard try !ledger.contains(request.clientID) else { return .refused(.duplicateClientID) }
      var next = exchange
      next.insert(order)
      try ledger.flush(next)
      exchange = next
      publish([.accepted(request.clientID, at: order.acceptedAt)])
      return .placed
    } catch let refusal as PaperExchange.Refusal {
      return .refused(refusal.reason)
    } catch { return .fault(failed(error)) }
  }

  private func placePair(limit: OrderRequest, stop: OrderRequest) -> WireAnswer {
    do {
      let pair = try exchange.checkPair(limit: limit, stop: stop, at: exchange.clock).get()
      for order in [limit, stop] where try ledger.contains(order.clientID) { return .refused(.duplicateClientID) }
      var next = exchange
      next.insertPair(pair)
      try ledger.flush(next)
      exchange = next
      publish(pair.map { .accepted($0.request.clientID, at: $0.acceptedAt) })
      return .placed
    } catch let refusal as PaperExchange.Refusal {
      return .refused(refusal.reason)
    } catch { return .fault(failed(error)) }
  }

  private func cancel(_ id: ClientOrderID) -> WireAnswer {
    let reports = exchange.cancel(id, at: exchange.clock)
    guard !reports.isEmpty else { return .notOpen }
    unsaved += reports
    return settle().map { .fault($0) } ?? .cancelled
  }

  private func cancelAll() -> WireAnswer {
    let ids = exchange.openOrders.map(\.request.clientID)
    for id in ids { unsaved += exchange.cancel(id, at: exchange.clock) }
    return settle().map { .fault($0) } ?? .cancelledAll(ids.count)
  }

  private func order(_ id: ClientOrderID) -> WireAnswer {
    if let order = exchange.order(id) { return .order(order) }
    do { return .order(try ledger.order(id, instruments: instruments)) } catch { return .fault(failed(error)) }
  }

  private func fills(after tradeID: UInt64) -> WireAnswer {
    let limit = WireLimits.fillsInAnswer
    if exchange.hasAllFills(after: tradeID) {
      let found = exchange.fills(after: tradeID)
      return .fills(Array(found.prefix(limit)), isComplete: found.count <= limit)
    }
    do {
      let found = try ledger.fills(after: tradeID, limit: limit + 1, instruments: instruments)
      return .fills(Array(found.prefix(limit)), isComplete: found.count <= limit)
    } catch { return .fault(failed(error)) }
  }

  private func publish(_ reports: [ExecutionReport]) {
    for report in reports {
      reportSequence += 1
      outbox.append((reportSequence, report))
    }
  }

  /// Writes what the ledger does not have yet; nil: it has everything, and the reports of it are out.
  private func settle() -> WireFault? {
    guard !unsaved.isEmpty else { return nil }
    do { try ledger.flush(exchange) } catch { return failed(error) }
    publish(unsaved)
    unsaved.removeAll()
    return nil
  }

  private func failed(_ error: any Error) -> WireFault {
    ledgerFailures += 1
    return WireFault(.unavailable, "ledger: \(error)")
  }
}
