import Core

// Checks of prices: how far the order's price is from the market, how wide and how wild the market is.
extension RiskStage {
  /// |`price` - `reference` / `divisor`| as a share of the latter, rounded up; nil if the reference is not a price.
  /// A limit with fewer decimals than `Measure` is met by the rounded share exactly when it is met by the true one.
  static func deviation(_ price: Int128, from reference: Int128) -> Measure? {
    guard reference > 0, price > 0 else { return nil }
    let distance = (price - reference).magnitude
    let (scaled, overflow) = distance.multipliedReportingOverflow(by: Measure.unit.magnitude)
    guard !overflow else { return nil }
    let whole = reference.magnitude
    return Measure(raw: Int128(clamping: (scaled + (whole - 1)) / whole))
  }

  /// Deviation of `price` from the last close and, where there is a quote, from its mid; the larger one.
  private func deviation(of price: Price, from last: Price, _ quote: Quote?) -> Measure? {
    guard let fromLast = Self.deviation(Int128(price.raw), from: Int128(last.raw)) else { return nil }
    guard let quote else { return fromLast }
    guard quote.isConsistent,
      let fromMid = Self.deviation(2 * Int128(price.raw), from: Int128(quote.bid.raw) + Int128(quote.ask.raw))
    else { return nil }
    return max(fromLast, fromMid)
  }

  func checkOpeningCollar(_ index: Int, _ observation: Observation, _ list: inout CheckList) {
    let limit = Measure(limits.priceCollar)
    guard let last = counters.instruments[index].lastClose,
      let deviation = deviation(of: observation.bar.close, from: last, observation.quote)
    else { return list.missing(.priceCollar, limit: limit) }
    list.atMost(.priceCollar, deviation, limit)
  }

  /// A closing order refers to the last close, so only a quote can contradict it; a senseless one, or one that is not of
  /// the bar's time, does not count.
  func checkReducingCollar(
    _ index: Int, _ observation: Observation, _ sizing: Sizing?, _ list: inout CheckList
  ) {
    let limit = Measure(limits.priceCollar)
    guard let sizing else { return list.missing(.priceCollar, limit: limit) }
    var quote = observation.quote
    if let given = quote {
      let close = counters.instruments[index].lastCloseTime ?? observation.bar.closeTime
      let isOfTheBar = age(of: given.time, at: close).map { abs($0) <= limits.maxDataAgeMillis } ?? false
      if !given.isConsistent || !isOfTheBar { quote = nil }
    }
    guard let deviation = deviation(of: sizing.price, from: sizing.price, quote) else {
      return list.missing(.priceCollar, limit: limit)
    }
    list.atMost(.priceCollar, deviation, limit)
  }

  func checkSpread(_ observation: Observation, _ now: Timestamp, _ list: inout CheckList) {
    let limit = Measure(limits.maxSpread)
    guard let quote = observation.quote else {
      return limits.requiresQuote ? list.missing(.spread, limit: limit) : list.notApplicable(.spread)
    }
    guard quote.isConsistent, let age = age(of: quote.time, at: now), isRecent(age),
      // (ask - bid) / mid: twice the ask lies as far from bid + ask as the spread is wide.
      let spread = Self.deviation(2 * Int128(quote.ask.raw), from: Int128(quote.bid.raw) + Int128(quote.ask.raw))
    else { return list.missing(.spread, limit: limit) }
    list.atMost(.spread, Measure(raw: 2 * spread.raw), limit)
  }

  func checkVolatility(_ observation: Observation, _ list: inout CheckList) {
    let limit = Measure(limits.maxVolatilityRank)
    if !limits.needsIndicators { return list.notApplicable(.volatility) }
    guard let rank = observation.volatilityRank, rank >= 0, rank <= 1, let input = Rate(truncating: rank) else {
      return list.missing(.volatility, limit: limit)
    }
    list.atMost(.volatility, Measure(input), limit)
  }
}

extension Quote {
  /// Positive prices that do not cross.
  var isConsistent: Bool { bid.isPositive && ask >= bid }
}
