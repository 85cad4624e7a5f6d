import Core

/// An account's place in an engine.
public struct AccountID: Hashable, Comparable, Sendable {
  /// Index in the engine.
  public let index: Int32
  /// An id from an index.
  public init(_ index: Int) { self.index = Int32(index) }
  /// Order of opening.
  public static func < (left: AccountID, right: AccountID) -> Bool { left.index < right.index }
}

/// A client's own name of an order: 128 bits that mean nothing to the engine.
public struct ClientKey: Hashable, Sendable {
  /// First half.
  public let high: UInt64
  /// Second half.
  public let low: UInt64

  /// A key from its halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// The key of one of the bot's own ids; `clientOrderID` gives it back.
  public init(_ id: ClientOrderID) {
    let role: UInt64 =
      switch id.role {
      case .entry: 0
      case .exit: 1
      case .protectiveStop: 2
      case .takeProfit: 3
      case .flatten: 4
      case .guardFlatten: 5
      }
    self.init(high: id.sequence, low: role << 16 | UInt64(id.attempt))
  }

  /// The bot's id behind the key; nil when it is a key of another kind.
  public var clientOrderID: ClientOrderID? {
    let role = Int(truncatingIfNeeded: low >> 16)
    guard low >> 16 < UInt64(OrderRole.allCases.count) else { return nil }
    let roles: [OrderRole] = [.entry, .exit, .protectiveStop, .takeProfit, .flatten, .guardFlatten]
    return ClientOrderID(sequence: high, role: roles[role], attempt: UInt16(truncatingIfNeeded: low))
  }
}

/// How long an order works.
public enum TimeInForce: UInt8, Sendable, CaseIterable {
  /// Until it is filled or cancelled.
  case goodTillCancelled
  /// What cannot trade at once expires.
  case immediateOrCancel
  /// All at once, or nothing.
  case fillOrKill
}

/// What happens when an order would trade with one of the same account; the taker's mode rules.
public enum SelfTradePrevention: UInt8, Sendable, CaseIterable {
  /// They trade.
  case none
  /// What is left of the taker expires.
  case expireTaker
  /// The resting order expires, the taker goes on.
  case expireMaker
  /// Both expire.
  case expireBoth
}

/// How an order executes.
public enum EngineOrderType: Hashable, Sendable {
  case market
  case limit(Price)
  /// Becomes a market order when the market trades at or through `trigger`.
  case stop(trigger: Price)
  /// Becomes a limit order when the market trades at or through `trigger`.
  case stopLimit(trigger: Price, limit: Price)

  /// The limit price, if there is one.
  public var limit: Price? {
    switch self {
    case .limit(let price), .stopLimit(_, let price): price
    case .market, .stop: nil
    }
  }

  /// The trigger price, if there is one.
  public var trigger: Price? {
    switch self {
    case .stop(let price), .stopLimit(let price, _): price
    case .market, .limit: nil
    }
  }
}

/// An order as a client sends it.
public struct EngineOrder: Hashable, Sendable {
  /// Whose order it is.
  public var account: AccountID
  /// The client's name of it.
  public var key: ClientKey
  /// What is to be traded.
  public var instrument: InstrumentID
  /// Buy or sell.
  public var side: Side
  /// How it executes.
  public var type: EngineOrderType
  /// Amount to trade, positive.
  public var quantity: Quantity
  /// How long it works; ignored for market orders, which never rest in a book.
  public var timeInForce: TimeInForce
  /// Refused when it would take liquidity; for limits only.
  public var isPostOnly: Bool
  /// Can only shrink a position.
  public var isReduceOnly: Bool
  /// What happens when it meets an order of its own account.
  public var selfTradePrevention: SelfTradePrevention

  /// An order as given.
  public init(
    account: AccountID, key: ClientKey, instrument: InstrumentID, side: Side, type: EngineOrderType,
    quantity: Quantity, timeInForce: TimeInForce = .goodTillCancelled, isPostOnly: Bool = false,
    isReduceOnly: Bool = false, selfTradePrevention: SelfTradePrevention = .none
  ) {
    self.account = account
    self.key = key
    self.instrument = instrument
    self.side = side
    self.type = type
    self.quantity = quantity
    self.timeInForce = timeInForce
    self.isPostOnly = isPostOnly
    self.isReduceOnly = isReduceOnly
    self.selfTradePrevention = selfTradePrevention
  }
}
