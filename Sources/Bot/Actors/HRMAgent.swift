import Agent
import Control
import Core
import Journal

/// The thin shell of `AgentStage`: observations in, decisions on to the risk veto. The network thinks elsewhere; its
/// answer comes back as an input of its own.
package actor HRMAgent {
  private let executor: any SerialExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }
  private var stage: AgentStage
  private let risk: RiskVeto
  private let rollback: Rollback
  private let recorder: Recorder
  /// Takes a request off to the network.
  private let think: @Sendable (NetworkRequest) -> Void
  private let deadlineMicros: Int
  /// Whether a rule's decision to hold is only counted: nobody records or shows it.
  private let skipsHolds: Bool
  private let log: @Sendable (LogLevel, String) -> Void
  /// The newest of each instrument, for a person who decides between two bars. At most one per instrument.
  private var newest: [InstrumentID: Observation] = [:]
  /// What each pending request was made of. At most one per instrument.
  private var observed: [UInt64: Observation] = [:]
  private var depthHistogram: [Int] = []
  private var switches = 0
  /// Decisions to hold that the veto did not hear of.
  private var holds = 0
  /// Whether Rollback was last told of a failure.
  private var isFailing = true

  /// A shell around `stage`.
  package init(
    executor: any SerialExecutor, stage: AgentStage, risk: RiskVeto, rollback: Rollback, recorder: Recorder,
    deadlineMicros: Int, skipsHolds: Bool = false, think: @escaping @Sendable (NetworkRequest) -> Void,
    log: @escaping @Sendable (LogLevel, String) -> Void
  ) {
    self.executor = executor
    self.stage = stage
    self.risk = risk
    self.rollback = rollback
    self.recorder = recorder
    self.think = think
    self.deadlineMicros = deadlineMicros
    self.skipsHolds = skipsHolds
    self.log = log
  }

  /// Takes an observation.
  package func receive(_ observation: Observation, context: EventContext) async {
    // A switch for what the bar itself shows holds for the decision on it.
    if rollback.watchesBars, let effect = await rollback.observe(observation, context: context) {
      switchPolicy(effect, context)
    }
    guard skipsHolds else {
      newest[observation.instrument] = observation
      return await perform(stage.receive(observation, ticket: context.input), observation, context)
    }
    guard let effect = stage.receiveUnlessHold(observation, ticket: context.input) else {
      holds += 1
      return
    }
    await perform(effect, observation, context)
  }

  /// Takes the network's answer.
  package func receive(_ answer: NetworkAnswer, context: EventContext) async {
    let observation = observed.removeValue(forKey: answer.ticket)
    let effect = stage.receive(answer)
    guard let observation else { return }
    await perform(effect, observation, context, latencyMicros: answer.latencyMicros)
  }

  /// The time of a request is over.
  package func deadlinePassed(ticket: UInt64, context: EventContext) async {
    guard let observation = observed.removeValue(forKey: ticket) else { return }
    // As slow as the deadline at least: the latency trigger must see the slowest ones too.
    await perform(stage.deadlinePassed(ticket: ticket), observation, context, latencyMicros: deadlineMicros)
  }

  private func perform(
    _ effect: AgentEffect, _ observation: Observation, _ context: EventContext, latencyMicros: Int? = nil
  ) async {
    switch effect {
    case .none, .discarded: return
    case .think(let request):
      observed = observed.filter { $0.value.instrument != observation.instrument }
      observed[request.sequence] = observation
      think(request)
    case .decision(var decision):
      // Nothing comes between here and the record: both actors are on the engine's thread.
      decision.sequence = recorder.nextSequence
      if let segments = decision.reading?.segments {
        while depthHistogram.count <= segments { depthHistogram.append(0) }
        depthHistogram[segments] += 1
      }
      await risk.receive(decision, observation, context: context)
      await report(decision, latencyMicros, context)
    }
  }

  /// Tells Rollback how the decision went; its answer takes effect for the next decision.
  private func report(_ decision: Decision, _ latencyMicros: Int?, _ context: EventContext) async {
    let outcome = stage.outcome(of: decision, latencyMicros: latencyMicros.flatMap { $0 > 0 ? $0 : nil })
    // A rule's success after a success is no news.
    guard outcome.failure != nil || outcome.latencyMicros != nil || isFailing else { return }
    isFailing = outcome.failure != nil
    guard let effect = await rollback.observe(outcome, context: context) else { return }
    switchPolicy(effect, context)
  }

  /// Puts another policy in charge and writes down why.
  @discardableResult
  package func switchPolicy(_ effect: RollbackEffect, _ context: EventContext) -> Bool {
    let from = stage.inChargeName
    let (name, trigger, why, reason): (String, String, String, FallbackReason?)
    switch effect {
    case .rollBack(let to, let cause, let evidence):
      (name, trigger, why, reason) = (to, cause.rawValue, evidence, cause.fallbackReason)
    case .promote(let to, let evidence): (name, trigger, why, reason) = (to, "promote", evidence, nil)
    }
    do { try stage.putInCharge(name, reason: reason) } catch { return false }
    switches += 1
    log(.critical, "policy \(from) → \(name) (\(trigger)): \(why)")
    recorder.record(.policy) { _ in
      RecordEncoder.policy(from: from, to: name, trigger: trigger, evidence: why, at: context.at)
    }
    return true
  }

  /// What a policy saw last of an instrument; nil: nothing yet.
  package func newestObservation(of instrument: InstrumentID) -> Observation? { newest[instrument] }

  /// Names of the policies that can be put in charge.
  package var policyNames: [String] { stage.policyNames }
  /// Policy in charge.
  package var inCharge: (name: String, identity: PolicyIdentity) { (stage.inChargeName, stage.inCharge) }
  /// Counters, how deep the network thought (index k counts decisions of k segments), and decisions to hold that the veto
  /// did not hear of, because nobody wants to know what would have stood against them.
  package var statistics: (counters: AgentCounters, depth: [Int], switches: Int, holds: Int) {
    (stage.counters, depthHistogram, switches, holds)
  }
  /// Whether the network still owes the answer to a request.
  package func isPending(_ ticket: UInt64) -> Bool { observed[ticket] != nil }
  /// Network requests without an answer.
  package var pendingCount: Int { observed.count }
}

extension AgentCounters {
  /// Decisions that the policy in charge did not make, by reason.
  var fallbackCounts: [(name: String, count: Int)] {
    [
      ("latency", latencyFailures), ("load_failed", loadFailures), ("manual", manualSwitches),
      ("nan", nonFiniteFailures), ("stale_data", staleDataFailures),
    ].map { ($0.0, Int($0.1)) }.filter { $0.1 > 0 }
  }
}
