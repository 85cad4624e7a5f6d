import Core

extension ExecutionStage {
  /// The answer to a submission.
  public mutating func receive(
    _ outcome: SubmitOutcome, of id: ClientOrderID, at time: Timestamp
  ) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    guard let index = index(of: id) else {
      // Reports can overtake the answer to their own submission.
      guard let order = order(id) else { return effects }
      if case .rejected = outcome, order.isAcknowledged {
        contradiction(id, "rejected after \(order.state.rawValue)", &effects)
      } else if outcome == .accepted && !order.isAcknowledged {
        risen(id, &effects)
      }
      return effects
    }
    let instrument = state.orders[index].request.instrument
    switch outcome {
    case .accepted: acknowledge(index, &effects)
    case .rejected(let reason): reject(index, reason, &effects)
    case .unknown(let cause):
      state.counters.unknownOutcomes += 1
      guard !state.orders[index].isAcknowledged else { return effects }
      move(index, to: .unknown, &effects)
      effects.append(.alert("order \(id): no trusted answer (\(cause)); its exposure stays reserved"))
      effects.append(.query(id))
    }
    protect(instrument, at: time, &effects)
    return effects
  }

  /// The answer to a cancel.
  public mutating func receive(
    _ outcome: CancelOutcome, ofCancel id: ClientOrderID, at time: Timestamp
  ) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    guard let index = index(of: id) else { return effects }
    let instrument = state.orders[index].request.instrument
    switch outcome {
    case .cancelled: end(index, as: .cancelled, &effects)
    // Probably filled, not gone: only the venue's word on the order tells.
    case .notOpen: effects.append(.query(id))
    case .pending, .unknown: break
    }
    protect(instrument, at: time, &effects)
    return effects
  }

  /// The venue's word on one order; nil: it surely does not know it.
  public mutating func receive(
    query snapshot: OrderSnapshot?, of id: ClientOrderID, at time: Timestamp
  ) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    guard let index = index(of: id) else { return effects }
    let instrument = state.orders[index].request.instrument
    if let snapshot, !snapshot.isPossible {
      contradiction(id, "the venue tells of an order that cannot be", &effects)
    } else if let snapshot {
      adopt(snapshot, at: index, &effects)
    } else if state.orders[index].isAcknowledged {
      state.isUnreconciled = true
      contradiction(id, "the venue does not know an order that it had accepted", &effects)
    } else {
      state.orders[index].isNeverPlaced = true
      move(index, to: .rejected, &effects)
    }
    protect(instrument, at: time, &effects)
    return effects
  }

  /// The venue has the order.
  mutating func acknowledge(_ index: Int, _ effects: inout [ExecutionEffect]) {
    let order = state.orders[index]
    guard !order.isAcknowledged else {
      state.counters.repeatedReports += 1
      return
    }
    state.orders[index].isAcknowledged = true
    guard order.isCancelRequested else { return move(index, to: .accepted, &effects) }
    if order.state == .unknown {
      // The cancel of an order that was not known to exist may have met nothing.
      move(index, to: .pendingCancel, &effects)
      effects.append(.cancel(order.id))
    }
  }

  /// The venue has refused the order.
  mutating func reject(_ index: Int, _ reason: RejectReason, _ effects: inout [ExecutionEffect]) {
    let order = state.orders[index]
    if order.filledQuantity.isPositive || order.venueFilledQuantity.isPositive {
      contradiction(order.id, "rejected (\(reason.rawValue)) after a fill", &effects)
      effects.append(.query(order.id))
      return
    }
    effects.append(.alert("order \(order.id) rejected by the venue: \(reason.rawValue)"))
    move(index, to: .rejected, &effects)
  }

  /// A report that an order has ended.
  ///
  /// It does not say how much was filled before, and a report of that may still be on its way. So an entry that nobody
  /// asked to end keeps its exposure reserved until the venue has said what was filled: its late fill and a next entry
  /// would exceed the limits together.
  mutating func endReported(_ index: Int, as ending: OrderState, _ effects: inout [ExecutionEffect]) {
    let order = state.orders[index]
    guard order.id.role == .entry, !order.isCancelRequested, order.remaining.isPositive else {
      return end(index, as: ending, &effects)
    }
    guard !order.isEndUnconfirmed else {
      state.counters.repeatedReports += 1
      return
    }
    state.orders[index].isEndUnconfirmed = true
    hold(index, until: ending, &effects)
    effects.append(.query(order.id))
  }

  /// The order has ended at the venue; held back while fills of it are missing.
  mutating func end(_ index: Int, as ending: OrderState, _ effects: inout [ExecutionEffect]) {
    state.orders[index].isAcknowledged = true
    state.orders[index].isEndUnconfirmed = false
    let order = state.orders[index]
    let isShort = ending == .filled ? order.request.quantity > order.filledQuantity : false
    guard order.venueFilledQuantity > order.filledQuantity || isShort else {
      return move(index, to: ending, &effects)
    }
    needsReconciliation = true
    hold(index, until: ending, &effects)
  }

  private mutating func hold(_ index: Int, until ending: OrderState, _ effects: inout [ExecutionEffect]) {
    state.orders[index].isAcknowledged = true
    state.orders[index].endsAs = ending
    let order = state.orders[index]
    if order.state == .unknown || order.state == .intended || order.state == .submitted {
      move(index, to: order.filledQuantity.isPositive ? .partiallyFilled : .accepted, &effects)
    }
  }

  /// Takes over what the venue says about an order, never backwards.
  mutating func adopt(_ snapshot: OrderSnapshot, at index: Int, _ effects: inout [ExecutionEffect]) {
    let order = state.orders[index]
    guard snapshot.request.instrument == order.request.instrument, snapshot.request.side == order.request.side else {
      state.isUnreconciled = true
      return contradiction(order.id, "the venue has another instrument or side under this id", &effects)
    }
    if snapshot.filledQuantity > order.venueFilledQuantity {
      state.orders[index].venueFilledQuantity = snapshot.filledQuantity
    }
    switch snapshot.state {
    case .filled, .cancelled, .expired: end(index, as: snapshot.state, &effects)
    case .rejected: reject(index, .invalid, &effects)
    case .accepted, .partiallyFilled, .pendingCancel:
      if !order.isAcknowledged { acknowledge(index, &effects) }
      noteOutlived(order)
      if snapshot.filledQuantity > order.filledQuantity { needsReconciliation = true }
    case .intended, .submitted, .unknown: break
    }
  }

  /// An order that had counted as never placed lives at the venue: it must end, and a person must know.
  mutating func risen(_ id: ClientOrderID, _ effects: inout [ExecutionEffect]) {
    state.isUnreconciled = true
    contradiction(id, "accepted by the venue after it had counted as never placed", &effects)
    effects.append(.cancel(id))
  }

  /// The venue contradicts itself or us.
  mutating func contradiction(_ id: ClientOrderID, _ what: String, _ effects: inout [ExecutionEffect]) {
    state.counters.anomalies += 1
    effects.append(.alert("order \(id): \(what)"))
  }
}
