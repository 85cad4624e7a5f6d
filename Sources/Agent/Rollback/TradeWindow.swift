import Core

/// Results of the last trades of one policy, net of fees, in exact decimals.
public struct TradeWindow: Hashable, Sendable, Codable {
  /// A trade that is not over.
  public struct Open: Hashable, Sendable, Codable {
    /// Index of its instrument.
    public var instrument: Int
    /// Side that is held.
    public var side: PositionSide
    /// Most that its position cost.
    public var costQuote: Money
    /// Result so far: what partial closes brought, less all fees.
    public var resultQuote: Money
    /// Whether the policy in charge began it; what another began says nothing about this one.
    public var isOwn: Bool
  }

  /// Trades that are not over, in the order in which they began.
  public private(set) var open: [Open]
  /// Results of closed trades as shares of what their positions cost, oldest first.
  public private(set) var returns: [Rate]

  /// No trades.
  public init() { (open, returns) = ([], []) }

  /// Counts a fill; `position` is the one after it, flat where what is left cannot be traded. True when it closed a trade
  /// of the policy in charge. `capacity`: results that are kept.
  mutating func apply(_ fill: Fill, position: PositionView, realisedQuote: Money, capacity: Int) -> Bool {
    let instrument = Int(fill.instrument.index)
    let place = open.firstIndex { $0.instrument == instrument }
    guard var trade = place.map({ open[$0] }) ?? Self.beginning(instrument, position, realisedQuote) else {
      return false
    }
    guard let result = try? realisedQuote.subtracting(fill.feeQuote),
      let total = try? trade.resultQuote.adding(result)
    else {
      // No account of it can be given any more.
      open.removeAll { $0.instrument == instrument }
      return false
    }
    trade.resultQuote = total
    guard position.side != trade.side else {
      trade.costQuote = max(trade.costQuote, position.totalCostQuote)
      if let place { open[place] = trade } else { open.append(trade) }
      return false
    }
    open.removeAll { $0.instrument == instrument }
    guard trade.isOwn, trade.costQuote.isPositive,
      let share = try? trade.resultQuote.share(of: trade.costQuote, rounding: .halfEven)
    else { return false }
    returns.append(share)
    if returns.count > capacity { returns.removeFirst(returns.count - capacity) }
    return true
  }

  /// A fill that opens: nothing was held. One that closes what nobody saw opened begins nothing.
  private static func beginning(_ instrument: Int, _ position: PositionView, _ realised: Money) -> Open? {
    guard position.side != .flat, realised.isZero else { return nil }
    return Open(
      instrument: instrument, side: position.side, costQuote: position.totalCostQuote, resultQuote: .zero, isOwn: true)
  }

  /// Another policy is in charge: closed trades are its predecessor's, and so are those that are open.
  mutating func policyChanged() {
    returns = []
    for index in open.indices { open[index].isOwn = false }
  }

  /// Sum of the results, in units of `Rate`.
  var sum: Int128 { returns.reduce(0) { $0 + Int128($1.raw) } }
}
