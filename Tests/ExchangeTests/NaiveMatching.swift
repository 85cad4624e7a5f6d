import Core
import Exchange

extension NaiveEngine {
  enum End { case filled, cancelled, expired(ExpiryReason) }

  func tag(_ order: Order) -> OrderTag {
    OrderTag(
      account: order.sent.account, instrument: order.sent.instrument, number: order.number, key: order.sent.key)
  }

  mutating func add(_ order: EngineOrder, _ claim: Order) -> UInt64 {
    orderCount += 1
    var claim = claim
    claim.number = orderCount
    claim.sent = order
    orders.append(claim)
    lock(claim, 1)
    events.append(.accepted(tag(claim), at: now))
    return orderCount
  }

  mutating func lock(_ order: Order, _ direction: Int64) {
    let account = Int(order.sent.account.index)
    accounts[account].locked += Int128(direction) * order.lockedQuote
    accounts[account].lockedBase[Int(order.sent.instrument.index)] += direction * order.lockedBase
  }

  mutating func end(_ number: UInt64, _ how: End) {
    guard let place = find(number) else { return }
    let order = orders.remove(at: place)
    lock(order, -1)
    switch how {
    case .filled: break
    case .cancelled: events.append(.cancelled(tag(order), at: now))
    case .expired(let reason): events.append(.expired(tag(order), reason, at: now))
    }
    guard let partner = order.partner, let other = find(partner) else { return }
    orders[other].partner = nil
    if case .cancelled = how { end(partner, .cancelled) } else { end(partner, .expired(.otherLeg)) }
  }

  mutating func queue(_ number: UInt64) {
    queueCount += 1
    orders[find(number)!].queued = queueCount
  }

  mutating func start(_ number: UInt64) {
    guard let place = find(number) else { return }
    let instrument = orders[place].sent.instrument
    if orders[place].isStop { queue(number) } else { match(number) }
    settleStops(instrument)
  }

  mutating func settleStops(_ instrument: InstrumentID) {
    while let high = prices.max(), let low = prices.min() {
      let stops = orders.filter { $0.isStop && $0.sent.instrument == instrument }
      let buys = stops.filter { $0.isBuy && $0.sent.type.trigger!.raw <= high }
      let sells = stops.filter { !$0.isBuy && $0.sent.type.trigger!.raw >= low }
      let next =
        buys.min { ($0.sent.type.trigger!.raw, $0.queued!) < ($1.sent.type.trigger!.raw, $1.queued!) }
        ?? sells.min { (-$0.sent.type.trigger!.raw, $0.queued!) < (-$1.sent.type.trigger!.raw, $1.queued!) }
      guard let next else { break }
      let place = find(next.number)!
      orders[place].isStop = false
      orders[place].queued = nil
      events.append(.triggered(tag(next), at: now))
      if let partner = next.partner {
        orders[place].partner = nil
        orders[find(partner)!].partner = nil
        end(partner, .expired(.otherLeg))
        claimAlone(next.number)
      }
      match(next.number)
    }
    prices = []
  }

  /// The claim of an order whose pair had locked for both.
  mutating func claimAlone(_ number: UInt64) {
    let place = find(number)!
    let order = orders[place]
    if order.sent.isReduceOnly { return }
    lock(order, -1)
    if !order.isBuy && !traits(order.sent).isShortable { orders[place].lockedBase = order.left }
    orders[place].lockedQuote = needed(order.sent, order.claimPrice, order.opening)
    lock(orders[place], 1)
  }

  mutating func match(_ number: UInt64) {
    let sent = orders[find(number)!].sent
    let limit = sent.type.limit
    let isBuy = sent.side == .buy
    if sent.timeInForce == .fillOrKill, limit != nil, !canKill(number) {
      return end(number, .expired(.timeInForce))
    }
    while let place = find(number) {
      guard let maker = best(sent.instrument, isBuy: isBuy), let price = maker.sent.type.limit else { break }
      if let limit, isBuy ? price > limit : price < limit { break }
      let taker = orders[place]
      if maker.sent.account == sent.account, sent.selfTradePrevention != .none {
        if sent.selfTradePrevention != .expireTaker { end(maker.number, .expired(.selfTrade)) }
        if sent.selfTradePrevention != .expireMaker { end(number, .expired(.selfTrade)) }
        continue
      }
      guard tradable(maker) > 0 else {
        end(maker.number, .expired(.reduceOnly))
        continue
      }
      guard tradable(taker) > 0 else { return end(number, .expired(.reduceOnly)) }
      let quantity = min(tradable(maker), tradable(taker))
      guard canCarry(maker, quantity, price.raw, rules(sent).makerFee) else {
        end(maker.number, .expired(.funds))
        continue
      }
      guard canCarry(taker, quantity, price.raw, rules(sent).takerFee) else { return end(number, .expired(.funds)) }
      tradeCount += 1
      last[Int(sent.instrument.index)] = price.raw
      prices.append(price.raw)
      trade(maker.number, quantity, price, isMaker: true)
      trade(number, quantity, price, isMaker: false)
      for side in [maker.number, number] { conclude(side) }
    }
    guard find(number) != nil else { return }
    if limit == nil || sent.timeInForce != .goodTillCancelled {
      end(number, .expired(.timeInForce))
    } else {
      queue(number)
    }
  }

