import Core

/// The agent: one policy in charge, a ladder below it, and at most one decision for each ticket.
///
/// Ladder of a decision: the policy in charge (for a network: all segments it wants, or as many as its deadline lets it
/// finish), then the fallback policy, then hold. Every policy sees every bar, so a switch takes effect with warm state.
public struct AgentStage: Sendable {
  private let names: [String]
  private var policies: [any Policy]
  private let identities: [PolicyIdentity]
  private let fallbackIndex: Int
  private let fallbackMayOpen: Bool
  /// By policy: whether `hold` may be asked while it is in charge.
  private let holdsThroughBars: [Bool]
  private var inChargeIndex: Int
  /// Why the policy in charge stands in for another; nil when it is in charge by its own right.
  public private(set) var inChargeReason: FallbackReason?
  private var pending = PendingDecisions()
  private var lastTicket: UInt64?
  private var generation: UInt64 = 0
  /// What happened so far.
  public private(set) var counters = AgentCounters()

  /// An agent over policies with different names. `reason`: why `inCharge` stands in for another policy, as after a
  /// roll-back in an earlier run; nil when it is in charge by its own right. Throws `PolicyError.unknown` for a name
  /// that is not in the list, `PolicyError.parameters` for a name that is there twice.
  public init(
    policies: [(name: String, policy: any Policy)], inCharge: String, fallback: String, fallbackMayOpen: Bool,
    reason: FallbackReason? = nil
  ) throws {
    names = policies.map(\.name)
    self.policies = policies.map(\.policy)
    identities = policies.map(\.policy.identity)
    let seeBarsOnly = policies.allSatisfy(\.policy.seesBarsOnly)
    holdsThroughBars = policies.map { seeBarsOnly && $0.policy.holdsThroughBars }
    guard Set(names).count == names.count else {
      throw PolicyError.parameters("two policies have one name: \(names.joined(separator: ", "))")
    }
    inChargeIndex = try Self.index(inCharge, names)
    fallbackIndex = try Self.index(fallback, names)
    self.fallbackMayOpen = fallbackMayOpen
    inChargeReason = reason
  }

  private static func index(_ name: String, _ names: [String]) throws -> Int {
    guard let index = names.firstIndex(of: name) else { throw PolicyError.unknown(name: name, known: names) }
    return index
  }

  /// Name and weights of the policy in charge.
  public var inCharge: PolicyIdentity { identities[inChargeIndex] }
  /// Name in the list of the policy in charge.
  public var inChargeName: String { names[inChargeIndex] }
  /// Names of all policies that could be loaded, in list order.
  public var policyNames: [String] {
    zip(names, identities).filter { $1.sha256 != UnavailablePolicy.hash }.map(\.0)
  }
  /// What the rule in charge met of an instrument.
  public func tallies(of instrument: InstrumentID) -> [(name: String, count: Int)] {
    policies[inChargeIndex].tallies(of: instrument)
  }
  /// Questions to the network that are open.
  public var pendingCount: Int { pending.count }

  /// Puts a policy in charge from the next decision on. `reason`: why it stands in for another, so that its decisions
  /// are those of a fallback; nil: by its own right. Open questions of the policy before are answered by the ladder.
  /// Throws `PolicyError.unknown`.
  public mutating func putInCharge(_ name: String, reason: FallbackReason?) throws {
    let index = try Self.index(name, names)
    if index != inChargeIndex { generation += 1 }
    inChargeIndex = index
    inChargeReason = reason
  }

  /// Takes the observation of a closed bar. Tickets of observations to decide on must rise.
  public mutating func receive(_ observation: Observation, ticket: UInt64) -> AgentEffect {
    admit(observation, ticket) ?? decide(observation, ticket)
  }

  /// The same for a run that writes no decision down that changes nothing: nil where the rule in charge only holds.
  public mutating func receiveUnlessHold(_ observation: Observation, ticket: UInt64) -> AgentEffect? {
    if let effect = admit(observation, ticket) { return effect }
    guard !observation.demandsClosing, policies[inChargeIndex].holds(observation) else {
      return decide(observation, ticket)
    }
    counters.decisions += 1
    if inChargeReason == nil { counters.productionDecisions += 1 } else { counters.fallbackDecisions += 1 }
    return nil
  }

