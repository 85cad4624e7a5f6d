/// One execution of an order. Counts once, by `tradeID`, whatever channel it came by.
public struct Fill: Hashable, Sendable {
  /// The venue's name of the execution.
  public var tradeID: UInt64
  /// The order that was executed.
  public var clientID: ClientOrderID
  /// What was traded.
  public var instrument: InstrumentID
  /// Side of the order.
  public var side: Side
  /// Executed amount, positive.
  public var quantity: Quantity
  /// Price of one unit, in quote currency.
  public var price: Price
  /// Fee in quote currency; negative for a rebate; zero when it was taken from what was bought.
  public var feeQuote: Money
  /// Fee taken from what was bought, never negative and never above `quantity`; then `feeQuote` is zero.
  public var feeBase: Quantity
  /// Whether the order rested in the book, rather than took from it.
  public var isMaker: Bool
  /// When it was executed, by the venue's clock.
  public var time: Timestamp

  /// A fill as given.
  public init(
    tradeID: UInt64, clientID: ClientOrderID, instrument: InstrumentID, side: Side, quantity: Quantity, price: Price,
    feeQuote: Money, feeBase: Quantity = .zero, isMaker: Bool, time: Timestamp
  ) {
    self.tradeID = tradeID
    self.clientID = clientID
    self.instrument = instrument
    self.side = side
    self.quantity = quantity
    self.price = price
    self.feeQuote = feeQuote
    self.feeBase = feeBase
    self.isMaker = isMaker
    self.time = time
  }
}

/// News of an order from the venue.
public enum ExecutionReport: Hashable, Sendable {
  case accepted(ClientOrderID, at: Timestamp)
  case filled(Fill)
  case cancelled(ClientOrderID, at: Timestamp)
  case expired(ClientOrderID, at: Timestamp)
  case rejected(ClientOrderID, RejectReason, at: Timestamp)

  /// The order it is about.
  public var clientID: ClientOrderID {
    switch self {
    case .accepted(let id, _), .cancelled(let id, _), .expired(let id, _), .rejected(let id, _, _): id
    case .filled(let fill): fill.clientID
    }
  }
}

/// An order as the venue knows it.
public struct OrderSnapshot: Hashable, Sendable {
  /// What was asked for.
  public var request: OrderRequest
  /// State by the venue's book.
  public var state: OrderState
  /// Amount executed so far.
  public var filledQuantity: Quantity
  /// A snapshot as given.
  public init(request: OrderRequest, state: OrderState, filledQuantity: Quantity) {
    self.request = request
    self.state = state
    self.filledQuantity = filledQuantity
  }

  /// Whether there can be such an order: what a venue says may be anything.
  public var isPossible: Bool {
    guard request.quantity.isPositive, !filledQuantity.isNegative else { return false }
    switch request.kind {
    case .market: return true
    case .limit(let price), .stopMarket(let price): return price.isPositive
    }
  }
}

/// An account as the venue knows it.
public struct AccountSnapshot: Hashable, Sendable {
  /// Cash in quote currency.
  public var cashQuote: Money
  /// Positions by instrument id index; flat where nothing is held.
  public var positions: [PositionView]
  /// Fees paid so far.
  public var feesQuote: Money
  /// The newest execution the snapshot contains.
  public var lastTradeID: UInt64
  /// A snapshot as given.
  public init(cashQuote: Money, positions: [PositionView], feesQuote: Money, lastTradeID: UInt64) {
    self.cashQuote = cashQuote
    self.positions = positions
    self.feesQuote = feesQuote
    self.lastTradeID = lastTradeID
  }
}

/// How a submission ended as far as the sender knows.
public enum SubmitOutcome: Hashable, Sendable {
  case accepted
  case rejected(RejectReason)
  /// No answer that can be trusted: the order may or may not exist.
  case unknown(cause: String)
}
