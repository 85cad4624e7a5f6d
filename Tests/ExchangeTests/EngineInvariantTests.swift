import Core
import Exchange
import Testing

/// What must hold after every operation, whatever it was.
@Suite struct EngineInvariantTests {
  @Test(arguments: UInt64(101)...104)
  func nothingIsMadeNorLost(seed: UInt64) throws {
    var walk = EngineWalk(seed: seed)
    var cash = total(walk.engine), base = totalBase(walk.engine)
    for step in 0..<30_000 {
      let operation = walk.nextOperation()
      let claimed = walk.engine
      _ = walk.play(operation)
      if case .deposit(_, let amount) = operation { cash += amount.raw }
      for case .trade(let fill) in walk.events { base[Int(fill.order.instrument.index)] -= fill.feeBase.raw }
      let place = { "seed \(seed), step \(step): \(operation)" }
      try #require(total(walk.engine) == cash, "\(place())")
      try #require(totalBase(walk.engine) == base, "\(place())")
      try #require(lockedIsClaimed(walk.engine), "\(place())")
      try #require(booksAreSound(walk.engine), "\(place())")
      try #require(hasPriceTimePriority(walk.events, before: claimed), "\(place())")
    }
  }

  /// All cash, and all fees paid in it.
  private func total(_ engine: MatchingEngine) -> Int128 {
    (0..<EngineWalk.accounts).reduce(0) {
      $0 + engine.totalCash(of: AccountID($1)).raw + engine.feesPaid(by: AccountID($1)).raw
    }
  }

  private func totalBase(_ engine: MatchingEngine) -> [Int64] {
    engine.instruments.map { instrument in
      (0..<EngineWalk.accounts).reduce(0) {
        let position = engine.position(of: AccountID($1), in: instrument.instrument.id)
        return $0 + Int64(position.side.rawValue) * position.quantity.raw
      }
    }
  }

  /// What is locked is what the open orders have claimed and the shorts have brought; nothing is short that must not be.
  private func lockedIsClaimed(_ engine: MatchingEngine) -> Bool {
    (0..<EngineWalk.accounts).allSatisfy { index in
      let account = AccountID(index)
      let open = engine.openOrders(of: account)
      let shorts = engine.instruments.reduce(Int128(0)) {
        let position = engine.position(of: account, in: $1.instrument.id)
        return $0 + (position.side == .short ? 2 * position.totalCostQuote.raw : 0)
      }
      let isCovered = engine.cash(of: account).locked.raw == open.reduce(shorts) { $0 + $1.lockedQuote.raw }
      return isCovered
        && engine.instruments.allSatisfy { instrument in
          let id = instrument.instrument.id
          let claimed = open.filter { $0.order.instrument == id }.reduce(0) { $0 + $1.lockedBase.raw }
          return claimed == engine.lockedBase(of: account, in: id).raw
            && (instrument.instrument.isShortable || engine.position(of: account, in: id).side != .short)
        }
    }
  }

  /// Bids below asks, levels in order, and every level the sum of its orders.
  private func booksAreSound(_ engine: MatchingEngine) -> Bool {
    let open = (0..<EngineWalk.accounts).flatMap { engine.openOrders(of: AccountID($0)) }
    return engine.instruments.allSatisfy { instrument in
      let id = instrument.instrument.id
      let bids = engine.levels(of: id, side: .buy, depth: .max), asks = engine.levels(of: id, side: .sell, depth: .max)
      let isCrossed = (bids.first?.price).flatMap { bid in asks.first.map { bid >= $0.price } } ?? false
      let isSorted =
        zip(bids, bids.dropFirst()).allSatisfy { $0.price > $1.price }
        && zip(asks, asks.dropFirst()).allSatisfy { $0.price < $1.price }
      let resting = open.filter {
        $0.order.instrument == id && $0.order.type.limit != nil && ($0.order.type.trigger == nil || $0.isTriggered)
      }
      let isSummed = [(Side.buy, bids), (.sell, asks)].allSatisfy { side, levels in
        levels.allSatisfy { level in
          let orders = resting.filter { $0.order.side == side && $0.order.type.limit == level.price }
          return level.quantity.raw == orders.reduce(0) { $0 + $1.order.quantity.raw - $1.filledQuantity.raw }
        } && levels.count == Set(resting.filter { $0.order.side == side }.compactMap(\.order.type.limit)).count
      }
      return !isCrossed && isSorted && isSummed
    }
  }

  /// The makers of one taker come in order of price, and none trades beyond its limit.
  private func hasPriceTimePriority(_ events: [EngineEvent], before: MatchingEngine) -> Bool {
    var taker: UInt64 = 0
    var lastPrice: Price?
    var lastMaker: (price: Price, number: UInt64)?
    var maker: EngineFill?
    for case .trade(let fill) in events {
      if fill.isMaker {
        maker = fill
        continue
      }
      guard let made = maker, made.tradeID == fill.tradeID, made.price == fill.price, made.quantity == fill.quantity,
        made.side != fill.side
      else { return false }
      if fill.order.number != taker { (taker, lastPrice, lastMaker) = (fill.order.number, nil, nil) }
      if let last = lastPrice, fill.side == .buy ? fill.price < last : fill.price > last { return false }
      // Orders that rested before as they were: at one price the earlier accepted goes first.
      if let resting = before.order(made.order.key, of: made.order.account), resting.order.type.trigger == nil {
        if let last = lastMaker, last.price == made.price, last.number > made.order.number { return false }
        lastMaker = (made.price, made.order.number)
      }
      lastPrice = fill.price
    }
    return true
  }
}
