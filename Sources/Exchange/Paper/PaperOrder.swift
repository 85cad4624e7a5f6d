import Core

/// An order as the paper venue holds it.
public struct PaperOrder: Hashable, Sendable {
  /// Order of acceptance, from 1.
  public let number: UInt64
  /// What was asked for.
  public let request: OrderRequest
  /// Moment of acceptance; only bars that end later can fill the order.
  public let acceptedAt: Timestamp
  /// The other order of its pair, while that is open; one that trades or ends ends the other.
  public internal(set) var pair: ClientOrderID?
  /// Whether it may only make: the limit of a pair.
  public let isPostOnly: Bool
  /// Whether a stop has become a market order, of which something is left.
  public internal(set) var isTriggered: Bool
  /// Accepted or partially filled while it rests; filled, cancelled or expired once it has ended.
  public internal(set) var state: OrderState
  /// What has traded.
  public internal(set) var filledQuantity: Quantity
  /// Its newest fill; 0 without one.
  public internal(set) var lastTradeID: UInt64
  /// What is set aside for it.
  var claim: OrderClaim

  /// Cash set aside until the order ends; zero for what only shrinks a position.
  public var reservedQuote: Money { Money(raw: claim.quote) }

  init(
    number: UInt64, request: OrderRequest, acceptedAt: Timestamp, claim: OrderClaim, pair: ClientOrderID? = nil,
    isPostOnly: Bool = false, isTriggered: Bool = false, state: OrderState = .accepted,
    filledQuantity: Quantity = .zero, lastTradeID: UInt64 = 0
  ) {
    self.number = number
    self.request = request
    self.acceptedAt = acceptedAt
    self.claim = claim
    self.pair = pair
    self.isPostOnly = isPostOnly
    self.isTriggered = isTriggered
    self.state = state
    self.filledQuantity = filledQuantity
    self.lastTradeID = lastTradeID
  }

  /// The order in the shape that venues answer with.
  public var snapshot: OrderSnapshot {
    OrderSnapshot(request: request, state: state, filledQuantity: filledQuantity)
  }

  /// The order as the engine takes it.
  var engineOrder: EngineOrder { EngineOrder(request, isPostOnly: isPostOnly) }

  /// The order as the engine holds it.
  var node: OrderNode {
    var node = OrderNode(engineOrder, number: number, claim: claim, liveFrom: acceptedAt)
    node.filled = filledQuantity.raw
    node.hasTraded = lastTradeID > 0
    if isTriggered { node.kind = .market }
    return node
  }
}

extension EngineOrder {
  init(_ request: OrderRequest, isPostOnly: Bool = false) {
    let type: EngineOrderType =
      switch request.kind {
      case .market: .market
      case .limit(let price): .limit(price)
      case .stopMarket(let trigger): .stop(trigger: trigger)
      }
    self.init(
      account: AccountID(0), key: ClientKey(request.clientID), instrument: request.instrument, side: request.side,
      type: type, quantity: request.quantity, isPostOnly: isPostOnly, isReduceOnly: request.isReduceOnly)
  }
}
