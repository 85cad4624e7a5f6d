import Core

/// What a reconciliation found.
public struct Reconciliation: Hashable, Sendable {
  /// When it was made.
  public var at: Timestamp
  /// Fills that no report had brought.
  public var recoveredFills = 0
  /// What was put right, each with the evidence for it.
  public var repairs: [String] = []
  /// What only a person can judge.
  public var differences: [String] = []
  /// Orders asked about; they stay as they are until the answers come.
  public var queried = 0
  /// Whether the account was read at another trade than ours: nothing was compared.
  public var isStale = false
  /// Whether the venue's account and ours agree and nothing is open to question.
  public var isClean: Bool { differences.isEmpty && queried == 0 && !isStale }
}

extension ExecutionStage {
  /// The trade id after which to fetch fills for `reconcile`.
  public var reconcileAfter: UInt64 { state.trades.floor }

  /// Compares the venue's account with ours: the one path of start and recovery.
  ///
  /// `fills` are all of the venue's with ids above `reconcileAfter`; account and open orders must be read no earlier
  /// than the process's last order went out. Missing fills are counted. An order that is neither open nor filled is
  /// queried, never assumed gone: a missing report is not flat. A state that was never tied to an account takes the
  /// venue's over. What still differs is flagged; the flag falls when a later reconciliation agrees to the last digit.
  public mutating func reconcile(
    account: AccountSnapshot, openOrders: [OrderSnapshot], fills: [Fill], at time: Timestamp
  ) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    var found = Reconciliation(at: time)
    state.counters.reconciliations += 1
    needsReconciliation = false
    let isPossible = account.positions.allSatisfy(\.isPossible)
    if !state.isTied {
      if isPossible { takeOver(account, &found) }
    } else {
      for fill in fills.sorted(by: { $0.tradeID < $1.tradeID }) where fill.tradeID > state.trades.floor {
        let before = state.counters.fills
        count(fill, &effects)
        guard state.counters.fills > before else { continue }
        found.recoveredFills += 1
        found.repairs.append("fill \(fill.tradeID) of \(fill.clientID): reported by the venue's list of fills")
      }
    }
    reconcileOrders(openOrders, &found, &effects)
    if isPossible {
      compare(account, &found, &effects)
    } else {
      refuse(account, &found, &effects)
    }
    hasOldSubmissions = false
    lastReconciliation = found
    protectAll(at: time, &effects)
    return effects
  }

  /// A person's decision that the venue is right: its account becomes ours, and the flag falls; unless it cannot be.
  public mutating func adopt(_ account: AccountSnapshot, at time: Timestamp) -> [ExecutionEffect] {
    var effects: [ExecutionEffect] = []
    var found = Reconciliation(at: time)
    if account.positions.allSatisfy(\.isPossible) {
      takeOver(account, &found)
      state.isUnreconciled = false
    } else {
      refuse(account, &found, &effects)
    }
    lastReconciliation = found
    protectAll(at: time, &effects)
    return effects
  }

  /// An account that nobody can have is no evidence of anything: nothing is taken from it, and a person must look.
  private mutating func refuse(
    _ account: AccountSnapshot, _ found: inout Reconciliation, _ effects: inout [ExecutionEffect]
  ) {
    state.isUnreconciled = true
    state.counters.differences += 1
    for (slot, position) in account.positions.enumerated() where !position.isPossible {
      let symbol = slot < state.symbols.count ? state.symbols[slot] : "instrument \(slot)"
      found.differences.append(
        "\(symbol): venue says \(position.side) \(position.quantity) costing \(position.totalCostQuote), "
          + "which cannot be")
    }
    effects += found.differences.map { .alert("reconciliation: \($0)") }
  }

  private mutating func takeOver(_ account: AccountSnapshot, _ found: inout Reconciliation) {
    state.isTied = true
    state.cashQuote = account.cashQuote
    state.feesQuote = account.feesQuote
    state.trades.settle(through: account.lastTradeID)
    for slot in state.positions.indices {
      let position = slot < account.positions.count ? account.positions[slot] : .flat
      if state.positions[slot].matches(position) { continue }
      state.positions[slot] = position
      state.protections[slot].wish = position.side == .flat ? .none : .missing
      state.protections[slot].distance = nil
      found.repairs.append("\(state.symbols[slot]): position of \(position.quantity) taken over from the venue")
    }
    found.repairs.append("cash \(account.cashQuote) taken over from the venue at trade \(account.lastTradeID)")
  }

  private mutating func reconcileOrders(
    _ told: [OrderSnapshot], _ found: inout Reconciliation, _ effects: inout [ExecutionEffect]
  ) {
    for id in told.filter({ !$0.isPossible }).map(\.request.clientID) {
      // No evidence of anything: an order of ours is asked about as if it had not been told of.
      state.isUnreconciled = true
      found.differences.append("order \(id): the venue tells of an order that cannot be")
    }
    let snapshots = told.filter(\.isPossible)
    for snapshot in snapshots where !state.orders.contains(where: { $0.id == snapshot.request.clientID }) {
      adoptStranger(snapshot, &found, &effects)
    }
    for id in state.orders.map(\.id) {
      guard let index = index(of: id) else { continue }
      if let snapshot = snapshots.first(where: { $0.request.clientID == id }) {
        let before = state.orders[index].state
        adopt(snapshot, at: index, &effects)
        if let after = order(id)?.state, after != before {
          found.repairs.append("order \(id): \(after.rawValue), among the venue's open orders")
        }
        continue
      }
      let isUnderWay = state.orders[index].state == .intended || state.orders[index].state == .submitted
      // An order that this process is sending cannot be in a snapshot yet; one of an earlier process could.
      if isUnderWay && !hasOldSubmissions { continue }
      if isUnderWay { move(index, to: .unknown, &effects) }
      found.queried += 1
      effects.append(.query(id))
    }
  }

  /// An order that rests at the venue and that we do not know: reserved at once, and ended unless it is a stop that fits.
  private mutating func adoptStranger(
    _ snapshot: OrderSnapshot, _ found: inout Reconciliation, _ effects: inout [ExecutionEffect]
  ) {
    let id = snapshot.request.clientID
    let slot = Int(snapshot.request.instrument.index)
    guard slot < instruments.count, state.ended.last(where: { $0.id == id }) == nil else {
      found.differences.append("order \(id) rests at the venue, but had ended or is of an unknown instrument")
      effects.append(.cancel(id))
      return
    }
    var reserve = Price.zero
    switch snapshot.request.kind {
    case .limit(let price), .stopMarket(let price): reserve = price
    case .market: reserve = state.positions[slot].averagePrice ?? .zero
    }
    var order = TrackedOrder(
      request: snapshot.request, decidedAt: found.at, reservePrice: reserve, state: .accepted)
    order.isAcknowledged = true
    order.filledQuantity = snapshot.filledQuantity
    order.venueFilledQuantity = snapshot.filledQuantity
    state.orders.append(order)
    // The guard counts by itself: its numbers say nothing about decisions.
    if id.role != .guardFlatten { state.lastDecision = max(state.lastDecision ?? 0, id.sequence) }
    found.repairs.append("order \(id): unknown to us, adopted from the venue's open orders")
    effects.append(.alert("order \(id) rests at the venue and was unknown to us"))
    if id.role == .protectiveStop {
      state.protections[slot].raise(to: id.sequence, attempt: Int(id.attempt) + 1)
      adoptStop(snapshot, slot)
    } else if id.role == .takeProfit {
      state.protections[slot].raise(to: id.sequence, attempt: 0)
      state.protections[slot].nextTakeProfit = max(state.protections[slot].nextTakeProfit ?? 0, Int(id.attempt) + 1)
      requestCancel(state.orders.count - 1, &effects)
    } else {
      requestCancel(state.orders.count - 1, &effects)
    }
  }

  /// A stranger's stop shows the distance that a position taken over from the venue was given.
  private mutating func adoptStop(_ snapshot: OrderSnapshot, _ slot: Int) {
    let position = state.positions[slot]
    guard case .stopMarket(let trigger) = snapshot.request.kind, state.protections[slot].wish == .missing,
      trigger.isPositive, let average = position.averagePrice,
      let distance = try? position.side == .long ? average.subtracting(trigger) : trigger.subtracting(average)
    else { return }
    state.protections[slot].wish = .stop
    state.protections[slot].distance = distance
  }

  private mutating func compare(
    _ account: AccountSnapshot, _ found: inout Reconciliation, _ effects: inout [ExecutionEffect]
  ) {
    let ours = state.trades.highest
    guard account.lastTradeID == ours else {
      // Fills came between the venue's answers: neither side is wrong, the next look decides. A venue that stays behind
      // has forgotten trades.
      needsReconciliation = true
      found.isStale = true
      staleLooks += 1
      if staleLooks >= Self.staleLooksAllowed {
        state.isUnreconciled = true
        state.counters.differences += 1
        found.differences.append("venue stays at trade \(account.lastTradeID), ours is \(ours)")
        effects.append(.alert("reconciliation: venue stays at trade \(account.lastTradeID), ours is \(ours)"))
      }
      found.repairs.append("account read at trade \(account.lastTradeID), ours stands at \(ours): look again")
      return
    }
    staleLooks = 0
    if account.cashQuote != state.cashQuote {
      found.differences.append("cash: venue \(account.cashQuote), ours \(state.cashQuote)")
    }
    for slot in state.positions.indices {
      let venue = slot < account.positions.count ? account.positions[slot] : .flat
      let own = state.positions[slot]
      if venue.matches(own) { continue }
      if venue.side == own.side && venue.quantity == own.quantity && account.cashQuote == state.cashQuote {
        // Partial closes share the cost by the order of the trades, and reports may have come in another one.
        found.repairs.append(
          "\(state.symbols[slot]): cost \(own.totalCostQuote) becomes the venue's \(venue.totalCostQuote); "
            + "quantity and cash agree at trade \(ours)")
        state.positions[slot].totalCostQuote = venue.totalCostQuote
        continue
      }
      found.differences.append(
        "\(state.symbols[slot]): venue \(venue.side) \(venue.quantity) costing \(venue.totalCostQuote), "
          + "ours \(own.side) \(own.quantity) costing \(own.totalCostQuote)")
    }
    if found.differences.isEmpty {
      state.trades.settle(through: account.lastTradeID)
      if state.isUnreconciled { found.repairs.append("account and positions agree again at trade \(ours)") }
      state.isUnreconciled = false
    } else {
      state.counters.differences += 1
      state.isUnreconciled = true
      effects += found.differences.map { .alert("reconciliation at trade \(ours): \($0)") }
    }
  }
}

extension PositionView {
  /// Whether two views hold the same; when it was opened may differ.
  func matches(_ other: PositionView) -> Bool {
    side == other.side && quantity == other.quantity && totalCostQuote == other.totalCostQuote
  }
}
