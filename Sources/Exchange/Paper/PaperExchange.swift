import Core

/// One account on a matching engine, driven by bars: the paper venue of a bot.
///
/// An order sent at the close of a bar is live from the next bar on; `MatchingEngine.trade(_:maximumVolumeShare:into:)`
/// tells how a bar fills orders. A stop wins over a limit when a bar's inside could have traded both. An entry filled in a
/// bar is protected from the next bar on, because its stop is sent after the report of the fill: stops are not attached to
/// entries.
///
/// Cash is exact: a buy takes notional + fee, a sell brings notional - fee; where fees are taken from what is received, a
/// buy brings less. What only shrinks a position needs no cash and is never refused for value, so that nobody is trapped;
/// covering a short far above its entry can leave a debt.
public struct PaperExchange: Sendable {
  /// What is traded.
  public let instruments: InstrumentTable
  /// Spread, slippage and share of the volume.
  public let costs: PaperCosts
  /// What memory may hold.
  public let limits: PaperLimits
  /// Bars refused as impossible, of an unknown instrument, or not newer than the last one.
  public internal(set) var refusedBars = 0
  /// Orders that ended because a fill would not have fitted the number types.
  public var overflows: Int { engine.overflows }
  /// The engine, with the one account of the venue.
  var engine: MatchingEngine
  var memory: PaperMemory
  /// End of the newest bar by instrument index.
  var newest: [Timestamp]
  /// End of the newest bar.
  var now: Timestamp
  static let account = AccountID(0)

  /// A venue with a fresh account, or with `state` (then `cashQuote` is not used). `state` must have been made with the
  /// same instruments and limits.
  public init(
    instruments: InstrumentTable, cashQuote: Money, costs: PaperCosts, limits: PaperLimits = PaperLimits(),
    state: PaperExchangeState? = nil
  ) {
    self.instruments = instruments
    self.costs = costs
    self.limits = limits
    let state = state ?? PaperExchangeState(instrumentCount: instruments.count, cashQuote: cashQuote, limits: limits)
    precondition(state.positions.count == instruments.count)
    engine = MatchingEngine(
      instruments: instruments.instruments.map { EngineInstrument($0, liquidity: .external) },
      limits: EngineLimits(openOrders: limits.openOrders, accounts: 1), costs: costs)
    engine.load(state)
    memory = state.memory
    now = state.clock
    newest = Array(repeating: Timestamp(milliseconds: .min), count: instruments.count)
  }

  /// What must survive a restart.
  public var state: PaperExchangeState {
    var state = PaperExchangeState(
      instrumentCount: 0, cashQuote: engine.totalCash(of: Self.account), limits: limits)
    state.feesQuote = engine.feesPaid(by: Self.account)
    state.realisedQuote = engine.realised(of: Self.account)
    state.positions = positions
    state.memory = memory
    return state
  }

  private var positions: [PositionView] { engine.holdings.map(\.position) }

  /// The time of the venue: the end of the newest bar, or of the newest change after a restart.
  public var clock: Timestamp { now }

  /// The account, as of the newest change.
  public var account: AccountSnapshot {
    AccountSnapshot(
      cashQuote: engine.totalCash(of: Self.account), positions: positions,
      feesQuote: engine.feesPaid(by: Self.account), lastTradeID: memory.nextTradeID - 1)
  }

  /// Resting orders, in order of acceptance.
  public var openOrders: [OrderSnapshot] { memory.open.map(\.snapshot) }

  /// An order that rests or ended recently; nil if memory does not have it.
  public func order(_ id: ClientOrderID) -> OrderSnapshot? {
    if let order = memory.open.first(where: { $0.request.clientID == id }) { return order.snapshot }
    return memory.endedOrders.last { $0.request.clientID == id }?.snapshot
  }

  /// Fills with ids above `tradeID` that memory has, oldest first.
  public func fills(after tradeID: UInt64) -> [Fill] {
    let fills = memory.recentFills
    guard let first = fills.first, let last = fills.last, last.tradeID > tradeID else { return [] }
    let skipped = tradeID < first.tradeID ? 0 : Int(tradeID - first.tradeID) + 1
    return Array(fills[skipped...])
  }

  /// Whether memory has every fill with an id above `tradeID`.
  public func hasAllFills(after tradeID: UInt64) -> Bool {
    tradeID + 1 >= (memory.recentFills.first?.tradeID ?? memory.nextTradeID)
  }
}

extension MatchingEngine {
  /// Opens the one account of a paper venue as a ledger has it.
  fileprivate mutating func load(_ state: PaperExchangeState) {
    guard let account = openAccount(cashQuote: state.cashQuote) else { return }
    cash[0].fees = state.feesQuote.raw
    cash[0].realised = state.realisedQuote.raw
    cash[0].shortCost = state.shortCostQuote.raw
    for (place, position) in state.positions.enumerated() { holdings[place].position = position }
    tradeCount = state.nextTradeID - 1
    for order in state.memory.open {
      orderCount = order.number - 1
      let slot = place(order.node)
      if slab[slot].kind == .market { waitForData(slot) } else { rest(slot) }
    }
    for order in state.memory.open {
      guard let pair = order.pair else { continue }
      let slot = index.find(account.index, ClientKey(order.request.clientID), slab)
      slab[slot].partner = index.find(account.index, ClientKey(pair), slab)
    }
    orderCount = state.nextOrderNumber - 1
    if let deadline = state.deadline {
      accounts[0].deadline = deadline
      nextDeadline = deadline
    }
  }
}
