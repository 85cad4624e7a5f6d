import Core

// Checks of an order's size against the venue's rules and the account.
extension RiskStage {
  func checkSize(
    _ index: Int, _ action: Action, _ sizing: Sizing?, _ environment: RiskEnvironment, _ list: inout CheckList
  ) {
    guard action.isOpening else { return Self.skipSize(&list) }
    guard let sizing else { return Self.missSize(&list) }
    list.atLeast(.orderQuantity, Measure(sizing.quantity), Measure(sizing.smallest))
    checkNotional(sizing, &list)
    let isOnTick =
      sizing.collar.isMultiple(of: sizing.rules.tick)
      && (action == .buyLong ? sizing.collar >= sizing.price : sizing.collar <= sizing.price)
      && sizing.collar.isPositive && sizing.stopDistance?.isMultiple(of: sizing.rules.tick) ?? true
    list.require(.lotAndTick, isOnTick && sizing.quantity.isMultiple(of: sizing.rules.lot))
    checkAccount(index, sizing, environment, &list)
    checkTradeRisk(sizing, &list)
  }

  private static func skipSize(_ list: inout CheckList) {
    list.notApplicable(.orderQuantity)
    list.notApplicable(.orderNotional)
    list.notApplicable(.lotAndTick)
    list.notApplicable(.positionLimit)
    list.notApplicable(.grossExposure)
    list.notApplicable(.availableBalance)
    list.notApplicable(.riskPerTrade)
  }

  private static func missSize(_ list: inout CheckList) {
    list.missing(.orderQuantity)
    list.missing(.orderNotional)
    list.missing(.lotAndTick)
    list.missing(.positionLimit)
    list.missing(.grossExposure)
    list.missing(.availableBalance)
    list.missing(.riskPerTrade)
  }

  /// The largest value counts at the worst price, the venue's smallest at the last one.
  private func checkNotional(_ sizing: Sizing, _ list: inout CheckList) {
    let value = sizing.price * sizing.quantity
    if sizing.quantity >= sizing.smallest, value < sizing.rules.minimumNotionalQuote {
      return list.atLeast(.orderNotional, Measure(value), Measure(sizing.rules.minimumNotionalQuote))
    }
    list.atMost(
      .orderNotional, Measure(sizing.worstPrice * sizing.probe), Measure(limits.maxOrderNotionalQuote))
  }

  private func checkTradeRisk(_ sizing: Sizing, _ list: inout CheckList) {
    guard let stop = sizing.stopDistance else { return list.notApplicable(.riskPerTrade) }
    // A stop as far away as the price itself can never be reached.
    if stop >= sizing.price { return list.below(.riskPerTrade, Measure(stop), Measure(sizing.price)) }
    guard let limit = try? tradeRisk() else { return list.missing(.riskPerTrade) }
    list.atMost(.riskPerTrade, Measure(stop * sizing.probe), Measure(limit))
  }

  /// What closes is at most what is held, in whole lots.
  func checkClosingSize(_ index: Int, _ sizing: Sizing?, _ list: inout CheckList) {
    guard let sizing else {
      list.missing(.orderQuantity)
      return list.missing(.lotAndTick)
    }
    let held = counters.instruments[index].position.quantity
    if sizing.quantity > held {
      list.atMost(.orderQuantity, Measure(sizing.quantity), Measure(held))
    } else {
      list.atLeast(.orderQuantity, Measure(sizing.quantity), Measure(sizing.smallest))
    }
    list.require(
      .lotAndTick,
      sizing.quantity.isMultiple(of: sizing.rules.lot) && sizing.collar.isMultiple(of: sizing.rules.tick)
        && sizing.collar.isPositive)
  }
}
