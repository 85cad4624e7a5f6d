import Agent
import Control
import Core
import Execution
import Journal

/// The stages of one run.
package struct Stages: Sendable {
  package var feed: MarketFeed
  package var features: FeatureBuilder
  package var agent: HRMAgent
  package var rollback: Rollback
  package var risk: RiskVeto
  package var execution: OrderExecution

  /// What the veto counted, and the agent's holds, which never reach it.
  package func decisions(holds: Int) async -> DecisionStatistics {
    var decisions = await risk.decisions
    decisions.countHolds(holds)
    return decisions
  }
}

/// Takes one input at a time, writes it down, and sees it through the stages; owns the trading state and the latch.
package actor Supervisor {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  package let stages: Stages
  private let instruments: InstrumentTable
  private let recorder: Recorder
  private let gate: StopGate
  private let latchStore: LatchKeeper
  private let gateway: any OrderGateway
  private let time: any TimeSource
  private let log: @Sendable (LogLevel, String) -> Void
  private let notify: @Sendable (String, String) -> Void
  package private(set) var latch: StopLatch?
  package private(set) var degradations: Set<Degradation> = []
  package private(set) var isVenueReady = false
  package private(set) var lastBars: [Bar?]
  package private(set) var counters = InputCounters()
  /// Close of the first bar after the pre-roll.
  private(set) var firstBarClose: Timestamp?

  /// A supervisor of `stages`.
  package init(
    executor: any SerialExecutor, stages: Stages, instruments: InstrumentTable, recorder: Recorder, gate: StopGate,
    latchStore: any LatchStore, gateway: any OrderGateway, time: any TimeSource,
    log: @escaping @Sendable (LogLevel, String) -> Void,
    notify: @escaping @Sendable (_ event: String, _ text: String) -> Void = { _, _ in }
  ) {
    self.executor = executor
    self.stages = stages
    self.instruments = instruments
    self.recorder = recorder
    self.gate = gate
    self.latchStore = LatchKeeper(latchStore)
    self.gateway = gateway
    self.time = time
    self.log = log
    self.notify = notify
    lastBars = Array(repeating: nil, count: instruments.count)
  }

  /// What the bot may do now.
  package var tradingState: TradingState {
    max(latch?.level.tradingState ?? .active, degradations.isEmpty ? .active : .reducing)
  }

  /// Works one input off, to the end. `at` is the moment it is judged at.
  ///
  /// A stop that the gate knows of comes first, as an input of its own: no decision is made beside a stop that is not on
  /// record. Only the latch of an earlier session goes before it: a stop that is still there must not get a second name.
  package func process(_ input: Ingress, at now: Timestamp) async {
    if let closure = gate.closure, latch.map({ $0.level < closure.level }) ?? true, !input.isRelatch {
      await take(
        .control(.stop(level: closure.level, source: closure.source, reason: closure.reason)), at: now)
      if case .control(.stop(closure.level, _, _), _) = input { return }
    }
    // Most inputs are bars: they do not pay for what the others need.
    if case .bar(let bar, let isPreRoll) = input { return await take(bar, isPreRoll: isPreRoll, at: now) }
    await take(input, at: now)
  }

  private func take(_ bar: Bar, isPreRoll: Bool, at now: Timestamp) async {
    let started = time.monotonicNanoseconds
    counters.bars += isPreRoll ? 0 : 1
    counters.preRollBars += isPreRoll ? 1 : 0
    if !isPreRoll, firstBarClose == nil { firstBarClose = bar.closeTime }
    let sequence = recorder.record(.bar) { _ in
      RecordEncoder.bar(bar, symbol: instruments[bar.instrument].symbol, at: now, isPreRoll: isPreRoll)
    }
    let context = EventContext(input: sequence, at: now, startedNanoseconds: started)
    guard await stages.feed.receive(bar, isPreRoll: isPreRoll, context: context) else { return }
    lastBars[Int(bar.instrument.index)] = bar
    guard !isPreRoll, latch?.level == .flatten else { return }
    await stages.execution.flattenRest(
      after: bar.instrument, prices: lastBars.map { $0?.close }, context: context)
  }

  private func take(_ input: Ingress, at now: Timestamp) async {
    let started = time.monotonicNanoseconds
    func context(_ sequence: UInt64) -> EventContext {
      EventContext(input: sequence, at: now, startedNanoseconds: started)
    }
    switch input {
    case .bar(let bar, let isPreRoll): await take(bar, isPreRoll: isPreRoll, at: now)
    case .answer(let answer, let instrument):
      let sequence = recorder.record(.answer) { _ in
        RecordEncoder.answer(answer.recorded(instrument, at: now), symbol: instruments[instrument].symbol)
      }
      await stages.agent.receive(answer, context: context(sequence))
    case .deadline(let ticket):
      guard await stages.agent.isPending(ticket) else { return }
      counters.deadlines += 1
      let sequence = recorder.record(.timer) { _ in
        RecordEncoder.timer(TimerRecord(kind: "deadline", ticket: ticket, at: now))
      }
      await stages.agent.deadlinePassed(ticket: ticket, context: context(sequence))
    case .flattenDue:
      guard latch?.level == .flatten, await stages.execution.isFlattenDue(at: now) else { return }
      let sequence = recorder.record(.timer) { _ in
        RecordEncoder.timer(TimerRecord(kind: "flatten", ticket: 0, at: now))
      }
      await stages.execution.flattenRest(
        after: nil, prices: lastBars.map { $0?.close }, context: context(sequence))
    case .outcome(let id, let outcome):
      let sequence = recorder.record(.outcome) { _ in
        RecordEncoder.outcome(OutcomeRecord(clientID: id, outcome: outcome, at: now))
      }
      await stages.execution.receive(outcome, of: id, context: context(sequence))
      await settleTrades(context(sequence))
    case .report(let report):
      let sequence = recorder.record(.report) { _ in
        RecordEncoder.report(ReportRecord(report: report, at: now), instruments: instruments)
      }
      await stages.execution.receive(report, context: context(sequence))
      await settleTrades(context(sequence))
    case .orderAnswer(let answer):
      let sequence = recorder.record(.venue) { _ in answer.encoded(at: now) }
      await stages.execution.receive(answer, context: context(sequence))
      await settleTrades(context(sequence))
    case .venueState(let state):
      await reconcile(state, at: now, context: context)
    case .control(let command, let reply):
      let text = await obey(command, at: now, context: context)
      log(.notice, "control: \(text)")
      reply?(text)
    case .heartbeat:
      if let saved = latchStore.retry() { log(.notice, "latch \(saved.id) is written at last") }
    case .end: return
    }
  }

  private func reconcile(_ state: VenueState, at now: Timestamp, context: (UInt64) -> EventContext) async {
    let sequence = recorder.record(.venue) { _ in state.encoded(at: now) }
    await stages.execution.reconcile(state, context: context(sequence))
    await settleTrades(context(sequence))
    let isUnreconciled = await stages.execution.isUnreconciled
    isVenueReady = await stages.execution.isReconciled
    if isUnreconciled { degradations.insert(.unreconciled) } else { degradations.remove(.unreconciled) }
    await publishState()
  }

  private func obey(_ command: ControlCommand, at now: Timestamp, context: (UInt64) -> EventContext) async -> String {
    let sequence = recorder.record(.control) { _ in RecordEncoder.control(command.recorded(at: now)) }
    switch command {
    case .stop(let level, let source, let reason):
      return await stop(level, source, reason, context(sequence))
    case .relatch(let old):
      if let latch {
        guard latch.level <= old.level else { return "already latched as \(latch.id) (\(latch.level.rawValue))" }
        // A person resumes by the name in the file: it must be the one that is held.
        write(old)
      }
      latch = old
      gate.close(old.level, source: old.source, reason: old.reason)
      await publishState()
      await stages.execution.stop(old.level, prices: lastBars.map { $0?.close }, context: context(sequence))
      return "latch \(old.id) of an earlier session holds (\(old.level.rawValue): \(old.reason))"
    case .resume(let id): return await resume(id, context(sequence))
    case .rollBack(let name, let reason):
      return await switchPolicy(.rollBack(to: name), by: reason, context(sequence))
    case .promote(let name): return await switchPolicy(.promote(name), by: "a person", context(sequence))
    case .readiness(let reasons):
      return reasons.isEmpty ? "ready to trade" : "not ready to trade: \(reasons.joined(separator: ", "))"
    case .silence(let since): return "nothing was heard since \(since)"
    case .degrade(let condition, let isOn):
      if isOn { degradations.insert(condition) } else { degradations.remove(condition) }
      // What happened at the venue meanwhile is not known: only a comparison of the books makes it ready again.
      if condition == .venueLost { isVenueReady = false }
      await publishState()
      if condition == .venueLost && !isOn { await askVenue(context(sequence)) }
      if condition == .journalUnhealthy && !isOn { await stages.execution.protectAgain(context: context(sequence)) }
      return "\(condition.rawValue) \(isOn ? "sets in" : "is over")"
    case .clockSkew(let millis):
      await stages.risk.update { $0.clockSkewMillis = millis }
      return "the local clock is \(millis) ms ahead of the venue's"
    case .memory(let mebibytes):
      let context = context(sequence)
      let effect = await stages.rollback.memory(mebibytes: mebibytes, context: context)
      return await carryOut(effect, "\(mebibytes) MiB of memory in use", context)
    case .archiveMismatch(let policy, let evidence):
      let context = context(sequence)
      let effect = await stages.rollback.archiveMismatch(of: policy, evidence: evidence, context: context)
      return await carryOut(effect, "policy \(policy): \(evidence)", context)
    case .cancel(let id):
      do throws(CancelRefusal) { try await stages.execution.cancel(id, context: context(sequence)) } catch {
        return "refused: \(error)"
      }
      return "asked the venue to end \(id)"
    case .trade(let wish): return await trade(wish, context(sequence))
    }
  }

  /// After a loss: what has to end first, then the books.
  private func askVenue(_ context: EventContext) async {
    await stages.execution.resend(context: context)
    await gateway.queryBooks(after: await stages.execution.reconcileAfter)
  }

  private func stop(
    _ level: StopLevel, _ source: StopSource, _ reason: String, _ context: EventContext
  ) async -> String {
    gate.close(level, source: source, reason: reason)
    counters.stops[source, default: 0] += 1
    await stages.risk.latched(by: source)
    if let latch, latch.level >= level { return "already latched as \(latch.id) (\(latch.level.rawValue))" }
    let new = StopLatch(
      id: latch?.id ?? "L\(context.input)-\(String(context.at.milliseconds, radix: 36))", level: level, source: source,
      reason: reason, at: context.at)
    latch = new
    recorder.record(.latch) { _ in RecordEncoder.latch(new, isSet: true, by: nil, at: context.at) }
    await publishState()
    // The cancels do not wait for the disk.
    await stages.execution.stop(level, prices: lastBars.map { $0?.close }, context: context) { [self] in write(new) }
    let text = "STOP \(level.rawValue) from \(source.rawValue): \(reason) [latch \(new.id)]"
    log(.critical, text)
    notify("stop", text)
    return "stopped (\(level.rawValue)), latch \(new.id)"
  }

  private nonisolated func write(_ latch: StopLatch) {
    do { try latchStore.write(latch) } catch {
      log(.critical, "latch cannot be written (\(error)): the stop holds in memory, and every heartbeat tries again")
    }
  }

  private func resume(_ id: String, _ context: EventContext) async -> String {
    let generation = gate.generation
    guard let held = latch else { return refuse("nothing is latched") }
    guard held.id == id else { return refuse("the latch is \(held.id), not \(ControlDirectory.printable(id))") }
    // A latch names the cause that set it; others may have joined it since.
    for source in [held.source, .lossLimit, .throttle] { await stages.risk.resume(from: source) }
    latch = nil
    // Nothing is opened before the venue's books have been compared again.
    isVenueReady = false
    var isLifted = false
    await stages.execution.resume(to: tradingState, context: context) { [latchStore, recorder, gate] in
      // The journal knows before the file goes: after a crash in between, the file still holds.
      let sequence = recorder.record(.latch) { _ in
        RecordEncoder.latch(held, isSet: false, by: nil, at: context.at)
      }
      guard await recorder.durable(sequence), (try? latchStore.clear()) != nil else { return false }
      return gate.open(unlessClosedSince: generation)
    } outcome: {
      isLifted = $0
    }
    guard isLifted else { return await keepStopped(held, context) }
    await publishState()
    await gateway.queryBooks(after: await stages.execution.reconcileAfter)
    notify("resume", "latch \(held.id) cleared")
    return "resumed, latch \(held.id) cleared"
  }

  private func refuse(_ reason: String) -> String {
    counters.refusedResumes += 1
    return "refused: \(reason)"
  }

  /// A resume that could not be completed: the journal or the latch file cannot be written, or a new stop came.
  private func keepStopped(_ held: StopLatch, _ context: EventContext) async -> String {
    latch = held
    // The journal says that it was lifted, and nothing else would tell a re-execution that it was not.
    recorder.record(.latch) { _ in RecordEncoder.latch(held, isSet: true, by: nil, at: context.at) }
    // Its file may be gone already.
    write(held)
    await publishState()
    await stages.execution.stop(held.level, prices: lastBars.map { $0?.close }, context: context)
    return refuse("journal or latch file cannot be written, or a new stop came; the latch \(held.id) holds")
  }

  private func switchPolicy(_ command: RollbackCommand, by person: String, _ context: EventContext) async -> String {
    let names = await stages.agent.policyNames
    do {
      guard
        let effect = try await stages.rollback.command(command, by: person, available: names, context: context)
      else {
        return "refused: that policy is in charge already"
      }
      guard await stages.agent.switchPolicy(effect, context) else { return "refused: no such policy" }
      return "policy in charge: \(await stages.agent.inCharge.name)"
    } catch { return "refused: \(error)" }
  }

  /// A trade that ended may have been one too many.
  private func settleTrades(_ context: EventContext) async {
    guard stages.rollback.watchesTrades, let effect = await stages.rollback.takeDue() else { return }
    await stages.agent.switchPolicy(effect, context)
  }

  private func carryOut(_ effect: RollbackEffect?, _ text: String, _ context: EventContext) async -> String {
    guard let effect else { return "\(text); nothing is replaced" }
    await stages.agent.switchPolicy(effect, context)
    return "\(text); policy in charge: \(await stages.agent.inCharge.name)"
  }

  /// A person's decision: on what the policy saw last, with the position of now, before the same veto.
  private func trade(_ wish: ManualTrade, _ context: EventContext) async -> String {
    guard let instrument = instruments.instruments.first(where: { $0.symbol == wish.instrument }) else {
      return "refused: no instrument is called \(ControlDirectory.printable(wish.instrument))"
    }
    guard var observation = await stages.agent.newestObservation(of: instrument.id) else {
      return "refused: \(instrument.symbol) has had no bar yet"
    }
    observation.position = await stages.execution.tradablePosition(of: instrument.id, at: context.at)
    let decision = Decision(
      sequence: recorder.nextSequence, instrument: instrument.id, timeframe: observation.timeframe,
      barClose: observation.bar.closeTime, policy: ManualTrade.person, role: .production, fallbackReason: nil,
      legalMask: observation.legalMask, action: wish.action, quantityFraction: wish.fraction, reading: nil,
      note: "by a person: \(wish.reason)")
    let verdict = await stages.risk.receive(decision, observation, context: context)
    let id = DecisionID(sequence: decision.sequence)
    guard verdict.order != nil else { return "refused: \(id) \(verdict.skipReason?.name ?? "hold")" }
    return "\(id) approved: \(verdict.finalAction.name) \(verdict.finalQuantity)"
  }

  /// Tells the risk veto what surrounds its judgement.
  func publishState() async {
    let (state, level, ready) = (tradingState, latch?.level, isVenueReady)
    await stages.risk.update {
      $0.tradingState = state
      $0.latchLevel = level
      $0.isVenueReady = ready
    }
    await stages.execution.set(state)
  }

  /// Close of the newest bar.
  package var lastBarClose: Timestamp? { lastBars.compactMap { $0?.closeTime }.max() }

  /// Whether the network still owes an answer.
  package var isThinking: Bool { get async { await stages.agent.pendingCount > 0 } }

  /// Writes down how a session begins, or ends.
  package func note(_ kind: RecordKind, _ payload: @Sendable (UInt64) -> [UInt8]) {
    recorder.record(kind) { payload($0) }
  }

  /// What must survive a restart.
  package func engineState(sessions: Int) async -> EngineState {
    EngineState(
      execution: await stages.execution.state, risk: await stages.risk.counters, rollback: await stages.rollback.state,
      sessions: sessions)
  }
}

/// Inputs of one run.
package struct InputCounters: Sendable {
  package var bars = 0
  package var preRollBars = 0
  package var deadlines = 0
  /// Wishes to stop, by where they came from; repeated ones count again.
  package var stops: [StopSource: Int] = [:]
  /// Resumes that were refused.
  package var refusedResumes = 0
}
