import Core

/// Which order an event is about.
public struct OrderTag: Hashable, Sendable {
  /// Whose order it is.
  public let account: AccountID
  /// What it trades.
  public let instrument: InstrumentID
  /// The engine's number of it, from 1 in order of acceptance; 0 when it was never accepted.
  public let number: UInt64
  /// The client's name of it.
  public let key: ClientKey

  /// A tag as given.
  public init(account: AccountID, instrument: InstrumentID, number: UInt64, key: ClientKey) {
    self.account = account
    self.instrument = instrument
    self.number = number
    self.key = key
  }
}

/// One side of one trade.
public struct EngineFill: Hashable, Sendable {
  /// The order that traded.
  public let order: OrderTag
  /// Number of the trade, from 1; both sides of a trade have the same.
  public let tradeID: UInt64
  /// Side of the order.
  public let side: Side
  /// Price of one unit, in quote currency.
  public let price: Price
  /// Traded amount.
  public let quantity: Quantity
  /// Fee in quote currency; negative for a rebate.
  public let feeQuote: Money
  /// Fee taken from what was bought.
  public let feeBase: Quantity
  /// Whether the order rested.
  public let isMaker: Bool
  /// What the order still has to trade.
  public let remaining: Quantity
  /// When it happened, by the engine's clock.
  public let time: Timestamp

  /// A fill as given.
  public init(
    order: OrderTag, tradeID: UInt64, side: Side, price: Price, quantity: Quantity, feeQuote: Money,
    feeBase: Quantity, isMaker: Bool, remaining: Quantity, time: Timestamp
  ) {
    self.order = order
    self.tradeID = tradeID
    self.side = side
    self.price = price
    self.quantity = quantity
    self.feeQuote = feeQuote
    self.feeBase = feeBase
    self.isMaker = isMaker
    self.remaining = remaining
    self.time = time
  }
}

/// What happened in the engine, in the order in which it happened.
public enum EngineEvent: Hashable, Sendable {
  case accepted(OrderTag, at: Timestamp)
  /// A stop has become a market or limit order.
  case triggered(OrderTag, at: Timestamp)
  /// One side of a trade; the maker's comes first.
  case trade(EngineFill)
  case cancelled(OrderTag, at: Timestamp)
  case expired(OrderTag, ExpiryReason, at: Timestamp)
  case rejected(OrderTag, EngineRefusal, at: Timestamp)
}
