import Core

extension ExecutionStage {
  /// The last gate before the wire. `lastPrice` is the newest price of the order's instrument.
  ///
  /// Active: decisions within their collar, and protective orders. Reducing: no entries. Halted: only flattening orders
  /// and protective stops that the stop in force has made itself.
  public func isSendAllowed(_ order: OutboundOrder, tradingState: TradingState, lastPrice: Price?) -> Bool {
    let id = order.request.clientID
    switch order {
    case .approved(let approved):
      if tradingState == .halted || (state.plan.map { $0.level > .reduce } ?? false) { return false }
      if id.role == .entry && (tradingState != .active || state.plan != nil) { return false }
      return isWithinCollar(approved, lastPrice)
    case .pair:
      // Closing orders alone are a stop's own, and no pair is one.
      return tradingState != .halted && !(state.plan.map { $0.level > .reduce } ?? false)
    case .protective:
      guard tradingState == .halted || (state.plan.map { $0.level > .reduce } ?? false) else { return true }
      guard let plan = state.plan, plan.level == .flatten, id.sequence == plan.sequence else { return false }
      return id.role == .flatten || id.role == .protectiveStop
    }
  }

  private func isWithinCollar(_ order: ApprovedOrder, _ lastPrice: Price?) -> Bool {
    let isBuy = order.request.side == .buy
    let price: Price
    switch order.request.kind {
    case .limit(let limit): price = limit
    case .stopMarket(let trigger): price = trigger
    case .market:
      guard let lastPrice else { return false }
      price = lastPrice
    }
    return isBuy ? price <= order.collar : price >= order.collar
  }

  /// Asks the last gate for an order whose intent is durable. True: send it, now, once; of a pair both leave. False: it
  /// never leaves; the effects close it.
  public mutating func release(
    _ order: OutboundOrder, tradingState: TradingState, lastPrice: Price?, at time: Timestamp
  ) -> (isReleased: Bool, effects: [ExecutionEffect]) {
    var effects: [ExecutionEffect] = []
    let requests = order.requests
    let isWhole = requests.allSatisfy { request in
      index(of: request.clientID).map { state.orders[$0].request == request && state.orders[$0].state == .intended }
        ?? false
    }
    if isWhole, isSendAllowed(order, tradingState: tradingState, lastPrice: lastPrice) {
      for request in requests { move(index(of: request.clientID)!, to: .submitted, &effects) }
      return (true, effects)
    }
    state.counters.gateRefusals += 1
    var isKnown = false
    for request in requests { isKnown = holdBack(request, tradingState, &effects) || isKnown }
    if isKnown { protect(order.request.instrument, at: time, &effects) }
    return (false, effects)
  }

  /// Closes an order that does not leave; false, and said, where there is none such.
  private mutating func holdBack(
    _ request: OrderRequest, _ tradingState: TradingState, _ effects: inout [ExecutionEffect]
  ) -> Bool {
    let id = request.clientID
    guard let index = index(of: id), state.orders[index].request == request else {
      effects.append(.alert("order \(id) held back: it is not open, or not as journalled"))
      return false
    }
    switch state.orders[index].state {
    case .intended:
      effects.append(.alert("order \(id) held back at the last gate (trading state \(tradingState.rawValue))"))
      move(index, to: .rejected, &effects)
    case .pendingCancel where !state.orders[index].isAcknowledged:
      // A stop came between intent and wire.
      move(index, to: .cancelled, &effects)
    default: effects.append(.alert("order \(id) held back: it was sent before"))
    }
    return true
  }
}
