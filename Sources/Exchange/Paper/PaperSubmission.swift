import Core

extension PaperExchange {
  /// Takes an order or refuses it; one report either way. A refused order leaves no trace.
  public mutating func submit(_ request: OrderRequest, at time: Timestamp) -> [ExecutionReport] {
    switch check(request, at: time) {
    case .failure(let refusal): return [.rejected(request.clientID, refusal.reason, at: time)]
    case .success(let order):
      insert(order)
      return [.accepted(request.clientID, at: time)]
    }
  }

  /// Takes a pair of which one ends the other, or refuses both: a limit that only makes, and a stop on the other side of
  /// the market. Two reports, the limit's first.
  public mutating func submitPair(
    limit: OrderRequest, stop: OrderRequest, at time: Timestamp
  ) -> [ExecutionReport] {
    switch checkPair(limit: limit, stop: stop, at: time) {
    case .failure(let refusal):
      return [limit, stop].map { .rejected($0.clientID, refusal.reason, at: time) }
    case .success(let pair):
      insertPair(pair)
      return [limit, stop].map { .accepted($0.clientID, at: time) }
    }
  }

  /// Why an order was refused.
  package struct Refusal: Error, Hashable {
    /// In the neutral vocabulary.
    package let reason: RejectReason
    /// As the engine says it, with the venue's code.
    package let cause: EngineRefusal

    init(_ cause: EngineRefusal) {
      self.cause = cause
      reason = cause.reason
    }
  }

  /// The order that `submit` would put into the book. Changes nothing.
  package func check(_ request: OrderRequest, at time: Timestamp) -> Result<PaperOrder, Refusal> {
    do throws(EngineRefusal) {
      try checkName(request)
      let claim = try engine.claim(of: EngineOrder(request), at: time)
      return .success(
        PaperOrder(number: memory.nextOrderNumber, request: request, acceptedAt: time, claim: claim))
    } catch {
      return .failure(Refusal(error))
    }
  }

  /// The two orders that `submitPair` would put into the book, the limit first. Changes nothing.
  package func checkPair(
    limit: OrderRequest, stop: OrderRequest, at time: Timestamp
  ) -> Result<[PaperOrder], Refusal> {
    do throws(EngineRefusal) {
      try checkName(limit)
      try checkName(stop)
      let claims = try engine.pairClaims(EngineOrder(limit, isPostOnly: true), EngineOrder(stop), at: time)
      return .success([
        PaperOrder(
          number: memory.nextOrderNumber, request: limit, acceptedAt: time, claim: claims.limit, pair: stop.clientID,
          isPostOnly: true),
        PaperOrder(
          number: memory.nextOrderNumber + 1, request: stop, acceptedAt: time, claim: claims.stop,
          pair: limit.clientID),
      ])
    } catch {
      return .failure(Refusal(error))
    }
  }

  /// The strict rule of names: one that was ever used on the instrument is refused, not only one of an open order.
  private func checkName(_ request: OrderRequest) throws(EngineRefusal) {
    guard Int(request.instrument.index) < instruments.count else { throw .unknownInstrument }
    guard request.quantity.isPositive else { throw .invalid }
    guard memory.open.count < limits.openOrders else { throw .engineFull }
    guard !memory.usedIDs.contains(request.clientID, of: request.instrument) else { throw .duplicateClientKey }
  }

  /// Puts a checked order into the book.
  package mutating func insert(_ order: PaperOrder) {
    memory.add(order)
    let slot = engine.place(order.node)
    var events: [EngineEvent] = []
    engine.start(slot, order.acceptedAt, &events)
  }

  /// Puts the two orders of a checked pair into the book.
  package mutating func insertPair(_ pair: [PaperOrder]) {
    precondition(pair.count == 2)
    for order in pair { memory.add(order) }
    let slots = pair.map { engine.place($0.node) }
    engine.slab[slots[0]].partner = slots[1]
    engine.slab[slots[1]].partner = slots[0]
    var events: [EngineEvent] = []
    for slot in slots { engine.start(slot, pair[0].acceptedAt, &events) }
  }

  /// Follows what the engine did; the reports of it.
  mutating func follow(_ events: [EngineEvent], changedAt time: Timestamp) -> [ExecutionReport] {
    memory.deadline = engine.deadline(of: Self.account)
    if events.isEmpty { return [] }
    memory.clock = max(memory.clock, time)
    let reports = memory.follow(events)
    for place in memory.open.indices {
      let slot = engine.index.find(0, ClientKey(memory.open[place].request.clientID), engine.slab)
      guard slot >= 0 else { continue }
      let node = engine.slab[slot]
      let claim = OrderClaim(
        price: node.claimPrice, opening: node.opening, quote: node.claimQuote, base: node.claimBase)
      if claim != memory.open[place].claim { memory.open[place].claim = claim }
    }
    return reports
  }
}
