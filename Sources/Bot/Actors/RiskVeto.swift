import Core
import Features
import Journal
import Risk

/// The thin shell of `RiskStage`: decisions in, verdicts written down, approved orders on to execution.
package actor RiskVeto {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: RiskStage
  private let instruments: InstrumentTable
  private let recorder: Recorder
  private let mode: String
  private var execution: OrderExecution?
  private var environment: RiskEnvironment
  private var statistics = DecisionStatistics()
  private var demanded: LatchRequest?
  /// The newest decision.
  package private(set) var lastEvent: DecisionEvent?
  /// Shows a decision to whoever watches (screen, log). Must not block. nil: nobody watches.
  private let show: (@Sendable (DecisionEvent) -> Void)?
  /// Asks for a stop, as an input of its own.
  private let demand: @Sendable (ControlCommand) -> Void

  /// A shell around `stage`.
  package init(
    executor: any SerialExecutor, stage: RiskStage, instruments: InstrumentTable, recorder: Recorder, mode: String,
    environment: RiskEnvironment, show: (@Sendable (DecisionEvent) -> Void)?,
    demand: @escaping @Sendable (ControlCommand) -> Void
  ) {
    self.executor = executor
    self.stage = stage
    self.instruments = instruments
    self.recorder = recorder
    self.mode = mode
    self.environment = environment
    self.show = show
    self.demand = demand
  }

  /// Names the next stage. Called once, before the first event.
  package func connect(_ execution: OrderExecution) { self.execution = execution }

  /// Lets go of the next stage, which holds on to this one: an engine that is done with would never be freed.
  package func disconnect() { execution = nil }

  /// Marks to market.
  package func observe(_ bar: Bar, context: EventContext) {
    if stage.observe(bar, at: context.at) { passOnLatchRequest() }
  }

  /// Judges a decision and carries the approved order on.
  @discardableResult
  package func receive(_ decision: Decision, _ observation: Observation, context: EventContext) async -> Verdict {
    precondition(decision.sequence == recorder.nextSequence, "a decision's name is the number of its record")
    var environment = environment
    environment.isJournalHealthy = environment.isJournalHealthy && recorder.isHealthy
    let verdict = stage.judge(
      decision, observation, now: context.at, environment: environment,
      keepsChecks: recorder.isRecording || show != nil)
    let instrument = instruments[decision.instrument]
    recorder.record(.decision) { _ in
      let hash = observation.window.isEmpty ? nil : FeatureStage.hash(of: observation)
      return RecordEncoder.decision(
        decision, observation, verdict,
        context: DecisionContext(
          instrument: instrument, mode: mode, inputSequence: context.input, at: context.at, featuresHash: hash,
          featureSchema: FeatureSchema.hash))
    }
    statistics.count(decision, verdict)
    if let show {
      let event = DecisionEvent(
        decision: decision, verdict: verdict, bar: observation.bar, complexity: observation.complexity,
        symbol: instrument.symbol, at: context.at)
      lastEvent = event
      show(event)
    }
    passOnLatchRequest()
    if let order = verdict.order {
      await execution?.submit(order, lastPrice: observation.bar.close, context: context)
    }
    return verdict
  }

  private func passOnLatchRequest() {
    guard let request = stage.latchRequest, request != demanded else { return }
    demanded = request
    demand(.stop(level: request.level, source: request.source, reason: request.reason))
  }

  /// A stop of this source is latched: until then the request stays among the counters, so that no crash loses it.
  package func latched(by source: StopSource) {
    guard stage.latchRequest?.source == source else { return }
    _ = stage.takeLatchRequest()
    demanded = nil
  }

  /// A fill was counted.
  package func apply(_ fill: Fill, position: PositionView, realisedQuote: Money) {
    stage.apply(fill, position: position, realisedQuote: realisedQuote)
  }

  /// Takes over positions and cash after a reconciliation; orders that are not `live` have ended.
  package func restore(positions: [PositionView], cashQuote: Money, live: [ClientOrderID]) {
    stage.restore(positions: positions, cashQuote: cashQuote)
    stage.forgetOrders(except: live)
  }

  /// An order has ended without a fill, or without another.
  package func forgetOrder(_ id: ClientOrderID) { stage.forgetOrder(id) }

  /// What surrounds the judgement has changed.
  package func update(_ change: @Sendable (inout RiskEnvironment) -> Void) { change(&environment) }

  /// A person resumed a stop of this source: what waits for one starts anew.
  package func resume(from source: StopSource) { stage.resume(from: source) }

  /// What must survive a restart.
  package var counters: RiskCounters { stage.counters }
  /// Equity, cash and limits for the screen.
  package var account: AccountReading {
    AccountReading(equityQuote: stage.equityQuote, cashQuote: stage.cashQuote, limits: stage.limitsLeft())
  }
  /// Decisions and vetoes so far, without the agent's `holds`.
  package var decisions: DecisionStatistics { statistics }
}

/// Equity, cash and what is left of the limits.
package struct AccountReading: Sendable {
  package var equityQuote: Money
  package var cashQuote: Money
  package var limits: [LimitLeft]
}

/// A judged decision, for those who watch.
package struct DecisionEvent: Sendable {
  package var decision: Decision
  package var verdict: Verdict
  package var bar: Bar
  /// Market complexity in [0, 1]; nil until known.
  package var complexity: Double?
  package var symbol: String
  package var at: Timestamp
}
