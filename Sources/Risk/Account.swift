import Core

// The account as the veto sees it: exact market values, kept by differences.
extension RiskStage {
  /// Free quote currency: what a new position, long or short, may be worth with its fees. A short binds its proceeds
  /// and as much again as margin, so cash less twice the shorts is equity less all positions.
  func availableQuote(reserved: Money) -> Money? {
    try? equityQuote.subtracting(grossQuote).subtracting(reserved)
  }

  /// Values the position of one instrument at `price` and moves the sums by the difference.
  @inline(__always)
  mutating func mark(_ index: Int, at price: Price) {
    let old = values[index]
    if old.isZero, counters.instruments[index].position.quantity.isZero { return }
    let value = counters.instruments[index].position.marketValueQuote(at: price)
    if value == old { return }
    values[index] = value
    let (net, netOverflow) = (netQuote.raw &- old.raw).addingReportingOverflow(value.raw)
    let (gross, grossOverflow) = (grossQuote.raw &- old.absolute.raw).addingReportingOverflow(value.absolute.raw)
    let (_, equityOverflow) = net.addingReportingOverflow(cashQuote.raw)
    guard !netOverflow, !grossOverflow, !equityOverflow else { return loseAccount() }
    netQuote = Money(raw: net)
    grossQuote = Money(raw: gross)
  }

  /// Values every position anew: at the newest close, before the first one at what it cost.
  mutating func revalue() {
    netQuote = .zero
    grossQuote = .zero
    for index in values.indices {
      values[index] = .zero
      let held = counters.instruments[index]
      if let price = held.lastClose ?? held.position.averagePrice { mark(index, at: price) }
    }
    dailyLossLimit = lossLimit(of: counters.dayStartEquityQuote, limits.maxDailyLoss)
    drawdownLimit = lossLimit(of: counters.equityPeakQuote, limits.maxDrawdown)
  }

  /// What cannot be, was: nothing is opened until `restore`.
  mutating func loseAccount() {
    counters.isAccountKnown = false
    counters.refusedEvents &+= 1
  }

  /// Takes the account as the venue knows it after reconciliation. `positions` by instrument index; what is beyond its
  /// end is flat. Without saved counters and with something held, the day's and the peak's equity are unknown: openings
  /// are vetoed and a stop is asked for.
  public mutating func restore(positions: [PositionView], cashQuote: Money) {
    self.cashQuote = cashQuote
    counters.isAccountKnown =
      positions.allSatisfy(\.isConsistent) && positions.dropFirst(values.count).allSatisfy { $0.side == .flat }
    for index in values.indices {
      let position = index < positions.count ? positions[index] : .flat
      if position.side != counters.instruments[index].position.side {
        counters.instruments[index].tradeResultQuote = .zero
      }
      counters.instruments[index].position = position
    }
    revalue()
    guard isUntouched else { return }
    counters.dayStartEquityQuote = equityQuote
    counters.equityPeakQuote = equityQuote
    if positions.contains(where: { $0.side != .flat }) {
      loseHistory("positions are open but the risk counters of their time are missing")
      isUntouched = false
    }
    revalue()
  }

  /// Counts a fill once its trade id was found to be new. `position` is the position after it, `realisedQuote` what it
  /// closed brought, before fees.
  public mutating func apply(_ fill: Fill, position: PositionView, realisedQuote: Money) {
    let index = Int(fill.instrument.index)
    guard index < values.count, fill.quantity.isPositive, fill.price.isPositive, position.isConsistent else {
      return loseAccount()
    }
    isUntouched = false
    let value = fill.price * fill.quantity
    do {
      let result = try realisedQuote.subtracting(fill.feeQuote)
      let moved = try cashQuote.adding(fill.side == .buy ? value.negated : value).subtracting(fill.feeQuote)
      counters.realisedQuote = try counters.realisedQuote.adding(result)
      let tradeResult = try counters.instruments[index].tradeResultQuote.adding(result)
      cashQuote = moved
      settle(index, position, tradeResult, at: fill.time)
    } catch {
      loseAccount()
    }
    counters.instruments[index].position = position
    mark(index, at: counters.instruments[index].lastClose ?? fill.price)
    noteExecution(index, fill)
    reducePending(index, fill)
  }

  /// Ends the open trade when the fill closed it, and counts the losing streak: a gain ends it, nothing leaves it.
  private mutating func settle(_ index: Int, _ position: PositionView, _ result: Money, at time: Timestamp) {
    let before = counters.instruments[index].position.side
    guard before != .flat, position.side != before else {
      counters.instruments[index].tradeResultQuote = result
      return
    }
    counters.instruments[index].tradeResultQuote = .zero
    if result.isPositive { counters.consecutiveLosses = 0 }
    guard result.isNegative else { return }
    counters.consecutiveLosses += 1
    guard counters.consecutiveLosses >= limits.maxConsecutiveLosses else { return }
    counters.coolDownUntil = endOfCoolDown(from: max(time, lastTime))
  }
}
