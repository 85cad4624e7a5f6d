import Core

/// Why the engine refused something, with the code that the venue gives it.
public enum EngineRefusal: UInt8, Error, Hashable, Sendable, CaseIterable {
  case unknownInstrument, unknownAccount, invalid, precision
  case priceFilter, lotSize, marketLotSize, minimumQuantity, maximumQuantity, notional, percentPrice
  case maximumOrders, maximumStopOrders, engineFull, marketClosed
  case insufficientBalance, shortNotAllowed, reduceOnly
  case duplicateClientKey, wouldMatch, wouldTrigger, listPrices
  case unknownOrder, tooManyOrders, tooMuchWeight

  /// The venue's error code.
  public var code: Int {
    switch self {
    case .unknownInstrument: -1121
    case .unknownAccount: -2015
    case .invalid: -1100
    case .precision: -1111
    case .priceFilter, .lotSize, .marketLotSize, .minimumQuantity, .maximumQuantity, .notional, .percentPrice,
      .maximumOrders, .maximumStopOrders, .marketClosed:
      -1013
    case .engineFull: -1008
    case .insufficientBalance, .shortNotAllowed, .reduceOnly, .duplicateClientKey, .wouldMatch, .wouldTrigger,
      .listPrices:
      -2010
    case .unknownOrder: -2011
    case .tooManyOrders: -1015
    case .tooMuchWeight: -1003
    }
  }

  /// The venue's text.
  public var text: String {
    switch self {
    case .unknownInstrument: "Invalid symbol."
    case .unknownAccount: "Invalid API-key, IP, or permissions for action."
    case .invalid: "Illegal characters found in a parameter."
    case .precision: "Precision is over the maximum defined for this asset."
    case .priceFilter: "Filter failure: PRICE_FILTER"
    case .lotSize, .minimumQuantity, .maximumQuantity: "Filter failure: LOT_SIZE"
    case .marketLotSize: "Filter failure: MARKET_LOT_SIZE"
    case .notional: "Filter failure: NOTIONAL"
    case .percentPrice: "Filter failure: PERCENT_PRICE_BY_SIDE"
    case .maximumOrders: "Filter failure: MAX_NUM_ORDERS"
    case .maximumStopOrders: "Filter failure: MAX_NUM_ALGO_ORDERS"
    case .marketClosed: "Market is closed."
    case .engineFull: "Server is currently overloaded with other requests."
    case .insufficientBalance: "Account has insufficient balance for requested action."
    case .shortNotAllowed: "Account has insufficient balance for requested action."
    case .reduceOnly: "ReduceOnly order is rejected."
    case .duplicateClientKey: "Duplicate order sent."
    case .wouldMatch: "Order would immediately match and take."
    case .wouldTrigger: "Stop price would trigger immediately."
    case .listPrices: "The relationship of the prices for the orders is not correct."
    case .unknownOrder: "Unknown order sent."
    case .tooManyOrders: "Too many new orders."
    case .tooMuchWeight: "Too much request weight used."
    }
  }

  /// The nearest reason of the neutral vocabulary.
  public var reason: RejectReason {
    switch self {
    case .unknownInstrument: .unknownInstrument
    case .priceFilter, .percentPrice: .tick
    case .lotSize, .marketLotSize, .precision: .lot
    case .minimumQuantity: .minimumQuantity
    case .notional: .minimumNotional
    case .marketClosed: .marketClosed
    case .insufficientBalance: .insufficientBalance
    case .shortNotAllowed: .shortNotAllowed
    case .reduceOnly: .reduceOnly
    case .duplicateClientKey: .duplicateClientID
    case .unknownAccount, .invalid, .maximumQuantity, .maximumOrders, .maximumStopOrders, .engineFull, .wouldMatch,
      .wouldTrigger, .listPrices, .unknownOrder, .tooManyOrders, .tooMuchWeight:
      .invalid
    }
  }
}

/// Why an order ended without a cancel and before it was filled.
public enum ExpiryReason: UInt8, Hashable, Sendable, CaseIterable {
  /// What was left of an immediate order, or of a market order that emptied the book.
  case timeInForce
  /// It would have traded with its own account.
  case selfTrade
  /// The other order of its pair traded or was triggered.
  case otherLeg
  /// The account cannot carry the trade, or the numbers do not fit.
  case funds
  /// Nothing is left that a reduce-only order could close.
  case reduceOnly
}