  /// Whether it is worth asking `hold`: no policy looks at more than bars and sides, and the one in charge takes many.
  public var mayHoldThroughBars: Bool { holdsThroughBars[inChargeIndex] }

  /// Shows the bars that come next to all policies as long as the one in charge only holds at them; how many those are. The
  /// bar behind them is as if it had not come. `ticket`: that of the first bar; each next one has the next. For runs that may
  /// use `receiveUnlessHold`, in markets that never demand that positions are closed.
  public mutating func hold(through bars: ArraySlice<Bar>, sides: [HeldSide], ticket: UInt64) -> Int {
    guard mayHoldThroughBars, lastTicket.map({ ticket > $0 }) ?? true else { return 0 }
    let count = policies[inChargeIndex].hold(through: bars, sides: sides)
    guard count > 0 else { return 0 }
    for index in policies.indices where index != inChargeIndex {
      policies[index].observe(bars.prefix(count), sides: sides)
    }
    let number = UInt64(count)
    lastTicket = ticket + number - 1
    counters.observations += number
    counters.decisions += number
    if inChargeReason == nil { counters.productionDecisions += number } else { counters.fallbackDecisions += number }
    return count
  }

  /// Shows the observation to all policies; what becomes of it where nothing is decided.
  private mutating func admit(_ observation: Observation, _ ticket: UInt64) -> AgentEffect? {
    let isPreRoll = observation.quality.contains(.preRoll)
    if !isPreRoll, let lastTicket, ticket <= lastTicket {
      counters.refusedTickets += 1
      return .discarded(.staleTicket)
    }
    counters.observations += 1
    if pending.supersede(observation.instrument) { counters.supersededRequests += 1 }
    for index in policies.indices { policies[index].observe(observation) }
    if isPreRoll {
      counters.preRollObservations += 1
      return AgentEffect.none
    }
    lastTicket = ticket
    return nil
  }

  private mutating func decide(_ observation: Observation, _ ticket: UInt64) -> AgentEffect {
    if observation.demandsClosing {
      var wish = PolicyWish.towards(.flat, from: observation.position.side)
      wish.note = "square_off"
      return .decision(inChargeDecision(observation, wish))
    }
    switch policies[inChargeIndex].decide(observation) {
    case .wish(let wish): return .decision(inChargeDecision(observation, wish))
    case .failure(let reason, let text): return .decision(ladder(observation, reason, text, below: inChargeIndex))
    case .think(var request):
      request.sequence = ticket
      pending.insert(
        PendingDecision(
          ticket: ticket, observation: observation, policyIndex: inChargeIndex, generation: generation))
      counters.networkRequests += 1
      return .think(request)
    }
  }

  /// Takes the network's answer.
  public mutating func receive(_ answer: NetworkAnswer) -> AgentEffect {
    guard let question = pending.take(answer.ticket) else {
      let reason = pending.reason(answer.ticket)
      switch reason {
      case .late: counters.lateAnswers += 1
      case .superseded: counters.supersededAnswers += 1
      case .unknownTicket, .staleTicket: counters.unknownAnswers += 1
      }
      return .discarded(reason)
    }
    let observation = question.observation
    guard question.generation == generation else {
      counters.revokedAnswers += 1
      return .decision(revoked(question))
    }
    switch policies[inChargeIndex].interpret(answer, legalMask: observation.legalMask) {
    case .wish(let wish):
      if wish.reading?.haltReason == .deadline { counters.deadlineHalts += 1 }
      return .decision(inChargeDecision(observation, wish))
    case .failure(let reason, let text):
      return .decision(ladder(observation, reason, text, below: question.policyIndex))
    case .think:
      return .decision(ladder(observation, .loadFailed, "the policy asked twice", below: question.policyIndex))
    }
  }

  /// Says that the time for a ticket's decision is over. `.none` when the ticket has its decision or never will.
  public mutating func deadlinePassed(ticket: UInt64) -> AgentEffect {
    guard let question = pending.take(ticket) else { return .none }
    guard question.generation == generation else { return .decision(revoked(question)) }
    let text = "no answer before the deadline"
    return .decision(ladder(question.observation, .latency, text, below: question.policyIndex))
  }

