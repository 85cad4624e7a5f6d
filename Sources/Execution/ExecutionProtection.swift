import Core

extension ExecutionStage {
  /// Instruments with a position that should have a stop and cannot get one: refused by the venue, distance unknown,
  /// or ruled out by a stop in force. Positions opened without a stop distance on purpose are not among them.
  public var unprotectedInstruments: [InstrumentID] {
    state.positions.indices.filter(isUnprotected).map { InstrumentID(index: UInt16($0)) }
  }

  private func isUnprotected(_ slot: Int) -> Bool {
    guard state.protections[slot].wish != .none, state.positions[slot].side != .flat else { return false }
    return state.protections[slot].wish == .missing || state.protections[slot].isBlocked
      || (state.plan.map { $0.level > .reduce } ?? false)
  }

  /// Whether any position lacks the stop it should have; the shell then lets the bot only lower its risk.
  public var hasUnprotectedPosition: Bool {
    // The backtest asks after every order. Not `contains(where:)` below, for which the stage would be copied.
    let isAnyWished = state.protections.withUnsafeBufferPointer { $0.contains { $0.wish != .none } }
    guard isAnyWished else { return false }
    for slot in state.positions.indices where isUnprotected(slot) { return true }
    return false
  }

  /// A fill changes what the stop must be.
  mutating func followProtection(_ fill: Fill, _ order: TrackedOrder?, _ slot: Int) {
    state.protections[slot].isBlocked = false
    state.protections[slot].isTakeProfitBlocked = nil
    state.protections[slot].isPairBlocked = nil
    state.protections[slot].unaskedEnds = 0
    let position = state.positions[slot]
    if tradable(slot, at: fill.time).side == .flat {
      state.protections[slot].wish = .none
      state.protections[slot].distance = nil
      state.protections[slot].takeProfitDistance = nil
      return
    }
    // Only what grows or turns the position sets the distance anew.
    guard position.side == (fill.side == .buy ? .long : .short) else { return }
    if let order, order.id.role == .entry {
      state.protections[slot].raise(to: order.id.sequence, attempt: 0)
      state.protections[slot].distance = order.stopDistance
      state.protections[slot].takeProfitDistance = order.takeProfitDistance
      state.protections[slot].wish = order.stopDistance == nil ? .none : .stop
    } else if state.protections[slot].distance == nil {
      state.protections[slot].wish = .missing
    }
  }

  /// What of an instrument's position can be traded; dust cannot, and needs no stop.
  func tradable(_ slot: Int, at time: Timestamp) -> PositionView {
    state.positions[slot].tradable(under: instruments.instruments[slot].rules(at: time))
  }

