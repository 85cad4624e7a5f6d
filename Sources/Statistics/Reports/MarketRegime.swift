/// What the market was like before a period: known at its start, so a strategy could have known it.
package struct MarketRegime: Hashable, Sendable {
  /// How wide the market swung, against its own past.
  package enum Volatility: Int, Hashable, Sendable, CaseIterable { case low, middle, high }
  /// Which way it went.
  package enum Trend: Int, Hashable, Sendable, CaseIterable { case down, up }

  /// Tercile of the trailing volatility.
  package let volatility: Volatility
  /// Sign of the trailing return; nothing gained is down.
  package let trend: Trend

  /// All regimes, in a fixed order: by volatility, then by trend.
  package static let all = Volatility.allCases.flatMap { volatility in
    Trend.allCases.map { MarketRegime(volatility: volatility, trend: $0) }
  }

  /// A regime as given.
  package init(volatility: Volatility, trend: Trend) {
    self.volatility = volatility
    self.trend = trend
  }

  /// Trailing volatilities that a tercile is taken among; older ones are forgotten.
  package static let rankedPeriods = 10_000

  /// The regime before each period of a market's simple returns; nil until the past is long enough.
  ///
  /// Before period t: volatility is the root mean square of the `window` returns t - window ... t - 1, and its tercile is its
  /// place among all such values up to and with it (the last 10,000 of them, at least `window`): the low third, the middle,
  /// the high. Trend is the sign of the compounded return over the same window. Throws `StatisticsError` for a window
  /// below 2 and for returns that are not finite.
  package static func labels(marketReturns returns: [Double], window: Int) throws -> [MarketRegime?] {
    guard window >= 2 else { throw StatisticsError("window: \(window) is below 2") }
    try StatisticsLimits.check(returns, named: "market returns", minimum: 0)
    var history: [Double] = []
    var sorted: [Double] = []
    return returns.indices.map { index in
      guard index >= window else { return nil }
      let trailing = returns[(index - window)..<index]
      let square = trailing.reduce(0) { $0 + $1 * $1 }
      sorted.insert(square, at: sorted.partitioningIndex { $0 > square })
      history.append(square)
      if history.count > rankedPeriods {
        let oldest = history[history.count - 1 - rankedPeriods]
        sorted.remove(at: sorted.partitioningIndex { $0 >= oldest })
      }
      guard sorted.count >= window else { return nil }
      // The middle of its ties, so that a market that never changes is in the middle.
      let place = sorted.partitioningIndex { $0 >= square } + sorted.partitioningIndex { $0 > square }
      let volatility: Volatility =
        place * 3 < 2 * sorted.count ? .low : place * 3 > 4 * sorted.count ? .high : .middle
      let growth = trailing.reduce(1) { $0 * (1 + $1) }
      return MarketRegime(volatility: volatility, trend: growth > 1 ? .up : .down)
    }
  }
}

/// What a strategy earned in one regime of the market.
package struct RegimeFigures: Hashable, Sendable {
  /// The regime; nil: the first periods, which have none.
  package let regime: MarketRegime?
  /// Periods in it.
  package let periods: Int
  /// Compounded return of these periods alone.
  package let compounded: Double
  /// Mean return per period; nil without a period.
  package let mean: Double?
  /// Sharpe of these periods, annualised; nil without variation.
  package let sharpe: Double?
  /// Share of gains among gains and losses.
  package let winRate: Double?

  /// A strategy's returns by the market's regime: all regimes in their order, then the periods without one if there are
  /// any. Throws `StatisticsError` for lists of different length and returns that are not finite.
  package static func all(
    returns: [Double], labels: [MarketRegime?], periodsPerYear: Double
  ) throws -> [RegimeFigures] {
    guard returns.count == labels.count else {
      throw StatisticsError("\(returns.count) returns and \(labels.count) regimes: as many of each are needed")
    }
    try StatisticsLimits.check(returns, named: "returns", minimum: 0)
    let groups = MarketRegime.all.map { Optional($0) } + (labels.contains(nil) ? [nil] : [])
    return groups.map { group in
      let own = returns.indices.filter { labels[$0] == group }.map { returns[$0] }
      let moments = Moments(own)
      return RegimeFigures(
        regime: group, periods: own.count, compounded: own.reduce(1) { $0 * (1 + $1) } - 1, mean: moments?.mean,
        sharpe: moments?.sharpe.map { $0 * periodsPerYear.squareRoot() }, winRate: GainsAndLosses(own).winRate)
    }
  }
}
