import Core
import Exchange
import Execution
import Testing

/// A venue behind a bad network: orders and acknowledgements get lost, reports come late, twice and in any order. Whatever
/// happens, execution must keep its rules and end up with the venue's account.
@Suite struct DisorderPropertyTests {
  /// Without take-profit orders, with them at a venue that knows no pairs, and at one that does.
  @Test(arguments: UInt64(1)...60, [Profit.none, .alone, .paired])
  func rulesHoldAndTheAccountsAgree(seed: UInt64, profit: Profit) {
    var world = BadWorld(seed: seed, profit: profit)
    for step in 0..<400 {
      world.step(step)
      world.check("seed \(seed), step \(step)")
      if world.failed { return }
    }
    world.settle()
    world.check("seed \(seed), settled")
    #expect(
      world.trades.count > (profit == .none ? 10 : 5), "seed \(seed): \(world.trades.count) trades prove nothing")
    if profit != .paired { #expect(world.pairs == 0, "seed \(seed)") }
    #expect(world.stage.lastReconciliation?.isClean == true, "seed \(seed): \(world.findings)")
    #expect(world.stage.positions.map(\.quantity) == world.venue.account.positions.map(\.quantity), "seed \(seed)")
    #expect(world.stage.positions.map(\.side) == world.venue.account.positions.map(\.side), "seed \(seed)")
    #expect(world.stage.cashQuote == world.venue.account.cashQuote, "seed \(seed)")
    #expect(world.stage.unknownOrders == 0, "seed \(seed)")
    #expect(!world.stage.isUnreconciled, "seed \(seed): \(world.findings)")
  }
  /// The walks with pairs really have some.
  @Test func pairsAreSent() {
    var pairs = 0
    for seed in UInt64(1)...60 {
      var world = BadWorld(seed: seed, profit: .paired)
      for step in 0..<400 { world.step(step) }
      pairs += world.pairs
    }
    #expect(pairs > 100)
  }
}

enum Profit: Sendable { case none, alone, paired }

private struct BadWorld {
  enum Message {
    case report(ExecutionReport)
    case outcome(SubmitOutcome, ClientOrderID)
    case cancelOutcome(CancelOutcome, ClientOrderID)
    case answer(OrderSnapshot?, ClientOrderID)
  }

  var random: CounterRandom
  var stage: ExecutionStage
  var venue: PaperExchange
  var messages: [Message] = []
  var sequence: UInt64 = 0
  var minute: Int64 = 0
  var cents: [Int] = [10_000, 10_000]
  var released: Set<ClientOrderID> = []
  var ended: Set<ClientOrderID> = []
  var trades: Set<UInt64> = []
  var held: [Int64] = [0, 0]
  let profit: Profit
  /// Pairs that the venue took, and who belongs to whom.
  var pairs = 0
  var partners: [ClientOrderID: ClientOrderID] = [:]
  var failed = false
  var findings: [String] { stage.lastReconciliation.map { $0.differences + $0.repairs } ?? [] }

  init(seed: UInt64, profit: Profit) {
    self.profit = profit
    random = CounterRandom(seed: seed, purpose: .propertyTest, step: 1)
    let instruments = Desk.instruments(2)
    stage = ExecutionStage(
      instruments: instruments, cashQuote: Desk.money("100000"), hasPairs: profit == .paired)
    venue = PaperExchange(
      instruments: instruments, cashQuote: Desk.money("100000"),
      costs: PaperCosts(spread: Rate(basisPoints: 2), slippage: Rate(basisPoints: 1)))
    for index in UInt16(0)..<2 { _ = venue.advance(Desk.bar(0, "100", instrument: index)) }
  }

