import Agent
import Control
import Core
import Execution
import Features
import Feed
import Journal
import Risk
import Settings

/// What an engine is put together from. The same parts make a live engine, a replay and a verification.
package struct EngineParts: Sendable {
  /// The thread that the hot path shares.
  package var executor: any SerialExecutor
  /// Gives each actor an executor of its own, by the actor's name; nil: all share `executor`.
  package var lane: (@Sendable (String) -> any SerialExecutor)?
  package var instruments: InstrumentTable
  package var timeframe: Timeframe
  package var settings: BotSettings
  package var bench: PolicyBench
  /// Policy in charge at a first start; a restored state knows better.
  package var inCharge: String
  package var mode: String
  package var startCashQuote: Money
  package var state: EngineState?
  package var sink: any RecordSink
  package var lastSequence: UInt64
  package var time: any TimeSource
  package var isVirtual: Bool
  package var gate: StopGate
  package var latchStore: any LatchStore
  /// Whether the venue takes pairs of orders of which one ends the other.
  package var hasPairs = false
  /// Limits in place of those of the settings; nil: theirs.
  package var limits: RiskLimits?
  /// What observations carry; nil: what records and the network need.
  package var scope: FeatureScope?

  package init(
    executor: any SerialExecutor, instruments: InstrumentTable, timeframe: Timeframe, settings: BotSettings,
    bench: PolicyBench, inCharge: String, mode: String, startCashQuote: Money, state: EngineState?,
    sink: any RecordSink, lastSequence: UInt64, time: any TimeSource, isVirtual: Bool, gate: StopGate,
    latchStore: any LatchStore
  ) {
    self.executor = executor
    self.instruments = instruments
    self.timeframe = timeframe
    self.settings = settings
    self.bench = bench
    self.inCharge = inCharge
    self.mode = mode
    self.startCashQuote = startCashQuote
    self.state = state
    self.sink = sink
    self.lastSequence = lastSequence
    self.time = time
    self.isVirtual = isVirtual
    self.gate = gate
    self.latchStore = latchStore
  }
}

/// What an engine calls out to. None may block.
package struct EngineCallbacks: Sendable {
  package var show: (@Sendable (DecisionEvent) -> Void)?
  package var trade: (@Sendable (TradeEvent) -> Void)?
  package var demand: @Sendable (ControlCommand) -> Void = { _ in }
  /// Hands the state to the journal. Only in real time: a crash in virtual time loses nothing.
  package var saveState: nonisolated(nonsending) @Sendable () async -> Void = {}
  package var think: @Sendable (NetworkRequest) -> Void = { _ in }
  package var log: @Sendable (LogLevel, String) -> Void = { _, _ in }
  /// Tells whoever is on duty of an event: `stop`, `resume`.
  package var notify: @Sendable (_ event: String, _ text: String) -> Void = { _, _ in }
  /// No callbacks.
  package init() {}
}

/// The actors of one run on their shared executor.
package struct Engine: Sendable {
  package let executor: any SerialExecutor
  package let recorder: Recorder
  package let supervisor: Supervisor
  package let stages: Stages

  /// Builds the actors and connects them. `makeGateway` gets the recorder, for its durability promise.
  package static func assemble(
    _ parts: EngineParts, callbacks: EngineCallbacks, makeGateway: (Recorder) -> any OrderGateway
  ) async throws -> Engine {
    let executor = parts.executor
    let lane = parts.lane ?? { _ in executor }
    let recorder = Recorder(
      sink: parts.sink, lastSequence: parts.lastSequence, time: parts.time, isVirtual: parts.isVirtual)
    let gateway = makeGateway(recorder)
    let settings = parts.settings
    let rollback = Rollback(
      executor: lane("rollback"),
      stage: RollbackStage(
        limits: RollbackLimits(settings.rollback), fallback: settings.policy.fallback,
        state: parts.state?.rollback ?? RollbackState(policyInCharge: parts.inCharge),
        references: parts.bench.references, symbols: parts.instruments.instruments.map(\.symbol)),
      references: parts.bench.references)
    let risk = RiskVeto(
      executor: lane("risk"), stage: parts.riskStage(), instruments: parts.instruments, recorder: recorder,
      mode: parts.mode, environment: parts.environment(), show: callbacks.show,
      demand: callbacks.demand)
    let agent = HRMAgent(
      executor: lane("agent"), stage: try parts.agentStage(), risk: risk, rollback: rollback,
      recorder: recorder, deadlineMicros: settings.policy.deadlineMillis * 1000,
      skipsHolds: !recorder.isRecording && callbacks.show == nil, think: callbacks.think, log: callbacks.log)
    let scope = parts.scope ?? (recorder.isRecording || parts.bench.network != nil ? .network : .sizing)
    let features = FeatureBuilder(
      executor: lane("features"),
      stage: FeatureStage(instruments: parts.instruments, timeframe: parts.timeframe, scope: scope),
      agent: agent)
    let feed = MarketFeed(
      executor: lane("feed"),
      stage: FeedStage(
        instruments: parts.instruments, timeframe: parts.timeframe, staleAfterBars: settings.market.staleAfterBars),
      features: features, risk: risk)
    let log = callbacks.log
    let execution = OrderExecution(
      executor: lane("execution"), stage: parts.executionStage(), instruments: parts.instruments, recorder: recorder,
      risk: risk, features: features, rollback: rollback, gateway: gateway, time: parts.time,
      alert: { log(.error, $0) },
      demand: callbacks.demand,
      saveState: callbacks.saveState, show: callbacks.trade)
    await risk.connect(execution)
    let stages = Stages(
      feed: feed, features: features, agent: agent, rollback: rollback, risk: risk, execution: execution)
    let supervisor = Supervisor(
      executor: lane("supervisor"), stages: stages, instruments: parts.instruments, recorder: recorder,
      gate: parts.gate,
      latchStore: parts.latchStore, gateway: gateway, time: parts.time, log: callbacks.log, notify: callbacks.notify)
    return Engine(executor: executor, recorder: recorder, supervisor: supervisor, stages: stages)
  }
}

extension EngineParts {
  fileprivate func riskStage() -> RiskStage {
    RiskStage(
      instruments: instruments, timeframe: timeframe, limits: limits ?? RiskLimits(settings),
      cashQuote: state?.execution.cashQuote ?? startCashQuote, counters: state?.risk)
  }

  fileprivate func executionStage() -> ExecutionStage {
    ExecutionStage(
      instruments: instruments, cashQuote: startCashQuote, state: state?.execution,
      openOrderLimit: settings.execution.maxOpenOrders, hasPairs: hasPairs)
  }

  fileprivate func environment() -> RiskEnvironment {
    RiskEnvironment(
      tradingState: .active, latchLevel: nil, isJournalHealthy: true, isVenueReady: false, unknownOrders: 0,
      openOrders: 0, reservedQuote: .zero, clockSkewMillis: isVirtual ? nil : 0, isVirtualTime: isVirtual)
  }

  fileprivate func agentStage() throws -> AgentStage {
    let remembered = state?.rollback
    return try AgentStage(
      policies: bench.policies, inCharge: remembered?.policyInCharge ?? inCharge, fallback: settings.policy.fallback,
      fallbackMayOpen: settings.policy.fallbackMayOpen, reason: remembered?.reason)
  }
}
