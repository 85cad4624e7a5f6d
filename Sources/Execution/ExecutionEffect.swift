import Core

/// What the shell must do, in order.
public enum ExecutionEffect: Hashable, Sendable {
  /// Journal the order durably, ask `release`, then send it.
  case intent(OutboundOrder)
  /// Ask the venue to end an order.
  case cancel(ClientOrderID)
  /// Ask the venue about an order and hand the answer to `receive(query:of:at:)`.
  case query(ClientOrderID)
  /// A fill counted, the position after it, and what it realised without fees.
  case filled(Fill, position: PositionView, realisedQuote: Money)
  /// An order's new state.
  case orderChanged(ClientOrderID, OrderState)
  /// Something a person should know.
  case alert(String)
}
