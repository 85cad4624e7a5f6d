/// An instrument's place in the run's `InstrumentTable`.
public struct InstrumentID: Hashable, Comparable, Sendable, Codable {
  /// Index in the table.
  public let index: UInt16
  /// An id from an index.
  @inlinable public init(index: UInt16) { self.index = index }
  /// Order of the table.
  @inlinable public static func < (left: InstrumentID, right: InstrumentID) -> Bool { left.index < right.index }
}

/// What is traded.
public enum InstrumentKind: String, Sendable, Codable, CaseIterable {
  case cryptoSpot = "crypto_spot"
  case cryptoPerpetual = "crypto_perp"
  case equity, etf, index, fx, metal
}

/// What a venue takes its fees in.
public enum FeeAsset: String, Sendable, Codable, CaseIterable {
  /// Quote currency, on top of what is paid or off what is received.
  case quote
  /// Whatever is received: less of the thing after a buy, less quote currency after a sale.
  case base
}

/// The trading rules of an instrument from one day on.
public struct InstrumentRules: Hashable, Sendable {
  /// First moment at which these rules hold.
  public let effectiveFrom: Timestamp
  /// Smallest price step.
  public let tick: Price
  /// Smallest quantity step.
  public let lot: Quantity
  /// Smallest order.
  public let minimumQuantity: Quantity
  /// Smallest order value, in quote currency.
  public let minimumNotionalQuote: Money
  /// Fee rate of an order that rested in the book.
  public let makerFee: Rate
  /// Fee rate of an order that took liquidity.
  public let takerFee: Rate

  /// Rules as given.
  public init(
    effectiveFrom: Timestamp, tick: Price, lot: Quantity, minimumQuantity: Quantity, minimumNotionalQuote: Money,
    makerFee: Rate, takerFee: Rate
  ) {
    self.effectiveFrom = effectiveFrom
    self.tick = tick
    self.lot = lot
    self.minimumQuantity = minimumQuantity
    self.minimumNotionalQuote = minimumNotionalQuote
    self.makerFee = makerFee
    self.takerFee = takerFee
  }
}

/// Something that can be traded, with its rules through time.
public struct Instrument: Sendable, Hashable {
  /// Place in the run's table.
  public let id: InstrumentID
  /// Symbol, for example `BTCUSDT`.
  public let symbol: String
  /// Venue, for example `binance-spot` or `simulated`.
  public let venue: String
  /// What kind of thing it is.
  public let kind: InstrumentKind
  /// Whether it can be sold without being held.
  public let isShortable: Bool
  /// When it trades.
  public let calendar: TradingCalendar
  /// Rules, oldest first; never empty.
  public let rules: [InstrumentRules]
  /// What fees are taken in.
  public let feeAsset: FeeAsset

  /// An instrument. `rules` must not be empty; they are put in order of their dates.
  public init(
    id: InstrumentID, symbol: String, venue: String, kind: InstrumentKind, isShortable: Bool,
    calendar: TradingCalendar, rules: [InstrumentRules], feeAsset: FeeAsset = .quote
  ) {
    precondition(!rules.isEmpty)
    self.id = id
    self.symbol = symbol
    self.venue = venue
    self.kind = kind
    self.isShortable = isShortable
    self.calendar = calendar
    self.rules = rules.sorted { $0.effectiveFrom < $1.effectiveFrom }
    self.feeAsset = feeAsset
  }

  /// The rules in force at `moment`; nil before the first ones.
  public func rules(at moment: Timestamp) -> InstrumentRules? {
    if rules.count == 1 { return rules[0].effectiveFrom <= moment ? rules[0] : nil }
    return rules.last { $0.effectiveFrom <= moment }
  }
}

/// The instruments of one run, in a fixed order.
public struct InstrumentTable: Sendable {
  /// At most this many instruments in one run.
  public static let capacity = 4096
  /// Instruments; the one with id k is at index k.
  public let instruments: [Instrument]

  /// A table. Ids must equal indices.
  public init(_ instruments: [Instrument]) {
    precondition(instruments.count <= Self.capacity)
    precondition(instruments.enumerated().allSatisfy { Int($1.id.index) == $0 })
    self.instruments = instruments
  }

  /// Number of instruments.
  public var count: Int { instruments.count }
  /// The instrument with an id of this table.
  @inlinable public subscript(id: InstrumentID) -> Instrument { instruments[Int(id.index)] }
  /// The instrument with a symbol.
  public func instrument(symbol: String) -> Instrument? { instruments.first { $0.symbol == symbol } }
}
