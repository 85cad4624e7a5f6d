/// What a list of closed trades amounts to.
package struct TradeFigures: Hashable, Sendable {
  /// Mean, middle and ends of something measured on each trade.
  package struct Spread: Hashable, Sendable {
    /// Trades on which it is known.
    package let count: Int
    /// Arithmetic mean.
    package let mean: Double
    /// Middle value.
    package let median: Double
    /// Smallest.
    package let least: Double
    /// Largest.
    package let most: Double

    /// The spread of at least one value; nil of none.
    package init?(_ values: [Double]) {
      let sorted = values.sorted()
      guard let least = sorted.first, let most = sorted.last else { return nil }
      count = sorted.count
      mean = ExactSum.mean(of: sorted)!
      median = Quantile.of(sorted: sorted, share: 0.5)!
      self.least = least
      self.most = most
    }
  }

  /// Number of trades.
  package let count: Int
  /// Those that were long.
  package let longCount: Int
  /// Gains and losses after fees, in the order of the exits: win rate, payoff, profit factor, expectancy, runs.
  package let results: GainsAndLosses
  /// Profit after fees of the long trades.
  package let longNet: Double
  /// Profit after fees of the short trades.
  package let shortNet: Double
  /// Fees of all trades.
  package let fees: Double
  /// Profit after fees per trade.
  package let net: Spread?
  /// Profit after fees in units of the risk at entry, of the trades that had a stop.
  package let riskMultiples: Spread?
  /// Worst excursions, as fractions of the entry price.
  package let adverseExcursions: Spread?
  /// Best excursions, likewise.
  package let favourableExcursions: Spread?
  /// Gross return over best excursion.
  package let efficiency: Spread?
  /// Bars held.
  package let barsHeld: Spread?
  /// Milliseconds held.
  package let holdingMillis: Spread?
  /// Share of the sum of all gains that the largest one brought; nil without a gain.
  package let largestGainShare: Double?

  /// Adds up trades; of none, counts are 0 and figures nil. Throws `StatisticsError` for a trade with a number that is not
  /// finite or with an exit before its entry.
  package init(_ trades: [TradeRecord]) throws {
    for (index, trade) in trades.enumerated() {
      let numbers = [trade.quantity, trade.entryPrice, trade.exitPrice, trade.fees, trade.netProfit]
      let optional = [trade.adverseExcursion, trade.favourableExcursion, trade.riskQuote].compactMap { $0 }
      guard (numbers + optional).allSatisfy(\.isFinite), trade.exitTime >= trade.entryTime else {
        throw StatisticsError("trade \(index + 1): has a number that is not finite, or ends before it begins")
      }
    }
    // Equal times keep their order.
    let order = trades.indices.sorted { (trades[$0].exitTime, $0) < (trades[$1].exitTime, $1) }
    let ordered = order.map { trades[$0] }
    let nets = ordered.map(\.netProfit)
    let results = GainsAndLosses(nets)
    count = trades.count
    longCount = trades.count(where: \.isLong)
    self.results = results
    longNet = ExactSum.of(trades.lazy.filter(\.isLong).map(\.netProfit))
    shortNet = ExactSum.of(trades.lazy.filter { !$0.isLong }.map(\.netProfit))
    fees = ExactSum.of(trades.lazy.map(\.fees))
    net = Spread(nets)
    riskMultiples = Spread(ordered.compactMap(\.riskMultiple))
    adverseExcursions = Spread(ordered.compactMap(\.adverseExcursion))
    favourableExcursions = Spread(ordered.compactMap(\.favourableExcursion))
    efficiency = Spread(ordered.compactMap(\.efficiency))
    barsHeld = Spread(ordered.map { Double($0.barsHeld) })
    holdingMillis = Spread(ordered.map { Double($0.holdingMillis) })
    largestGainShare = results.gains > 0 ? nets.max()! / results.gains : nil
  }
}
