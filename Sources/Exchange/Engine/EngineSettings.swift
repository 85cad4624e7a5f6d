import Core

/// Where the liquidity of an instrument comes from.
public enum LiquiditySource: UInt8, Hashable, Sendable {
  /// From the orders of the engine's accounts, and nowhere else.
  case orders
  /// From data that a driver brings: bars, recorded trades, recorded books. Orders of accounts do not meet one another.
  case external
}

/// How far a limit may lie from the reference price, by side: shares of it.
public struct PriceBand: Hashable, Sendable {
  /// Highest and lowest price of a buy, as a multiple of the reference.
  public let bidUp, bidDown: Rate
  /// Highest and lowest price of a sale, as a multiple of the reference.
  public let askUp, askDown: Rate

  /// A band as given.
  public init(bidUp: Rate, bidDown: Rate, askUp: Rate, askDown: Rate) {
    self.bidUp = bidUp
    self.bidDown = bidDown
    self.askUp = askUp
    self.askDown = askDown
  }
}

/// Filters of an instrument beyond those of its dated rules. What is nil is off.
public struct EngineFilters: Hashable, Sendable {
  /// Largest order.
  public var maximumQuantity: Quantity?
  /// Step of market orders.
  public var marketLot: Quantity?
  /// Largest market order.
  public var marketMaximumQuantity: Quantity?
  /// Largest value of an order, in quote currency.
  public var maximumNotionalQuote: Money?
  /// How far a limit may lie from the last price.
  public var priceBand: PriceBand?
  /// Open orders of one account in the instrument.
  public var maximumOpenOrders: Int?
  /// Open stops of one account in the instrument.
  public var maximumStopOrders: Int?
  /// Decimals that a quantity may have; more is a refusal of its own, before the step is looked at.
  public var quantityDecimals = 9
  /// Whether a stop that the last price has passed is refused rather than triggered.
  public var refusesTriggeredStops = false

  /// Nothing but the instrument's own rules.
  public init() {}
}

/// An instrument as the engine trades it.
public struct EngineInstrument: Sendable {
  /// Rules, fees and what fees are taken in.
  public var instrument: Instrument
  /// Index of the quote currency that it is paid in.
  public var quoteAsset: Int
  /// Where its liquidity comes from.
  public var liquidity: LiquiditySource
  /// Further filters.
  public var filters: EngineFilters

  /// An instrument as given.
  public init(
    _ instrument: Instrument, quoteAsset: Int = 0, liquidity: LiquiditySource = .orders,
    filters: EngineFilters = EngineFilters()
  ) {
    self.instrument = instrument
    self.quoteAsset = quoteAsset
    self.liquidity = liquidity
    self.filters = filters
  }
}

/// Limits on what an engine holds and on what its accounts may ask.
public struct EngineLimits: Hashable, Sendable {
  /// Orders open at once, of all accounts; one more is refused with `engineFull`.
  public var openOrders: Int
  /// Accounts.
  public var accounts: Int
  /// Orders and weight that an account may spend; nil for no limit.
  public var rates: AccountRates?

  /// Limits as given.
  public init(openOrders: Int = 1_000_000, accounts: Int = 4096, rates: AccountRates? = nil) {
    precondition(openOrders > 0 && openOrders < Int(Int32.max) && accounts > 0)
    self.openOrders = openOrders
    self.accounts = accounts
    self.rates = rates
  }
}
