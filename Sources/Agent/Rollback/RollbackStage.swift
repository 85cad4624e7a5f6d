import Core

/// Watches how the policy in charge decides and replaces it by the fallback when it fails. Counts per decision, whatever
/// the instrument. Only a person puts a policy back.
public struct RollbackStage: Sendable {
  private let limits: RollbackLimits
  private let fallback: String
  private var latencies: LatencyWindow
  /// Who is in charge and why. Latencies are not part of it: those of an earlier process say nothing about this one.
  public private(set) var state: RollbackState

  /// A watch. `state`: that of the last run, or `RollbackState(policyInCharge:)` at the first start; nil puts the
  /// fallback in charge, because nobody said otherwise.
  public init(limits: RollbackLimits, fallback: String, state: RollbackState?) {
    self.limits = limits
    self.fallback = fallback
    self.state = state ?? RollbackState(policyInCharge: fallback)
    latencies = LatencyWindow(capacity: limits.latencyWindow, limitMicros: limits.latencyP99Millis * 1000)
  }

  /// Takes the outcome of one decision. Outcomes of a policy that is not in charge any more are ignored, so one cause
  /// cannot roll back twice.
  public mutating func observe(_ outcome: DecisionOutcome, now: Timestamp) -> RollbackEffect? {
    guard limits.isEnabled, state.policyInCharge != fallback, outcome.policyInCharge == state.policyInCharge else {
      return nil
    }
    if let micros = outcome.latencyMicros { latencies.append(micros) }
    switch outcome.failure {
    case nil: state.consecutiveFailures = 0
    case .latency, .nonFinite, .loadFailed: state.consecutiveFailures += 1
    // Neither tells anything about the policy.
    case .staleData, .manual: break
    }
    let name = state.policyInCharge
    if outcome.failure == .nonFinite {
      return rollBack(
        .nonFinite, .nonFinite, "\(name): output or input not finite at decision \(outcome.sequence)", now)
    }
    if let reason = outcome.failure, state.consecutiveFailures >= limits.consecutiveFailures {
      return rollBack(
        .consecutiveFailures, reason,
        "\(name): \(state.consecutiveFailures) failures in a row, limit \(limits.consecutiveFailures); "
          + "last \(reason.rawValue) at decision \(outcome.sequence)", now)
    }
    if latencies.isExceeded, let measured = latencies.percentile99 {
      return rollBack(
        .latency, .latency,
        "\(name): decision latency p99 \(measured) us over the last \(limits.latencyWindow) decisions, "
          + "limit \(limits.latencyP99Millis) ms, at decision \(outcome.sequence)", now)
    }
    return nil
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
      return rollBack(.command, .manual, evidence, now, to: target)
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

  private mutating func rollBack(
    _ trigger: RollbackTrigger, _ reason: FallbackReason, _ evidence: String, _ now: Timestamp, to name: String? = nil
  ) -> RollbackEffect {
    let target = name ?? fallback
    replace(by: target, trigger: trigger, reason: reason, evidence: evidence, now: now)
    state.coolDownUntil = now.adding(milliseconds: Int64(limits.coolDownSeconds) * 1000)
    return .rollBack(to: target, trigger: trigger, evidence: evidence)
  }

  private mutating func replace(
    by name: String, trigger: RollbackTrigger?, reason: FallbackReason?, evidence: String, now: Timestamp
  ) {
    latencies.clear()
    state = RollbackState(policyInCharge: name, after: state, since: now, trigger: trigger, reason: reason, evidence)
  }
}

extension RollbackState {
  fileprivate init(
    policyInCharge: String, after before: RollbackState, since: Timestamp, trigger: RollbackTrigger?,
    reason: FallbackReason?, _ evidence: String
  ) {
    self.init(policyInCharge: policyInCharge)
    previous = before.policyInCharge
    self.since = since
    self.trigger = trigger
    self.reason = reason
    self.evidence = evidence
  }
}