  /// What a decision says about the policy in charge, for `RollbackStage`. Call it with the sequence number set, and
  /// before the next switch.
  public func outcome(of decision: Decision, latencyMicros: Int?) -> DecisionOutcome {
    let inPlace = decision.role == .fallback && decision.policy != inCharge
    return DecisionOutcome(
      policyInCharge: inChargeName, failure: inPlace ? decision.fallbackReason : nil, latencyMicros: latencyMicros,
      sequence: decision.sequence, decisions: counters.decisions)
  }

  // MARK: - The ladder

  private mutating func revoked(_ question: PendingDecision) -> Decision {
    let text = "the policy was replaced before its answer came"
    return ladder(question.observation, inChargeReason ?? .manual, text, below: question.policyIndex)
  }

  private mutating func inChargeDecision(_ observation: Observation, _ wish: PolicyWish) -> Decision {
    let role: DecisionRole = inChargeReason == nil ? .production : .fallback
    if role == .production { counters.productionDecisions += 1 } else { counters.fallbackDecisions += 1 }
    return decision(observation, wish, inCharge, role, inChargeReason)
  }

  /// The steps below the policy with index `failed`.
  private mutating func ladder(
    _ observation: Observation, _ reason: FallbackReason, _ text: String, below failed: Int
  ) -> Decision {
    count(reason)
    var explanation = text
    if fallbackIndex != failed {
      switch policies[fallbackIndex].decide(observation) {
      case .wish(var wish):
        counters.fallbackDecisions += 1
        wish.note = wish.note ?? Self.bounded(explanation)
        return decision(observation, wish, identities[fallbackIndex], .fallback, reason)
      case .failure(_, let second): explanation += "; \(names[fallbackIndex]): \(second)"
      case .think: explanation += "; \(names[fallbackIndex]): a fallback must not ask the network"
      }
    }
    counters.ladderHolds += 1
    return decision(observation, .hold(note: Self.bounded(explanation)), .nobody, .fallback, reason)
  }

  /// Notes go to the journal: never longer than this, whatever a policy says.
  private static func bounded(_ text: String) -> String { text.utf8.count <= 240 ? text : String(text.prefix(240)) }

  private mutating func decision(
    _ observation: Observation, _ wish: PolicyWish, _ policy: PolicyIdentity, _ role: DecisionRole,
    _ reason: FallbackReason?
  ) -> Decision {
    let mask = observation.legalMask
    let refusal = refusal(of: wish.action, wish.fraction, mask, role)
    counters.decisions += 1
    return Decision(
      sequence: 0, instrument: observation.instrument, timeframe: observation.timeframe,
      barClose: observation.bar.closeTime, policy: policy, role: role, fallbackReason: reason, legalMask: mask,
      action: refusal == nil ? wish.action : .hold, quantityFraction: refusal == nil ? wish.fraction : .zero,
      reading: wish.reading, note: refusal ?? wish.note)
  }

  /// Why a wish is treated as hold; nil if it is not.
  private mutating func refusal(
    of action: Action, _ fraction: Rate, _ mask: LegalMask, _ role: DecisionRole
  ) -> String? {
    if !mask.contains(action) {
      counters.illegalWishes += 1
      return "illegal_action"
    }
    if fraction.isNegative || fraction > .one {
      counters.illegalWishes += 1
      return "fraction_out_of_range"
    }
    if action.isOpening, role == .fallback, !fallbackMayOpen {
      counters.blockedOpenings += 1
      return "fallback_may_not_open"
    }
    return nil
  }

  private mutating func count(_ reason: FallbackReason) {
    switch reason {
    case .latency: counters.latencyFailures += 1
    case .nonFinite: counters.nonFiniteFailures += 1
    case .loadFailed: counters.loadFailures += 1
    case .staleData: counters.staleDataFailures += 1
    case .manual: counters.manualSwitches += 1
    }
  }
}

extension Observation {
  /// Whether a position is held at a time at which the market's rules want it closed: no policy is asked then.
  var demandsClosing: Bool { isSquareOff && position.side != .flat }
}
