import Core

extension MatchingEngine {
  /// Lets an order wait for data, or take what a recorded book shows at once.
  mutating func wait(_ slot: Int32, _ time: Timestamp, _ events: inout [EngineEvent]) {
    let book = Int(slab[slot].instrument)
    let isBuy = slab[slot].isBuy
    if !books[book].outside[isBuy ? 1 : 0].isEmpty {
      return absorb(slot, time, &events)
    }
    waitForData(slot)
  }

  /// Limits that last rest in their ladder; markets, and limits of one moment, stand in a queue.
  mutating func waitForData(_ slot: Int32) {
    let book = Int(slab[slot].instrument)
    if slab[slot].kind == .limit, slab[slot].timeInForce == .goodTillCancelled {
      slab[slot].queueAhead = queue(before: slot)
      rest(slot)
    } else {
      slab[slot].ladder = OrderNode.waiting
      books[book].waiting.append(slot)
    }
  }

  /// What stands before a limit at its price when it arrives.
  private func queue(before slot: Int32) -> Int64 {
    let book = books[Int(slab[slot].instrument)]
    let own = book.outside[slab[slot].isBuy ? 0 : 1]
    guard !own.isEmpty else { return book.assumedQueue }
    return own.first { $0.price == slab[slot].limit }?.quantity ?? 0
  }

  /// Trades an order with the outside. Returns what traded; the order may have ended.
  @discardableResult
  mutating func fill(
    _ slot: Int32, atMost most: Int64, _ price: Price?, isMaker: Bool, _ time: Timestamp, _ events: inout [EngineEvent]
  ) -> Int64 {
    guard let price else {
      overflows += 1
      end(slot, .expired(.funds), time, &events)
      return 0
    }
    let quantity = min(tradable(slot), most)
    guard quantity > 0 else {
      if most > 0 { end(slot, .expired(.reduceOnly), time, &events) }
      return 0
    }
    guard let settled = settlement(of: slot, quantity, price.raw, isMaker: isMaker, time) else {
      end(slot, .expired(.funds), time, &events)
      return 0
    }
    tradeCount += 1
    if slab[slot].ladder >= 0 {
      let isStop = slab[slot].ladder & 2 != 0
      let own = isStop ? slab[slot].trigger : slab[slot].limit
      ladders[Int(slab[slot].ladder)].reduce(rank: slab[slot].isBuy != isStop ? own : -own, by: quantity)
    }
    apply(settled, to: slot, isMaker: isMaker, time, &events)
    finish(slot, time, &events)
    return quantity
  }

  /// Orders of one ladder that a price has reached, and the queue's, in order of acceptance.
  func inOrderOfAcceptance(_ slots: [Int32]) -> [(slot: Int32, number: UInt64)] {
    slots.map { ($0, slab[$0].number) }.sorted { $0.1 < $1.1 }
  }

  /// Whether a slot still holds the order of that number: others may have ended it.
  func isOpen(_ order: (slot: Int32, number: UInt64)) -> Bool { slab[order.slot].number == order.number }
}
