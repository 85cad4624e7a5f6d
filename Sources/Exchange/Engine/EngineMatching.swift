import Core

extension MatchingEngine {
  /// How a meeting of two orders went.
  private enum Meeting { case traded, makerEnded, takerEnded }

  /// Lets a market or limit order take what the book has for it; what is left rests or expires.
  mutating func execute(_ slot: Int32, _ time: Timestamp, _ events: inout [EngineEvent]) {
    let (instrument, isBuy, number) = (slab[slot].instrument, slab[slot].isBuy, slab[slot].number)
    let limit = slab[slot].kind == .limit ? (isBuy ? -slab[slot].limit : slab[slot].limit) : Int64.min
    let opposite = 4 * Int(instrument) + (isBuy ? 1 : 0)
    if slab[slot].timeInForce == .fillOrKill, slab[slot].kind == .limit,
      !canFill(slot, opposite: opposite, limit: limit, time)
    {
      return end(slot, .expired(.timeInForce), time, &events)
    }
    while let best = ladders[opposite].best, best.rank >= limit {
      let price = isBuy ? -best.rank : best.rank
      guard meet(best.head, slot, price, time, &events) != .takerEnded else { return }
      if slab[slot].number != number { return }
    }
    if slab[slot].kind == .market || slab[slot].timeInForce != .goodTillCancelled {
      end(slot, .expired(.timeInForce), time, &events)
    } else {
      rest(slot)
    }
  }

  private mutating func meet(
    _ maker: Int32, _ taker: Int32, _ price: Int64, _ time: Timestamp, _ events: inout [EngineEvent]
  ) -> Meeting {
    if slab[maker].account == slab[taker].account, slab[taker].selfTradePrevention != .none {
      let mode = slab[taker].selfTradePrevention
      if mode != .expireTaker { end(maker, .expired(.selfTrade), time, &events) }
      if mode == .expireMaker { return .makerEnded }
      end(taker, .expired(.selfTrade), time, &events)
      return .takerEnded
    }
    let offered = tradable(maker)
    guard offered > 0 else {
      end(maker, .expired(.reduceOnly), time, &events)
      return .makerEnded
    }
    let wanted = tradable(taker)
    guard wanted > 0 else {
      end(taker, .expired(.reduceOnly), time, &events)
      return .takerEnded
    }
    let quantity = min(offered, wanted)
    guard let made = settlement(of: maker, quantity, price, isMaker: true, time) else {
      end(maker, .expired(.funds), time, &events)
      return .makerEnded
    }
    guard var taken = settlement(of: taker, quantity, price, isMaker: false, time) else {
      end(taker, .expired(.funds), time, &events)
      return .takerEnded
    }
    tradeCount += 1
    let book = Int(slab[maker].instrument)
    books[book].last = price
    books[book].high = max(books[book].high, price)
    books[book].low = min(books[book].low, price)
    ladders[Int(slab[maker].ladder)].reduce(rank: slab[maker].isBuy ? price : -price, by: quantity)
    apply(made, to: maker, isMaker: true, time, &events)
    if slab[maker].account == slab[taker].account {
      // One account on both sides: the second half starts from what the first has left.
      taken = settlement(of: taker, quantity, price, isMaker: false, time, isForced: true) ?? taken
    }
    apply(taken, to: taker, isMaker: false, time, &events)
    let takerNumber = slab[taker].number
    finish(maker, time, &events)
    if slab[taker].number != takerNumber { return .takerEnded }
    return finish(taker, time, &events) ? .takerEnded : .traded
  }

  /// What an order can trade now: all that is left, or what there is to reduce.
  func tradable(_ slot: Int32) -> Int64 {
    let node = slab[slot]
    guard node.isReduceOnly else { return node.remaining }
    return min(node.remaining, holdings[holdingPlace(node.account, node.instrument)].reducible(isBuy: node.isBuy))
  }

