import Core

extension MatchingEngine {
  /// Why an order would be refused now; nil when it would be accepted. Changes nothing; rates are not looked at.
  public func refusal(of order: EngineOrder, at time: Timestamp) -> EngineRefusal? {
    refusal(of: order, at: time, replacing: OrderNode.none)
  }

  /// The same for an order that takes the place of another, which is still in its book.
  func refusal(of order: EngineOrder, at time: Timestamp, replacing slot: Int32) -> EngineRefusal? {
    do throws(EngineRefusal) {
      _ = try claim(of: order, at: time, replacing: slot)
      return nil
    } catch {
      return error
    }
  }

  /// What an order would lock. The venue's order of checks: parameters, precision, filters, then duplicates of prices
  /// and balances.
  func claim(
    of order: EngineOrder, at time: Timestamp, replacing old: Int32 = OrderNode.none
  ) throws(EngineRefusal) -> OrderClaim {
    guard order.account.index >= 0, Int(order.account.index) < accounts.count else { throw .unknownAccount }
    guard Int(order.instrument.index) < instruments.count else { throw .unknownInstrument }
    guard order.quantity.isPositive else { throw .invalid }
    guard slab.count < limits.openOrders || old >= 0 else { throw .engineFull }
    let same = index.find(order.account.index, order.key, slab)
    guard same < 0 || same == old else { throw .duplicateClientKey }
    let traits = traits[Int(order.instrument.index)]
    if traits.filters.quantityDecimals < 9 {
      var step: Int64 = 1
      for _ in traits.filters.quantityDecimals..<9 { step *= 10 }
      guard order.quantity.raw % step == 0 else { throw .precision }
    }
    guard let rules = rules(of: order.instrument.index, at: time) else { throw .marketClosed }
    let reference = try valuation(of: order, rules)
    try checkQuantity(order, rules, traits.filters)
    let holding = holdings[holdingPlace(order.account.index, order.instrument.index)]
    try checkCounts(order, holding, traits.filters)
    if order.isPostOnly || order.type.trigger != nil { try checkCrossing(order, traits) }
    if order.isReduceOnly {
      guard order.quantity.raw <= holding.reducible(isBuy: order.side == .buy) else { throw .reduceOnly }
      return OrderClaim()
    }
    guard let reference else { throw .marketClosed }
    let notional = reference * order.quantity
    guard notional >= rules.minimumNotionalQuote else { throw .notional }
    if let most = traits.filters.maximumNotionalQuote, notional > most { throw .notional }
    return try funds(order, reference, rules, traits, holding)
  }

  private func checkQuantity(
    _ order: EngineOrder, _ rules: InstrumentRules, _ filters: EngineFilters
  ) throws(EngineRefusal) {
    guard order.quantity.isMultiple(of: rules.lot) else { throw .lotSize }
    if order.type == .market {
      if let lot = filters.marketLot, !order.quantity.isMultiple(of: lot) { throw .marketLotSize }
      if let most = filters.marketMaximumQuantity, order.quantity > most { throw .marketLotSize }
    }
    guard order.quantity >= rules.minimumQuantity else { throw .minimumQuantity }
    if let most = filters.maximumQuantity, order.quantity > most { throw .maximumQuantity }
  }

  private func checkCounts(
    _ order: EngineOrder, _ holding: Holding, _ filters: EngineFilters
  ) throws(EngineRefusal) {
    if let most = filters.maximumOpenOrders, Int(holding.openOrders) >= most { throw .maximumOrders }
    if order.type.trigger != nil, let most = filters.maximumStopOrders, Int(holding.openStops) >= most {
      throw .maximumStopOrders
    }
  }

  /// A maker that would take, or a stop that the market has passed.
  private func checkCrossing(_ order: EngineOrder, _ traits: InstrumentTraits) throws(EngineRefusal) {
    let book = books[Int(order.instrument.index)]
    if case .limit(let limit) = order.type, order.isPostOnly,
      let best = bestOpposite(order.instrument.index, isBuy: order.side == .buy),
      order.side == .buy ? limit.raw >= best : limit.raw <= best
    {
      throw .wouldMatch
    }
    if let trigger = order.type.trigger, traits.filters.refusesTriggeredStops, book.last > 0,
      order.side == .buy ? book.last >= trigger.raw : book.last <= trigger.raw
    {
      throw .wouldTrigger
    }
  }

  /// The best price that a taker of this side meets: of the accounts' orders, or of a recorded book.
  func bestOpposite(_ instrument: UInt16, isBuy: Bool) -> Int64? {
    let place = Int(instrument)
    if traits[place].isExternal { return books[place].outside[isBuy ? 1 : 0].first?.price }
    return isBuy ? ladders[4 * place + 1].best.map { -$0.rank } : ladders[4 * place].best?.rank
  }

