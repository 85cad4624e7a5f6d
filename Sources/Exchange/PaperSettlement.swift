import Core

extension PaperExchange {
  /// Books the trade of an order that has left its book: a fill, an expiry, or both. The order ends in any case.
  mutating func settle(
    _ order: PaperOrder, _ trade: PaperTrade, rules: InstrumentRules, into reports: inout [ExecutionReport]
  ) {
    var order = order
    let request = order.request
    let held = reducible(by: request.side, in: request.instrument)
    let quantity = request.isReduceOnly ? min(order.remaining, held) : order.remaining
    order.state = .expired
    if quantity.isPositive {
      do {
        if let fill = try book(order, quantity, trade, held: held, rules: rules) {
          order.filledQuantity = Quantity(raw: order.filledQuantity.raw + fill.quantity.raw)
          if order.remaining.isZero { order.state = .filled }
          reports.append(.filled(fill))
        }
      } catch {
        overflows += 1
      }
    }
    if order.state == .expired { reports.append(.expired(request.clientID, at: trade.time)) }
    state.fileEnded(order)
  }

  /// The fill, with cash, fees and position changed; nil when the account cannot carry it. Throws before any change.
  private mutating func book(
    _ order: PaperOrder, _ quantity: Quantity, _ trade: PaperTrade, held: Quantity, rules: InstrumentRules
  ) throws -> Fill? {
    guard let price = trade.price else { throw DecimalError.overflow }
    let request = order.request
    let index = Int(request.instrument.index)
    let notional = price * quantity
    let fee = try notional.scaled(by: trade.isMaker ? rules.makerFee : rules.takerFee, rounding: .awayFromZero)
    if quantity > held {
      if request.side == .sell && !instruments[request.instrument].isShortable { return nil }
      let opening = price * Quantity(raw: quantity.raw - held.raw)
      let free = try state.availableQuote.adding(order.reservedQuote)
      guard try opening.adding(fee) <= free else { return nil }
    }
    let cash =
      request.side == .buy
      ? try state.cashQuote.subtracting(notional).subtracting(fee)
      : try state.cashQuote.adding(notional).subtracting(fee)
    let old = state.positions[index]
    let (position, realised) = try old.applying(request.side, quantity, at: price, time: trade.time)
    let fees = try state.feesQuote.adding(fee)
    let realisedTotal = try state.realisedQuote.adding(realised)
    let shortCost = try state.shortCostQuote.subtracting(old.side == .short ? old.totalCostQuote : .zero)
      .adding(position.side == .short ? position.totalCostQuote : .zero)

    state.cashQuote = cash
    state.feesQuote = fees
    state.realisedQuote = realisedTotal
    state.shortCostQuote = shortCost
    state.positions[index] = position
    let fill = Fill(
      tradeID: state.nextTradeID, clientID: request.clientID, instrument: request.instrument, side: request.side,
      quantity: quantity, price: price, feeQuote: fee, isMaker: trade.isMaker, time: trade.time)
    state.nextTradeID += 1
    state.recentFills.append(fill)
    return fill
  }
}
