import Agent
import Bot
import Core
import Exchange
import Execution
import Features
import Feed
import Risk

/// The bot's stages in virtual time, driven directly: the same values that the actors wrap, without the hops between
/// them. A parity test holds it to the actors' decisions and fills.
///
/// A bar goes: feed → venue (fills of what was sent before) → risk's marking to market → features → agent → risk → execution
/// → venue. What the venue answers is taken in before the next bar. Bars that change nothing go in stretches.
package struct StageDriver {
  /// What is run.
  package let plan: BacktestPlan
  /// Everything that a report is made of.
  package internal(set) var book: BacktestBook
  /// Asks the network; nil: there is none.
  package var think: ((NetworkRequest) -> NetworkAnswer?)?
  /// Sees each decision with what became of it; nil: nobody looks.
  package var watch: ((Decision, Verdict?) -> Void)?

  var feed: FeedStage
  var features: FeatureStage
  var agent: AgentStage
  var risk: RiskStage
  var execution: ExecutionStage
  var exchange: PaperExchange
  private var rollback: RollbackStage?
  var environment: RiskEnvironment
  var sequence: UInt64 = 0
  var lastPrices: [Price?]
  /// What came back from the venue and is taken in after the bar.
  var answers: [VenueAnswer] = []
  var latch: StopLevel?
  /// The stop in force is one for the loss of this trading day.
  var latchedDay: Int?
  var isUnprotected = false
  /// Decisions that wait, by instrument index; empty without a delay.
  private var delayed: [[Decision]]
  let tradesFrom: Timestamp
  private let skipsHolds: Bool
  /// Whether bars at which nothing happens may be brought to the stages many at a time, for all that the plan says.
  let mayPassBars: Bool
  /// What the policy knows of the positions, by instrument index.
  var sides: [HeldSide]
  /// The account at bars that are passed.
  var marks: [AccountMark] = []
  /// Bars that went through the stages in stretches.
  package internal(set) var passedBars = 0

  /// Stages at the start of a run. Throws `PolicyError` for two policies of one name.
  package init(_ plan: BacktestPlan) throws {
    self.plan = plan
    let instruments = plan.instruments
    let first = plan.policies[0].name
    book = BacktestBook(instruments: instruments, timeframe: plan.timeframe, cashQuote: plan.cashQuote)
    feed = FeedStage(instruments: instruments, timeframe: plan.timeframe, staleAfterBars: plan.staleAfterBars)
    features = FeatureStage(instruments: instruments, timeframe: plan.timeframe, scope: plan.scope)
    agent = try AgentStage(
      policies: plan.policies, inCharge: first, fallback: plan.policies.last?.name ?? first, fallbackMayOpen: false)
    risk = RiskStage(
      instruments: instruments, timeframe: plan.timeframe, limits: plan.limits, cashQuote: plan.cashQuote,
      counters: nil)
    execution = ExecutionStage(instruments: instruments, cashQuote: plan.cashQuote)
    exchange = PaperExchange(instruments: instruments, cashQuote: plan.cashQuote, costs: plan.costs)
    rollback = plan.rollback.map {
      RollbackStage(
        limits: $0, fallback: plan.policies.last?.name ?? first, state: RollbackState(policyInCharge: first))
    }
    environment = RiskEnvironment(
      tradingState: .active, latchLevel: nil, isJournalHealthy: true, isVenueReady: true, unknownOrders: 0,
      openOrders: 0, reservedQuote: .zero, clockSkewMillis: nil, isVirtualTime: true)
    lastPrices = Array(repeating: nil, count: instruments.count)
    delayed = Array(repeating: [], count: plan.delayBars > 0 ? instruments.count : 0)
    tradesFrom = plan.tradesFrom ?? .earliest
    skipsHolds = plan.delayBars == 0
    // A market that demands closing must be asked at every bar.
    mayPassBars =
      skipsHolds && instruments.instruments.allSatisfy { $0.calendar.session?.squareOffMinute == nil }
    sides = instruments.instruments.map { HeldSide(side: .flat, isShortable: $0.isShortable) }
    _ = execution.reconcile(account: exchange.account, openOrders: [], fills: [], at: Timestamp(milliseconds: 0))
    risk.restore(positions: execution.positions, cashQuote: execution.cashQuote)
  }

  /// Takes the next bar. Bars must come in the order of their close times.
  package mutating func receive(_ bar: Bar) {
    if bar.openTime < tradesFrom { return warm(bar) }
    let finding = feed.inspect(bar)
    work(bar, isRefused: finding.refusal != nil, hasGap: finding.hasGap)
  }

  /// Sees a bar that the feed has judged through all stages.
  mutating func work(_ bar: Bar, isRefused: Bool, hasGap: Bool) {
    trade(bar)
    guard !isRefused else {
      sequence += 1
      book.refusedBars += 1
      return takeAnswers(bar.closeTime)
    }
    close(bar, hasGap: hasGap)
  }

  /// Brings a bar to the venue, and takes in what it filled.
  mutating func trade(_ bar: Bar) {
    book.begin(bar)
    for report in exchange.advance(bar) { perform(execution.receive(report), bar.closeTime) }
  }

  /// Sees a bar that the venue has had through the other stages.
  mutating func close(_ bar: Bar, hasGap: Bool) {
    let now = bar.closeTime
    sequence += 1
    risk.observe(bar, at: now)
    lastPrices[Int(bar.instrument.index)] = bar.close
    decide(features.receive(bar, hasGap: hasGap, isPreRoll: false), now)
    if latch == .flatten { flattenRest(now) }
    if risk.wantsLatch, let request = risk.takeLatchRequest() {
      stop(request, now)
    } else if latchedDay != nil {
      resumeIfNextDay(now)
    }
    takeAnswers(now)
    book.end(bar, equityQuote: risk.equityQuote, exposureQuote: risk.exposureQuote)
  }

  private mutating func warm(_ bar: Bar) {
    let finding = feed.inspect(bar)
    guard finding.refusal == nil else { return book.refusedBars += 1 }
    let observation = features.receive(bar, hasGap: finding.hasGap, isPreRoll: true)
    sequence += 1
    _ = agent.receive(observation, ticket: sequence)
  }

  /// The end of the data: what rests is withdrawn, positions stay open.
  package mutating func finish() {
    book.finish(
      equityQuote: risk.equityQuote, cashQuote: execution.cashQuote, positions: execution.positions)
  }

  /// Name of the policy that the run began with, with its parameters.
  package var policyName: String { plan.policies[0].policy.identity.name }

  /// What the rule in charge met, by instrument index.
  package var tallies: [[(name: String, count: Int)]] { plan.instruments.instruments.map { agent.tallies(of: $0.id) } }

  // MARK: - Decisions

  private mutating func decide(_ observation: Observation, _ now: Timestamp) {
    switch ask(observation) {
    case nil: book.countHold()
    case .decision(var decision): take(&decision, observation, now)
    case .think(let request):
      let effect = think?(request).map { agent.receive($0) } ?? agent.deadlinePassed(ticket: request.sequence)
      if case .decision(var decision) = effect { take(&decision, observation, now) }
    case .some(.none), .discarded: break
    }
  }

  /// Takes a decision to the veto, once its delay is over.
  private mutating func take(_ decision: inout Decision, _ observation: Observation, _ now: Timestamp) {
    if let rollback = observeOutcome(decision, now) { book.note(rollback, at: now) }
    if plan.delayBars > 0 {
      let slot = Int(observation.instrument.index)
      delayed[slot].append(decision)
      guard delayed[slot].count > plan.delayBars else { return }
      decision = delayed[slot].removeFirst()
      decision.barClose = now
      decision.legalMask = observation.legalMask
      // What was legal then may not be now.
      if !observation.legalMask.contains(decision.action) { decision.action = .hold }
    }
    judge(&decision, observation, now)
  }

  /// Without a delay and with nobody looking, a rule that only holds needs no decision.
  private mutating func ask(_ observation: Observation) -> AgentEffect? {
    skipsHolds && watch == nil
      ? agent.receiveUnlessHold(observation, ticket: sequence) : agent.receive(observation, ticket: sequence)
  }

  private mutating func observeOutcome(_ decision: Decision, _ now: Timestamp) -> RollbackEffect? {
    guard rollback != nil else { return nil }
    let outcome = agent.outcome(of: decision, latencyMicros: nil)
    guard outcome.failure != nil || decision.role == .fallback else { return nil }
    guard let effect = rollback?.observe(outcome, now: now) else { return nil }
    switch effect {
    case .rollBack(let name, let cause, _): try? agent.putInCharge(name, reason: cause.fallbackReason)
    case .promote(let name, _): try? agent.putInCharge(name, reason: nil)
    }
    return effect
  }

  private mutating func judge(_ decision: inout Decision, _ observation: Observation, _ now: Timestamp) {
    sequence += 1
    // Holding changes nothing at the veto: its list of checks is a record for people.
    if decision.action == .hold {
      book.countHold(decision, observation)
      watch?(decision, nil)
      return
    }
    decision.sequence = sequence
    let verdict = risk.judge(
      decision, observation, now: now, environment: environment, keepsChecks: watch != nil)
    book.count(decision, verdict, observation)
    watch?(decision, verdict)
    guard let order = verdict.order else { return }
    if misses(decision) {
      risk.forgetOrder(order.request.clientID)
      book.missedFills += 1
      return
    }
    perform(execution.submit(order, at: now, reference: observation.bar.close), now)
  }

  /// Whether chance keeps an opening order from the market.
  private func misses(_ decision: Decision) -> Bool {
    guard plan.missedFills.isPositive, decision.action.isOpening else { return false }
    var random = CounterRandom(seed: plan.seed, purpose: .missedFills, step: decision.sequence, lane: 0)
    return random.next() % UInt64(Rate.unit) < UInt64(plan.missedFills.raw)
  }

  // MARK: - Stops

  private mutating func stop(_ request: LatchRequest, _ now: Timestamp) {
    book.note(request, at: now)
    guard latch.map({ $0 < request.level }) ?? true else { return }
    latch = request.level
    latchedDay = request.check == .dailyLoss && plan.resumesNextDay ? risk.tradingDay(of: now) : nil
    publishState()
    perform(execution.stop(request.level, sequence: sequence, prices: lastPrices, at: now), now)
  }

  private mutating func resumeIfNextDay(_ now: Timestamp) {
    guard let day = latchedDay, risk.tradingDay(of: now) > day else { return }
    latchedDay = nil
    latch = nil
    book.endStop()
    for source in [StopSource.lossLimit, .throttle] { risk.resume(from: source) }
    publishState()
    perform(execution.resume(at: now), now)
  }

  private mutating func flattenRest(_ now: Timestamp) {
    guard execution.isFlattenDue(at: now) else { return }
    perform(execution.stop(.flatten, sequence: sequence, prices: lastPrices, at: now), now)
  }

  mutating func publishState() {
    environment.latchLevel = latch
    environment.tradingState = max(latch?.tradingState ?? .active, isUnprotected ? .reducing : .active)
  }
}

/// What a venue in virtual time has to say after a bar.
enum VenueAnswer {
  case outcome(ClientOrderID, SubmitOutcome)
  case report(ExecutionReport)
  case order(ClientOrderID, OrderSnapshot?)
}
