import Core

extension MatchingEngine {
  /// Brings a recorded trade to the orders of an instrument with external liquidity.
  ///
  /// The print's quantity is shared out: first market orders, at the print's price plus costs; then limits at a better
  /// price than the print's, best first, and those at its price once what stood before them has traded: each at its own
  /// price, as makers. Stops that the price has reached become orders first. What is left of an order works on.
  public mutating func trade(_ print: Trade, into events: inout [EngineEvent]) {
    let book = Int(print.instrument.index)
    guard book < books.count, traits[book].isExternal, print.price.isPositive, print.quantity.isPositive else { return }
    advanceClock(to: print.time, into: &events)
    books[book].last = print.price.raw
    guard books[book].openOrders > 0 else { return }
    turnRules(print.instrument.index, at: print.time)
    guard let rules = books[book].rules else { return }
    triggerStops(print.instrument, high: print.price, low: print.price, print.time, &events)
    var left = print.quantity.raw
    for order in inOrderOfAcceptance(books[book].waiting) where isOpen(order) && meets(order.slot, print.time) {
      let (slot, isBuy) = (order.slot, slab[order.slot].isBuy)
      let price = try? costs.marketPrice(at: print.price, side: slab[slot].side, tick: rules.tick)
      let limit = Price(raw: slab[slot].limit)
      let isWithin = slab[slot].kind == .market || price.map { isBuy ? $0 <= limit : $0 >= limit } ?? true
      let isKilled = slab[slot].timeInForce == .fillOrKill && slab[slot].kind == .limit && left < slab[slot].remaining
      if isWithin, !isKilled, left > 0 {
        left -= fill(slot, atMost: left, price, isMaker: false, print.time, &events)
      }
      if isOpen(order), slab[slot].kind == .limit { end(slot, .expired(.timeInForce), print.time, &events) }
    }
    // A seller who took at the print's price has met buyers there, and the other way round.
    for isBuy in [true, false] where left > 0 { shareOut(print, isBuy: isBuy, &left, &events) }
  }

  private func meets(_ slot: Int32, _ time: Timestamp) -> Bool { slab[slot].liveFrom <= time.milliseconds }

  private mutating func shareOut(_ print: Trade, isBuy: Bool, _ left: inout Int64, _ events: inout [EngineEvent]) {
    let ladder = 4 * Int(print.instrument.index) + (isBuy ? 0 : 1)
    let isOwnSide = isBuy == (print.aggressor == .sell)
    for slot in ladders[ladder].slots(downTo: isBuy ? print.price.raw : -print.price.raw, slab) {
      let order = (slot: slot, number: slab[slot].number)
      guard left > 0, order.number > 0, meets(slot, print.time) else { continue }
      if slab[slot].limit == print.price.raw {
        // At the same price the print trades with this side only if its aggressor came from the other.
        guard isOwnSide else { continue }
        let before = min(slab[slot].queueAhead, left)
        slab[slot].queueAhead -= before
        guard slab[slot].queueAhead == 0, left > before else { continue }
        let traded = fill(slot, atMost: left - before, print.price, isMaker: true, print.time, &events)
        left -= traded
      } else {
        left -= fill(slot, atMost: left, Price(raw: slab[slot].limit), isMaker: true, print.time, &events)
      }
    }
  }

  /// Turns stops that a price has reached into orders that wait for data, in order of acceptance.
  mutating func triggerStops(
    _ instrument: InstrumentID, high: Price, low: Price, _ time: Timestamp, _ events: inout [EngineEvent]
  ) {
    let place = 4 * Int(instrument.index)
    if ladders[place + 2].isEmpty && ladders[place + 3].isEmpty { return }
    let slots = ladders[place + 2].slots(downTo: -high.raw, slab) + ladders[place + 3].slots(downTo: low.raw, slab)
    for order in inOrderOfAcceptance(slots) where isOpen(order) && meets(order.slot, time) {
      trigger(order.slot, time, &events)
      wait(order.slot, time, &events)
    }
  }

  /// What limits are taken to wait behind at their price when no recorded book says more.
  public mutating func setAssumedQueue(_ quantity: Quantity, of instrument: InstrumentID) {
    books[Int(instrument.index)].assumedQueue = quantity.raw
  }
}
