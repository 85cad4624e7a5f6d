import Core

extension ExecutionStage {
  /// News from the venue, in any order and any number of times.
  public mutating func receive(_ report: ExecutionReport) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    switch report {
    case .filled(let fill):
      count(fill, &effects)
      protect(fill.instrument, at: fill.time, &effects)
    case .accepted(let id, let time):
      guard let index = known(id, .accepted, &effects) else { return effects }
      let instrument = state.orders[index].request.instrument
      acknowledge(index, &effects)
      protect(instrument, at: time, &effects)
    case .cancelled(let id, let time):
      guard let index = known(id, .cancelled, &effects) else { return effects }
      let instrument = state.orders[index].request.instrument
      endReported(index, as: .cancelled, &effects)
      protect(instrument, at: time, &effects)
    case .expired(let id, let time):
      guard let index = known(id, .expired, &effects) else { return effects }
      let instrument = state.orders[index].request.instrument
      endReported(index, as: .expired, &effects)
      protect(instrument, at: time, &effects)
    case .rejected(let id, let reason, let time):
      guard let index = known(id, .rejected, &effects) else { return effects }
      let instrument = state.orders[index].request.instrument
      reject(index, reason, &effects)
      protect(instrument, at: time, &effects)
    }
    return effects
  }

  /// The open order that a report is about; nil, and counted, when it has ended or was never ours.
  private mutating func known(
    _ id: ClientOrderID, _ news: OrderState, _ effects: inout [ExecutionEffect]
  ) -> Int? {
    if let index = index(of: id) { return index }
    guard let ended = order(id) else {
      state.counters.foreignReports += 1
      return nil
    }
    // A late acceptance is old news, unless the order was thought never to have arrived; two different ends never are.
    if news == .accepted && !ended.isAcknowledged {
      risen(id, &effects)
    } else if news == .accepted || news == ended.state {
      state.counters.repeatedReports += 1
    } else {
      contradiction(id, "\(news.rawValue) after \(ended.state.rawValue)", &effects)
    }
    return nil
  }

  /// Counts a fill once: cash, fees, position, then the order.
  mutating func count(_ fill: Fill, _ effects: inout [ExecutionEffect]) {
    let slot = Int(fill.instrument.index)
    guard slot < instruments.count, fill.quantity.isPositive, fill.price.isPositive, fill.tradeID > 0,
      (.zero...fill.quantity).contains(fill.feeBase)
    else {
      state.counters.malformedFills += 1
      state.isUnreconciled = true
      return effects.append(.alert("fill \(fill.tradeID) of \(fill.clientID) is impossible and was not applied"))
    }
    let place = index(of: fill.clientID)
    let order = place.map { state.orders[$0] } ?? self.order(fill.clientID)
    switch state.trades.check(fill.tradeID) {
    case .new: break
    case .duplicate:
      state.counters.duplicateFills += 1
      return
    case .belowFloor:
      state.counters.staleFills += 1
      needsReconciliation = true
      return
    }
    let realised: Money
    do {
      realised = try state.book(fill, decidedAt: order?.decidedAt)
    } catch {
      state.counters.malformedFills += 1
      state.isUnreconciled = true
      return effects.append(.alert("fill \(fill.tradeID) of \(fill.clientID) does not fit the account: \(error)"))
    }
    state.trades.insert(fill.tradeID)
    state.isTied = true
    state.counters.fills += 1
    effects.append(.filled(fill, position: state.positions[slot], realisedQuote: realised))
    followProtection(fill, order, slot)
    guard let order else {
      if fill.clientID.role == .guardFlatten {
        state.counters.guardFills += 1
        return effects.append(.alert("fill \(fill.tradeID) of \(fill.clientID): the guard closed a position"))
      }
      state.counters.foreignFills += 1
      return effects.append(.alert("fill \(fill.tradeID) of order \(fill.clientID), which execution does not know"))
    }
    if order.request.instrument != fill.instrument || order.request.side != fill.side {
      state.isUnreconciled = true
      contradiction(order.id, "fill \(fill.tradeID) has another instrument or side", &effects)
    }
    fillOrder(order, at: place, fill, &effects)
  }

  private mutating func fillOrder(
    _ order: TrackedOrder, at place: Int?, _ fill: Fill, _ effects: inout [ExecutionEffect]
  ) {
    let sum = (try? order.filledQuantity.adding(fill.quantity)) ?? .max
    if sum > order.request.quantity {
      state.counters.overFills += 1
      state.isUnreconciled = true
      effects.append(.alert("order \(order.id): \(sum) filled of \(order.request.quantity)"))
    }
    guard let place else {
      if let index = state.ended.lastIndex(where: { $0.id == order.id }) { state.ended[index].filledQuantity = sum }
      state.counters.fillsAfterEnd += 1
      if order.state == .rejected { state.isUnreconciled = true }
      return effects.append(.alert("order \(order.id): fill \(fill.tradeID) after \(order.state.rawValue)"))
    }
    state.orders[place].filledQuantity = sum
    state.orders[place].isAcknowledged = true
    state.orders[place].venueFilledQuantity = max(order.venueFilledQuantity, sum)
    if sum >= order.request.quantity {
      move(place, to: .filled, &effects)
    } else if let ending = order.endsAs, ending != .filled, !order.isEndUnconfirmed, sum >= order.venueFilledQuantity {
      move(place, to: ending, &effects)
    } else if order.isCancelRequested {
      if order.state == .unknown { effects.append(.cancel(order.id)) }
      move(place, to: .pendingCancel, &effects)
    } else {
      move(place, to: .partiallyFilled, &effects)
    }
  }
}

extension ExecutionState {
  /// Changes cash, fees and position by a fill; returns what it realised. Throws `DecimalError.overflow`, and changes
  /// nothing then.
  mutating func book(_ fill: Fill, decidedAt: Timestamp?) throws -> Money {
    let notional = fill.price * fill.quantity
    let cash =
      fill.side == .buy
      ? try cashQuote.subtracting(notional).subtracting(fill.feeQuote)
      : try cashQuote.adding(notional).subtracting(fill.feeQuote)
    let slot = Int(fill.instrument.index)
    let (position, realised) = try positions[slot].applying(fill, decidedAt: decidedAt)
    feesQuote = try feesQuote.adding(fill.feeQuote)
    cashQuote = cash
    positions[slot] = position
    return realised
  }
}
