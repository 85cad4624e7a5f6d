import Core

/// When the policy in charge is replaced.
public struct RollbackLimits: Hashable, Sendable, Codable {
  /// Whether anything but a person's command replaces it.
  public var isEnabled: Bool
  /// Failures in a row that replace it, at least 1.
  public var consecutiveFailures: Int
  /// Highest 99th percentile of decision latencies.
  public var latencyP99Millis: Int
  /// Decisions over which the percentile is taken; it counts once there are so many. 1 to 10,000.
  public var latencyWindow: Int
  /// Seconds after a roll-back in which a promotion is refused.
  public var coolDownSeconds: Int
  /// Share of failed decisions among the last `errorWindow` that is still taken.
  public var errorRate: Rate
  /// Decisions over which the error rate is taken, 1 to 10,000.
  public var errorWindow: Int
  /// Resident memory that is still taken, in MiB; 0: no limit.
  public var memoryMebibytes: Int
  /// How far the mean result of a trade may stay behind the recorded expectation, as a share of that.
  public var performanceShortfall: Rate
  /// Trades over which the mean is taken, 1 to 10,000; 0: performance replaces no policy.
  public var performanceTrades: Int
  /// Mean population stability index from which features have drifted; 0: drift replaces no policy.
  public var driftIndex: Rate

  /// Limits as given, brought into the ranges that make sense.
  public init(
    isEnabled: Bool = true, consecutiveFailures: Int = 3, latencyP99Millis: Int = 400, latencyWindow: Int = 100,
    coolDownSeconds: Int = 300, errorRate: Rate = Rate(basisPoints: 500), errorWindow: Int = 100,
    memoryMebibytes: Int = 4096, performanceShortfall: Rate = Rate(basisPoints: 2000), performanceTrades: Int = 100,
    driftIndex: Rate = Rate(basisPoints: 2500)
  ) {
    self.errorRate = errorRate
    self.errorWindow = min(max(1, errorWindow), 10_000)
    self.memoryMebibytes = max(0, memoryMebibytes)
    self.performanceShortfall = performanceShortfall
    self.performanceTrades = min(max(0, performanceTrades), 10_000)
    self.driftIndex = driftIndex
    self.isEnabled = isEnabled
    self.consecutiveFailures = max(1, consecutiveFailures)
    self.latencyP99Millis = min(max(0, latencyP99Millis), 86_400_000)
    self.latencyWindow = min(max(1, latencyWindow), 10_000)
    self.coolDownSeconds = min(max(0, coolDownSeconds), 31_536_000)
  }
}

/// What caused a roll-back.
public enum RollbackTrigger: String, Sendable, Codable, CaseIterable {
  case consecutiveFailures = "consecutive_failures"
  case latency
  case nonFinite = "non_finite"
  case errorRate = "error_rate"
  case memory
  case performance
  case featureDrift = "feature_drift"
  case archiveMismatch = "archive_mismatch"
  case command

  /// What the decisions of the policy that steps in say of why it does. The record of the switch has the trigger itself.
  public var fallbackReason: FallbackReason {
    switch self {
    case .latency: .latency
    case .nonFinite: .nonFinite
    case .featureDrift: .staleData
    case .consecutiveFailures, .errorRate, .memory, .performance, .archiveMismatch: .loadFailed
    case .command: .manual
    }
  }
}

/// How one decision went for the policy in charge.
public struct DecisionOutcome: Hashable, Sendable {
  /// Name of the policy in charge when it was made.
  public var policyInCharge: String
  /// Why another had to decide in its place; nil when it decided itself.
  public var failure: FallbackReason?
  /// Time from the bar's arrival to the decision; nil where time is virtual.
  public var latencyMicros: Int?
  /// Sequence number of the decision, for the evidence.
  public var sequence: UInt64
  /// Decisions of the run so far, this one included. Successes need not be told one by one: what is missing between two
  /// outcomes succeeded. nil: nothing is missing.
  public var decisions: UInt64?

  /// An outcome as given.
  public init(
    policyInCharge: String, failure: FallbackReason?, latencyMicros: Int?, sequence: UInt64, decisions: UInt64? = nil
  ) {
    self.decisions = decisions
    self.policyInCharge = policyInCharge
    self.failure = failure
    self.latencyMicros = latencyMicros
    self.sequence = sequence
  }
}

/// A person's command.
public enum RollbackCommand: Hashable, Sendable {
  /// Put another policy in charge in the place of the present one; nil: the fallback.
  case rollBack(to: String?)
  /// Put a policy in charge by its own right.
  case promote(String)
}

/// What to do with the agent.
public enum RollbackEffect: Hashable, Sendable {
  /// Put `to` in charge in the place of the present policy, from the next decision on.
  case rollBack(to: String, trigger: RollbackTrigger, evidence: String)
  /// Put `to` in charge by its own right.
  case promote(to: String, evidence: String)
}

/// Why a command is not carried out.
public enum RollbackRefusal: Error, Hashable, Sendable, CustomStringConvertible {
  case unknownPolicy(name: String, known: [String])
  case coolingDown(until: Timestamp, secondsLeft: Int64)
  case alreadyInCharge(name: String)

  /// The text for a person.
  public var description: String {
    switch self {
    case .unknownPolicy(let name, let known):
      "no policy is called \(name); available: \(known.joined(separator: ", "))"
    case .coolingDown(let until, let seconds):
      "cooling down after a roll-back until \(until): try again in \(seconds) s"
    case .alreadyInCharge(let name): "\(name) is in charge already"
    }
  }
}

/// Who is in charge and why: what survives a restart.
public struct RollbackState: Hashable, Sendable, Codable {
  /// Name of the policy in charge.
  public var policyInCharge: String
  /// Who was in charge before the last switch.
  public var previous: String?
  /// Moment of the last switch.
  public var since: Timestamp?
  /// Cause of the last roll-back; nil when the policy is in charge by its own right.
  public var trigger: RollbackTrigger?
  /// What the agent's `putInCharge` takes; nil when the policy is in charge by its own right.
  public var reason: FallbackReason?
  /// What was measured at the last switch.
  public var evidence: String?
  /// End of the time in which promotions are refused.
  public var coolDownUntil: Timestamp?
  /// Failures in a row so far.
  public var consecutiveFailures: Int
  /// Failures among its last decisions; nil before the first.
  public var errors: ErrorWindow?
  /// Results of its last trades; nil before the first fill, and for a policy without a recorded expectation.
  public var trades: TradeWindow?
  /// Features of its last bars; nil before the first, and for a policy without a recorded profile.
  public var drift: DriftWindow?

  /// The state of a first start.
  public init(policyInCharge: String) {
    self.policyInCharge = policyInCharge
    consecutiveFailures = 0
  }
}
