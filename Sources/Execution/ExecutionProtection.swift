import Core

extension ExecutionStage {
  /// Instruments with a position that should have a stop and cannot get one: refused by the venue, distance unknown,
  /// or ruled out by a stop in force. Positions opened without a stop distance on purpose are not among them.
  public var unprotectedInstruments: [InstrumentID] {
    state.positions.indices.filter { slot in
      let protection = state.protections[slot]
      guard state.positions[slot].side != .flat, protection.wish != .none else { return false }
      return protection.wish == .missing || protection.isBlocked || (state.plan.map { $0.level > .reduce } ?? false)
    }
    .map { InstrumentID(index: UInt16($0)) }
  }

  /// Whether any position lacks the stop it should have; the shell then lets the bot only lower its risk.
  public var hasUnprotectedPosition: Bool { !unprotectedInstruments.isEmpty }

  /// A fill changes what the stop must be.
  mutating func followProtection(_ fill: Fill, _ order: TrackedOrder?, _ slot: Int) {
    state.protections[slot].isBlocked = false
    state.protections[slot].unaskedEnds = 0
    let position = state.positions[slot]
    if position.side == .flat {
      state.protections[slot].wish = .none
      state.protections[slot].distance = nil
      return
    }
    // Only what grows or turns the position sets the distance anew.
    guard position.side == (fill.side == .buy ? .long : .short) else { return }
    if let order, order.id.role == .entry {
      state.protections[slot].raise(to: order.id.sequence, attempt: 0)
      state.protections[slot].distance = order.stopDistance
      state.protections[slot].wish = order.stopDistance == nil ? .none : .stop
    } else if state.protections[slot].distance == nil {
      state.protections[slot].wish = .missing
    }
  }

  /// A stop that the venue refused, or ended unasked.
  mutating func stopEnded(_ order: TrackedOrder, _ effects: inout [ExecutionEffect]) {
    let slot = Int(order.request.instrument.index)
    guard order.id.role == .protectiveStop, state.positions[slot].side != .flat else { return }
    switch order.state {
    case .rejected where !order.isNeverPlaced: state.protections[slot].isBlocked = true
    case .rejected where order.isCancelRequested, .cancelled where order.isCancelRequested, .filled: return
    case .rejected, .cancelled, .expired:
      state.protections[slot].unaskedEnds += 1
      effects.append(.alert("protective stop \(order.id) is not at the venue (\(order.state.rawValue))"))
      if state.protections[slot].unaskedEnds >= Protection.unaskedEndsAllowed {
        state.protections[slot].isBlocked = true
      }
    default: return
    }
    guard state.protections[slot].isBlocked else { return }
    state.counters.stopsRefused += 1
    effects.append(.alert("\(state.symbols[slot]): no protective stop, \(order.id) was \(order.state.rawValue)"))
  }

  /// Brings every instrument's stop to its position: at most one, for the whole quantity. An old stop is cancelled
  /// first, and the new one sent only when the venue has confirmed that, so that two never live at once.
  mutating func protectAll(at time: Timestamp, _ effects: inout [ExecutionEffect]) {
    for instrument in instruments.instruments { protect(instrument.id, at: time, &effects) }
  }

  /// The same for one instrument.
  mutating func protect(_ instrument: InstrumentID, at time: Timestamp, _ effects: inout [ExecutionEffect]) {
    if let plan = state.plan, plan.level > .reduce { return }
    let slot = Int(instrument.index)
    guard slot < state.positions.count, state.positions[slot].side != .flat || !state.orders.isEmpty else { return }
    let position = state.positions[slot]
    let isWanted = position.side != .flat && state.protections[slot].wish == .stop
    let side: Side = position.side == .long ? .sell : .buy
    var live = 0
    var index = 0
    while index < state.orders.count {
      let order = state.orders[index]
      index += 1
      guard order.id.role == .protectiveStop, Int(order.request.instrument.index) == slot else { continue }
      live += 1
      let fits = isWanted && live == 1 && order.request.side == side && order.remaining == position.quantity
      if !fits { requestCancel(index - 1, &effects) }
    }
    guard isWanted, live == 0, !state.protections[slot].isBlocked else { return }
    do {
      try place(slot, at: time, &effects)
    } catch {
      state.protections[slot].isBlocked = true
      state.counters.stopsRefused += 1
      effects.append(.alert("\(state.symbols[slot]): no protective stop: \(error)"))
    }
  }

  private mutating func place(_ slot: Int, at time: Timestamp, _ effects: inout [ExecutionEffect]) throws {
    let position = state.positions[slot]
    let protection = state.protections[slot]
    let instrument = instruments.instruments[slot]
    guard let distance = protection.distance, let rules = instrument.rules(at: time),
      let attempt = UInt16(exactly: protection.nextAttempt)
    else { throw StopFailure.noRulesOrIDs }
    let trigger = try Self.trigger(position, distance: distance, tick: rules.tick)
    guard
      let order = ProtectiveOrder(
        sequence: protection.sequence, role: .protectiveStop, attempt: attempt, instrument: instrument.id,
        position: position, kind: .stopMarket(trigger: trigger))
    else { throw StopFailure.noRulesOrIDs }
    state.protections[slot].nextAttempt += 1
    state.counters.stopsPlaced += 1
    state.orders.append(TrackedOrder(request: order.request, decidedAt: time))
    effects.append(.intent(.protective(order)))
  }

  private enum StopFailure: Error { case noRulesOrIDs }

  /// The average entry less the distance (plus, for a short), brought to the tick away from the market, so that rounding
  /// never makes the stop earlier; at least one tick.
  package static func trigger(_ position: PositionView, distance: Price, tick: Price) throws -> Price {
    guard let average = position.averagePrice else { throw DecimalError.overflow }
    if position.side == .short { return try average.adding(distance).rounded(toMultipleOf: tick, .up) }
    return max(try average.subtracting(distance).rounded(toMultipleOf: tick, .down), tick)
  }
}
