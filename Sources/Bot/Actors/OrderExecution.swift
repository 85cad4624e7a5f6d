import Core
import Execution
import Journal

/// The thin shell of `ExecutionStage`: approved orders and reports in; intents written down before they leave.
package actor OrderExecution {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: ExecutionStage
  private let instruments: InstrumentTable
  private let recorder: Recorder
  private let risk: RiskVeto
  private let features: FeatureBuilder
  private let rollback: Rollback
  private let gateway: any OrderGateway
  private let time: any TimeSource
  private var counters = OrderCounters()
  private var pathLatency = LatencyHistogram()
  private let alert: @Sendable (String) -> Void
  /// Asks for a change of the trading state, as an input of its own.
  /// Hands the state to the journal, so that an intent and the state that knows of it are safe together.
  private let saveState: nonisolated(nonsending) @Sendable () async -> Void
  private let demand: @Sendable (ControlCommand) -> Void
  private let show: (@Sendable (TradeEvent) -> Void)?
  private var isKnownUnprotected = false
  private var lastPrices: [Price?]
  private var tradingState = TradingState.active

  /// A shell around `stage`.
  package init(
    executor: any SerialExecutor, stage: ExecutionStage, instruments: InstrumentTable, recorder: Recorder,
    risk: RiskVeto,
    features: FeatureBuilder, rollback: Rollback, gateway: any OrderGateway, time: any TimeSource,
    alert: @escaping @Sendable (String) -> Void, demand: @escaping @Sendable (ControlCommand) -> Void,
    saveState: nonisolated(nonsending) @escaping @Sendable () async -> Void,
    show: (@Sendable (TradeEvent) -> Void)? = nil
  ) {
    self.executor = executor
    self.stage = stage
    self.instruments = instruments
    self.recorder = recorder
    self.risk = risk
    self.features = features
    self.rollback = rollback
    self.gateway = gateway
    self.time = time
    self.alert = alert
    self.demand = demand
    self.saveState = saveState
    self.show = show
    lastPrices = Array(repeating: nil, count: instruments.count)
  }

  /// Takes an approved order. `lastPrice` is the one that it was decided at.
  package func submit(_ order: ApprovedOrder, lastPrice: Price, context: EventContext) async {
    lastPrices[Int(order.request.instrument.index)] = lastPrice
    let effects = stage.submit(order, at: context.at, reference: lastPrice)
    pathLatency.add(nanoseconds: time.monotonicNanoseconds &- context.startedNanoseconds)
    await perform(effects, context)
  }

  /// Takes what became of a submission.
  package func receive(_ outcome: SubmitOutcome, of id: ClientOrderID, context: EventContext) async {
    await perform(stage.receive(outcome, of: id, at: context.at), context)
  }

  /// Takes news of an order.
  package func receive(_ report: ExecutionReport, context: EventContext) async {
    await perform(stage.receive(report), context)
  }

  /// Compares the own books with the venue's and repairs what evidence allows.
  package func reconcile(_ venue: VenueState, context: EventContext) async {
    await perform(
      stage.reconcile(account: venue.account, openOrders: venue.openOrders, fills: venue.fills, at: context.at),
      context)
    // A restored order that the venue still has sets nothing off, and counts all the same.
    await publishExposure()
    await risk.restore(
      positions: stage.positions, cashQuote: stage.cashQuote, live: stage.state.orders.map(\.id))
    for instrument in instruments.instruments {
      await features.apply(stage.tradablePosition(of: instrument.id, at: context.at), of: instrument.id)
    }
  }

  /// Carries out a stop. `prices` are the last ones by instrument index. The cancels go out first; `afterCancels` is for
  /// what may take its time, such as writing to a disk.
  package func stop(
    _ level: StopLevel, prices: [Price?], context: EventContext, afterCancels: @Sendable () -> Void = {}
  ) async {
    let effects = stage.stop(level, sequence: context.input, prices: prices, at: context.at)
    // One request ends everything, and the single cancels make sure of each. Not where the plan sends orders of its own:
    // those must not be met by it.
    if level == .stop, effects.contains(where: { if case .cancel = $0 { true } else { false } }) {
      await gateway.cancelAll()
    }
    let first = effects.firstIndex { if case .intent = $0 { true } else { false } } ?? effects.endIndex
    await perform(Array(effects[..<first]), context)
    afterCancels()
    await perform(Array(effects[first...]), context)
  }

  /// Closes what a flattening stop has left: a position from an order that filled after the stop, or one whose closing
  /// order has rested through a bar of `instrument` and needs a new price. At a bar, so that two instruments cannot
  /// cancel each other's orders for ever; nil: at a timer, for a feed that brings no bars.
  package func flattenRest(after instrument: InstrumentID?, prices: [Price?], context: EventContext) async {
    let state = stage.state
    guard state.plan?.level == .flatten else { return }
    guard let instrument else {
      guard stage.isFlattenDue(at: context.at) else { return }
      return await perform(stage.stop(.flatten, sequence: context.input, prices: prices, at: context.at), context)
    }
    let closing = state.orders.filter { $0.id.role == .flatten }
    let isLeft = state.positions.enumerated().contains { slot, position in
      position.side != .flat && !closing.contains { Int($0.request.instrument.index) == slot }
    }
    let hasRested = closing.contains {
      $0.request.instrument == instrument && $0.state == .accepted && $0.id.sequence < context.input
    }
    guard isLeft || hasRested else { return }
    await perform(stage.stop(.flatten, sequence: context.input, prices: prices, at: context.at), context)
  }

  private func perform(_ effects: [ExecutionEffect], _ context: EventContext, isHeldBack: Bool = false) async {
    defer { noteProtection() }
    guard !effects.isEmpty else { return }
    for effect in effects {
      switch effect {
      case .intent(let order):
        counters.orders += order.requests.count
        // Handed over first, so that the commit that makes the intent safe has the state that knows of it.
        await saveState()
        await release(order, recordedAs: record(order, context), context)
      case .cancel(let id):
        counters.cancels += 1
        await gateway.cancel(id)
      case .query(let id): await gateway.query(id)
      case .filled(let fill, let position, let realised):
        await count(fill, position, realised, context)
      case .orderChanged(let id, let state):
        if state == .rejected { counters.rejected += 1 }
        if state.isTerminal && state != .filled { await risk.forgetOrder(id) }
        recorder.record(.order) { _ in RecordEncoder.order(id, state, at: context.at, isHeldBack: isHeldBack) }
        show?(.order(id, state, at: context.at))
      case .alert(let text):
        counters.alerts += 1
        alert(text)
      }
    }
    await publishExposure()
  }

  /// Writes an order's intent down, that of a pair as one record each; the sequence number of the last.
  private func record(_ order: OutboundOrder, _ context: EventContext) -> UInt64 {
    let requests = order.requests
    var sequence: UInt64 = 0
    for (place, request) in requests.enumerated() {
      sequence = recorder.record(.intent) { _ in
        RecordEncoder.intent(
          request, symbol: symbol(request.instrument), at: context.at,
          pair: requests.count == 2 ? requests[1 - place].clientID : nil)
      }
      show?(.intent(request, symbol: symbol(request.instrument), at: context.at))
    }
    return sequence
  }

  /// Tells the risk veto what is on its way.
  private func publishExposure() async {
    let exposure = stage.exposure()
    await risk.update {
      $0.unknownOrders = exposure.unknownOrders
      $0.openOrders = exposure.openOrders
      $0.reservedQuote = exposure.reservedQuote
    }
  }

  private func noteProtection() {
    guard stage.exposure().isUnprotected != isKnownUnprotected else { return }
    isKnownUnprotected.toggle()
    demand(.degrade(.unprotectedPosition, isOn: isKnownUnprotected))
  }

  /// Gives stops another chance that were held back or refused.
  package func protectAgain(context: EventContext) async { await perform(stage.protectAgain(at: context.at), context) }

  /// Lets an order go once its intent is durable and the last gate has no objection.
  private func release(_ order: OutboundOrder, recordedAs sequence: UInt64, _ context: EventContext) async {
    let id = order.request.clientID
    guard await recorder.durable(sequence) else {
      // It never left, and no venue can know it.
      alert("order \(id) held back: the journal does not take records")
      return await perform(stage.withdraw(order, at: context.at), context, isHeldBack: true)
    }
    let price = lastPrices[Int(order.request.instrument.index)]
    let (isReleased, effects) = stage.release(order, tradingState: tradingState, lastPrice: price, at: context.at)
    if isReleased { await gateway.send(order) }
    await perform(effects, context)
  }

  /// Ends an order at a person's wish. Throws why not.
  package func cancel(_ id: ClientOrderID, context: EventContext) async throws(CancelRefusal) {
    await perform(try stage.cancel(id), context)
  }

  /// What of the position can be traded now.
  package func tradablePosition(of instrument: InstrumentID, at time: Timestamp) -> PositionView {
    stage.tradablePosition(of: instrument, at: time)
  }

  /// What the bot may do now.
  package func set(_ state: TradingState) { tradingState = state }

  /// Takes what the venue knows of one order.
  package func receive(_ answer: OrderAnswer, context: EventContext) async {
    await perform(stage.receive(query: answer.snapshot, of: answer.id, at: context.at), context)
  }

  /// A person resumed: positions get their protective stops back. `commit` lifts the latch; its records are safe together
  /// with the state that knows of it. False: it could not, and nothing is sent. `state` holds from the commit on: the last
  /// gate would keep the stops back in a halted one.
  package func resume(
    to newState: TradingState, context: EventContext, commit: @Sendable () async -> Bool, outcome: (Bool) -> Void
  ) async {
    let effects = stage.resume(at: context.at)
    await saveState()
    let isLifted = await commit()
    outcome(isLifted)
    if isLifted { tradingState = newState }
    await perform(isLifted ? effects : [], context)
  }

  /// Asks again for what is unanswered.
  package func resend(context: EventContext) async { await perform(stage.resend(), context) }

  /// The trade id after which the venue's executions are wanted.
  package var reconcileAfter: UInt64 { stage.reconcileAfter }

  private func count(
    _ fill: Fill, _ position: PositionView, _ realised: Money, _ context: EventContext
  ) async {
    counters.fills += 1
    counters.feesQuote = (try? counters.feesQuote.adding(fill.feeQuote)) ?? counters.feesQuote
    recorder.record(.fill) { _ in
      RecordEncoder.fill(
        fill, symbol: symbol(fill.instrument), positionAfter: position, realisedQuote: realised)
    }
    show?(.fill(fill, symbol: symbol(fill.instrument)))
    await risk.apply(fill, position: position, realisedQuote: realised)
    let tradable = position.tradable(under: instruments[fill.instrument].rules(at: fill.time))
    await features.apply(tradable, of: fill.instrument)
    guard rollback.watchesTrades else { return }
    await rollback.apply(fill, position: tradable, realisedQuote: realised, context: context)
  }

  private func symbol(_ instrument: InstrumentID) -> String { instruments[instrument].symbol }

  /// Positions by instrument index, and cash.
  package var books: (positions: [PositionView], cashQuote: Money, feesQuote: Money) {
    (stage.positions, stage.cashQuote, stage.state.feesQuote)
  }
  /// Whether a flattening stop has something to do without a bar.
  package func isFlattenDue(at time: Timestamp) -> Bool { stage.isFlattenDue(at: time) }
  /// What must survive a restart.
  package var state: ExecutionState { stage.state }
  /// Orders and fills so far in this run, and the time from a bar to the intent of its order.
  package var statistics: (counters: OrderCounters, path: LatencyHistogram) { (counters, pathLatency) }
  /// Orders of unknown outcome now.
  package var unknownOrders: Int { stage.exposure().unknownOrders }
  /// Whether a position is held without a protective stop that should have one.
  package var hasUnprotectedPosition: Bool { stage.hasUnprotectedPosition }
  /// Whether the newest comparison with the venue left nothing open.
  package var isReconciled: Bool { !stage.isUnreconciled && stage.lastReconciliation?.isClean == true }
  /// Whether fills are known to be missing, or the last comparison was with an older account.
  package var needsReconciliation: Bool { stage.needsReconciliation }
  /// Whether own and venue's books differ in a way that no evidence explains.
  package var isUnreconciled: Bool { stage.isUnreconciled }
}

/// Orders and fills of one run.
package struct OrderCounters: Sendable {
  package var orders = 0
  package var cancels = 0
  package var rejected = 0
  package var fills = 0
  package var alerts = 0
  package var feesQuote = Money.zero
}
