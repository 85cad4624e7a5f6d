import Core

/// What the rest of the bot says about itself at the moment of a judgement.
public struct RiskEnvironment: Sendable, Equatable {
  /// What the bot may do.
  public var tradingState: TradingState
  /// The highest stop in force; nil: none.
  public var latchLevel: StopLevel?
  /// Whether the journal takes records.
  public var isJournalHealthy: Bool
  /// Whether the venue is connected and reconciled.
  public var isVenueReady: Bool
  /// Orders whose fate at the venue is not known.
  public var unknownOrders: Int
  /// Orders at the venue, protective ones included; for the record, no limit looks at it.
  public var openOrders: Int
  /// Exposure of open and unknown opening orders, in quote currency.
  public var reservedQuote: Money
  /// Local clock minus venue clock; nil: not known, which is a veto unless time is virtual.
  public var clockSkewMillis: Int?
  /// Whether time is virtual (backtest, simulation), so that no clock can be wrong.
  public var isVirtualTime: Bool

  /// An environment as given.
  public init(
    tradingState: TradingState, latchLevel: StopLevel?, isJournalHealthy: Bool, isVenueReady: Bool,
    unknownOrders: Int, openOrders: Int, reservedQuote: Money, clockSkewMillis: Int?, isVirtualTime: Bool = false
  ) {
    self.tradingState = tradingState
    self.latchLevel = latchLevel
    self.isJournalHealthy = isJournalHealthy
    self.isVenueReady = isVenueReady
    self.unknownOrders = unknownOrders
    self.openOrders = openOrders
    self.reservedQuote = reservedQuote
    self.clockSkewMillis = clockSkewMillis
    self.isVirtualTime = isVirtualTime
  }
}
