import Core
import Exchange

extension ServedVenue {
  /// Hands over an order. Without a session it is `.unknown` too: whoever asks later learns that it never arrived.
  public func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome {
    var mayLeave = true
    let ending = await withCheckedContinuation { (continuation: CheckedContinuation<PendingRequests.Ending, Never>) in
      let end: (PendingRequests.Ending) -> Void = { continuation.resume(returning: $0) }
      // Behind bytes that the socket has not taken yet, the order would leave later than the gate was asked.
      guard output.isEmpty else { return end(.loss("the connection takes nothing at present")) }
      if !gate.pass(order, { send(request(of: order), end) }) {
        mayLeave = false
        end(.loss("a stop holds"))
      }
      // What is left of it must not follow later: a line cut in two is no order.
      if !output.isEmpty { lose("the connection takes nothing") }
    }
    guard mayLeave else { return .rejected(.stopLatch) }
    switch ending {
    case .answer(.placed): return .accepted
    case .answer(.refused(let reason)): return .rejected(reason)
    case .answer(.fault(let fault)) where fault.code.isRefusal: return .rejected(.invalid)
    case .answer(.fault(let fault)): return .unknown(cause: fault.description)
    case .answer: return .unknown(cause: "an answer of another kind")
    case .loss(let cause): return .unknown(cause: cause)
    }
  }

  private func request(of order: OutboundOrder) -> WireRequest {
    guard case .pair(let pair) = order else { return .submit(order.request) }
    return .submitPair(pair.limit.request, pair.stop.request)
  }

  /// What the exchange says that it can; an exchange of before there was the question says that it does not know it.
  public func capabilities() async throws -> VenueCapabilities {
    switch await ending(of: .capabilities) {
    case .answer(.capabilities(let hasPairs)): return VenueCapabilities(hasPairs: hasPairs)
    case .answer(.fault(let fault)) where fault.code == .invalid || fault.code == .unsupported:
      return VenueCapabilities()
    case .answer(.fault(let fault)): throw VenueError(cause: fault.description)
    case .answer: throw VenueError(cause: "an answer of another kind")
    case .loss(let cause): throw VenueError(cause: cause)
    }
  }

  /// Asks to end an order.
  public func cancel(_ id: ClientOrderID) async -> CancelOutcome {
    switch await ending(of: .cancel(id)) {
    case .answer(.cancelled): return .cancelled
    case .answer(.notOpen): return .notOpen
    case .answer(.fault(let fault)): return .unknown(cause: fault.description)
    case .answer: return .unknown(cause: "an answer of another kind")
    case .loss(let cause): return .unknown(cause: cause)
    }
  }

  /// Ends every order of the account.
  public func cancelAll() async -> CancelOutcome? {
    switch await ending(of: .cancelAll) {
    case .answer(.cancelledAll): return .cancelled
    case .answer(.fault(let fault)): return .unknown(cause: fault.description)
    case .answer: return .unknown(cause: "an answer of another kind")
    case .loss(let cause): return .unknown(cause: cause)
    }
  }

  /// The order; nil only when the exchange does not have it and never will: whatever this client sent before is either
  /// worked off, for the exchange answers in order, or was on a session that the hello of this one has ended for good.
  public func order(_ id: ClientOrderID) async throws -> OrderSnapshot? {
    guard case .order(let snapshot) = try await ask(.order(id)) else {
      throw VenueError(cause: "an answer of another kind")
    }
    if let snapshot, snapshot.request.clientID != id { throw VenueError(cause: "an answer about another order") }
    return snapshot
  }

  /// All resting orders.
  public func openOrders() async throws -> [OrderSnapshot] {
    guard case .openOrders(let orders) = try await ask(.openOrders) else {
      throw VenueError(cause: "an answer of another kind")
    }
    return orders
  }

  /// All fills with ids above `tradeID`, oldest first.
  public func fills(after tradeID: UInt64) async throws -> [Fill] {
    var found: [Fill] = []
    while true {
      guard case .fills(let page, let isComplete) = try await ask(.fills(after: found.last?.tradeID ?? tradeID)) else {
        throw VenueError(cause: "an answer of another kind")
      }
      // A page that does not go on would never end.
      guard page.allSatisfy({ $0.tradeID > found.last?.tradeID ?? tradeID }), isComplete || !page.isEmpty else {
        throw VenueError(cause: "fills that do not follow one another")
      }
      found += page
      if isComplete { return found }
    }
  }

  /// Cash and positions.
  public func account() async throws -> AccountSnapshot {
    guard case .account(let account) = try await ask(.account) else {
      throw VenueError(cause: "an answer of another kind")
    }
    return account
  }

  /// The answer to a request. Throws `VenueError` for faults and losses.
  func ask(_ request: WireRequest) async throws -> WireAnswer {
    switch await ending(of: request) {
    case .answer(.fault(let fault)): throw VenueError(cause: fault.description)
    case .answer(let answer): return answer
    case .loss(let cause): throw VenueError(cause: cause)
    }
  }

  private func ending(of request: WireRequest) async -> PendingRequests.Ending {
    await withCheckedContinuation { continuation in
      send(request) { continuation.resume(returning: $0) }
    }
  }

  /// Sends a request if a session stands; `end` is told how it ended, once.
  func send(_ request: WireRequest, _ end: @escaping (PendingRequests.Ending) -> Void) {
    guard isConnected else { return end(.loss("not connected")) }
    guard pending.count < limits.waitingRequests else { return end(.loss("too much waits for an answer")) }
    sendNow(request, end)
  }

  /// The same, also for the hello.
  func sendNow(_ request: WireRequest, _ end: @escaping (PendingRequests.Ending) -> Void) {
    counters.requests += 1
    let deadline = time.monotonicNanoseconds &+ UInt64(limits.answerMillis) * 1_000_000
    let id = pending.add(deadline: deadline, end)
    output += codec.encode(request, id: id)
    flush()
  }
}