  private var now: Timestamp { venue.clock }
  private mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }
  private var tradingState: TradingState {
    stage.state.plan.map { $0.level.tradingState } ?? .active
  }

  mutating func step(_ step: Int) {
    let unknownBefore = stage.state.orders.filter { $0.state == .unknown }.map(\.id)
    switch random.below(10) {
    case 0, 1, 2: nextBar()
    case 3, 4: decide()
    case 5: if chance(stage.state.plan == nil ? 10 : 50) { stopOrResume() } else { run(stage.resend()) }
    case 6 where chance(10): reconcile()
    default:
      deliver()
      return
    }
    // Nothing but the venue's word closes an unknown order.
    for id in unknownBefore where stage.order(id)?.state.isTerminal == true {
      guard let order = stage.order(id), order.filledQuantity.isZero else { continue }
      fail("unknown order \(id) closed without evidence")
    }
  }

  private mutating func nextBar() {
    minute += 1
    for index in 0..<2 {
      let open = max(1000, cents[index] + random.below(201) - 100)
      let close = max(1000, open + random.below(301) - 150)
      cents[index] = close
      let price = { (cents: Int) in Price(raw: Int64(cents) * 10_000_000) }
      let bar = Bar(
        instrument: InstrumentID(index: UInt16(index)), timeframe: .oneMinute, openTime: Desk.time(minute),
        open: price(open), high: price(max(open, close) + random.below(50)),
        low: price(min(open, close) - random.below(50)), close: price(close), volume: Measure(1))
      send(venue.advance(bar))
    }
  }

  private mutating func decide() {
    sequence += 1
    let instrument = InstrumentID(index: UInt16(random.below(2)))
    let position = stage.position(of: instrument)
    let price = Price(raw: Int64(cents[Int(instrument.index)]) * 10_000_000)
    let isEntry = position.side == .flat
    let side: Side = isEntry ? (chance(50) ? .buy : .sell) : position.side == .long ? .sell : .buy
    let order = ApprovedOrder(
      request: OrderRequest(
        clientID: ClientOrderID(sequence: sequence, role: isEntry ? .entry : .exit), instrument: instrument,
        side: side, kind: chance(70) ? .market : .limit(price),
        quantity: isEntry ? Quantity(raw: Int64(50 + random.below(5000)) * 1_000_000) : position.quantity,
        isReduceOnly: !isEntry),
      collar: side == .buy ? Desk.price("100000") : Desk.price("0.01"),
      stopDistance: Desk.price(profit == .none ? "1.5" : "4"),
      takeProfitDistance: profit == .none ? nil : Desk.price("5"))
    run(stage.submit(order, at: now))
    if chance(10) { run(stage.submit(order, at: now)) }
  }

  private mutating func stopOrResume() {
    if stage.state.plan != nil { return run(stage.resume(at: now)) }
    sequence += 1
    let level = StopLevel.allCases[random.below(3)]
    run(stage.stop(level, sequence: sequence, prices: cents.map { Price(raw: Int64($0) * 10_000_000) }, at: now))
  }

  private mutating func deliver() {
    guard !messages.isEmpty else { return }
    let index = random.below(messages.count)
    let message = chance(20) ? messages[index] : messages.remove(at: index)
    receive(message)
  }

  private mutating func receive(_ message: Message) {
    switch message {
    case .report(let report): run(stage.receive(report))
    case .outcome(let outcome, let id): run(stage.receive(outcome, of: id, at: now))
    case .cancelOutcome(let outcome, let id): run(stage.receive(outcome, ofCancel: id, at: now))
    case .answer(let snapshot, let id): run(stage.receive(query: snapshot, of: id, at: now))
    }
  }

  private mutating func send(_ reports: [ExecutionReport]) { messages += reports.map { .report($0) } }

  private mutating func run(_ effects: [ExecutionEffect]) {
    for effect in effects {
      switch effect {
      case .intent(let order): place(order)
      case .cancel(let id):
        if chance(20) {
          messages.append(.cancelOutcome(.unknown(cause: "lost"), id))
        } else {
          let reports = venue.cancel(id, at: now)
          send(reports)
          messages.append(.cancelOutcome(reports.isEmpty ? .notOpen : chance(50) ? .cancelled : .pending, id))
        }
      case .query(let id): messages.append(.answer(venue.order(id), id))
      case .filled(let fill, let position, _):
        if !trades.insert(fill.tradeID).inserted { fail("trade \(fill.tradeID) counted twice") }
        let index = Int(fill.instrument.index)
        held[index] += fill.side == .buy ? fill.quantity.raw : -fill.quantity.raw
        if Int64(position.side.rawValue) * position.quantity.raw != held[index] { fail("position is not Σ fills") }
      case .orderChanged(let id, let state):
        if ended.contains(id) && released.contains(id) { fail("\(id) went on after its end") }
        if state.isTerminal { ended.insert(id) }
      case .alert: break
      }
    }
  }

  private mutating func place(_ order: OutboundOrder) {
    let state = tradingState
    let price = Price(raw: Int64(cents[Int(order.request.instrument.index)]) * 10_000_000)
    let answer = stage.release(order, tradingState: state, lastPrice: price, at: now)
    run(answer.effects)
    guard answer.isReleased else { return }
    let ids = order.requests.map(\.clientID)
    for id in ids {
      if !released.insert(id).inserted { fail("\(id) was sent twice") }
      if state == .halted && id.role != .flatten { fail("\(id) left after the stop") }
    }
    func tell(_ outcome: SubmitOutcome) { messages += ids.map { .outcome(outcome, $0) } }
    if chance(10) { return tell(.unknown(cause: "order lost")) }
    let reports: [ExecutionReport]
    if case .pair(let pair) = order {
      checkAlone(pair)
      reports = venue.submitPair(limit: pair.limit.request, stop: pair.stop.request, at: now)
    } else {
      reports = venue.submit(order.request, at: now)
    }
    if case .rejected(_, let reason, _) = reports[0] {
      if reason == .duplicateClientID { fail("\(ids) is a duplicate at the venue") }
      return tell(chance(15) ? .unknown(cause: "answer lost") : .rejected(reason))
    }
    if ids.count == 2 {
      pairs += 1
      (partners[ids[0]], partners[ids[1]]) = (ids[1], ids[0])
    }
    send(reports)
    tell(chance(15) ? .unknown(cause: "answer lost") : .accepted)
  }

  /// No other protective order of its instrument lives while a pair is sent.
  private mutating func checkAlone(_ pair: ProtectivePair) {
    for order in venue.openOrders where order.request.instrument == pair.stop.request.instrument {
      let role = order.request.clientID.role
      if role == .protectiveStop || role == .takeProfit { fail("a pair while \(order.request.clientID) lives") }
    }
  }

  private mutating func reconcile() {
    run(
      stage.reconcile(
        account: venue.account, openOrders: venue.openOrders, fills: venue.fills(after: stage.reconcileAfter), at: now))
  }

  /// Lets everything arrive, asks again what is open, and reconciles until nothing is left to ask.
  mutating func settle() {
    for _ in 0..<200 {
      while !messages.isEmpty { receive(messages.removeFirst()) }
      run(stage.resend())
      if !messages.isEmpty { continue }
      reconcile()
      if messages.isEmpty && stage.lastReconciliation?.isClean == true { return }
    }
  }

  mutating func check(_ place: String) {
    var stops = [0, 0]
    for order in venue.openOrders where order.request.clientID.role == .protectiveStop {
      stops[Int(order.request.instrument.index)] += 1
    }
    if stops.contains(where: { $0 > 1 }) { fail("two live stops") }
    let open = Set(venue.openOrders.map(\.request.clientID))
    for id in open where id.role == .takeProfit {
      let others = venue.openOrders.filter {
        $0.request.clientID.role == .takeProfit && $0.request.instrument == venue.order(id)?.request.instrument
      }
      if others.count > 1 { fail("two live take-profit orders") }
    }
    for fill in venue.fills(after: 0) {
      if let partner = partners[fill.clientID], open.contains(partner) { fail("\(partner) lives on after \(fill)") }
    }
    for order in stage.state.orders where order.state == .unknown && order.id.role == .entry {
      if order.remaining.isPositive && stage.reservedQuote < order.reservedQuote { fail("unknown not reserved") }
    }
    if Set(stage.state.orders.map(\.id)).count != stage.state.orders.count { fail("an order is listed twice") }
    #expect(!failed, "\(place): \(failure)")
  }

  private(set) var failure = ""
  private mutating func fail(_ what: String) {
    failed = true
    failure = what
  }
}
