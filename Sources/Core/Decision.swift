/// Why thinking ended.
public enum HaltReason: String, Sendable, Codable, CaseIterable {
  case q, converged, max, deadline
}

/// Who decided: the policy in charge, the fallback in its place, or nobody.
public enum DecisionRole: String, Sendable, Codable {
  case production, shadow, fallback
}

/// Why the policy in charge did not decide.
public enum FallbackReason: String, Sendable, Codable, CaseIterable {
  /// No answer before the deadline.
  case latency
  /// An output was not a finite number.
  case nonFinite = "nan"
  /// The policy could not be loaded or failed.
  case loadFailed = "load_failed"
  /// The observation was too poor to decide on.
  case staleData = "stale_data"
  /// A person switched the policy.
  case manual
}

/// The name and weights of a policy.
public struct PolicyIdentity: Hashable, Sendable, Codable {
  /// Version name, for example `hrm-27m-seed1` or `sma-cross-10-50`.
  public let name: String
  /// SHA-256 of the weights in hex; for a rule, of its parameters.
  public let sha256: String
  /// Whether the weights were never trained.
  public let isUntrained: Bool
  /// An identity as given.
  public init(name: String, sha256: String, isUntrained: Bool) {
    self.name = name
    self.sha256 = sha256
    self.isUntrained = isUntrained
  }
}

/// What the network said, for the record. Absent for rule policies.
public struct NetworkReading: Hashable, Sendable {
  /// Logits before the mask, in action order.
  public var logits: [Float]
  /// Probabilities after the mask; illegal actions have 0.
  public var probabilities: [Float]
  /// What the value head expects of the state, in the units it was trained in.
  public var value: Float
  /// Logit of ending the thinking here.
  public var qHalt: Float
  /// Logit of one more segment.
  public var qContinue: Float
  /// Segments computed.
  public var segments: Int
  /// Why thinking ended.
  public var haltReason: HaltReason
  /// Best legal action after each segment.
  public var actionPerSegment: [Action]
  /// Last relative change of the slow state.
  public var residualH: Float
  /// Last relative change of the fast state.
  public var residualL: Float
  /// A reading as given.
  public init(
    logits: [Float], probabilities: [Float], value: Float, qHalt: Float, qContinue: Float, segments: Int,
    haltReason: HaltReason, actionPerSegment: [Action], residualH: Float, residualL: Float
  ) {
    self.logits = logits
    self.probabilities = probabilities
    self.value = value
    self.qHalt = qHalt
    self.qContinue = qContinue
    self.segments = segments
    self.haltReason = haltReason
    self.actionPerSegment = actionPerSegment
    self.residualH = residualH
    self.residualL = residualL
  }
}

/// A policy's wish for one instrument at the close of one bar. Nothing of it reaches a venue before the risk veto.
public struct Decision: Sendable {
  /// Sequence number of the journal record that carries the decision; its id.
  public var sequence: UInt64
  /// What was decided on.
  public var instrument: InstrumentID
  /// Length of the bar decided on.
  public var timeframe: Timeframe
  /// Close time of the bar decided on.
  public var barClose: Timestamp
  /// Who decided, by name and weights.
  public var policy: PolicyIdentity
  /// Whether the policy in charge decided, or another in its place.
  public var role: DecisionRole
  /// Why the policy in charge did not decide; nil when it did.
  public var fallbackReason: FallbackReason?
  /// The actions that were legal at the time.
  public var legalMask: LegalMask
  /// What the policy wants.
  public var action: Action
  /// Share of the allowed size, in [0, 1].
  public var quantityFraction: Rate
  /// What the network said; nil for a rule.
  public var reading: NetworkReading?
  /// Why a policy holds where its rule would not say so by itself, for example `warming_up`; nil otherwise.
  public var note: String?

  /// A decision as given.
  public init(
    sequence: UInt64, instrument: InstrumentID, timeframe: Timeframe, barClose: Timestamp, policy: PolicyIdentity,
    role: DecisionRole, fallbackReason: FallbackReason?, legalMask: LegalMask, action: Action,
    quantityFraction: Rate, reading: NetworkReading?, note: String?
  ) {
    self.sequence = sequence
    self.instrument = instrument
    self.timeframe = timeframe
    self.barClose = barClose
    self.policy = policy
    self.role = role
    self.fallbackReason = fallbackReason
    self.legalMask = legalMask
    self.action = action
    self.quantityFraction = quantityFraction
    self.reading = reading
    self.note = note
  }
}

/// The name of a decision: `D-` and its sequence number.
public struct DecisionID: Hashable, Sendable, CustomStringConvertible {
  /// Sequence number of the record that carries the decision.
  public let sequence: UInt64
  /// The name of the decision with a sequence number.
  public init(sequence: UInt64) { self.sequence = sequence }
  /// Reads `D-42` or `42`.
  public init?(_ text: String) {
    let digits = text.hasPrefix("D-") ? text.dropFirst(2) : text[...]
    guard digits.first != "+", let number = UInt64(digits) else { return nil }
    sequence = number
  }
  /// `D-42`.
  public var description: String { "D-\(sequence)" }
}
