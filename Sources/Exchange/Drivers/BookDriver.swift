import Core

extension MatchingEngine {
  /// Sets the recorded book of an instrument with external liquidity: levels best first. Takers absorb it level by
  /// level, at once; makers trade at their price when it crosses them, up to what crosses.
  ///
  /// A book whose sides cross one another, or are out of order, is refused, and changes nothing. Returns whether it was
  /// taken.
  @discardableResult
  public mutating func setBook(
    of instrument: InstrumentID, bids: [EngineLevel], asks: [EngineLevel], at time: Timestamp,
    into events: inout [EngineEvent]
  ) -> Bool {
    let book = Int(instrument.index)
    let isOrdered =
      zip(bids, bids.dropFirst()).allSatisfy { $0.price > $1.price }
      && zip(asks, asks.dropFirst()).allSatisfy { $0.price < $1.price }
    guard book < books.count, traits[book].isExternal, isOrdered,
      (bids + asks).allSatisfy({ $0.price.isPositive && $0.quantity.isPositive })
    else { return false }
    if let bid = bids.first, let ask = asks.first, bid.price >= ask.price { return false }
    advanceClock(to: time, into: &events)
    books[book].outside = [bids, asks].map { $0.map { OutsideLevel(price: $0.price.raw, quantity: $0.quantity.raw) } }
    tradeWithBook(instrument, time, &events)
    return true
  }

  /// Changes one level of a recorded book; quantity zero removes it.
  public mutating func change(_ change: BookChange, into events: inout [EngineEvent]) {
    let book = Int(change.instrument.index)
    guard book < books.count, traits[book].isExternal, change.price.isPositive, !change.quantity.isNegative else {
      return
    }
    advanceClock(to: change.time, into: &events)
    let side = change.side == .buy ? 0 : 1
    let price = change.price.raw
    let place =
      books[book].outside[side].firstIndex { side == 0 ? $0.price <= price : $0.price >= price }
      ?? books[book].outside[side].count
    let isThere = place < books[book].outside[side].count && books[book].outside[side][place].price == price
    switch (isThere, change.quantity.isZero) {
    case (true, true): books[book].outside[side].remove(at: place)
    case (true, false): books[book].outside[side][place].quantity = change.quantity.raw
    case (false, true): return
    case (false, false):
      books[book].outside[side].insert(OutsideLevel(price: price, quantity: change.quantity.raw), at: place)
    }
    tradeWithBook(change.instrument, change.time, &events)
  }

  private mutating func tradeWithBook(
    _ instrument: InstrumentID, _ time: Timestamp, _ events: inout [EngineEvent]
  ) {
    let book = Int(instrument.index)
    let (bids, asks) = (books[book].outside[0], books[book].outside[1])
    if let bid = bids.first, let ask = asks.first { books[book].last = bid.price / 2 + ask.price / 2 }
    guard books[book].openOrders > 0 else { return }
    turnRules(instrument.index, at: time)
    guard books[book].rules != nil else { return }
    // A stop of a buyer looks at what is asked, a stop of a seller at what is bid.
    if let bid = bids.first, let ask = asks.first {
      triggerStops(instrument, high: Price(raw: ask.price), low: Price(raw: bid.price), time, &events)
    }
    for order in inOrderOfAcceptance(books[book].waiting) where isOpen(order) {
      guard !books[book].outside[slab[order.slot].isBuy ? 1 : 0].isEmpty else { continue }
      unlink(order.slot)
      absorb(order.slot, time, &events)
    }
    for isBuy in [true, false] { crossMakers(instrument, isBuy: isBuy, time, &events) }
  }

  private mutating func crossMakers(
    _ instrument: InstrumentID, isBuy: Bool, _ time: Timestamp, _ events: inout [EngineEvent]
  ) {
    let book = Int(instrument.index)
    let ladder = 4 * book + (isBuy ? 0 : 1)
    let side = isBuy ? 1 : 0
    while let best = ladders[ladder].best, let level = books[book].outside[side].first {
      let price = isBuy ? best.rank : -best.rank
      guard isBuy ? level.price <= price : level.price >= price else { return }
      let traded = fill(best.head, atMost: level.quantity, Price(raw: price), isMaker: true, time, &events)
      consume(book, side, traded)
    }
  }

  private mutating func consume(_ book: Int, _ side: Int, _ quantity: Int64) {
    books[book].outside[side][0].quantity -= quantity
    if books[book].outside[side][0].quantity == 0 { books[book].outside[side].remove(at: 0) }
  }

  /// Lets an order outside of any ladder take from the recorded book; what is left rests, or expires.
  mutating func absorb(_ slot: Int32, _ time: Timestamp, _ events: inout [EngineEvent]) {
    let order = (slot: slot, number: slab[slot].number)
    let book = Int(slab[slot].instrument)
    let (isBuy, isLimit, limit) = (slab[slot].isBuy, slab[slot].kind == .limit, slab[slot].limit)
    let side = isBuy ? 1 : 0
    let isWithin = { (price: Int64) in !isLimit || (isBuy ? price <= limit : price >= limit) }
    if slab[slot].timeInForce == .fillOrKill, isLimit {
      let there = books[book].outside[side].prefix { isWithin($0.price) }.reduce(Int128(0)) { $0 + Int128($1.quantity) }
      if there < Int128(slab[slot].remaining) { return end(slot, .expired(.timeInForce), time, &events) }
    }
    while isOpen(order), let level = books[book].outside[side].first, isWithin(level.price) {
      let traded = fill(slot, atMost: level.quantity, Price(raw: level.price), isMaker: false, time, &events)
      consume(book, side, traded)
    }
    guard isOpen(order) else { return }
    if !isLimit || slab[slot].timeInForce != .goodTillCancelled {
      end(slot, .expired(.timeInForce), time, &events)
    } else {
      waitForData(slot)
    }
  }
}
