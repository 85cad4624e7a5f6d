import Core

/// One closed trade, from the first fill that opened it to the last that closed it. Amounts are in quote currency.
package struct TradeRecord: Hashable, Sendable {
  /// Time of the first fill.
  package var entryTime: Timestamp
  /// Time of the last fill.
  package var exitTime: Timestamp
  /// Whether it was long.
  package var isLong: Bool
  /// Quantity at its largest.
  package var quantity: Double
  /// Mean entry price, by quantity.
  package var entryPrice: Double
  /// Mean exit price, by quantity.
  package var exitPrice: Double
  /// Fees of both sides.
  package var fees: Double
  /// Profit after fees.
  package var netProfit: Double
  /// Worst excursion against it as a fraction of the entry price, at least 0; nil if unknown.
  package var adverseExcursion: Double?
  /// Best excursion in its favour, likewise.
  package var favourableExcursion: Double?
  /// Bars held; the exit bar belongs to the hold.
  package var barsHeld: Int
  /// |entry - stop| times quantity at entry: what 1 R is; nil without a stop.
  package var riskQuote: Double?

  /// A trade as given.
  package init(
    entryTime: Timestamp, exitTime: Timestamp, isLong: Bool, quantity: Double, entryPrice: Double, exitPrice: Double,
    fees: Double, netProfit: Double, adverseExcursion: Double? = nil, favourableExcursion: Double? = nil, barsHeld: Int,
    riskQuote: Double? = nil
  ) {
    self.entryTime = entryTime
    self.exitTime = exitTime
    self.isLong = isLong
    self.quantity = quantity
    self.entryPrice = entryPrice
    self.exitPrice = exitPrice
    self.fees = fees
    self.netProfit = netProfit
    self.adverseExcursion = adverseExcursion
    self.favourableExcursion = favourableExcursion
    self.barsHeld = barsHeld
    self.riskQuote = riskQuote
  }

  /// Profit after fees in units of the risk at entry; nil without a risk.
  package var riskMultiple: Double? { riskQuote.flatMap { $0 > 0 ? netProfit / $0 : nil } }
  /// Profit before fees over entry notional, over the favourable excursion; nil without one.
  package var efficiency: Double? {
    guard let favourableExcursion, favourableExcursion > 0, entryPrice * quantity > 0 else { return nil }
    return (netProfit + fees) / (entryPrice * quantity) / favourableExcursion
  }
  /// Milliseconds from the first fill to the last.
  package var holdingMillis: Int64 { exitTime.millisecondsSince(entryTime) }
}
