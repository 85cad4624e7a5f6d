import Core
import Execution

extension GuardStage {
  /// The venue could not say how its books stand.
  package mutating func lookFailed(_ cause: String, at now: UInt64) -> [GuardEffect] {
    isLooking = false
    counters.failedLooks += 1
    nextLook = now &+ UInt64(rules.lookMillis) * 1_000_000
    let count = counters.failedLooks
    // Said at the first failure and whenever their number has doubled.
    return count & (count - 1) == 0 ? [.log(.critical, "guard: venue: \(cause) (\(count) times)")] : []
  }

  /// What became of a closing order.
  package mutating func receive(_ outcome: SubmitOutcome, of id: ClientOrderID, at now: UInt64) -> [GuardEffect] {
    switch outcome {
    case .accepted: return []
    case .rejected(let reason):
      counters.refusedOrders += 1
      return [.log(.warning, "guard: \(id) refused: \(reason.rawValue)")]
    case .unknown(let cause):
      // The next look tells by orders and positions; the order could only shrink one.
      counters.unknownOrders += 1
      return [.log(.warning, "guard: \(id): no trusted answer (\(cause))")]
    }
  }

  /// The venue's books: what is left to end, and to close. `wallClock` chooses the instruments' rules.
  package mutating func receive(_ books: GuardBooks, at now: UInt64, wallClock: Timestamp) -> [GuardEffect] {
    isLooking = false
    grow(to: books.positions.count)
    guard aim != .none else { return [] }
    var effects: [GuardEffect] = []
    endOrders(books, at: now, &effects)
    if aim == .flatten {
      for slot in books.positions.indices { close(slot, books, at: now, wallClock, &effects) }
    }
    let isOpen = books.positions.indices.contains { tradable($0, books, wallClock).side != .flat }
    let isClearNow =
      effects.isEmpty && !books.openOrders.contains { mustEnd($0) } && (aim < .flatten || !isOpen)
    if isClearNow && !isClear {
      let what = aim == .flatten ? "no order is open and every position is flat" : "nothing is left to cancel"
      effects.append(.log(.notice, "guard: \(what); it keeps watching"))
      effects.append(.notify(event: "guard_clear", what))
    }
    isClear = isClearNow
    nextLook = now &+ UInt64(isClear ? rules.watchMillis : rules.lookMillis) * 1_000_000
    return effects
  }

  /// What of a position can be traded: dust cannot.
  private func tradable(_ slot: Int, _ books: GuardBooks, _ wallClock: Timestamp) -> PositionView {
    let rules = slot < instruments.count ? instruments.instruments[slot].rules(at: wallClock) : nil
    return books.positions[slot].tradable(under: rules)
  }

  private mutating func grow(to count: Int) {
    let missing = count - tries.count
    guard missing > 0 else { return }
    waitingSince += Array(repeating: nil, count: missing)
    tries += Array(repeating: 0, count: missing)
    sentAt += Array(repeating: 0, count: missing)
  }

  /// Whether an order is one that the guard ends. Its own closing orders end by their price, or by time.
  private func mustEnd(_ order: OrderSnapshot) -> Bool {
    switch aim {
    case .none: false
    case .cancelEntries: !order.request.isReduceOnly
    case .cancelAll: true
    case .flatten: order.request.clientID.role != .guardFlatten
    }
  }

  private mutating func endOrders(_ books: GuardBooks, at now: UInt64, _ effects: inout [GuardEffect]) {
    cancels.removeAll { sent in !books.openOrders.contains { $0.request.clientID == sent.id } }
    let ids = books.openOrders.filter { mustEnd($0) }.map(\.request.clientID)
    cancel(ids, at: now, &effects)
  }

  private mutating func cancel(_ ids: [ClientOrderID], at now: UInt64, _ effects: inout [GuardEffect]) {
    let due = ids.filter { id in
      guard let sent = cancels.first(where: { $0.id == id }) else { return true }
      return now &- sent.at >= UInt64(rules.resendMillis) * 1_000_000
    }
    guard !due.isEmpty else { return }
    cancels.removeAll { due.contains($0.id) }
    cancels += due.map { ($0, now) }
    counters.cancels += due.count
    effects.append(.cancel(due))
  }

  /// Brings one position to nothing: at most one closing order at a time, re-priced while it rests.
  private mutating func close(
    _ slot: Int, _ books: GuardBooks, at now: UInt64, _ wallClock: Timestamp, _ effects: inout [GuardEffect]
  ) {
    let position = tradable(slot, books, wallClock)
    let orders = books.openOrders.filter { Int($0.request.instrument.index) == slot }
    let own = orders.filter { $0.request.clientID.role == .guardFlatten }
    guard position.side != .flat else {
      waitingSince[slot] = nil
      tries[slot] = 0
      // A closing order without a position could open one the other way at a venue that knows no reduce-only.
      return cancel(own.map(\.request.clientID), at: now, &effects)
    }
    if !own.isEmpty {
      guard now &- sentAt[slot] >= UInt64(rules.repriceMillis) * 1_000_000 else { return }
      return cancel(own.map(\.request.clientID), at: now, &effects)
    }
    if orders.isEmpty {
      waitingSince[slot] = nil
    } else {
      let since = waitingSince[slot] ?? now
      waitingSince[slot] = since
      guard now &- since >= UInt64(rules.patienceMillis) * 1_000_000 else { return }
    }
    guard let order = closingOrder(slot, position, books.prices, wallClock) else {
      return effects.append(.log(.critical, "guard: position \(slot) cannot be closed: no usable price or rules"))
    }
    tries[slot] += 1
    sentAt[slot] = now
    counters.orders += 1
    effects.append(.submit(order))
  }

  private mutating func closingOrder(
    _ slot: Int, _ position: PositionView, _ prices: [Price?], _ wallClock: Timestamp
  ) -> ProtectiveOrder? {
    guard slot < instruments.count else { return nil }
    let instrument = instruments.instruments[slot]
    // The venue's word, else the bot's last, else what the position cost: better a poor bound than no order.
    let last =
      (slot < prices.count ? prices[slot] : nil) ?? rememberedPrice(instrument.symbol) ?? position.averagePrice
    guard let last, last.isPositive, let rules = instrument.rules(at: wallClock),
      let limit = try? ExecutionStage.flattenLimit(
        position.side, last: last, tick: rules.tick, collar: self.rules.collar(after: tries[slot]))
    else { return nil }
    defer {
      attempt &+= 1
      if attempt == 0 { sequence += 1 }
    }
    return ProtectiveOrder(
      sequence: sequence, role: .guardFlatten, attempt: attempt, instrument: instrument.id, position: position,
      kind: .limit(limit), lot: rules.lot)
  }
}