  /// After a trade of an order: its pair ends, and the order too when nothing is left for it. Whether it ended.
  @discardableResult
  mutating func finish(_ slot: Int32, _ time: Timestamp, _ events: inout [EngineEvent]) -> Bool {
    let partner = slab[slot].partner
    if partner >= 0 {
      slab[slot].partner = OrderNode.none
      slab[partner].partner = OrderNode.none
      end(partner, .expired(.otherLeg), time, &events)
    }
    if slab[slot].remaining == 0 {
      end(slot, .filled, time, &events)
      return true
    }
    if slab[slot].isReduceOnly, tradable(slot) == 0 {
      end(slot, .expired(.reduceOnly), time, &events)
      return true
    }
    return false
  }

  /// Whether a fill-or-kill order finds all of its quantity, from orders that are surely good for it: those that only
  /// reduce, or whose claim does not cover them whole, do not count; in doubt it is killed.
  private func canFill(_ slot: Int32, opposite: Int, limit: Int64, _ time: Timestamp) -> Bool {
    let taker = slab[slot]
    var left = tradable(slot)
    guard left == taker.remaining else { return false }
    var notional: Int128 = 0
    for level in ladders[opposite].levels.reversed() {
      guard level.rank >= limit, left > 0 else { break }
      var maker = level.head
      while maker >= 0, left > 0 {
        let node = slab[maker]
        if node.account == taker.account, taker.selfTradePrevention != .none {
          if taker.selfTradePrevention != .expireMaker { return false }
        } else if takesFromClaims(node) {
          return false
        } else if !node.isReduceOnly, node.opening == node.remaining || node.claimBase >= node.remaining {
          let quantity = min(left, node.remaining)
          left -= quantity
          notional += Int128(abs(level.rank)) * Int128(quantity)
        }
        maker = node.next
      }
    }
    guard left == 0 else { return false }
    guard taker.opening > 0, !taker.isBuy, let rules = rules(of: taker.instrument, at: time),
      let fee = EngineArithmetic.fee(notional, max(rules.takerFee.raw, 0))
    else { return true }
    // A short sold above its limit needs more collateral than it has claimed.
    return notional + fee <= cash[cashPlace(taker.account, taker.instrument)].available + taker.claimQuote
  }

  /// Whether a trade of the order could take from its account what another of its sales has locked, or has already.
  private func takesFromClaims(_ node: OrderNode) -> Bool {
    guard !node.isBuy else { return false }
    let holding = holdings[holdingPlace(node.account, node.instrument)]
    return holding.lockedBase > 0 && (node.isReduceOnly || holding.position.quantity.raw < holding.lockedBase)
  }

  /// Turns stops that the prices of the operation have reached into orders, until no more are: those of buyers first,
  /// from the lowest trigger; then those of sellers, from the highest.
  mutating func settleStops(_ instrument: UInt16, _ time: Timestamp, _ events: inout [EngineEvent]) {
    let book = Int(instrument)
    guard books[book].high >= books[book].low else { return }
    while true {
      if let best = ladders[4 * book + 2].best, -best.rank <= books[book].high {
        trigger(best.head, time, &events)
        execute(best.head, time, &events)
      } else if let best = ladders[4 * book + 3].best, best.rank >= books[book].low {
        trigger(best.head, time, &events)
        execute(best.head, time, &events)
      } else {
        break
      }
    }
    books[book].high = .min
    books[book].low = .max
  }

  /// Makes a stop the order that it stands for, outside of any ladder; its pair ends.
  mutating func trigger(_ slot: Int32, _ time: Timestamp, _ events: inout [EngineEvent]) {
    unlink(slot)
    slab[slot].kind = slab[slot].kind == .stop ? .market : .limit
    events.append(.triggered(slab[slot].tag, at: time))
    let partner = slab[slot].partner
    guard partner >= 0 else { return }
    slab[slot].partner = OrderNode.none
    slab[partner].partner = OrderNode.none
    end(partner, .expired(.otherLeg), time, &events)
    claimAgain(slot, time)
  }
}