  func tradable(_ order: Order) -> Int64 { order.sent.isReduceOnly ? min(order.left, held(order.sent)) : order.left }

  func canKill(_ number: UInt64) -> Bool {
    let taker = orders[find(number)!]
    guard tradable(taker) == taker.left else { return false }
    var left = taker.left
    var notional: Int128 = 0
    for maker in opposite(taker.sent.instrument, isBuy: taker.isBuy) where left > 0 {
      let price = maker.sent.type.limit!.raw
      if taker.isBuy ? price > taker.sent.type.limit!.raw : price < taker.sent.type.limit!.raw { break }
      if maker.sent.account == taker.sent.account, taker.sent.selfTradePrevention != .none {
        if taker.sent.selfTradePrevention != .expireMaker { return false }
        continue
      }
      let seller = accounts[Int(maker.sent.account.index)], slot = Int(maker.sent.instrument.index)
      let isEaten = maker.sent.isReduceOnly || seller.positions[slot].quantity.raw < seller.lockedBase[slot]
      if !maker.isBuy, seller.lockedBase[slot] > 0, isEaten { return false }
      let isSure = !maker.sent.isReduceOnly && (maker.opening == maker.left || maker.lockedBase >= maker.left)
      guard isSure else { continue }
      notional += Int128(price) * Int128(min(left, maker.left))
      left -= min(left, maker.left)
    }
    guard left == 0 else { return false }
    guard taker.opening > 0, !taker.isBuy else { return true }
    let fee = Self.fee(notional, rules(taker.sent).takerFee)
    return notional + fee <= available(Int(taker.sent.account.index)) + taker.lockedQuote
  }

  /// Locks and fees of a trade of an order.
  private func terms(_ order: Order, _ quantity: Int64, _ price: Int64, _ rate: Rate) -> (
    feeQuote: Int128, feeBase: Int64, lockedQuote: Int128, opening: Int64
  ) {
    let opening = min(order.opening, order.left - quantity)
    let locked = needed(order.sent, order.claimPrice, opening)
    if order.isBuy && traits(order.sent).feeAsset == .base && rate.isPositive {
      return (0, min(quantity, Int64(Self.fee(Int128(quantity), rate))), locked, opening)
    }
    return (Self.fee(Int128(price) * Int128(quantity), rate), 0, locked, opening)
  }

  func canCarry(_ order: Order, _ quantity: Int64, _ price: Int64, _ rate: Rate) -> Bool {
    let over = quantity - held(order.sent)
    if over <= 0 { return true }
    if !order.isBuy && !traits(order.sent).isShortable { return false }
    let terms = terms(order, quantity, price, rate)
    let released = order.lockedQuote - terms.lockedQuote
    return Int128(price) * Int128(over) + terms.feeQuote <= available(Int(order.sent.account.index)) + released
  }

  mutating func trade(_ number: UInt64, _ quantity: Int64, _ price: Price, isMaker: Bool) {
    let place = find(number)!
    let order = orders[place], account = Int(order.sent.account.index), slot = Int(order.sent.instrument.index)
    let rate = isMaker ? rules(order.sent).makerFee : rules(order.sent).takerFee
    let terms = terms(order, quantity, price.raw, rate)
    let notional = Int128(price.raw) * Int128(quantity)
    accounts[account].cash += (order.isBuy ? -notional : notional) - terms.feeQuote
    accounts[account].fees += terms.feeQuote
    let fill = Fill(
      tradeID: tradeCount, clientID: ClientOrderID(sequence: 0, role: .entry), instrument: order.sent.instrument,
      side: order.sent.side, quantity: Quantity(raw: quantity), price: price, feeQuote: Money(raw: terms.feeQuote),
      feeBase: Quantity(raw: terms.feeBase), isMaker: isMaker, time: now)
    accounts[account].positions[slot] = try! accounts[account].positions[slot].applying(fill).position
    lock(order, -1)
    orders[place].left -= quantity
    orders[place].opening = terms.opening
    orders[place].lockedQuote = terms.lockedQuote
    orders[place].lockedBase = min(order.lockedBase, orders[place].left)
    lock(orders[place], 1)
    events.append(
      .trade(
        EngineFill(
          order: tag(order), tradeID: tradeCount, side: order.sent.side, price: price,
          quantity: Quantity(raw: quantity), feeQuote: Money(raw: terms.feeQuote),
          feeBase: Quantity(raw: terms.feeBase), isMaker: isMaker, remaining: Quantity(raw: orders[place].left),
          time: now)))
  }

  /// Ends what a trade has ended: the pair, then an order with nothing left.
  mutating func conclude(_ number: UInt64) {
    guard let place = find(number) else { return }
    if let partner = orders[place].partner {
      orders[place].partner = nil
      if let other = find(partner) { orders[other].partner = nil }
      end(partner, .expired(.otherLeg))
    }
    guard let order = find(number).map({ orders[$0] }) else { return }
    if order.left == 0 {
      end(number, .filled)
    } else if order.sent.isReduceOnly, tradable(order) == 0 {
      end(number, .expired(.reduceOnly))
    }
  }
}
