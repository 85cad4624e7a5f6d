import Core

/// A matching engine and account for paper trading, driven by bars: the one fill model.
///
/// An order sent at the close of a bar is live from the next bar on. In each bar, in this order:
/// 1. at the open: market orders; stops whose trigger the open has passed (a gap fills at the open, not at the
///    trigger); limits that the open crosses. All pay half the spread, the slippage and the taker fee; a limit never
///    trades beyond its price.
/// 2. inside the bar, the adverse side first: stops whose trigger the bar touches, at the trigger less the slippage,
///    taker fee; then limits that the bar trades *through* (touching is not enough), at the limit, maker fee.
///
/// So a stop wins over a limit when a bar's inside could have traded both. An entry filled in a bar is protected from
/// the next bar on, because its stop is sent after the report of the fill: stops are not attached to entries.
///
/// Cash is exact: a buy takes notional + fee, a sell brings notional - fee. What only shrinks a position needs no cash
/// and is never refused for value, so that nobody is trapped; covering a short far above its entry can leave a debt.
public struct PaperExchange: Sendable {
  /// What is traded.
  public let instruments: InstrumentTable
  /// Spread and slippage.
  public let costs: PaperCosts
  /// What memory may hold.
  public let limits: PaperLimits
  /// What must survive a restart.
  public internal(set) var state: PaperExchangeState
  /// Bars refused as impossible, of an unknown instrument, or not newer than the last one.
  public internal(set) var refusedBars = 0
  /// Orders that ended because a fill would not have fitted the number types.
  public internal(set) var overflows = 0
  /// Last price and bar end by instrument index; price zero before the first bar.
  var marks: [Mark]
  /// End of the newest bar.
  var now: Timestamp

  struct Mark: Sendable {
    var price: Price
    var time: Timestamp
  }

  /// A venue with a fresh account, or with `state` (then `cashQuote` is not used). `state` must have been made with the
  /// same instruments and limits.
  public init(
    instruments: InstrumentTable, cashQuote: Money, costs: PaperCosts, limits: PaperLimits = PaperLimits(),
    state: PaperExchangeState? = nil
  ) {
    self.instruments = instruments
    self.costs = costs
    self.limits = limits
    self.state =
      state ?? PaperExchangeState(instrumentCount: instruments.count, cashQuote: cashQuote, limits: limits)
    precondition(self.state.positions.count == instruments.count)
    now = self.state.clock
    marks = Array(
      repeating: Mark(price: .zero, time: Timestamp(milliseconds: .min)), count: instruments.count)
  }

  /// The time of the venue: the end of the newest bar, or of the newest change after a restart.
  public var clock: Timestamp { now }

  /// The account, as of the newest change.
  public var account: AccountSnapshot {
    AccountSnapshot(
      cashQuote: state.cashQuote, positions: state.positions, feesQuote: state.feesQuote,
      lastTradeID: state.nextTradeID - 1)
  }

  /// Resting orders, in order of acceptance.
  public var openOrders: [OrderSnapshot] {
    state.books.joined().sorted { $0.number < $1.number }.map(\.snapshot)
  }

  /// An order that rests or ended recently; nil if memory does not have it.
  public func order(_ id: ClientOrderID) -> OrderSnapshot? {
    for book in state.books {
      if let order = book.first(where: { $0.request.clientID == id }) { return order.snapshot }
    }
    return state.endedOrders.last { $0.request.clientID == id }?.snapshot
  }

  /// Fills with ids above `tradeID` that memory has, oldest first.
  public func fills(after tradeID: UInt64) -> [Fill] {
    let fills = state.recentFills
    guard let first = fills.first, let last = fills.last, last.tradeID > tradeID else { return [] }
    let skipped = tradeID < first.tradeID ? 0 : Int(tradeID - first.tradeID) + 1
    return Array(fills[skipped...])
  }

  /// Whether memory has every fill with an id above `tradeID`.
  public func hasAllFills(after tradeID: UInt64) -> Bool {
    tradeID + 1 >= (state.recentFills.first?.tradeID ?? state.nextTradeID)
  }
}
