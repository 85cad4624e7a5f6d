import Core

/// What became of a decision, for those who watch.
package enum TradeEvent: Sendable {
  /// An order was written down and is about to leave.
  case intent(OrderRequest, symbol: String, at: Timestamp)
  /// An order has another state.
  case order(ClientOrderID, OrderState, at: Timestamp)
  /// A fill was counted.
  case fill(Fill, symbol: String)
}
