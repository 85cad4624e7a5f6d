import Core
import Execution

/// What every order must keep to when it is handed over.
enum WireChecks {
  /// Prices on the tick, quantities on the lot, stops on the far side of what they protect.
  static func grid(_ request: OrderRequest, _ world: World, _ checks: Checks) {
    guard let rules = world.instruments[request.instrument].rules(at: world.time.trueNow) else { return }
    checks.look(
      .limitsHold, request.quantity.isMultiple(of: rules.lot) && request.quantity.isPositive,
      "order \(request.clientID): \(request.quantity) is off the lot \(rules.lot)")
    let price: Price?
    switch request.kind {
    case .market: price = nil
    case .limit(let limit): price = limit
    case .stopMarket(let trigger): price = trigger
    }
    checks.look(
      .limitsHold, price.map { $0.isPositive && $0.isMultiple(of: rules.tick) } ?? true,
      "order \(request.clientID): price \(price?.description ?? "") is off the tick \(rules.tick)")
  }

  /// A pair is a stop and a take-profit order for the same, with the market between their prices, and goes to a venue that
  /// takes pairs while no other protective order of its instrument lives there.
  static func pair(_ requests: [OrderRequest], _ world: World, _ checks: Checks) {
    let stop = requests[0], limit = requests[1]
    var isBetween = false
    if case .limit(let price) = limit.kind, case .stopMarket(let trigger) = stop.kind {
      isBetween = limit.side == .sell ? price > trigger : price < trigger
    }
    checks.look(
      .pairsAreWhole,
      requests.count == 2 && world.exchange.hasPairs && isBetween && stop.instrument == limit.instrument
        && stop.side == limit.side && stop.quantity == limit.quantity && stop.isReduceOnly && limit.isReduceOnly
        && stop.clientID.role == .protectiveStop && limit.clientID.role == .takeProfit,
      "\(stop) and \(limit) are no pair")
    let other = world.exchange.engine.openOrders.first {
      $0.request.instrument == stop.instrument
        && ($0.request.clientID.role == .protectiveStop || $0.request.clientID.role == .takeProfit)
    }
    checks.look(
      .pairsAreWhole, other == nil,
      "pair \(stop.clientID), \(limit.clientID) while \(other?.request.clientID.description ?? "") lives")
  }

  /// A protective stop has the quantity of its position, and its price is on the far side of the distance, brought to the
  /// tick away from the market. One that is to be cancelled already may be out of date.
  static func stop(_ request: OrderRequest, _ world: World, _ checks: Checks) {
    guard request.clientID.role == .protectiveStop, let engine = world.process?.open else { return }
    let state = engine.stages.execution.assumeIsolated { $0.state }
    let slot = Int(request.instrument.index)
    guard let order = state.orders.first(where: { $0.id == request.clientID }), !order.isCancelRequested,
      case .stopMarket(let trigger) = request.kind, let distance = state.protections[slot].distance
    else { return }
    let position = state.positions[slot]
    let lot = world.instruments[request.instrument].rules(at: world.time.trueNow)?.lot ?? .zero
    checks.look(
      .stopFits, request.quantity == position.tradableQuantity(lot: lot),
      "stop \(request.clientID) is for \(request.quantity), the position is \(position.quantity)")
    checks.look(
      .stopFits, (request.side == .sell) == (position.side == .long),
      "stop \(request.clientID) is a \(request.side.rawValue) for a \(position.side) position")
    // Of what the position had cost when the stop was made: fills that were told in another order share the cost of
    // partial closes otherwise, and for that no stop is taken away and made anew.
    let cost = checks.costAtStop[request.clientID] ?? position.totalCostQuote
    // cost ± distance · quantity against trigger · quantity: no division, no rounding.
    let away = distance * position.quantity
    let worth = trigger * position.quantity
    let isFar =
      position.side == .long
      ? (try? worth.adding(away)).map { $0 <= cost }
      : (try? worth.subtracting(away)).map { $0 >= cost }
    checks.look(.stopFits, isFar ?? false, "stop \(request.clientID) at \(trigger) is nearer than \(distance)")
  }

  /// No order is larger than its limit, and all positions and opening orders together stay within theirs, at the last
  /// prices that the bot has seen: now, or when it decided. A bar that comes between decision and wire takes nothing back.
  static func exposure(_ request: OrderRequest, _ world: World, _ checks: Checks) {
    guard request.clientID.role == .entry, let engine = world.process?.open else { return }
    let counters = engine.stages.risk.assumeIsolated { $0.counters }
    let state = engine.stages.execution.assumeIsolated { $0.state }
    let limits = world.settings.risk
    let then = checks.closesAtEntry[request.clientID]
    func close(_ instrument: InstrumentID) -> Price {
      let now = counters.instruments[Int(instrument.index)].lastClose ?? .zero
      return then.map { min($0[Int(instrument.index)], now) } ?? now
    }
    let notional = close(request.instrument) * request.quantity
    checks.look(
      .limitsHold, notional <= limits.maxOrderNotionalQuote, "order \(request.clientID) is worth \(notional)")
    var gross = Money.zero
    for (slot, position) in state.positions.enumerated() {
      gross =
        (try? gross.adding(position.marketValueQuote(at: close(InstrumentID(index: UInt16(slot)))).absolute)) ?? .max
    }
    // Every opening order that may still fill counts: at its reserve where the market has since gone against it.
    for order in state.orders where order.id.role == .entry {
      let value = min(close(order.request.instrument), order.reservePrice) * order.remaining
      gross = (try? gross.adding(value)) ?? .max
    }
    checks.look(
      .limitsHold, gross <= limits.maxGrossExposureQuote,
      "order \(request.clientID) brings positions and opening orders to \(gross), over \(limits.maxGrossExposureQuote)")
  }
}

/// What every protective stop must be while nothing is under way that changes it.
enum StopChecks {
  static func fits(_ state: ExecutionState, _ world: World, _ checks: Checks) {
    if let plan = state.plan, plan.level > .reduce { return }
    for slot in state.positions.indices {
      let position = state.positions[slot]
      let live = state.orders.filter {
        $0.id.role == .protectiveStop && Int($0.request.instrument.index) == slot && !$0.isCancelRequested
      }
      checks.look(.stopFits, live.count <= 1, "\(state.symbols[slot]): \(live.count) protective stops")
      let lot = world.instruments.instruments[slot].rules(at: world.time.trueNow)?.lot ?? .zero
      guard let stop = live.first else { continue }
      checks.look(
        .stopFits, stop.remaining == position.tradableQuantity(lot: lot),
        "\(state.symbols[slot]): stop for \(stop.remaining), position of \(position.quantity)")
    }
  }
}
