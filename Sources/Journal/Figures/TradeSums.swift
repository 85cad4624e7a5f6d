import Core

/// Sums over fills and finished trades: of a day, of an instrument, of everything. Exact.
public struct TradeSums: Hashable, Sendable {
  /// Executions.
  public var fills = 0
  /// Finished trades.
  public var trades = 0
  /// Finished trades with a result above zero, fees taken off.
  public var wins = 0
  /// Finished trades with a result below zero, fees taken off.
  public var losses = 0
  /// Results of what was closed, fees not taken off.
  public var realisedQuote = Money.zero
  /// Fees of all fills.
  public var feesQuote = Money.zero
  /// Prices times quantities of all fills.
  public var turnoverQuote = Money.zero

  /// Nothing yet.
  public init() {}

  /// What is left after fees. Throws `DecimalError.overflow`.
  public func netQuote() throws -> Money { try realisedQuote.subtracting(feesQuote) }

  mutating func add(_ fill: FillRecord) throws {
    fills += 1
    realisedQuote = try realisedQuote.adding(fill.realisedQuote)
    feesQuote = try feesQuote.adding(fill.feeQuote)
    turnoverQuote = try turnoverQuote.adding(fill.price * fill.quantity)
  }

  mutating func add(_ trade: RoundTrip) {
    trades += 1
    wins += trade.netQuote.isPositive ? 1 : 0
    losses += trade.netQuote.isNegative ? 1 : 0
  }
}

/// What one UTC day brought.
public struct DailyFigures: Hashable, Sendable {
  /// The day, by the times of the fills.
  public var day: CalendarDay
  /// Its fills, and the trades that ended on it.
  public var sums: TradeSums
}
