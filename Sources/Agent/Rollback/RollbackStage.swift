import Core
import HRM

/// Watches how the policy in charge decides, what its trades bring and what it sees, and replaces it by the fallback when
/// something is wrong. Counts per decision, whatever the instrument. Only a person puts a policy back.
public struct RollbackStage: Sendable {
  let limits: RollbackLimits
  private let fallback: String
  /// What each policy is measured against, by name.
  private let references: [String: PolicyReference]
  /// Symbols by instrument index, for the evidence.
  private let symbols: [String]
  private var latencies: LatencyWindow
  /// Decisions of the run when the last outcome was told; nil: those before it were another policy's.
  private var decisionsSeen: UInt64?
  /// Who is in charge and why. Latencies are not part of it: those of an earlier process say nothing about this one.
  public internal(set) var state: RollbackState

  /// A watch. `state`: that of the last run, or `RollbackState(policyInCharge:)` at the first start; nil puts the
  /// fallback in charge, because nobody said otherwise. `references`: what was recorded with each policy.
  public init(
    limits: RollbackLimits, fallback: String, state: RollbackState?, references: [String: PolicyReference] = [:],
    symbols: [String] = []
  ) {
    self.symbols = symbols
    self.limits = limits
    self.fallback = fallback
    self.references = references
    self.state = state ?? RollbackState(policyInCharge: fallback)
    latencies = LatencyWindow(capacity: limits.latencyWindow, limitMicros: limits.latencyP99Millis * 1000)
  }

  /// Whether anything but a person may replace the policy in charge.
  var isWatching: Bool { limits.isEnabled && state.policyInCharge != fallback }
  /// What the policy in charge is measured against.
  var reference: PolicyReference? { references[state.policyInCharge] }
  func symbol(of instrument: InstrumentID) -> String {
    let index = Int(instrument.index)
    return index < symbols.count ? symbols[index] : "instrument \(index)"
  }

  /// Takes the outcome of one decision. Outcomes of a policy that is not in charge any more are ignored, so one cause
  /// cannot roll back twice.
  public mutating func observe(_ outcome: DecisionOutcome, now: Timestamp) -> RollbackEffect? {
    guard isWatching, outcome.policyInCharge == state.policyInCharge else { return nil }
    let untold = untoldSuccesses(before: outcome)
    if untold > 0 { state.consecutiveFailures = 0 }
    if let micros = outcome.latencyMicros { latencies.append(micros) }
    let hasFailed: Bool
    switch outcome.failure {
    case nil: (hasFailed, state.consecutiveFailures) = (false, 0)
    case .latency, .nonFinite, .loadFailed:
      (hasFailed, state.consecutiveFailures) = (true, state.consecutiveFailures + 1)
    // Neither tells anything about the policy.
    case .staleData, .manual: hasFailed = false
    }
    var errors = state.errors ?? ErrorWindow()
    errors.append(successes: untold, hasFailed: hasFailed, capacity: limits.errorWindow)
    state.errors = errors
    return failure(outcome, errors, now) ?? slowness(outcome, now)
  }

  private mutating func untoldSuccesses(before outcome: DecisionOutcome) -> UInt64 {
    guard let decisions = outcome.decisions else { return 0 }
    defer { decisionsSeen = decisions }
    guard let seen = decisionsSeen, decisions > seen else { return 0 }
    return decisions - seen - 1
  }

  private mutating func failure(
    _ outcome: DecisionOutcome, _ errors: ErrorWindow, _ now: Timestamp
  ) -> RollbackEffect? {
    let name = state.policyInCharge
    guard let reason = outcome.failure else { return nil }
    if reason == .nonFinite {
      return rollBack(
        .nonFinite, "\(name): output or input not finite at decision \(outcome.sequence)", now)
    }
    if state.consecutiveFailures >= limits.consecutiveFailures {
      return rollBack(
        .consecutiveFailures, reason: reason,
        "\(name): \(state.consecutiveFailures) failures in a row, limit \(limits.consecutiveFailures); "
          + "last \(reason.rawValue) at decision \(outcome.sequence)", now)
    }
    guard errors.exceeds(limits.errorRate, of: limits.errorWindow) else { return nil }
    let seen = min(errors.decisions, UInt64(limits.errorWindow))
    return rollBack(
      .errorRate, reason: reason,
      "\(name): \(errors.failures.count) failures in the last \(seen) decisions, limit \(limits.errorRate) of "
        + "\(limits.errorWindow); last \(reason.rawValue) at decision \(outcome.sequence)", now)
  }

  private mutating func slowness(_ outcome: DecisionOutcome, _ now: Timestamp) -> RollbackEffect? {
    guard latencies.isExceeded, let measured = latencies.percentile99 else { return nil }
    return rollBack(
      .latency,
      "\(state.policyInCharge): decision latency p99 \(measured) us over the last \(limits.latencyWindow) decisions, "
        + "limit \(limits.latencyP99Millis) ms, at decision \(outcome.sequence)", now)
  }

  /// Carries out a person's command. `available`: names of the policies that the agent has. Nil when there is nothing to
  /// do: a roll-back to the policy that is in charge. Throws the reason of a refusal.
  public mutating func command(
    _ command: RollbackCommand, by person: String, available: [String], now: Timestamp
  ) throws(RollbackRefusal) -> RollbackEffect? {
    switch command {
    case .rollBack(let wanted):
      let target = wanted ?? fallback
      guard available.contains(target) else { throw .unknownPolicy(name: String(target.prefix(100)), known: available) }
      guard state.policyInCharge != target else { return nil }
      let evidence = "\(state.policyInCharge): commanded by \(person.prefix(100))"
      return rollBack(.command, evidence, now, to: target)
    case .promote(let name):
      guard available.contains(name) else { throw .unknownPolicy(name: String(name.prefix(100)), known: available) }
      // The fallback after a roll-back may be promoted: then it is in charge by its own right.
      guard name != state.policyInCharge || state.reason != nil else { throw .alreadyInCharge(name: name) }
      if let until = state.coolDownUntil, now < until {
        throw .coolingDown(until: until, secondsLeft: (until.millisecondsSince(now) + 999) / 1000)
      }
      let evidence = "\(name): promoted by \(person.prefix(100))"
      replace(by: name, trigger: nil, reason: nil, evidence: evidence, now: now)
      state.coolDownUntil = nil
      return .promote(to: name, evidence: evidence)
    }
  }

  mutating func rollBack(
    _ trigger: RollbackTrigger, reason: FallbackReason? = nil, _ evidence: String, _ now: Timestamp,
    to name: String? = nil
  ) -> RollbackEffect {
    let target = name ?? fallback
    replace(by: target, trigger: trigger, reason: reason ?? trigger.fallbackReason, evidence: evidence, now: now)
    state.coolDownUntil = now.adding(milliseconds: Int64(limits.coolDownSeconds) * 1000)
    return .rollBack(to: target, trigger: trigger, evidence: evidence)
  }

  private mutating func replace(
    by name: String, trigger: RollbackTrigger?, reason: FallbackReason?, evidence: String, now: Timestamp
  ) {
    latencies.clear()
    decisionsSeen = nil
    var next = RollbackState(policyInCharge: name)
    next.previous = state.policyInCharge
    next.since = now
    next.trigger = trigger
    next.reason = reason
    next.evidence = evidence
    // Open trades stay, as those of another: their ends must not count for whoever is in charge then.
    next.trades = state.trades
    next.trades?.policyChanged()
    state = next
  }
}
