import Core

/// A bar as a market for the orders that wait: the conservative path inside it, and how much of its volume they get.
struct BarDriver {
  let bar: Bar
  let rules: InstrumentRules
  /// What is left of the share of the bar's volume; nil: no limit.
  var budget: Int64?

  init(_ bar: Bar, rules: InstrumentRules, maximumVolumeShare: Rate?) {
    self.bar = bar
    self.rules = rules
    budget = maximumVolumeShare.map { share in
      let volume = min(bar.volume.raw, Int128(Int64.max) * Int128(Quantity.unit))
      let part = (volume / Int128(Rate.unit)) * Int128(share.raw) / Int128(Rate.unit)
      return Int64(clamping: part) / rules.lot.raw * rules.lot.raw
    }
  }

  /// How much an order may trade of what it wants; whole lots when the volume is limited.
  func share(_ wanted: Int64) -> Int64 {
    guard let budget, budget < wanted else { return wanted }
    return budget / rules.lot.raw * rules.lot.raw
  }
}

extension MatchingEngine {
  /// Brings a bar of an instrument with external liquidity to its orders. An order of before the bar's end meets it:
  /// 1. at the open: market orders; stops whose trigger the open has passed (a gap fills at the open, not at the
  ///    trigger); limits that the open crosses. All pay half the spread, the slippage and the taker fee; a limit never
  ///    trades beyond its price; one that may only make trades at its price once the open is beyond it.
  /// 2. inside the bar, the adverse side first: stops whose trigger the bar touches, at the trigger less the slippage,
  ///    taker fee; then limits that the bar trades *through* (touching is not enough), at the limit, maker fee.
  ///
  /// With a `maximumVolumeShare` the orders share so much of the bar's volume, rounded down to whole lots, in the order
  /// above; what is left of an order works on. A stop-limit triggered inside the bar works from the next bar on.
  public mutating func trade(
    _ bar: Bar, maximumVolumeShare: Rate? = nil, into events: inout [EngineEvent]
  ) {
    advanceClock(to: bar.openTime, into: &events)
    let book = Int(bar.instrument.index)
    books[book].last = bar.close.raw
    if books[book].openOrders > 0, reaches(bar) {
      turnRules(bar.instrument.index, at: bar.openTime)
      if let rules = books[book].rules {
        var driver = BarDriver(bar, rules: rules, maximumVolumeShare: maximumVolumeShare)
        if !books[book].waiting.isEmpty { tradeWaitingMarkets(&driver, &events) }
        tradeStops(&driver, isAtOpen: true, &events)
        tradeLimitsAtOpen(&driver, &events)
        tradeStops(&driver, isAtOpen: false, &events)
        tradeLimitsInside(&driver, &events)
      }
    }
    advanceClock(to: bar.closeTime, into: &events)
  }

  /// Whether any order could do something in the bar: the best of every ladder says it for all.
  func reaches(_ bar: Bar) -> Bool {
    let place = 4 * Int(bar.instrument.index)
    if !books[Int(bar.instrument.index)].waiting.isEmpty { return true }
    if let bid = ladders[place].best, bid.rank > bar.low.raw || bid.rank >= bar.open.raw { return true }
    if let ask = ladders[place + 1].best, -ask.rank < bar.high.raw || -ask.rank <= bar.open.raw { return true }
    if let stop = ladders[place + 2].best, -stop.rank <= bar.high.raw { return true }
    if let stop = ladders[place + 3].best, stop.rank >= bar.low.raw { return true }
    return false
  }

  private func meets(_ slot: Int32, _ bar: Bar) -> Bool { slab[slot].liveFrom < bar.closeTime.milliseconds }

  private mutating func tradeAtOpen(_ slot: Int32, _ driver: inout BarDriver, _ events: inout [EngineEvent]) {
    let price = try? costs.marketPrice(at: driver.bar.open, side: slab[slot].side, tick: driver.rules.tick)
    trade(slot, price, isMaker: false, driver.bar.openTime, &driver, &events)
  }

  private mutating func trade(
    _ slot: Int32, _ price: Price?, isMaker: Bool, _ time: Timestamp, _ driver: inout BarDriver,
    _ events: inout [EngineEvent]
  ) {
    let wanted = tradable(slot)
    let most = driver.share(wanted)
    // Nothing left of the volume; but what has nothing to reduce ends all the same.
    if most == 0 && wanted > 0 { return }
    let traded = fill(slot, atMost: max(most, 1), price, isMaker: isMaker, time, &events)
    if let budget = driver.budget { driver.budget = budget - traded }
  }

