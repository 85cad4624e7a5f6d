import Agent
import Bot
import Core
import Exchange
import Execution
import Feed
import Features
import Risk
import Synchronization
import Testing

/// One decision as far as it does not depend on how records are numbered.
private struct Judged: Equatable {
  var bar: Timestamp
  var instrument: InstrumentID
  var wished: Action
  var final: Action
  var quantity: Quantity
  var reason: String?
}

/// The stages driven directly: no actors, no thread, no journal.
private struct Direct {
  var feed: FeedStage
  var features: FeatureStage
  var agent: AgentStage
  var risk: RiskStage
  var execution: ExecutionStage
  var exchange: PaperExchange
  var sequence: UInt64 = 0
  var lastPrices: [Price?]
  var judged: [Judged] = []
  var fills: [Fill] = []
  var answers: [(ClientOrderID, SubmitOutcome)] = []

  init(_ instruments: InstrumentTable, policies: [(name: String, policy: any Policy)], inCharge: String) throws {
    let cash = try Money("100000")
    feed = FeedStage(instruments: instruments, timeframe: .oneMinute, staleAfterBars: 3)
    features = FeatureStage(instruments: instruments, timeframe: .oneMinute, scope: .sizing)
    agent = try AgentStage(policies: policies, inCharge: inCharge, fallback: "flat", fallbackMayOpen: false)
    risk = RiskStage(
      instruments: instruments, timeframe: .oneMinute, limits: RiskLimits(Rig.settings()), cashQuote: cash,
      counters: nil)
    execution = ExecutionStage(instruments: instruments, cashQuote: cash)
    exchange = PaperExchange(instruments: instruments, cashQuote: cash, costs: .none)
    lastPrices = Array(repeating: nil, count: instruments.count)
    _ = execution.reconcile(account: exchange.account, openOrders: [], fills: [], at: Timestamp(milliseconds: 0))
    risk.restore(positions: execution.positions, cashQuote: execution.cashQuote)
  }

  mutating func step(_ bar: Bar, isPreRoll: Bool) {
    let now = bar.closeTime
    if !isPreRoll {
      for report in exchange.advance(bar) { perform(execution.receive(report), now) }
    }
    lastPrices[Int(bar.instrument.index)] = bar.close
    let output = feed.receive(bar)
    guard let accepted = output.bar else { return }
    risk.observe(accepted, at: now)
    let observation = features.receive(accepted, hasGap: output.hasGap, isPreRoll: isPreRoll)
    sequence += 1
    if case .decision(var decision) = agent.receive(observation, ticket: sequence) {
      sequence += 1
      decision.sequence = sequence
      let environment = RiskEnvironment(
        tradingState: .active, latchLevel: nil, isJournalHealthy: true, isVenueReady: true,
        unknownOrders: execution.unknownOrders, openOrders: execution.openOrders,
        reservedQuote: execution.reservedQuote, clockSkewMillis: nil, isVirtualTime: true)
      let verdict = risk.judge(decision, observation, now: now, environment: environment)
      judged.append(
        Judged(
          bar: decision.barClose, instrument: decision.instrument, wished: decision.action,
          final: verdict.finalAction, quantity: verdict.finalQuantity, reason: verdict.skipReason?.name))
      if let order = verdict.order { perform(execution.submit(order, at: now, reference: bar.close), now) }
    }
    while !answers.isEmpty {
      let (id, outcome) = answers.removeFirst()
      perform(execution.receive(outcome, of: id, at: now), now)
    }
  }

  mutating func perform(_ effects: [ExecutionEffect], _ now: Timestamp) {
    for effect in effects {
      switch effect {
      case .intent(let order):
        let last = lastPrices[Int(order.request.instrument.index)]
        let (isReleased, more) = execution.release(order, tradingState: .active, lastPrice: last, at: now)
        if isReleased {
          let reports = exchange.submit(order.request, at: exchange.clock)
          if case .rejected(_, let reason, _) = reports.first {
            answers.append((order.request.clientID, .rejected(reason)))
          } else {
            answers.append((order.request.clientID, .accepted))
          }
        }
        perform(more, now)
      case .cancel(let id):
        for report in exchange.cancel(id, at: exchange.clock) { perform(execution.receive(report), now) }
      case .query: break
      case .filled(let fill, let position, let realised):
        fills.append(fill)
        risk.apply(fill, position: position, realisedQuote: realised)
        features.apply(position, of: fill.instrument)
      case .orderChanged(let id, let state):
        if state.isTerminal && state != .filled { risk.forgetOrder(id) }
      case .alert: break
      }
    }
  }
}

@Suite("Actors and stages driven directly decide and fill the same")
struct ParityTests {
  @Test(arguments: [("sma-cross", 1), ("sma-cross", 3), ("alternating", 2), ("holder", 1)])
  func sameDecisionsAndFills(policy: String, count: Int) async throws {
    let instruments = Rig.instruments(count)
    let policies: [(name: String, policy: any Policy)] = [
      ("flat", FlatPolicy()), ("sma-cross", try SMACrossPolicy(fast: 5, slow: 20)), ("alternating", Alternating()),
      ("holder", Holder()),
    ]
    let bars = Rig.bars(seed: 8, Rig.warmUp + 600, instruments: count)
    let warm = Rig.warmUp * count
    let seen = Mutex<[Judged]>([])
    var options = Rig.Options(policies: policies, inCharge: policy, instruments: instruments, isRecording: false)
    options.show = { event in
      seen.withLock {
        $0.append(
          Judged(
            bar: event.decision.barClose, instrument: event.decision.instrument, wished: event.decision.action,
            final: event.verdict.finalAction, quantity: event.verdict.finalQuantity,
            reason: event.verdict.skipReason?.name))
      }
    }
    let rig = try await Rig.make(options)
    try await rig.begin(Array(bars.prefix(warm)))
    await rig.trade(bars[warm...])

    var direct = try Direct(instruments, policies: policies, inCharge: policy)
    for bar in bars.prefix(warm) { direct.step(bar, isPreRoll: true) }
    for bar in bars[warm...] { direct.step(bar, isPreRoll: false) }

    let judged = seen.withLock { $0 }
    #expect(judged.count == 600 * count && judged == direct.judged)
    let fills = try await rig.venue.fills(after: 0)
    #expect(fills.count == direct.fills.count && !fills.isEmpty)
    for (actor, plain) in zip(fills, direct.fills) {
      var plain = plain
      plain.clientID = actor.clientID
      #expect(actor == plain)
    }
    let books = await rig.engine.stages.execution.books
    #expect(books.cashQuote == direct.execution.cashQuote && books.positions == direct.execution.positions)
    #expect(await rig.engine.stages.risk.account.equityQuote == direct.risk.equityQuote)
  }
}
