import Core

extension PaperExchange {
  /// Brings a bar to the market: fills and expiries, in the order in which they happened.
  ///
  /// A bar that is impossible, of an unknown instrument, or not newer than the last one changes nothing and is counted.
  public mutating func advance(_ bar: Bar) -> [ExecutionReport] {
    let index = Int(bar.instrument.index)
    guard index < marks.count, bar.isConsistent, bar.openTime >= marks[index].time else {
      refusedBars += 1
      return []
    }
    let end = bar.closeTime
    marks[index] = Mark(price: bar.close, time: end)
    if now < end { now = end }
    guard !state.books[index].isEmpty else { return [] }
    return match(bar, index)
  }

  private mutating func match(_ bar: Bar, _ index: Int) -> [ExecutionReport] {
    guard let rules = instruments[bar.instrument].rules(at: bar.openTime) else { return [] }
    var reports: [ExecutionReport] = []
    for phase in MatchPhase.allCases {
      var place = 0
      while place < state.books[index].count {
        let order = state.books[index][place]
        guard order.acceptedAt < bar.closeTime, let trade = trade(of: order.request, in: phase, bar, rules) else {
          place += 1
          continue
        }
        // Every trade takes the whole order or ends it, so the book shrinks and `place` is the next order.
        state.books[index].remove(at: place)
        settle(order, trade, rules: rules, into: &reports)
        state.clock = max(state.clock, bar.closeTime)
      }
    }
    return reports
  }

  /// The moments of a bar at which orders trade, in their order.
  private enum MatchPhase: CaseIterable { case marketAtOpen, stopAtOpen, limitAtOpen, stopInside, limitInside }

  /// What an order does in a phase of a bar: the price, or nil when the market does not reach it.
  private func trade(
    of request: OrderRequest, in phase: MatchPhase, _ bar: Bar, _ rules: InstrumentRules
  ) -> PaperTrade? {
    let isBuy = request.side == .buy
    switch (request.kind, phase) {
    case (.market, .marketAtOpen):
      return atOpen(request.side, bar, rules, limit: nil)
    case (.stopMarket(let trigger), .stopAtOpen):
      guard isBuy ? bar.open >= trigger : bar.open <= trigger else { return nil }
      return atOpen(request.side, bar, rules, limit: nil)
    case (.limit(let limit), .limitAtOpen):
      guard isBuy ? limit >= bar.open : limit <= bar.open else { return nil }
      return atOpen(request.side, bar, rules, limit: limit)
    case (.stopMarket(let trigger), .stopInside):
      guard isBuy ? bar.high >= trigger : bar.low <= trigger else { return nil }
      let price = try? costs.touchedPrice(trigger: trigger, side: request.side, tick: rules.tick)
      return PaperTrade(price: price, isMaker: false, time: bar.closeTime)
    case (.limit(let limit), .limitInside):
      guard isBuy ? bar.low < limit : bar.high > limit else { return nil }
      return PaperTrade(price: limit, isMaker: true, time: bar.closeTime)
    default: return nil
    }
  }

  /// A trade at the bar's open; nil when spread and slippage carry the price beyond `limit`.
  private func atOpen(_ side: Side, _ bar: Bar, _ rules: InstrumentRules, limit: Price?) -> PaperTrade? {
    let price = try? costs.marketPrice(at: bar.open, side: side, tick: rules.tick)
    if let limit, let price, side == .buy ? price > limit : price < limit { return nil }
    return PaperTrade(price: price, isMaker: false, time: bar.openTime)
  }
}

/// At what price an order trades; no price when it does not fit the number type.
struct PaperTrade {
  var price: Price?
  var isMaker: Bool
  /// The open of the bar, or its end when the moment inside it is not known.
  var time: Timestamp
}
