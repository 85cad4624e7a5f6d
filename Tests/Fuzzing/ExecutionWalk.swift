import Core
import Exchange
import Execution

/// An execution with its rules watched: no word of a venue makes an order, but for one that fits a position.
struct ExecutionWalk {
  private(set) var stage: ExecutionStage
  private var sequence = ReportSequence(after: 0)
  private var waiting: [OutboundOrder] = []
  private var decisions: UInt64 = 0
  /// The first rule that was broken.
  private(set) var finding: String?

  /// `hasPairs`: at a venue that takes pairs of orders of which one ends the other.
  init(hasPairs: Bool = false) {
    stage = ExecutionStage(
      instruments: FuzzWorld.table, cashQuote: Money(raw: 10_000 * Money.unit), hasPairs: hasPairs)
  }

  /// With an order filled and its stop under way, or its pair.
  static func withPosition(hasPairs: Bool = false) -> ExecutionWalk {
    var walk = ExecutionWalk(hasPairs: hasPairs)
    walk.decide(.buy, FuzzWorld.quantity(1000))
    walk.release(.active, FuzzWorld.price(10_000))
    var fill = FuzzWorld.fill
    fill.tradeID = 1
    walk.hear(.report(sequence: 1, .filled(fill)))
    return walk
  }

  /// An approved order: the one thing that may make an intent that opens.
  mutating func decide(_ side: Side, _ quantity: Quantity) {
    decisions += 1
    let request = OrderRequest(
      clientID: FuzzWorld.id(decisions), instrument: InstrumentID(index: 0), side: side, kind: .market,
      quantity: quantity, isReduceOnly: false)
    let order = ApprovedOrder(
      request: request, collar: FuzzWorld.price(side == .buy ? 20_000 : 1), stopDistance: FuzzWorld.price(200),
      takeProfitDistance: stage.hasPairs || decisions % 2 == 0 ? FuzzWorld.price(500) : nil)
    let effects = stage.submit(order, at: FuzzWorld.time)
    for case .intent(let intent) in effects {
      if intent != .approved(order) { broken("another order than the decision's: \(intent.request.clientID)") }
      waiting.append(intent)
    }
  }

  /// The newest intent at the last gate.
  mutating func release(_ state: TradingState, _ price: Price) {
    guard let order = waiting.popLast() else { return }
    let (isReleased, effects) = stage.release(order, tradingState: state, lastPrice: price, at: FuzzWorld.time)
    if isReleased, state != .active, order.request.clientID.role == .entry {
      broken("\(order.request.clientID) left while \(state.rawValue)")
    }
    check(effects)
  }

  mutating func hear(_ message: WireMessage) {
    switch message {
    case .bar: break
    case .report(let number, let report):
      guard sequence.receive(number, at: number) == .new else { return }
      check(stage.receive(report))
      if sequence.hasGap(at: .max) { check(stage.resend()) }
    case .answer(_, let answer): hear(answer)
    }
  }

  private mutating func hear(_ answer: WireAnswer) {
    let asked = stage.state.orders.last?.id ?? FuzzWorld.id(1)
    switch answer {
    case .placed: outcome(.accepted, of: asked, at: FuzzWorld.time)
    case .refused(let reason): outcome(.rejected(reason), of: asked, at: FuzzWorld.time)
    case .cancelled: cancelled(.cancelled, asked)
    case .notOpen: cancelled(.notOpen, asked)
    case .order(let snapshot): self.answer(snapshot, about: snapshot?.request.clientID ?? asked, at: FuzzWorld.time)
    case .openOrders(let orders): reconcile(account, orders, [], at: FuzzWorld.time)
    case .fills(let fills, _): reconcile(account, [], fills, at: FuzzWorld.time)
    case .account(let account): reconcile(account, [], [], at: FuzzWorld.time)
    case .welcome, .instruments, .capabilities, .bars, .subscribed, .cancelledAll, .armed, .time, .fault: break
    }
  }

  private var account: AccountSnapshot {
    AccountSnapshot(
      cashQuote: stage.cashQuote, positions: stage.positions, feesQuote: stage.state.feesQuote,
      lastTradeID: stage.state.trades.highest)
  }

  mutating func outcome(_ outcome: SubmitOutcome, of id: ClientOrderID, at time: Timestamp) {
    check(stage.receive(outcome, of: id, at: time))
  }

  mutating func cancelled(_ outcome: CancelOutcome, _ id: ClientOrderID) {
    check(stage.receive(outcome, ofCancel: id, at: FuzzWorld.time))
  }

  mutating func answer(_ snapshot: OrderSnapshot?, about id: ClientOrderID, at time: Timestamp) {
    check(stage.receive(query: snapshot, of: id, at: time))
  }

  mutating func reconcile(_ account: AccountSnapshot, _ orders: [OrderSnapshot], _ fills: [Fill], at time: Timestamp) {
    check(stage.reconcile(account: account, openOrders: orders, fills: fills, at: time))
  }

  mutating func adopt(_ account: AccountSnapshot) { check(stage.adopt(account, at: FuzzWorld.time)) }

  mutating func stop(_ level: StopLevel, _ number: UInt64, _ price: Price?) {
    check(stage.stop(level, sequence: number, prices: [price, price], at: FuzzWorld.time), mayFlatten: true)
  }

  mutating func resume() { check(stage.resume(at: FuzzWorld.time)) }

  /// What is asked between events.
  mutating func look(at time: Timestamp) {
    _ = (stage.reservedQuote, stage.unprotectedInstruments, stage.isFlattenDue(at: time), stage.resend())
    for instrument in FuzzWorld.table.instruments { _ = stage.tradablePosition(of: instrument.id, at: time) }
    check(stage.protectAgain(at: time))
  }

  private mutating func broken(_ text: String) { finding = finding ?? text }

  private mutating func check(_ effects: [ExecutionEffect], mayFlatten: Bool = false) {
    for case .intent(let intent) in effects {
      if case .approved(let order) = intent {
        broken("an order that nobody decided: \(order.request.clientID)")
        continue
      }
      if case .pair = intent, !stage.hasPairs { broken("a pair for a venue that takes none") }
      check(intent.requests, mayFlatten: mayFlatten)
      waiting.append(intent)
    }
  }

  private mutating func check(_ requests: [OrderRequest], mayFlatten: Bool) {
    for request in requests {
      let roles: [OrderRole] = mayFlatten ? [.protectiveStop, .takeProfit, .flatten] : [.protectiveStop, .takeProfit]
      let slot = Int(request.instrument.index)
      guard roles.contains(request.clientID.role), request.isReduceOnly, slot < stage.positions.count else {
        broken("no protective order: \(request)")
        continue
      }
      let position = stage.positions[slot]
      let closes = request.side == .sell ? PositionSide.long : .short
      if position.side != closes || request.quantity > position.quantity || !request.quantity.isPositive {
        broken("\(request) fits no position of \(position)")
      }
      switch request.kind {
      case .limit(let price), .stopMarket(let price): if !price.isPositive { broken("\(request): no price") }
      case .market: broken("\(request): a protective order at any price")
      }
    }
  }
}