  /// The price to value the order at: its own, or for a market order what it would pay; nil when there is no market.
  private func valuation(of order: EngineOrder, _ rules: InstrumentRules) throws(EngineRefusal) -> Price? {
    if let trigger = order.type.trigger {
      guard trigger.isPositive, trigger.isMultiple(of: rules.tick) else { throw .priceFilter }
    }
    if let limit = order.type.limit {
      guard limit.isPositive, limit.isMultiple(of: rules.tick) else { throw .priceFilter }
      try checkBand(order, limit)
      return limit
    }
    do {
      if let trigger = order.type.trigger {
        return try costs.touchedPrice(trigger: trigger, side: .buy, tick: rules.tick)
      }
      let place = Int(order.instrument.index)
      if !traits[place].isExternal { return reach(of: order) }
      let last = Price(raw: books[place].last)
      return last.isPositive ? try costs.marketPrice(at: last, side: order.side, tick: rules.tick) : nil
    } catch {
      throw .invalid
    }
  }

  private func checkBand(_ order: EngineOrder, _ limit: Price) throws(EngineRefusal) {
    let place = Int(order.instrument.index)
    guard let band = traits[place].filters.priceBand, books[place].last > 0 else { return }
    let (up, down) = order.side == .buy ? (band.bidUp, band.bidDown) : (band.askUp, band.askDown)
    let scaled = Int128(limit.raw) * Int128(Rate.unit)
    let reference = Int128(books[place].last)
    guard scaled <= reference * Int128(up.raw), scaled >= reference * Int128(down.raw) else { throw .percentPrice }
  }

  /// The price that covers a market order: a buyer's worst level, a seller's best; the last price when nobody is there.
  private func reach(of order: EngineOrder) -> Price? {
    let place = Int(order.instrument.index)
    let last = books[place].last > 0 ? Price(raw: books[place].last) : nil
    guard order.side == .buy else { return ladders[4 * place].best.map { Price(raw: $0.rank) } ?? last }
    let levels = ladders[4 * place + 1].levels
    var left = order.quantity.raw
    var worst = last
    for level in levels.reversed() {
      worst = Price(raw: -level.rank)
      left -= Int64(clamping: min(Int128(left), level.quantity))
      if left == 0 { break }
    }
    return worst
  }

  private func funds(
    _ order: EngineOrder, _ reference: Price, _ rules: InstrumentRules, _ traits: InstrumentTraits, _ holding: Holding
  ) throws(EngineRefusal) -> OrderClaim {
    let isBuy = order.side == .buy
    let held = holding.reducible(isBuy: isBuy)
    var claim = OrderClaim(price: reference.raw)
    if !isBuy && !traits.isShortable {
      // What another open sale has claimed cannot be sold twice.
      guard order.quantity.raw <= held - holding.lockedBase else {
        throw held == 0 ? .shortNotAllowed : .insufficientBalance
      }
      claim.base = order.quantity.raw
      return claim
    }
    claim.opening = max(0, order.quantity.raw - held)
    guard claim.opening > 0 else { return claim }
    guard let needed = claimed(claim.price, claim.opening, isBuy: isBuy, rules, traits) else { throw .invalid }
    let balance = cash[cashPlace(order.account.index, order.instrument.index)]
    guard needed <= balance.available else { throw .insufficientBalance }
    claim.quote = needed
    return claim
  }

  /// Cash for `opening` at `price`, the dearer fee included where it is paid in cash; nil when it does not fit.
  func claimed(
    _ price: Int64, _ opening: Int64, isBuy: Bool, _ rules: InstrumentRules, _ traits: InstrumentTraits
  ) -> Int128? {
    if opening == 0 { return 0 }
    let notional = Int128(price) * Int128(opening)
    if isBuy && traits.isBaseFee { return notional }
    guard let fee = EngineArithmetic.fee(notional, max(rules.takerFee.raw, rules.makerFee.raw)) else { return nil }
    return EngineArithmetic.sum(notional, fee)
  }

  /// The rules in force; nil before the first ones.
  func rules(of instrument: UInt16, at time: Timestamp) -> InstrumentRules? {
    let place = Int(instrument)
    if books[place].rulesFrom <= time, time < books[place].rulesUntil { return books[place].rules }
    return instruments[place].instrument.rules(at: time)
  }

  /// Keeps the rules in force at hand for as long as they hold.
  mutating func turnRules(_ instrument: UInt16, at time: Timestamp) {
    let place = Int(instrument)
    if books[place].rulesFrom <= time, time < books[place].rulesUntil { return }
    let all = instruments[place].instrument.rules
    books[place].rules = instruments[place].instrument.rules(at: time)
    books[place].rulesFrom =
      books[place].rules == nil ? time : all.last { $0.effectiveFrom <= time }?.effectiveFrom ?? time
    books[place].rulesUntil =
      all.first { $0.effectiveFrom > time }?.effectiveFrom ?? Timestamp(milliseconds: .max)
  }
}
