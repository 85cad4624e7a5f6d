import Control
import Core
import Foundation
import Glibc
import Risk

extension PaperRun {
  /// Shows the state and leaves it where `hrmbot status` finds it.
  func show(_ prepared: Prepared, isolation: isolated (any Actor)? = #isolation) async {
    let snapshot = await snapshot(prepared)
    display.snapshot?(snapshot)
    if !plan.pace.isVirtual, let bytes = try? snapshot.encoded() {
      StatusFile.write(bytes, to: plan.home.statusPath)
    }
  }

  /// Beats, for the guard: the loop turns, and this is what it may do.
  func pulse(_ prepared: Prepared, isolation: isolated (any Actor)? = #isolation) async {
    let supervisor = prepared.engine.supervisor
    let latch = await supervisor.latch
    let bars = await supervisor.lastBars
    var prices: [String: Price] = [:]
    for instrument in prepared.instruments.instruments {
      if let bar = bars[Int(instrument.id.index)] { prices[instrument.symbol] = bar.close }
    }
    let beat = Heartbeat(
      sequence: beats.wrappingAdd(1, ordering: .relaxed).newValue, process: getpid(),
      state: await supervisor.tradingState, latch: latch?.id, level: latch?.level, prices: prices)
    HeartbeatFile(path: plan.home.heartbeatPath).write(beat)
  }

  /// What the bot says about itself now.
  func snapshot(_ prepared: Prepared, isolation: isolated (any Actor)? = #isolation) async -> StatusSnapshot {
    let stages = prepared.engine.stages
    let supervisor = prepared.engine.supervisor
    let bars = await supervisor.lastBars
    let books = await stages.execution.books
    let inCharge = await stages.agent.inCharge.identity
    let now = time.now
    let stale = plan.pace == .wallClock ? await stages.feed.staleInstruments(at: now) : []
    let newest = bars.compactMap { $0?.closeTime }.max()
    var journalPath: String?
    if case .directory(let directory) = plan.journal { journalPath = directory }
    var snapshot = StatusSnapshot(
      processIdentifier: getpid(), build: plan.build, mode: plan.mode, isSynthetic: plan.isSynthetic,
      venue: prepared.instruments.instruments.first?.venue ?? "", timeframe: prepared.timeframe, startedAt: startedAt,
      updatedAt: now, tradingState: await supervisor.tradingState, policy: inCharge.name,
      isUntrained: inCharge.isUntrained, cashQuote: books.cashQuote, startEquityQuote: prepared.startEquityQuote)
    if let address = plan.venueAddress {
      snapshot.venueAddress = address.description
      snapshot.isVenueConnected = relay.isConnected
      snapshot.venueSessions = relay.sessions
    }
    snapshot.latch = await supervisor.latch
    snapshot.degradations = await supervisor.degradations.map(\.rawValue).sorted()
    snapshot.instruments = prepared.instruments.instruments.map {
      .init($0, bar: bars[Int($0.id.index)], position: books.positions[Int($0.id.index)])
    }
    snapshot.feedAgeMillis = plan.pace == .wallClock ? newest.map { now.millisecondsSince($0) } : nil
    snapshot.staleInstruments = stale.map { prepared.instruments[$0].symbol }
    let counters = await supervisor.counters
    snapshot.bars = counters.bars
    snapshot.stops = StopSource.allCases.compactMap { source in
      counters.stops[source].map { .init(name: source.rawValue, count: $0) }
    }
    snapshot.refusedResumes = counters.refusedResumes
    if let errands = prepared.queue?.counters {
      snapshot.refusedErrands = errands.refusedOrders + errands.refusedCancels + errands.refusedQuestions
    }
    snapshot.journalPath = journalPath
    snapshot.journalRecords = prepared.engine.recorder.nextSequence - 1
    snapshot.isJournalHealthy = prepared.engine.recorder.isHealthy
    await fill(&snapshot, prepared)
    await lock(&snapshot, prepared)
    return snapshot
  }

  private func fill(
    _ snapshot: inout StatusSnapshot, _ prepared: Prepared, isolation: isolated (any Actor)? = #isolation
  ) async {
    let stages = prepared.engine.stages
    let account = await stages.risk.account
    let agent = await stages.agent.statistics
    let decisions = await stages.decisions(holds: agent.holds)
    let execution = await stages.execution.statistics
    let thinking = prepared.thinker?.latency
    snapshot.equityQuote = account.equityQuote
    snapshot.limits = account.limits.map(StatusSnapshot.Limit.init)
    snapshot.feesQuote = await stages.execution.books.feesQuote
    snapshot.lastDecision = await stages.risk.lastEvent.map(StatusSnapshot.LastDecision.init)
    snapshot.decisions = decisions.total
    snapshot.decisionsByAction = Action.allCases.map {
      .init(name: $0.name, count: decisions.wished[Int($0.rawValue)])
    }
    snapshot.vetoes = decisions.vetoCounts
    snapshot.orders = execution.counters.orders
    snapshot.fills = execution.counters.fills
    snapshot.unknownOrders = await stages.execution.unknownOrders
    snapshot.rejected = execution.counters.rejected
    snapshot.lateDecisions = Int(agent.counters.lateAnswers)
    snapshot.supersededDecisions = Int(agent.counters.supersededRequests)
    snapshot.fallbackDecisions = Int(agent.counters.fallbackDecisions)
    snapshot.decisionMicrosP50 = thinking?.microseconds(atQuantile: 0.5)
    snapshot.decisionMicrosP99 = thinking?.microseconds(atQuantile: 0.99)
    snapshot.pathMicrosP50 = execution.path.microseconds(atQuantile: 0.5)
    snapshot.pathMicrosP99 = execution.path.microseconds(atQuantile: 0.99)
    snapshot.depthHistogram = agent.depth
    snapshot.feedProblems = await stages.feed.quality.problems
  }
}

extension StatusSnapshot.Instrument {
  init(_ instrument: Instrument, bar: Bar?, position: PositionView) {
    self.init(
      symbol: instrument.symbol, lastClose: bar?.close, lastBarClose: bar?.closeTime, position: position,
      unrealisedQuote: bar.map { position.unrealisedQuote(at: $0.close) } ?? .zero)
  }
}

extension StatusSnapshot.Limit {
  init(_ left: LimitLeft) {
    let share = left.used.map { $0.approximate / max(left.limit.approximate, 1e-18) } ?? 1
    self.init(
      name: left.name, used: left.used?.description ?? "unknown", limit: left.limit.description, share: share)
  }
}

extension StatusSnapshot.LastDecision {
  init(_ event: DecisionEvent) {
    let decision = event.decision
    self.init(
      id: DecisionID(sequence: decision.sequence).description, symbol: event.symbol, at: event.at,
      action: decision.action.name, finalAction: event.verdict.finalAction.name,
      quantity: event.verdict.finalQuantity,
      probability: decision.reading.map { Double($0.probabilities[Int(decision.action.rawValue)]) },
      segments: decision.reading?.segments, haltReason: decision.reading?.haltReason.rawValue,
      skipReason: event.verdict.skipReason?.name, fallbackReason: decision.fallbackReason?.rawValue,
      policy: decision.policy.name)
  }
}
