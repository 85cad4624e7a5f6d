import Core

/// Everything that the paper venue must not lose: what the ledger file holds, and what two equal venues share.
///
/// Last prices are not part of it: they are market data and come anew with the next bar.
public struct PaperExchangeState: Sendable, Equatable {
  /// Cash in quote currency, never rounded.
  public internal(set) var cashQuote: Money
  /// Fees paid so far.
  public internal(set) var feesQuote: Money = .zero
  /// Result of all closed quantities, without fees.
  public internal(set) var realisedQuote: Money = .zero
  /// Positions by instrument index.
  public internal(set) var positions: [PositionView]
  /// Resting orders by instrument index, each list in order of acceptance.
  var books: [[PaperOrder]]
  /// Orders that rest, on all instruments.
  public internal(set) var openOrderCount = 0
  /// Cash set aside for resting orders.
  public internal(set) var reservedQuote: Money = .zero
  /// What the short positions brought, which is held as their collateral once more.
  public internal(set) var shortCostQuote: Money = .zero
  /// Id of the next fill.
  public internal(set) var nextTradeID: UInt64 = 1
  /// Number of the next accepted order.
  public internal(set) var nextOrderNumber: UInt64 = 1
  /// Orders that have ended so far.
  public internal(set) var endedCount: UInt64 = 0
  /// Time of the newest change.
  public internal(set) var clock = Timestamp(milliseconds: .min)
  /// Newest fills, oldest first.
  public internal(set) var recentFills: BoundedHistory<Fill>
  /// Newest ended orders, in the order in which they ended.
  public internal(set) var endedOrders: BoundedHistory<PaperOrder>
  var usedIDs: UsedOrderIDs

  /// A fresh account.
  init(instrumentCount: Int, cashQuote: Money, limits: PaperLimits) {
    self.cashQuote = cashQuote
    positions = Array(repeating: .flat, count: instrumentCount)
    books = Array(repeating: [], count: instrumentCount)
    recentFills = BoundedHistory(capacity: limits.recentFills)
    endedOrders = BoundedHistory(capacity: limits.endedOrders)
    usedIDs = UsedOrderIDs(instrumentCount: instrumentCount)
  }

  /// Cash that a new position may use: what no resting order and no short position claims.
  ///
  /// A short of cost N brought N in cash and must be covered by N of one's own, so it claims 2 N.
  var availableQuote: Money {
    get throws { try cashQuote.subtracting(reservedQuote).subtracting(shortCostQuote.multiplied(by: 2)) }
  }

  /// Files an order that has ended and releases what it claimed.
  mutating func fileEnded(_ order: PaperOrder) {
    openOrderCount -= 1
    endedCount += 1
    reservedQuote = Money(raw: reservedQuote.raw - order.reservedQuote.raw)
    if let evicted = endedOrders.append(order) { usedIDs.forget(evicted.request.clientID) }
  }
}
