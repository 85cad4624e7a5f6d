import Core

extension MatchingEngine {
  /// Takes an order or refuses it, and lets it trade. The first event says which; a refused order leaves no trace but
  /// what it cost of the account's rates.
  public mutating func submit(_ order: EngineOrder, at time: Timestamp, into events: inout [EngineEvent]) {
    advanceClock(to: time, into: &events)
    if let refusal = charge(order.account, orders: 1, weight: 1, at: time) {
      return refuse(order, refusal, time, &events)
    }
    let claim: OrderClaim
    do throws(EngineRefusal) {
      claim = try self.claim(of: order, at: time)
    } catch {
      return refuse(order, error, time, &events)
    }
    let slot = place(OrderNode(order, number: orderCount + 1, claim: claim, liveFrom: time))
    events.append(.accepted(slab[slot].tag, at: time))
    start(slot, time, &events)
  }

  /// Takes a pair of which one ends the other, or refuses both: a limit that only makes, and a stop on the other side of
  /// the market. The limit's events come first.
  public mutating func submitPair(
    limit: EngineOrder, stop: EngineOrder, at time: Timestamp, into events: inout [EngineEvent]
  ) {
    advanceClock(to: time, into: &events)
    var limit = limit
    limit.isPostOnly = true
    if let refusal = charge(limit.account, orders: 2, weight: 1, at: time) {
      refuse(limit, refusal, time, &events)
      return refuse(stop, refusal, time, &events)
    }
    let claims: (limit: OrderClaim, stop: OrderClaim)
    do throws(EngineRefusal) {
      claims = try pairClaims(limit, stop, at: time)
    } catch {
      refuse(limit, error, time, &events)
      return refuse(stop, error, time, &events)
    }
    let first = place(OrderNode(limit, number: orderCount + 1, claim: claims.limit, liveFrom: time))
    let second = place(OrderNode(stop, number: orderCount + 1, claim: claims.stop, liveFrom: time))
    slab[first].partner = second
    slab[second].partner = first
    events.append(.accepted(slab[first].tag, at: time))
    events.append(.accepted(slab[second].tag, at: time))
    start(first, time, &events)
    // The limit may have traded with data that is there already, and ended the stop.
    if slab[second].number > 0 { start(second, time, &events) }
  }

  /// The claims of a pair: the larger one counts, with the limit. Throws for a pair that cannot be.
  func pairClaims(
    _ limit: EngineOrder, _ stop: EngineOrder, at time: Timestamp
  ) throws(EngineRefusal) -> (limit: OrderClaim, stop: OrderClaim) {
    guard case .limit(let price) = limit.type, let trigger = stop.type.trigger, limit.account == stop.account,
      limit.instrument == stop.instrument, limit.side == stop.side, limit.quantity == stop.quantity,
      limit.isReduceOnly == stop.isReduceOnly, limit.key != stop.key
    else { throw .invalid }
    var first = try claim(of: limit, at: time)
    var second = try claim(of: stop, at: time)
    guard slab.count + 2 <= limits.openOrders else { throw .engineFull }
    let place = Int(limit.instrument.index)
    if let most = traits[place].filters.maximumOpenOrders,
      Int(holdings[holdingPlace(limit.account.index, limit.instrument.index)].openOrders) + 2 > most
    {
      throw .maximumOrders
    }
    let last = books[place].last
    let isInOrder =
      limit.side == .sell
      ? price > trigger && (last == 0 || (price.raw > last && trigger.raw < last))
      : price < trigger && (last == 0 || (price.raw < last && trigger.raw > last))
    guard isInOrder else { throw .listPrices }
    first.quote = max(first.quote, second.quote)
    first.base = max(first.base, second.base)
    second.quote = 0
    second.base = 0
    return (first, second)
  }

  mutating func refuse(
    _ order: EngineOrder, _ refusal: EngineRefusal, _ time: Timestamp, _ events: inout [EngineEvent]
  ) {
    if refusal == .engineFull { refusedFull += 1 }
    let tag = OrderTag(account: order.account, instrument: order.instrument, number: 0, key: order.key)
    events.append(.rejected(tag, refusal, at: time))
  }

  /// Counts a request against the account's rates.
  mutating func charge(_ account: AccountID, orders: Int, weight: Int, at time: Timestamp) -> EngineRefusal? {
    guard let rates = limits.rates, account.index >= 0, Int(account.index) < accounts.count else { return nil }
    return accounts[Int(account.index)].use.charge(rates, orders: orders, weight: weight, at: time)
  }

  /// Files a checked order: its claim is locked, it can be found, it is nowhere in a book yet.
  mutating func place(_ node: OrderNode) -> Int32 {
    orderCount += 1
    let slot = slab.insert(node)
    index.insert(slot, slab)
    let account = Int(node.account)
    let last = accounts[account].lastOrder
    slab[slot].accountPrevious = last
    if last >= 0 { slab[last].accountNext = slot } else { accounts[account].firstOrder = slot }
    accounts[account].lastOrder = slot
    accounts[account].openOrders += 1
    books[Int(node.instrument)].openOrders += 1
    lock(slot)
    return slot
  }

  private mutating func lock(_ slot: Int32) {
    let (account, instrument) = (slab[slot].account, slab[slot].instrument)
    cash[cashPlace(account, instrument)].locked += slab[slot].claimQuote
    let place = holdingPlace(account, instrument)
    holdings[place].lockedBase += slab[slot].claimBase
    holdings[place].openOrders += 1
    if slab[slot].sentKind == .stop || slab[slot].sentKind == .stopLimit { holdings[place].openStops += 1 }
  }

  /// Lets an accepted order go to work.
  mutating func start(_ slot: Int32, _ time: Timestamp, _ events: inout [EngineEvent]) {
    let instrument = slab[slot].instrument
    turnRules(instrument, at: time)
    switch slab[slot].kind {
    case .stop, .stopLimit:
      rest(slot)
    case .market, .limit:
      if traits[Int(instrument)].isExternal {
        wait(slot, time, &events)
      } else {
        execute(slot, time, &events)
      }
    }
    if !traits[Int(instrument)].isExternal { settleStops(instrument, time, &events) }
  }

  /// Puts an order into the ladder of its side and kind.
  mutating func rest(_ slot: Int32) {
    let node = slab[slot]
    let isStop = node.kind == .stop || node.kind == .stopLimit
    let price = isStop ? node.trigger : node.limit
    let ladder = 4 * Int(node.instrument) + (isStop ? 2 : 0) + (node.isBuy ? 0 : 1)
    slab[slot].ladder = Int32(ladder)
    // Bids and stops of sellers: the highest first; asks and stops of buyers: the lowest first.
    let rank = node.isBuy != isStop ? price : -price
    ladders[ladder].append(slot, rank: rank, quantity: node.remaining, &slab)
  }

  /// Takes an order out of its ladder or queue, if it is in one.
  mutating func unlink(_ slot: Int32) {
    let node = slab[slot]
    if node.ladder >= 0 {
      let isStop = node.ladder & 2 != 0
      let price = isStop ? node.trigger : node.limit
      let rank = node.isBuy != isStop ? price : -price
      ladders[Int(node.ladder)].remove(slot, rank: rank, quantity: node.remaining, &slab)
    } else if node.ladder == OrderNode.waiting {
      let book = Int(node.instrument)
      if let place = books[book].waiting.firstIndex(of: slot) { books[book].waiting.remove(at: place) }
    }
    slab[slot].ladder = OrderNode.none
  }
}
