/// A take-profit limit and a protective stop for the same position, of which a venue ends one when the other trades
/// (one cancels other): sent in one request, taken or refused together. Reduce-only by construction.
public struct ProtectivePair: Hashable, Sendable {
  /// Takes the profit: on the far side of the market.
  public let limit: ProtectiveOrder
  /// Limits the loss: on the near side.
  public let stop: ProtectiveOrder

  /// A pair, or nil when the two orders do not make one: the same instrument, side and quantity, a limit and a stop by role
  /// and kind, and the market between their prices, as far as the two prices tell.
  public init?(limit: ProtectiveOrder, stop: ProtectiveOrder) {
    let (profit, loss) = (limit.request, stop.request)
    guard profit.clientID.role == .takeProfit, loss.clientID.role == .protectiveStop,
      case .limit(let price) = profit.kind, case .stopMarket(let trigger) = loss.kind,
      profit.instrument == loss.instrument, profit.side == loss.side, profit.quantity == loss.quantity,
      profit.side == .sell ? price > trigger : price < trigger
    else { return nil }
    self.limit = limit
    self.stop = stop
  }

  /// Both requests, the stop's first: it is the one that protects.
  public var requests: [OrderRequest] { [stop.request, limit.request] }
}
