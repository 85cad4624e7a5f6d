import Core

/// How an order ends.
enum OrderEnd {
  case filled, cancelled
  case expired(ExpiryReason)
}

extension MatchingEngine {
  /// Ends an order: out of its book, claims released, its place free. Its pair, if it still has one, ends with it.
  mutating func end(_ slot: Int32, _ how: OrderEnd, _ time: Timestamp, _ events: inout [EngineEvent]) {
    unlink(slot)
    index.remove(slot, slab)
    let node = slab[slot]
    release(node)
    switch how {
    case .filled: break
    case .cancelled: events.append(.cancelled(node.tag, at: time))
    case .expired(let reason): events.append(.expired(node.tag, reason, at: time))
    }
    slab.remove(slot)
    guard node.partner >= 0 else { return }
    slab[node.partner].partner = OrderNode.none
    if case .cancelled = how {
      end(node.partner, .cancelled, time, &events)
    } else {
      end(node.partner, .expired(.otherLeg), time, &events)
    }
  }

  private mutating func release(_ node: OrderNode) {
    cash[cashPlace(node.account, node.instrument)].locked -= node.claimQuote
    let place = holdingPlace(node.account, node.instrument)
    holdings[place].lockedBase -= node.claimBase
    holdings[place].openOrders -= 1
    if node.sentKind == .stop || node.sentKind == .stopLimit { holdings[place].openStops -= 1 }
    books[Int(node.instrument)].openOrders -= 1
    let account = Int(node.account)
    accounts[account].openOrders -= 1
    if node.accountPrevious >= 0 {
      slab[node.accountPrevious].accountNext = node.accountNext
    } else {
      accounts[account].firstOrder = node.accountNext
    }
    if node.accountNext >= 0 {
      slab[node.accountNext].accountPrevious = node.accountPrevious
    } else {
      accounts[account].lastOrder = node.accountPrevious
    }
  }

  /// Ends an open order, and its pair. Why not, if not.
  @discardableResult
  public mutating func cancel(
    _ key: ClientKey, of account: AccountID, at time: Timestamp, into events: inout [EngineEvent]
  ) -> EngineRefusal? {
    advanceClock(to: time, into: &events)
    if let refusal = charge(account, orders: 0, weight: 1, at: time) { return refusal }
    let slot = index.find(account.index, key, slab)
    guard slot >= 0 else { return .unknownOrder }
    end(slot, .cancelled, time, &events)
    return nil
  }

  /// Ends all open orders of an account, or those in one instrument, in order of acceptance. Returns how many.
  @discardableResult
  public mutating func cancelAll(
    of account: AccountID, in instrument: InstrumentID? = nil, at time: Timestamp, into events: inout [EngineEvent]
  ) -> Int {
    advanceClock(to: time, into: &events)
    return withdrawAll(of: account, in: instrument, time, &events)
  }

  private mutating func withdrawAll(
    of account: AccountID, in instrument: InstrumentID?, _ time: Timestamp, _ events: inout [EngineEvent]
  ) -> Int {
    guard account.index >= 0, Int(account.index) < accounts.count else { return 0 }
    let before = accounts[Int(account.index)].openOrders
    var slot = accounts[Int(account.index)].firstOrder
    while slot >= 0 {
      var next = slab[slot].accountNext
      if instrument == nil || slab[slot].instrument == instrument?.index {
        // The pair ends with the order: go on behind it.
        if next >= 0, next == slab[slot].partner { next = slab[next].accountNext }
        end(slot, .cancelled, time, &events)
      }
      slot = next
    }
    return before - accounts[Int(account.index)].openOrders
  }

  /// Cancels all of an account's orders at `time` + `milliseconds`, unless this is called again before; nil ends the
  /// countdown. By the engine's clock: it runs with every operation and with `advanceClock`.
  public mutating func setCountdown(_ milliseconds: Int64?, of account: AccountID, at time: Timestamp) {
    guard account.index >= 0, Int(account.index) < accounts.count else { return }
    accounts[Int(account.index)].deadline = milliseconds.map { time.adding(milliseconds: max(0, $0)) }
    turnDeadline()
  }

  private mutating func turnDeadline() {
    nextDeadline = accounts.compactMap(\.deadline).min() ?? Timestamp(milliseconds: .max)
  }

  /// When the account's orders are cancelled unless it is heard of; nil: never.
  public func deadline(of account: AccountID) -> Timestamp? { accounts[Int(account.index)].deadline }

  /// Moves the clock; countdowns that end by then cancel, in order of accounts, at the time of their deadlines. A clock
  /// never goes back.
  public mutating func advanceClock(to time: Timestamp, into events: inout [EngineEvent]) {
    if clock < time { clock = time }
    guard nextDeadline <= clock else { return }
    for account in accounts.indices {
      guard let deadline = accounts[account].deadline, deadline <= clock else { continue }
      accounts[account].deadline = nil
      _ = withdrawAll(of: AccountID(account), in: nil, deadline, &events)
    }
    turnDeadline()
  }
}
