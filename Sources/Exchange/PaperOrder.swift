import Core

/// An order as the paper venue holds it.
public struct PaperOrder: Hashable, Sendable {
  /// Order of acceptance, from 1.
  public let number: UInt64
  /// What was asked for.
  public let request: OrderRequest
  /// Moment of acceptance; only bars that end later can fill the order.
  public let acceptedAt: Timestamp
  /// Cash set aside until the order ends; zero for what only shrinks a position.
  public let reservedQuote: Money
  /// Accepted while it rests; filled, cancelled or expired once it has ended.
  public internal(set) var state: OrderState
  /// What has traded.
  public internal(set) var filledQuantity: Quantity

  init(
    number: UInt64, request: OrderRequest, acceptedAt: Timestamp, reservedQuote: Money, state: OrderState = .accepted,
    filledQuantity: Quantity = .zero
  ) {
    self.number = number
    self.request = request
    self.acceptedAt = acceptedAt
    self.reservedQuote = reservedQuote
    self.state = state
    self.filledQuantity = filledQuantity
  }

  /// What is still to trade.
  var remaining: Quantity { Quantity(raw: request.quantity.raw - filledQuantity.raw) }
  /// The order in the shape that venues answer with.
  public var snapshot: OrderSnapshot {
    OrderSnapshot(request: request, state: state, filledQuantity: filledQuantity)
  }
}
