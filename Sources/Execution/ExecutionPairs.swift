import Core

// Stop and take-profit order as one request, of which the venue ends one when the other trades. The two are orders of
// their own all the same, each with its id, its states and its cancel: nothing is taken for granted because they are a
// pair. What the venue does on its own makes the way shorter, never surer.

extension ExecutionStage {
  /// Sends the position's stop and take-profit order as a pair. False: that cannot be now, and nothing has changed.
  mutating func placePair(_ slot: Int, at time: Timestamp, _ effects: inout [ExecutionEffect]) -> Bool {
    let protection = state.protections[slot]
    guard hasPairs, !protection.isBlocked, protection.isTakeProfitBlocked != true, protection.isPairBlocked != true,
      let stop = try? protective(.protectiveStop, slot, at: time),
      let limit = try? protective(.takeProfit, slot, at: time), let pair = ProtectivePair(limit: limit, stop: stop)
    else { return false }
    track(stop, slot, pair: limit.request.clientID, at: time)
    track(limit, slot, pair: stop.request.clientID, at: time)
    effects.append(.intent(.pair(pair)))
    return true
  }

  /// Whether one order of a new pair must wait because the other's place is about to be free.
  ///
  /// A stop waits only for the other half of its own pair, when the venue has confirmed the cancel that ends both: the word
  /// on the second is on its way then, and is asked for if it stays out. A take-profit order waits for any stop that is
  /// being replaced: a profit can.
  func waitsForPair(_ slot: Int, needsStop: Bool, needsProfit: Bool, wantsProfit: Bool) -> Bool {
    let protection = state.protections[slot]
    guard hasPairs, wantsProfit, needsStop != needsProfit, !protection.isBlocked, protection.isPairBlocked != true,
      protection.isTakeProfitBlocked != true
    else { return false }
    return state.orders.contains { order in
      guard Int(order.request.instrument.index) == slot, order.state == .pendingCancel, !order.hasTraded else {
        return false
      }
      if needsProfit { return order.id.role == .protectiveStop && protection.wish == .stop }
      return order.id.role == .takeProfit && order.pair.flatMap { self.order($0)?.state } == .cancelled
    }
  }

  /// Whether an order's end belongs to its pair: then it says nothing against an order sent alone.
  mutating func endedAsLeg(_ order: TrackedOrder, _ slot: Int) -> Bool {
    guard order.pair != nil else { return false }
    switch order.state {
    case .expired:
      // The other one has traded or was triggered; its fill, if it has not come yet, lifts what is noted here. Should it
      // never come, the venue ends pairs by itself, and a second one would go the same way.
      state.protections[slot].isPairBlocked = true
      if order.id.role == .takeProfit { state.protections[slot].isTakeProfitBlocked = true }
      return true
    case .rejected where !order.isNeverPlaced:
      // The market may have passed one of the prices: alone, the stop is triggered, the limit filled.
      state.protections[slot].isPairBlocked = true
      return true
    case .rejected:
      // It never arrived. The stop counts as one that is not there; with it goes the other, which may be sent again.
      return order.id.role == .takeProfit
    default: return false
    }
  }

  /// The venue still has one order of a pair whose other one is cancelled: nothing is to be waited for.
  mutating func noteOutlived(_ order: TrackedOrder) {
    guard order.isCancelRequested, let pair = order.pair, self.order(pair)?.state == .cancelled else { return }
    state.protections[Int(order.request.instrument.index)].isPairBlocked = true
  }

  /// An order that surely never left, because its intent did not become durable: every part of it has ended.
  public mutating func withdraw(_ order: OutboundOrder, at time: Timestamp) -> [ExecutionEffect] {
    guard case .pair(let pair) = order else { return receive(query: nil, of: order.request.clientID, at: time) }
    var effects: [ExecutionEffect] = []
    for request in pair.requests {
      guard let index = index(of: request.clientID), !state.orders[index].isAcknowledged else { continue }
      state.orders[index].isNeverPlaced = true
      move(index, to: .rejected, &effects)
    }
    protect(pair.stop.request.instrument, at: time, &effects)
    return effects
  }
}
