import Core

extension ExecutionStage {
  /// Carries out a stop. A lower level than the one in force changes nothing.
  ///
  /// `reduce` cancels entries; `stop` cancels everything, protective stops included; `flatten` also closes positions
  /// with limit orders at most `flattenCollar(after:)` beyond `prices` (last price by instrument index). The cancels come first.
  /// Calling again with a new `sequence` cancels flattening orders that rest and, once they are gone, replaces them at
  /// the new prices.
  public mutating func stop(
    _ level: StopLevel, sequence: UInt64, prices: [Price?], at time: Timestamp
  ) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    if let plan = state.plan, plan.level > level { return effects }
    let nextAttempt = state.plan.map { $0.sequence == sequence ? $0.nextAttempt : 0 } ?? 0
    let repricings = repricings(at: level)
    state.plan = StopPlan(level: level, sequence: sequence, nextAttempt: nextAttempt, repricings: repricings)
    var isClosing = Set<InstrumentID>()
    for index in state.orders.indices {
      let order = state.orders[index]
      if level == .reduce && order.id.role != .entry { continue }
      if order.id.role == .flatten { isClosing.insert(order.request.instrument) }
      if order.isCancelRequested { effects.append(.cancel(order.id)) } else { requestCancel(index, &effects) }
    }
    guard level == .flatten else {
      protectAll(at: time, &effects)
      return effects
    }
    for instrument in instruments.instruments where tradable(Int(instrument.id.index), at: time).side != .flat {
      guard !isClosing.contains(instrument.id) else { continue }
      let slot = Int(instrument.id.index)
      flatten(instrument, last: slot < prices.count ? prices[slot] : nil, at: time, &effects)
    }
    // The next price that is given lies farther out.
    if effects.contains(where: { if case .intent = $0 { true } else { false } }) {
      state.plan?.repricings = (repricings ?? 0) + 1
    }
    return effects
  }

  private mutating func flatten(
    _ instrument: Instrument, last: Price?, at time: Timestamp, _ effects: inout [ExecutionEffect]
  ) {
    let position = state.positions[Int(instrument.id.index)]
    guard let plan = state.plan, let attempt = UInt16(exactly: plan.nextAttempt), let last, last.isPositive,
      let rules = instrument.rules(at: time),
      let limit = try? Self.flattenLimit(
        position.side, last: last, tick: rules.tick, collar: Self.flattenCollar(after: plan.repricings ?? 0)),
      let order = ProtectiveOrder(
        sequence: plan.sequence, role: .flatten, attempt: attempt, instrument: instrument.id, position: position,
        kind: .limit(limit), lot: rules.lot)
    else {
      return effects.append(.alert("\(instrument.symbol): cannot be flattened, no usable last price or rules"))
    }
    state.plan?.nextAttempt += 1
    state.orders.append(TrackedOrder(request: order.request, decidedAt: time))
    effects.append(.intent(.protective(order)))
  }

  /// The worst price at which a position is closed, rounded to stay inside the collar around `last`.
  package static func flattenLimit(
    _ side: PositionSide, last: Price, tick: Price, collar: Rate = flattenCollar
  ) throws -> Price {
    let share = side == .long ? Rate.unit - collar.raw : Rate.unit + collar.raw
    let limit = try last.scaled(by: Rate(raw: share), rounding: side == .long ? .up : .down)
      .rounded(toMultipleOf: tick, side == .long ? .up : .down)
    return max(limit, tick)
  }

  /// Tries again to place stops that were refused or held back, once what kept them back is over.
  public mutating func protectAgain(at time: Timestamp) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    for slot in state.protections.indices {
      state.protections[slot].isBlocked = false
      state.protections[slot].isPairBlocked = nil
      state.protections[slot].unaskedEnds = 0
    }
    protectAll(at: time, &effects)
    return effects
  }

  /// Ends the stop, on a person's resume: positions get their protective stops back.
  public mutating func resume(at time: Timestamp) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    state.plan = nil
    for slot in state.protections.indices {
      state.protections[slot].isBlocked = false
      state.protections[slot].isPairBlocked = nil
    }
    protectAll(at: time, &effects)
    return effects
  }
}
