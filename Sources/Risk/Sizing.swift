import Core

/// An order as it would leave, and the numbers that the checks look at.
struct Sizing {
  let rules: InstrumentRules
  /// Price that the order refers to: the close of the bar.
  let price: Price
  /// Worst price that the decision accepts, on the tick.
  let collar: Price
  /// Price at which limits count the order: no fill within the collar exposes more.
  let worstPrice: Price
  /// The same with the fee.
  let unitCost: Price
  /// Distance of the protective stop, on the tick; nil without one.
  let stopDistance: Price?
  /// Distance of the take-profit order, on the tick; nil without one.
  var takeProfitDistance: Price?
  /// A whole number of lots; too small or zero when nothing can be done.
  let quantity: Quantity

  /// The smallest order that the venue takes.
  var smallest: Quantity { max(rules.minimumQuantity, rules.lot) }
  /// What the limits are held against: the order, or the smallest one where not even that fits.
  var probe: Quantity { max(quantity, smallest) }
}

extension RiskStage {
  /// The size of an opening order; nil: an input is missing or a number does not fit, so nothing may be opened.
  ///
  /// Every limit caps the size instead of refusing the wish, so that a lower limit, less equity or more exposure can
  /// only shrink it: quantity = ⌊min(caps) · fraction · min(1, target volatility / volatility)⌋ in lots, and not more
  /// than loses `riskPerTrade` of equity at the stop.
  func openingSize(
    _ index: Int, _ decision: Decision, _ observation: Observation, reserved: Money, now: Timestamp
  ) -> Sizing? {
    guard counters.isAccountKnown, let rules = instruments.instruments[index].rules(at: now), rules.tick.isPositive,
      rules.lot.isPositive, let scale = volatilityScale(index, observation)
    else { return nil }
    let price = observation.bar.close
    do {
      let stop = try distance(limits.stopATR, observation, tick: rules.tick)
      let profit = try distance(limits.takeProfitATR, observation, tick: rules.tick)
      if limits.stopATR.isPositive, stop == nil { return nil }
      let worst = try price.scaled(by: Rate.one.adding(limits.priceCollar), rounding: .up)
      let fee = max(rules.takerFee, .zero)
      let unitCost = try worst.scaled(by: Rate.one.adding(fee), rounding: .up)
      guard let available = availableQuote(reserved: reserved) else { return nil }
      let budget = try min(
        limits.maxOrderNotionalQuote, positionLimit().subtracting(values[index].absolute),
        limits.maxGrossExposureQuote.subtracting(grossQuote).subtracting(reserved))
      var quantity = min(Self.whole(budget, at: worst), Self.whole(available, at: unitCost))
      quantity = try quantity.scaled(by: decision.quantityFraction, rounding: .truncate)
      quantity = try quantity.scaled(by: scale, rounding: .truncate)
      if let stop { quantity = min(quantity, Self.whole(try tradeRisk(), at: stop)) }
      return Sizing(
        rules: rules, price: price,
        collar: try collar(decision.action == .buyLong ? .buy : .sell, around: price, tick: rules.tick),
        worstPrice: worst, unitCost: unitCost, stopDistance: stop, takeProfitDistance: profit,
        quantity: try quantity.rounded(toMultipleOf: rules.lot, .truncate))
    } catch {
      return nil
    }
  }

  /// The size of a closing order: the whole position less what an earlier closing order still has to fill.
  func closingSize(_ index: Int, side: Side, now: Timestamp) -> Sizing? {
    let instrument = instruments.instruments[index]
    // A position that exists must be closable, even by rules that begin later.
    let rules = instrument.rules(at: now) ?? instrument.rules[0]
    guard let price = counters.instruments[index].lastClose, rules.tick.isPositive, rules.lot.isPositive else {
      return nil
    }
    do {
      let held = counters.instruments[index].position.quantity
      let open = try held.subtracting(counters.instruments[index].exit?.openQuantity ?? .zero)
      var collar = try collar(side, around: price, tick: rules.tick)
      // A tick coarser than the collar must not put the price out of reach.
      if side == .buy, collar < price { collar = try price.rounded(toMultipleOf: rules.tick, .up) }
      if side == .sell, collar > price { collar = try price.rounded(toMultipleOf: rules.tick, .down) }
      return Sizing(
        rules: rules, price: price, collar: max(collar, rules.tick), worstPrice: price, unitCost: price,
        stopDistance: nil, quantity: try max(open, .zero).rounded(toMultipleOf: rules.lot, .truncate))
    } catch {
      return nil
    }
  }

  /// Most that one position may be worth.
  func positionLimit() throws -> Money {
    min(limits.maxPositionNotionalQuote, try equityQuote.scaled(by: limits.maxPositionShare, rounding: .down))
  }

  /// Most that one trade may lose at its stop.
  func tradeRisk() throws -> Money { try equityQuote.scaled(by: limits.riskPerTrade, rounding: .down) }

  /// Worst acceptable price, rounded to the tick on the side of less.
  private func collar(_ side: Side, around price: Price, tick: Price) throws -> Price {
    switch side {
    case .buy:
      let bound = try price.scaled(by: Rate.one.adding(limits.priceCollar), rounding: .down)
      return try bound.rounded(toMultipleOf: tick, .down)
    case .sell:
      let bound = try price.scaled(by: Rate.one.subtracting(limits.priceCollar), rounding: .up)
      return try bound.rounded(toMultipleOf: tick, .up)
    }
  }

  /// So many average true ranges, rounded up to the tick, at least one; nil for none, or without their input.
  private func distance(_ ranges: Rate, _ observation: Observation, tick: Price) throws -> Price? {
    guard ranges.isPositive, let range = observation.averageTrueRange, !range.isNegative else { return nil }
    return max(tick, try range.scaled(by: ranges, rounding: .up).rounded(toMultipleOf: tick, .up))
  }

  /// min(1, target volatility / annualised volatility), rounded down; one without a target; nil: no volatility known.
  func volatilityScale(_ index: Int, _ observation: Observation) -> Rate? {
    guard limits.targetVolatility.isPositive else { return .one }
    guard let perBar = observation.volatilityPerBar, perBar >= 0,
      let truncated = Rate(truncating: perBar * annualisation[index])
    else { return nil }
    // What the door cut off is given back as one unit: volatility may be taken for larger, never for smaller.
    let (volatility, overflow) = truncated.raw.addingReportingOverflow(1)
    if overflow { return nil }
    if volatility <= limits.targetVolatility.raw { return .one }
    return Rate(raw: Int64(Int128(limits.targetVolatility.raw) * Int128(Rate.unit) / Int128(volatility)))
  }

  /// How much `amount` buys at `price`, rounded down; nothing for a negative amount.
  private static func whole(_ amount: Money, at price: Price) -> Quantity {
    guard amount.isPositive else { return .zero }
    return Quantity(raw: Int64(clamping: amount.raw / Int128(price.raw)))
  }
}