  /// A protective order that the venue refused, or ended unasked.
  mutating func stopEnded(_ order: TrackedOrder, _ effects: inout [ExecutionEffect]) {
    let slot = Int(order.request.instrument.index)
    guard state.positions[slot].side != .flat, !endedAsLeg(order, slot) else { return }
    if order.id.role == .takeProfit { return takeProfitEnded(order, slot, &effects) }
    guard order.id.role == .protectiveStop else { return }
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

  /// A take-profit order that ended unasked is not placed again until the next fill: the stop is what protects.
  private mutating func takeProfitEnded(_ order: TrackedOrder, _ slot: Int, _ effects: inout [ExecutionEffect]) {
    guard !order.isCancelRequested, order.state != .filled else { return }
    state.protections[slot].isTakeProfitBlocked = true
    effects.append(.alert("take-profit order \(order.id) is not at the venue (\(order.state.rawValue))"))
  }

  /// Brings every instrument's stop and take-profit order to its position: at most one of each, for the whole quantity. An
  /// old one is cancelled first, and the new one sent only when the venue has confirmed that, so that two never live at
  /// once.
  ///
  /// Where the venue has pairs, the two are sent as one when neither lives. Everywhere else, and for what is left of a pair
  /// once one of it has traded, they are one-cancels-other by hand: both can only shrink the position, and what the one
  /// fills takes away from the other, down to its cancel when nothing is left. Every step is an order's journalled change
  /// of state.
  mutating func protectAll(at time: Timestamp, _ effects: inout [ExecutionEffect]) {
    for instrument in instruments.instruments { protect(instrument.id, at: time, &effects) }
  }

  /// The same for one instrument.
  mutating func protect(_ instrument: InstrumentID, at time: Timestamp, _ effects: inout [ExecutionEffect]) {
    if let plan = state.plan, plan.level > .reduce { return }
    let slot = Int(instrument.index)
    guard slot < state.positions.count, state.positions[slot].side != .flat || !state.orders.isEmpty else { return }
    let protection = state.protections[slot]
    // Mostly there is nothing to place and nothing to take back.
    guard protection.wish == .stop || protection.takeProfitDistance != nil || hasProtection(slot) else { return }
    let isHeld = tradable(slot, at: time).side != .flat
    let needsStop = clear(.protectiveStop, slot, isWanted: isHeld && protection.wish == .stop, at: time, &effects)
    let wantsProfit = isHeld && protection.takeProfitDistance != nil
    let needsProfit = clear(.takeProfit, slot, isWanted: wantsProfit, at: time, &effects)
    if needsStop, needsProfit, placePair(slot, at: time, &effects) { return }
    if waitsForPair(slot, needsStop: needsStop, needsProfit: needsProfit, wantsProfit: wantsProfit) { return }
    if needsStop, !protection.isBlocked {
      do { try place(.protectiveStop, slot, at: time, &effects) } catch {
        state.protections[slot].isBlocked = true
        state.counters.stopsRefused += 1
        effects.append(.alert("\(state.symbols[slot]): no protective stop: \(error)"))
      }
    }
    if needsProfit, protection.isTakeProfitBlocked != true {
      do { try place(.takeProfit, slot, at: time, &effects) } catch {
        state.protections[slot].isTakeProfitBlocked = true
        effects.append(.alert("\(state.symbols[slot]): no take-profit order: \(error)"))
      }
    }
  }

  private func hasProtection(_ slot: Int) -> Bool {
    state.orders.contains {
      Int($0.request.instrument.index) == slot && ($0.id.role == .protectiveStop || $0.id.role == .takeProfit)
    }
  }

  /// Cancels what does not fit the position; whether an order of the role is wanted and none lives.
  private mutating func clear(
    _ role: OrderRole, _ slot: Int, isWanted: Bool, at time: Timestamp, _ effects: inout [ExecutionEffect]
  ) -> Bool {
    let position = state.positions[slot]
    let lot = instruments.instruments[slot].rules(at: time)?.lot ?? .zero
    let side: Side = position.side == .long ? .sell : .buy
    var live = 0
    var index = 0
    while index < state.orders.count {
      let order = state.orders[index]
      index += 1
      guard order.id.role == role, Int(order.request.instrument.index) == slot else { continue }
      live += 1
      let fits =
        isWanted && live == 1 && order.request.side == side
        && order.remaining == position.tradableQuantity(lot: lot)
      if !fits { requestCancel(index - 1, &effects) }
    }
    return isWanted && live == 0
  }

  private mutating func place(
    _ role: OrderRole, _ slot: Int, at time: Timestamp, _ effects: inout [ExecutionEffect]
  ) throws {
    let order = try protective(role, slot, at: time)
    track(order, slot, pair: nil, at: time)
    effects.append(.intent(.protective(order)))
  }

  /// The order of a role that fits the position; not under way yet.
  func protective(_ role: OrderRole, _ slot: Int, at time: Timestamp) throws -> ProtectiveOrder {
    let position = state.positions[slot]
    let protection = state.protections[slot]
    let instrument = instruments.instruments[slot]
    let isStop = role == .protectiveStop
    guard let distance = isStop ? protection.distance : protection.takeProfitDistance,
      let rules = instrument.rules(at: time),
      let attempt = UInt16(exactly: isStop ? protection.nextAttempt : protection.nextTakeProfit ?? 0)
    else { throw StopFailure.noRulesOrIDs }
    let kind: OrderKind =
      isStop
      ? .stopMarket(trigger: try Self.trigger(position, distance: distance, tick: rules.tick))
      : .limit(try Self.profitLimit(position, distance: distance, tick: rules.tick))
    guard
      let order = ProtectiveOrder(
        sequence: protection.sequence, role: role, attempt: attempt, instrument: instrument.id, position: position,
        kind: kind, lot: rules.lot)
    else { throw StopFailure.noRulesOrIDs }
    return order
  }

  /// Counts an order that `protective` made as under way; its id is used up.
  mutating func track(_ order: ProtectiveOrder, _ slot: Int, pair: ClientOrderID?, at time: Timestamp) {
    if order.request.clientID.role == .protectiveStop {
      state.protections[slot].nextAttempt += 1
      state.counters.stopsPlaced += 1
    } else {
      state.protections[slot].nextTakeProfit = Int(order.request.clientID.attempt) + 1
    }
    state.orders.append(TrackedOrder(request: order.request, decidedAt: time, pair: pair))
  }

  private enum StopFailure: Error { case noRulesOrIDs }

  /// The average entry less the distance (plus, for a short), brought to the tick away from the market, so that rounding
  /// never makes the stop earlier; at least one tick.
  package static func trigger(_ position: PositionView, distance: Price, tick: Price) throws -> Price {
    guard let average = position.averagePrice else { throw DecimalError.overflow }
    if position.side == .short { return max(try average.adding(distance).rounded(toMultipleOf: tick, .up), tick) }
    return max(try average.subtracting(distance).rounded(toMultipleOf: tick, .down), tick)
  }

  /// The average entry plus the distance (less, for a short), brought to the tick away from the market, so that rounding
  /// never takes less profit than asked; at least one tick.
  static func profitLimit(_ position: PositionView, distance: Price, tick: Price) throws -> Price {
    guard let average = position.averagePrice else { throw DecimalError.overflow }
    if position.side == .long { return max(try average.adding(distance).rounded(toMultipleOf: tick, .up), tick) }
    return max(try average.subtracting(distance).rounded(toMultipleOf: tick, .down), tick)
  }
}
