/// The bot's own name of an order, derived from the decision: the same decision can never make two.
public struct ClientOrderID: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
  /// Sequence number of the decision (or of the control record) that asked for the order.
  public let sequence: UInt64
  /// What the order is for.
  public let role: OrderRole
  /// 0 for the first order of the role, counting replacements.
  public let attempt: UInt16

  /// An id from its parts.
  public init(sequence: UInt64, role: OrderRole, attempt: UInt16 = 0) {
    self.sequence = sequence
    self.role = role
    self.attempt = attempt
  }

  /// Reads `h42-e0`.
  public init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].first == "h", let sequence = UInt64(parts[0].dropFirst()),
      let letter = parts[1].first, let role = OrderRole.allCases.first(where: { $0.letter == letter }),
      let attempt = UInt16(parts[1].dropFirst())
    else { return nil }
    self.init(sequence: sequence, role: role, attempt: attempt)
    // One order, one name: `h042-e0` or `h+42-e0` are not its names.
    guard description == text else { return nil }
  }

  /// `h42-e0`: at most 36 characters of the set that every venue takes.
  public var description: String { "h\(sequence)-\(role.letter)\(attempt)" }
  /// Order by sequence, role letter and attempt.
  public static func < (left: ClientOrderID, right: ClientOrderID) -> Bool {
    (left.sequence, left.role.letter, left.attempt) < (right.sequence, right.role.letter, right.attempt)
  }
  /// Reads the text form.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let value = ClientOrderID(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no client order id: \(text)")
    }
    self = value
  }
  /// Writes the text form.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// What an order is for.
public enum OrderRole: String, Sendable, Codable, CaseIterable {
  case entry, exit
  case protectiveStop = "protective_stop"
  case takeProfit = "take_profit"
  case flatten
  /// Closes a position in place of a bot that does not: sent by the guard alone, under names of its own.
  case guardFlatten = "guard_flatten"

  /// One letter in the client order id.
  public var letter: Character {
    switch self {
    case .entry: "e"
    case .exit: "x"
    case .protectiveStop: "s"
    case .takeProfit: "t"
    case .flatten: "f"
    case .guardFlatten: "g"
    }
  }
}

/// How an order executes.
public enum OrderKind: Hashable, Sendable {
  case market
  case limit(Price)
  /// Becomes a market order when the price trades at or through `trigger`.
  case stopMarket(trigger: Price)
}

/// Everything about an order before a venue has seen it.
public struct OrderRequest: Hashable, Sendable {
  /// The bot's name of the order.
  public var clientID: ClientOrderID
  /// What is to be traded.
  public var instrument: InstrumentID
  /// Buy or sell.
  public var side: Side
  /// How it executes.
  public var kind: OrderKind
  /// Amount to trade, positive.
  public var quantity: Quantity
  /// Can only shrink a position.
  public var isReduceOnly: Bool

  /// A request as given.
  public init(
    clientID: ClientOrderID, instrument: InstrumentID, side: Side, kind: OrderKind, quantity: Quantity,
    isReduceOnly: Bool
  ) {
    self.clientID = clientID
    self.instrument = instrument
    self.side = side
    self.kind = kind
    self.quantity = quantity
    self.isReduceOnly = isReduceOnly
  }
}

/// An order that the risk veto approved: one of the only two ways out. Made in one place, in Risk; never read from data.
public struct ApprovedOrder: Hashable, Sendable {
  /// The order as the venue is to see it.
  public let request: OrderRequest
  /// Worst price that the decision accepted; the last gate refuses beyond it.
  public let collar: Price
  /// Distance of the protective stop from the entry; nil for closing orders.
  public let stopDistance: Price?
  /// Distance of the take-profit order from the entry; nil: none.
  public let takeProfitDistance: Price?

  package init(request: OrderRequest, collar: Price, stopDistance: Price?, takeProfitDistance: Price? = nil) {
    self.request = request
    self.collar = collar
    self.stopDistance = stopDistance
    self.takeProfitDistance = takeProfitDistance
  }
}

/// An order that can only shrink a position (stops, flatten): the other way out. Reduce-only by construction.
public struct ProtectiveOrder: Hashable, Sendable {
  /// The order as the venue is to see it.
  public let request: OrderRequest

  /// An order that closes the whole lots of `position`, or nil when there is nothing to close or the role is not
  /// protective. Without `lot`: all of it.
  public init?(
    sequence: UInt64, role: OrderRole, attempt: UInt16 = 0, instrument: InstrumentID, position: PositionView,
    kind: OrderKind, lot: Quantity = .zero
  ) {
    let quantity = position.tradableQuantity(lot: lot)
    guard position.side != .flat, quantity.isPositive else { return nil }
    guard role != .entry && role != .exit else { return nil }
    request = OrderRequest(
      clientID: ClientOrderID(sequence: sequence, role: role, attempt: attempt), instrument: instrument,
      side: position.side == .long ? .sell : .buy, kind: kind, quantity: quantity, isReduceOnly: true)
  }
}

/// The life of an order. `unknown` keeps its exposure reserved until the venue gives evidence.
public enum OrderState: String, Sendable, Codable, CaseIterable {
  case intended, submitted, unknown, accepted
  case partiallyFilled = "partially_filled"
  case pendingCancel = "pending_cancel"
  case filled, cancelled, rejected, expired

  /// Whether nothing can follow.
  public var isTerminal: Bool {
    switch self {
    case .filled, .cancelled, .rejected, .expired: true
    default: false
    }
  }
}

/// Why a venue refused an order.
public enum RejectReason: String, Sendable, Codable, CaseIterable {
  case tick, lot, minimumQuantity = "minimum_quantity", minimumNotional = "minimum_notional"
  case insufficientBalance = "insufficient_balance"
  case reduceOnly = "reduce_only"
  case marketClosed = "market_closed"
  case unknownInstrument = "unknown_instrument"
  case duplicateClientID = "duplicate_client_id"
  case shortNotAllowed = "short_not_allowed"
  /// The last gate before the wire held it back: a stop was latched after the order was approved.
  case stopLatch = "stop_latch"
  case invalid
}
