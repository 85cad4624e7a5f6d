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

  /// Asks the last gate for an order whose intent is durable. True: send it, now, once. False: it never leaves; the
  /// effects close it.
  public mutating func release(
    _ order: OutboundOrder, tradingState: TradingState, lastPrice: Price?, at time: Timestamp
  ) -> (isReleased: Bool, effects: [ExecutionEffect]) {
    if case .pair(let pair) = order {
      let isAllowed = isSendAllowed(order, tradingState: tradingState, lastPrice: lastPrice)
      return release(pair: pair, isAllowed: isAllowed, tradingState: tradingState, at: time)
    }
    var effects: [ExecutionEffect] = []
    let id = order.request.clientID
    guard let index = index(of: id), state.orders[index].request == order.request else {
      state.counters.gateRefusals += 1
      return (false, [.alert("order \(id) held back: it is not open, or not as journalled")])
    }
    switch state.orders[index].state {
    case .intended where isSendAllowed(order, tradingState: tradingState, lastPrice: lastPrice):
      move(index, to: .submitted, &effects)
      return (true, effects)
    case .intended:
      state.counters.gateRefusals += 1
      effects.append(.alert("order \(id) held back at the last gate (trading state \(tradingState.rawValue))"))
      move(index, to: .rejected, &effects)
    case .pendingCancel where !state.orders[index].isAcknowledged:
      // A stop came between intent and wire.
      state.counters.gateRefusals += 1
      move(index, to: .cancelled, &effects)
    default:
      state.counters.gateRefusals += 1
      effects.append(.alert("order \(id) held back: it was sent before"))
    }
    protect(order.request.instrument, at: time, &effects)
    return (false, effects)
  }
}
