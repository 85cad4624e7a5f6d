import Core

/// What a trade makes of an order and its account, computed before anything changes.
struct Settlement {
  var quantity: Int64
  var price: Int64
  var feeQuote: Int128
  var feeBase: Int64
  var cash: Int128
  var fees: Int128
  var realised: Int128
  var shortCost: Int128
  var position: PositionView
  var opening: Int64
  var claimQuote: Int128
  var claimBase: Int64
  var time: Timestamp
}

extension MatchingEngine {
  /// The settlement of a trade; nil when the account cannot carry it, or the numbers do not fit.
  mutating func settlement(
    of slot: Int32, _ quantity: Int64, _ price: Int64, isMaker: Bool, _ time: Timestamp, isForced: Bool = false
  ) -> Settlement? {
    let node = slab[slot]
    guard let rules = rules(of: node.instrument, at: time) else { return nil }
    let traits = traits[Int(node.instrument)]
    let balance = cash[cashPlace(node.account, node.instrument)]
    let holding = holdings[holdingPlace(node.account, node.instrument)]
    let notional = Int128(price) * Int128(quantity)
    let rate = isMaker ? rules.makerFee.raw : rules.takerFee.raw
    var feeQuote: Int128 = 0
    var feeBase: Int64 = 0
    if node.isBuy && traits.isBaseFee && rate > 0 {
      guard let fee = EngineArithmetic.fee(Int128(quantity), rate) else { return overflow() }
      feeBase = min(quantity, Int64(truncatingIfNeeded: fee))
    } else {
      guard let fee = EngineArithmetic.fee(notional, rate) else { return overflow() }
      feeQuote = fee
    }
    let left = node.remaining - quantity
    let opening = min(node.opening, left)
    let claimBase = node.claimBase == 0 ? 0 : min(node.claimBase, left)
    guard
      let claimQuote = claimed(node.claimPrice, opening, isBuy: node.isBuy, rules, traits),
      let flow = EngineArithmetic.sum(node.isBuy ? -notional : notional, -feeQuote),
      let total = EngineArithmetic.sum(balance.total, flow), let fees = EngineArithmetic.sum(balance.fees, feeQuote)
    else { return overflow() }
    let held = holding.reducible(isBuy: node.isBuy)
    if quantity > held, !isForced {
      if !node.isBuy && !traits.isShortable { return nil }
      let needed = Int128(price) * Int128(quantity - held) + feeQuote
      guard needed <= balance.available + node.claimQuote - claimQuote else { return nil }
    }
    guard let (position, gain) = moved(holding.position, node, quantity, price, feeBase, time),
      let realised = EngineArithmetic.sum(balance.realised, gain)
    else { return overflow() }
    let shortBefore = holding.position.side == .short ? holding.position.totalCostQuote.raw : 0
    let shortAfter = position.side == .short ? position.totalCostQuote.raw : 0
    guard let shortCost = EngineArithmetic.sum(balance.shortCost - shortBefore, shortAfter) else { return overflow() }
    return Settlement(
      quantity: quantity, price: price, feeQuote: feeQuote, feeBase: feeBase, cash: total, fees: fees,
      realised: realised, shortCost: shortCost, position: position, opening: opening,
      claimQuote: claimQuote, claimBase: claimBase, time: time)
  }

  private mutating func overflow() -> Settlement? {
    overflows += 1
    return nil
  }

  private func moved(
    _ position: PositionView, _ node: OrderNode, _ quantity: Int64, _ price: Int64, _ feeBase: Int64,
    _ time: Timestamp
  ) -> (PositionView, Int128)? {
    if feeBase == 0 {
      return (try? position.applying(node.side, Quantity(raw: quantity), at: Price(raw: price), time: time))
        .map { ($0.position, $0.realisedQuote.raw) }
    }
    let fill = Fill(
      tradeID: 0, clientID: ClientOrderID(sequence: 0, role: .entry), instrument: InstrumentID(index: node.instrument),
      side: node.side, quantity: Quantity(raw: quantity), price: Price(raw: price), feeQuote: .zero,
      feeBase: Quantity(raw: feeBase), isMaker: false, time: time)
    return (try? position.applying(fill)).map { ($0.position, $0.realisedQuote.raw) }
  }

  /// Books a settlement and tells of it.
  mutating func apply(
    _ settled: Settlement, to slot: Int32, isMaker: Bool, _ time: Timestamp, _ events: inout [EngineEvent]
  ) {
    let (account, instrument) = (slab[slot].account, slab[slot].instrument)
    let cashPlace = cashPlace(account, instrument)
    cash[cashPlace].total = settled.cash
    cash[cashPlace].fees = settled.fees
    cash[cashPlace].realised = settled.realised
    cash[cashPlace].shortCost = settled.shortCost
    cash[cashPlace].locked -= slab[slot].claimQuote - settled.claimQuote
    let place = holdingPlace(account, instrument)
    holdings[place].position = settled.position
    holdings[place].lockedBase -= slab[slot].claimBase - settled.claimBase
    slab[slot].filled += settled.quantity
    slab[slot].opening = settled.opening
    slab[slot].claimQuote = settled.claimQuote
    slab[slot].claimBase = settled.claimBase
    if !slab[slot].hasTraded {
      slab[slot].hasTraded = true
      if let rates = limits.rates { accounts[Int(account)].use.giveBack(rates, at: clock) }
    }
    events.append(
      .trade(
        EngineFill(
          order: slab[slot].tag, tradeID: tradeCount, side: slab[slot].side, price: Price(raw: settled.price),
          quantity: Quantity(raw: settled.quantity), feeQuote: Money(raw: settled.feeQuote),
          feeBase: Quantity(raw: settled.feeBase), isMaker: isMaker, remaining: Quantity(raw: slab[slot].remaining),
          time: settled.time)))
  }

  /// Locks what an order claims on its own, after the pair ended that had locked for both.
  mutating func claimAgain(_ slot: Int32, _ time: Timestamp) {
    let node = slab[slot]
    guard !node.isReduceOnly, let rules = rules(of: node.instrument, at: time) else { return }
    let traits = traits[Int(node.instrument)]
    if !node.isBuy && !traits.isShortable {
      slab[slot].claimBase = node.remaining
      holdings[holdingPlace(node.account, node.instrument)].lockedBase += node.remaining - node.claimBase
    }
    guard let claim = claimed(node.claimPrice, node.opening, isBuy: node.isBuy, rules, traits) else { return }
    slab[slot].claimQuote = claim
    cash[cashPlace(node.account, node.instrument)].locked += claim - node.claimQuote
  }
}
