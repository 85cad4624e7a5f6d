import Core

/// A matching engine: accounts, instruments, order books with price-time priority. A value that follows from its inputs
/// alone; time is a parameter, and nothing of any wire protocol is known here.
///
/// Every account has quote currency (one balance for each quote asset) and a position in each instrument. What may be sold
/// short needs its worth in cash as collateral; anything else can only be sold when held, and open sales lock it. Open
/// orders lock the cash for what they open, valued at their own price, fee included. What only shrinks a position needs no
/// cash and is never refused for value.
///
/// Instruments whose liquidity is `.orders` match the accounts' orders with one another. Those whose liquidity is
/// `.external` are moved by a driver: `trade(_ bar:)`, `trade(_ print:)`, `setBook`, and their accounts' orders do not
/// meet one another.
public struct MatchingEngine: Sendable {
  /// What is traded, by instrument id.
  public let instruments: [EngineInstrument]
  /// What the engine may hold.
  public let limits: EngineLimits
  /// What a market order pays beyond the price of external data.
  public let costs: PaperCosts
  /// Time of the newest operation.
  public internal(set) var clock = Timestamp(milliseconds: .min)
  /// Trades so far.
  public internal(set) var tradeCount: UInt64 = 0
  /// Orders accepted so far.
  public internal(set) var orderCount: UInt64 = 0
  /// Orders that ended because a trade would not have fitted the number types.
  public internal(set) var overflows = 0
  /// Orders refused because the engine was full.
  public internal(set) var refusedFull = 0
  /// Orders open in all.
  public var openOrderCount: Int { slab.count }

  var slab = OrderSlab()
  var index = OrderIndex()
  /// Four by instrument: bids, asks, stops of buyers, stops of sellers.
  var ladders: [PriceLadder]
  var books: [InstrumentBook]
  let traits: [InstrumentTraits]
  var accounts: [AccountState] = []
  /// By account and quote asset.
  var cash: [CashBalance] = []
  /// By account and instrument.
  var holdings: [Holding] = []
  let quoteAssets: Int
  /// The earliest of the accounts' deadlines.
  var nextDeadline = Timestamp(milliseconds: .max)

  /// An engine without accounts.
  public init(
    instruments: [EngineInstrument], limits: EngineLimits = EngineLimits(), costs: PaperCosts = .none
  ) {
    precondition(instruments.count <= InstrumentTable.capacity)
    precondition(instruments.enumerated().allSatisfy { Int($1.instrument.id.index) == $0 })
    self.instruments = instruments
    self.limits = limits
    self.costs = costs
    ladders = Array(repeating: PriceLadder(), count: 4 * instruments.count)
    books = instruments.map { _ in InstrumentBook() }
    traits = instruments.map(InstrumentTraits.init)
    quoteAssets = (instruments.map(\.quoteAsset).max() ?? 0) + 1
  }

  /// Makes room beforehand, so that no order allocates until so many are open at once.
  public mutating func reserve(openOrders: Int) {
    slab.reserve(openOrders)
    index.reserve(openOrders)
  }

  /// Opens an account with cash in quote asset 0; nil when there are as many as the limits allow.
  public mutating func openAccount(cashQuote: Money = .zero) -> AccountID? {
    guard accounts.count < limits.accounts else { return nil }
    accounts.append(AccountState())
    cash += Array(repeating: CashBalance(), count: quoteAssets)
    holdings += Array(repeating: Holding(), count: instruments.count)
    cash[cash.count - quoteAssets].total = cashQuote.raw
    return AccountID(accounts.count - 1)
  }

  /// Adds cash to an account. Throws `DecimalError.overflow`.
  public mutating func deposit(_ amount: Money, to account: AccountID, quoteAsset: Int = 0) throws {
    let place = Int(account.index) * quoteAssets + quoteAsset
    cash[place].total = try Money(raw: cash[place].total).adding(amount).raw
  }

  /// Gives an account a holding that cost `totalCostQuote`. Throws `DecimalError.overflow`.
  public mutating func deposit(
    _ quantity: Quantity, of instrument: InstrumentID, totalCostQuote: Money = .zero, to account: AccountID
  ) throws {
    let place = holdingPlace(account.index, instrument.index)
    let old = holdings[place].position
    precondition(quantity.isPositive && old.side != .short)
    holdings[place].position = PositionView(
      side: .long, quantity: try old.quantity.adding(quantity),
      totalCostQuote: try old.totalCostQuote.adding(totalCostQuote), entryTime: old.entryTime ?? clock)
  }

  @inline(__always)
  func holdingPlace(_ account: Int32, _ instrument: UInt16) -> Int {
    Int(account) * instruments.count + Int(instrument)
  }

  @inline(__always)
  func cashPlace(_ account: Int32, _ instrument: UInt16) -> Int {
    Int(account) * quoteAssets + traits[Int(instrument)].quoteAsset
  }
}

/// An instrument's facts in flat numbers: nothing to retain on the way of an order.
struct InstrumentTraits: Sendable {
  let filters: EngineFilters
  let quoteAsset: Int
  let isShortable: Bool
  let isBaseFee: Bool
  let isExternal: Bool

  init(_ instrument: EngineInstrument) {
    filters = instrument.filters
    quoteAsset = instrument.quoteAsset
    isShortable = instrument.instrument.isShortable
    isBaseFee = instrument.instrument.feeAsset == .base
    isExternal = instrument.liquidity == .external
  }
}

/// What an instrument's market has shown, and the orders that wait for it.
struct InstrumentBook: Sendable {
  /// Last price, zero before the first.
  var last: Int64 = 0
  /// Highest and lowest price traded in the operation under way.
  var high = Int64.min
  var low = Int64.max
  /// Orders open in it.
  var openOrders = 0
  /// Market orders that wait for data, and limits of a single moment, in order of arrival.
  var waiting: [Int32] = []
  /// Levels of a recorded book, best first.
  var outside: [[OutsideLevel]] = [[], []]
  /// What limits wait behind at their price when no book says more.
  var assumedQueue: Int64 = 0
  var rules: InstrumentRules?
  var rulesFrom = Timestamp(milliseconds: .max)
  var rulesUntil = Timestamp(milliseconds: .min)

  init() {}
}

/// A level of a recorded book.
struct OutsideLevel: Sendable, Equatable {
  var price: Int64
  var quantity: Int64
}
