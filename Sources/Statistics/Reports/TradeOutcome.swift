/// What became of one trade, and of what it could have been while it was held. The formulas of labels and reports alike.
package struct TradeOutcome: Hashable, Sendable {
  /// Worst excursion against the position while held, as a fraction of the entry price, at least 0.
  package let adverseExcursion: Double
  /// Best excursion in favour of it, as a fraction of the entry price, at least 0.
  package let favourableExcursion: Double
  /// Profit before fees, in quote currency.
  package let gross: Double
  /// Fees of both sides, in quote currency.
  package let fees: Double
  /// Profit after fees, in quote currency.
  package let net: Double
  /// Net over the risk taken at entry; nil without a stop, or with one at the entry.
  package let riskMultiple: Double?
  /// Adverse excursion in units of the distance to the stop.
  package let adverseRisk: Double?
  /// Favourable excursion in the same units.
  package let favourableRisk: Double?
  /// Bars held; the exit bar belongs to the hold.
  package let holdingBars: Int
  /// Net over entry notional.
  package let netReturn: Double
  /// Net return over volatility per bar times the root of the bars held; nil without volatility.
  package let volatilityNormalised: Double?
  /// Gross return over the favourable excursion: 1 is an exit at the best price; nil without one.
  package let efficiency: Double?

  /// One trade with the highs and lows of the bars it was held. `feeRate` is the share of notional that each side pays,
  /// `volatility` the standard deviation of a bar's return at entry. Throws `StatisticsError` for prices and quantities that
  /// are not positive, no bars, and numbers that are not finite.
  package init(
    isLong: Bool, entryPrice: Double, exitPrice: Double, quantity: Double, stopPrice: Double?, feeRate: Double,
    highs: [Double], lows: [Double], volatility: Double
  ) throws {
    for (name, value) in [("entry", entryPrice), ("exit", exitPrice), ("quantity", quantity)] {
      guard value > 0, value.isFinite else { throw StatisticsError("\(name): \(value) is not a positive number") }
    }
    guard let high = highs.max(), let low = lows.min(), highs.count == lows.count,
      (highs + lows + [feeRate, volatility, stopPrice ?? 0]).allSatisfy(\.isFinite)
    else { throw StatisticsError("trade: as many finite highs as lows are needed, at least one") }
    let side = isLong ? 1.0 : -1.0
    let gross = side * (exitPrice - entryPrice) * quantity
    let fees = feeRate * (entryPrice + exitPrice) * quantity
    let net = gross - fees
    let (worst, best) = isLong ? (entryPrice - low, high - entryPrice) : (high - entryPrice, entryPrice - low)
    let distance = stopPrice.map { abs(entryPrice - $0) }.flatMap { $0 > 0 ? $0 : nil }
    let notional = entryPrice * quantity
    adverseExcursion = max(worst, 0) / entryPrice
    favourableExcursion = max(best, 0) / entryPrice
    self.gross = gross
    self.fees = fees
    self.net = net
    riskMultiple = distance.map { net / ($0 * quantity) }
    adverseRisk = distance.map { max(worst, 0) / $0 }
    favourableRisk = distance.map { max(best, 0) / $0 }
    holdingBars = highs.count
    netReturn = net / notional
    let scale = volatility * Double(highs.count).squareRoot()
    volatilityNormalised = scale > 0 ? netReturn / scale : nil
    efficiency = best > 0 ? gross / notional / (best / entryPrice) : nil
  }
}