  private mutating func tradeWaitingMarkets(_ driver: inout BarDriver, _ events: inout [EngineEvent]) {
    let waiting = books[Int(driver.bar.instrument.index)].waiting
    if waiting.count == 1 {
      if slab[waiting[0]].kind == .market, meets(waiting[0], driver.bar) { tradeAtOpen(waiting[0], &driver, &events) }
      return
    }
    for order in inOrderOfAcceptance(waiting.filter { slab[$0].kind == .market && meets($0, driver.bar) })
    where isOpen(order) {
      tradeAtOpen(order.slot, &driver, &events)
    }
  }

  private mutating func tradeStops(_ driver: inout BarDriver, isAtOpen: Bool, _ events: inout [EngineEvent]) {
    let bar = driver.bar
    let place = 4 * Int(bar.instrument.index)
    if ladders[place + 2].isEmpty && ladders[place + 3].isEmpty { return }
    let (high, low) = isAtOpen ? (bar.open, bar.open) : (bar.high, bar.low)
    let slots = ladders[place + 2].slots(downTo: -high.raw, slab) + ladders[place + 3].slots(downTo: low.raw, slab)
    for order in inOrderOfAcceptance(slots.filter { meets($0, bar) }) where isOpen(order) {
      let slot = order.slot
      let trigger = Price(raw: slab[slot].trigger)
      self.trigger(slot, isAtOpen ? bar.openTime : bar.closeTime, &events)
      if slab[slot].kind == .limit {
        waitForData(slot)
        // What happened in the bar before the trigger is no market for it.
        if !isAtOpen { slab[slot].liveFrom = bar.closeTime.milliseconds }
        continue
      }
      if isAtOpen {
        tradeAtOpen(slot, &driver, &events)
      } else {
        let price = try? costs.touchedPrice(trigger: trigger, side: slab[slot].side, tick: driver.rules.tick)
        trade(slot, price, isMaker: false, bar.closeTime, &driver, &events)
      }
      if isOpen(order) { waitForData(slot) }
    }
  }

  private mutating func tradeLimitsAtOpen(_ driver: inout BarDriver, _ events: inout [EngineEvent]) {
    let bar = driver.bar
    let place = 4 * Int(bar.instrument.index)
    let immediate = books[Int(bar.instrument.index)].waiting.filter { slab[$0].kind == .limit && meets($0, bar) }
    let crossed =
      ladders[place].slots(downTo: bar.open.raw, slab) + ladders[place + 1].slots(downTo: -bar.open.raw, slab)
    if immediate.isEmpty && crossed.isEmpty { return }
    for order in inOrderOfAcceptance(immediate + crossed.filter { meets($0, bar) }) where isOpen(order) {
      let slot = order.slot
      let (isBuy, limit) = (slab[slot].isBuy, Price(raw: slab[slot].limit))
      if slab[slot].isPostOnly {
        if isBuy ? bar.open < limit : bar.open > limit {
          trade(slot, limit, isMaker: true, bar.openTime, &driver, &events)
        }
        continue
      }
      let isCrossed = isBuy ? limit >= bar.open : limit <= bar.open
      let price = try? costs.marketPrice(at: bar.open, side: slab[slot].side, tick: driver.rules.tick)
      let isWithin = price.map { isBuy ? $0 <= limit : $0 >= limit } ?? true
      let isKilled = slab[slot].timeInForce == .fillOrKill && driver.share(slab[slot].remaining) < slab[slot].remaining
      if isCrossed && isWithin && !isKilled { trade(slot, price, isMaker: false, bar.openTime, &driver, &events) }
      if isOpen(order), slab[slot].timeInForce != .goodTillCancelled {
        end(slot, .expired(.timeInForce), bar.openTime, &events)
      }
    }
  }

  private mutating func tradeLimitsInside(_ driver: inout BarDriver, _ events: inout [EngineEvent]) {
    let bar = driver.bar
    let place = 4 * Int(bar.instrument.index)
    let reached =
      ladders[place].slots(downTo: bar.low.raw + 1, slab) + ladders[place + 1].slots(downTo: -bar.high.raw + 1, slab)
    if reached.isEmpty { return }
    for order in inOrderOfAcceptance(reached.filter { meets($0, bar) }) where isOpen(order) {
      trade(order.slot, Price(raw: slab[order.slot].limit), isMaker: true, bar.closeTime, &driver, &events)
    }
  }
}
