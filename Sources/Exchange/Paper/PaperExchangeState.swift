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
  /// What survives beside balances.
  var memory: PaperMemory

  /// Orders that rest, on all instruments.
  public var openOrderCount: Int { memory.open.count }
  /// Cash set aside for resting orders.
  public var reservedQuote: Money { Money(raw: memory.open.reduce(0) { $0 + $1.claim.quote }) }
  /// What the short positions brought, which is held as their collateral once more.
  public var shortCostQuote: Money {
    Money(raw: positions.reduce(0) { $0 + ($1.side == .short ? $1.totalCostQuote.raw : 0) })
  }
  /// Id of the next fill.
  public var nextTradeID: UInt64 { memory.nextTradeID }
  /// Number of the next accepted order.
  public var nextOrderNumber: UInt64 { memory.nextOrderNumber }
  /// Orders that have ended so far.
  public var endedCount: UInt64 { memory.endedCount }
  /// Time of the newest change.
  public var clock: Timestamp { memory.clock }
  /// Newest fills, oldest first.
  public var recentFills: BoundedHistory<Fill> { memory.recentFills }
  /// Newest ended orders, in the order in which they ended.
  public var endedOrders: BoundedHistory<PaperOrder> { memory.endedOrders }
  /// When all orders are cancelled unless the countdown is set again; nil: never.
  public var deadline: Timestamp? { memory.deadline }

  /// A fresh account.
  init(instrumentCount: Int, cashQuote: Money, limits: PaperLimits) {
    self.cashQuote = cashQuote
    positions = Array(repeating: .flat, count: instrumentCount)
    memory = PaperMemory(instrumentCount: instrumentCount, limits: limits)
  }
}

/// What the paper venue knows of its orders beyond what the engine needs: their requests, their history, their names.
struct PaperMemory: Sendable, Equatable {
  /// Resting orders, in order of acceptance.
  var open: [PaperOrder] = []
  var nextTradeID: UInt64 = 1
  var nextOrderNumber: UInt64 = 1
  var endedCount: UInt64 = 0
  var clock = Timestamp(milliseconds: .min)
  var recentFills: BoundedHistory<Fill>
  var endedOrders: BoundedHistory<PaperOrder>
  var usedIDs: UsedOrderIDs
  var deadline: Timestamp?

  init(instrumentCount: Int, limits: PaperLimits) {
    recentFills = BoundedHistory(capacity: limits.recentFills)
    endedOrders = BoundedHistory(capacity: limits.endedOrders)
    usedIDs = UsedOrderIDs(instrumentCount: instrumentCount)
  }

  /// Notes an accepted order.
  mutating func add(_ order: PaperOrder) {
    precondition(order.number == nextOrderNumber)
    nextOrderNumber += 1
    usedIDs.insert(order.request.clientID, of: order.request.instrument)
    open.append(order)
    clock = max(clock, order.acceptedAt)
  }

  private func place(of number: UInt64) -> Int? { open.firstIndex { $0.number == number } }

  /// Follows the engine; the reports of its events. What orders that work on have set aside is brought up by the caller.
  mutating func follow(_ events: [EngineEvent]) -> [ExecutionReport] {
    var reports: [ExecutionReport] = []
    for event in events {
      switch event {
      case .accepted, .rejected: break
      case .triggered(let tag, _):
        if let place = place(of: tag.number) { open[place].isTriggered = true }
      case .trade(let trade): note(trade, &reports)
      case .cancelled(let tag, let time): end(tag, .cancelled, &reports) { .cancelled($0, at: time) }
      case .expired(let tag, _, let time): end(tag, .expired, &reports) { .expired($0, at: time) }
      }
    }
    return reports
  }

  private mutating func note(_ trade: EngineFill, _ reports: inout [ExecutionReport]) {
    guard let place = place(of: trade.order.number) else { return }
    let request = open[place].request
    let fill = Fill(
      tradeID: trade.tradeID, clientID: request.clientID, instrument: request.instrument, side: request.side,
      quantity: trade.quantity, price: trade.price, feeQuote: trade.feeQuote, feeBase: trade.feeBase,
      isMaker: trade.isMaker, time: trade.time)
    nextTradeID = trade.tradeID + 1
    recentFills.append(fill)
    reports.append(.filled(fill))
    open[place].filledQuantity = Quantity(raw: open[place].filledQuantity.raw + trade.quantity.raw)
    open[place].lastTradeID = trade.tradeID
    open[place].state = .partiallyFilled
    if trade.remaining.isZero { file(place, .filled) }
  }

  private mutating func end(
    _ tag: OrderTag, _ state: OrderState, _ reports: inout [ExecutionReport],
    _ report: (ClientOrderID) -> ExecutionReport
  ) {
    guard let place = place(of: tag.number) else { return }
    reports.append(report(open[place].request.clientID))
    file(place, state)
  }

  /// Files an order that has ended; what it claimed stays on record.
  private mutating func file(_ place: Int, _ state: OrderState) {
    var order = open.remove(at: place)
    order.state = state
    if let pair = order.pair, let other = open.firstIndex(where: { $0.request.clientID == pair }) {
      open[other].pair = nil
    }
    endedCount += 1
    if let evicted = endedOrders.append(order) { usedIDs.forget(evicted.request.clientID) }
  }
}
