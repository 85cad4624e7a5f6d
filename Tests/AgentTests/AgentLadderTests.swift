import Agent
import Core
import Testing

@Suite("Agent: the ladder")
struct AgentLadderTests {
  private func stage(
    _ style: ScriptedPolicy.Style, fallback: any Policy = FlatPolicy(), mayOpen: Bool = false
  ) throws -> AgentStage {
    try AgentStage(
      policies: [("main", ScriptedPolicy("main-1", style: style)), ("safe", fallback)], inCharge: "main",
      fallback: "safe", fallbackMayOpen: mayOpen)
  }

  @Test("An answer in time decides, and its segments are counted where the deadline cut them")
  func answered() throws {
    var stage = try stage(.asks)
    let request = try #require(stage.receive(observation(tick(close: 1000)), ticket: 7).request)
    #expect(request.sequence == 7)
    let decision = try #require(stage.receive(answer(7, halt: .deadline)).decision)
    #expect(decision.action == .buyLong && decision.role == .production && decision.fallbackReason == nil)
    #expect(decision.policy.name == "main-1" && decision.reading?.segments == 2 && decision.sequence == 0)
    #expect(decision.barClose == Timestamp(milliseconds: 1000))
    #expect(stage.counters.deadlineHalts == 1 && stage.counters.productionDecisions == 1)
    #expect(stage.outcome(of: decision, latencyMicros: 5).failure == nil)
    // The same answer again is late, not a second decision.
    #expect(stage.receive(answer(7)).discard == .late)
    #expect(stage.deadlinePassed(ticket: 7).isNone)
  }

  @Test("A missed deadline goes to the fallback with the reason; the late answer is discarded and counted")
  func late() throws {
    var stage = try stage(.asks)
    _ = stage.receive(observation(tick(close: 1000)), ticket: 1)
    let decision = try #require(stage.deadlinePassed(ticket: 1).decision)
    #expect(decision.role == .fallback && decision.fallbackReason == .latency && decision.action == .hold)
    #expect(decision.policy == FlatPolicy().identity)
    #expect(decision.note == "no answer before the deadline")
    let outcome = stage.outcome(of: decision, latencyMicros: nil)
    #expect(outcome.failure == .latency && outcome.policyInCharge == "main")
    #expect(stage.receive(answer(1)).discard == .late)
    #expect(stage.counters.lateAnswers == 1 && stage.counters.latencyFailures == 1)
  }

  @Test("A newer observation supersedes the question of its instrument only")
  func superseded() throws {
    var stage = try stage(.asks)
    _ = stage.receive(observation(tick(0, close: 1000)), ticket: 1)
    _ = stage.receive(observation(tick(1, close: 1000)), ticket: 2)
    _ = stage.receive(observation(tick(0, close: 2000)), ticket: 3)
    #expect(stage.pendingCount == 2)
    #expect(stage.receive(answer(1)).discard == .superseded)
    #expect(stage.deadlinePassed(ticket: 1).isNone)
    #expect(stage.receive(answer(2)).decision?.instrument == InstrumentID(index: 1))
    #expect(stage.receive(answer(3)).decision?.barClose == Timestamp(milliseconds: 2000))
    #expect(stage.receive(answer(99)).discard == .unknownTicket)
    #expect(stage.counters.supersededRequests == 1 && stage.counters.supersededAnswers == 1)
    #expect(stage.counters.unknownAnswers == 1)
  }

  @Test("Where the fallback fails too, nobody decides and the bot holds")
  func bottom() throws {
    for style in [ScriptedPolicy.Style.fails, .asks] {
      var stage = try stage(.fails, fallback: ScriptedPolicy("safe-1", style: style))
      let decision = try #require(stage.receive(observation(tick(close: 1000)), ticket: 1).decision)
      #expect(decision.action == .hold && decision.policy == .nobody && decision.quantityFraction == .zero)
      #expect(decision.role == .fallback && decision.fallbackReason == .loadFailed)
      #expect(decision.note?.hasPrefix("scripted failure; safe: ") == true)
      #expect(stage.counters.ladderHolds == 1 && stage.pendingCount == 0)
      #expect(stage.outcome(of: decision, latencyMicros: nil).failure == .loadFailed)
    }
  }

  @Test("A network failure leads to the fallback in the same event")
  func nonFinite() throws {
    var stage = try stage(.asks)
    _ = stage.receive(observation(tick(close: 1000)), ticket: 1)
    let decision = try #require(stage.receive(answer(1, failure: "non-finite")).decision)
    #expect(decision.fallbackReason == .nonFinite && decision.policy.name == "flat")
    #expect(stage.counters.nonFiniteFailures == 1)
  }

  @Test("A fallback opens only if it may", arguments: [false, true])
  func mayOpen(mayOpen: Bool) throws {
    var stage = try stage(.fails, fallback: try SMACrossPolicy(fast: 1, slow: 2), mayOpen: mayOpen)
    var last: Decision?
    for step in 1...3 {
      let bar = tick(close: Int64(step) * 1000, price: price(Double(step)))
      last = stage.receive(observation(bar), ticket: UInt64(step)).decision
    }
    #expect(last?.action == (mayOpen ? .buyLong : .hold))
    #expect(last?.note == (mayOpen ? "scripted failure" : "fallback_may_not_open"))
    #expect(stage.counters.blockedOpenings == (mayOpen ? 0 : 2))
    // Closing is always allowed.
    let held = position(.long, entry: price(1), entryTime: 0)
    let closing = stage.receive(observation(tick(close: 4000, price: price(1)), position: held), ticket: 4).decision
    #expect(closing?.action == .closeLong)
  }

  @Test("The same rule holds for a fallback that a roll-back put in charge, and ends when it is promoted")
  func inChargeAsFallback() throws {
    var stage = try stage(.wishes, fallback: try SMACrossPolicy(fast: 1, slow: 2))
    func rising(_ step: Int) -> Observation { observation(tick(close: Int64(step) * 1000, price: price(Double(step)))) }
    for step in 1...3 { _ = stage.receive(rising(step), ticket: UInt64(step)) }
    try stage.putInCharge("safe", reason: .latency)
    let decision = try #require(stage.receive(rising(4), ticket: 4).decision)
    #expect(decision.action == .hold && decision.note == "fallback_may_not_open")
    #expect(decision.role == .fallback && decision.fallbackReason == .latency)
    #expect(decision.policy.name == "sma-cross-1-2")
    // It decided itself: no failure of the policy in charge.
    #expect(stage.outcome(of: decision, latencyMicros: nil).failure == nil)
    try stage.putInCharge("safe", reason: nil)
    let promoted = try #require(stage.receive(rising(5), ticket: 5).decision)
    #expect(promoted.action == .buyLong && promoted.role == .production && promoted.fallbackReason == nil)
  }

  @Test("A switch takes effect at once, with state as warm as if it had decided all along")
  func warmSwitch() throws {
    var stage = try stage(.wishes, fallback: ScriptedPolicy("safe-1", style: .wishes), mayOpen: true)
    for step in 1...20 {
      let quality: QualityFlags = step <= 10 ? .preRoll : []
      let effect = stage.receive(observation(tick(close: Int64(step) * 1000), quality: quality), ticket: UInt64(step))
      #expect(effect.isNone == (step <= 10))
    }
    #expect(stage.counters.preRollObservations == 10 && stage.counters.decisions == 10)
    try stage.putInCharge("safe", reason: nil)
    #expect(stage.inCharge.name == "safe-1" && stage.inChargeName == "safe")
    // The scripted policy's note says how many bars it saw; a note of the stage would mean an illegal wish.
    let notes = (21...40).compactMap {
      stage.receive(observation(tick(close: Int64($0) * 1000)), ticket: UInt64($0)).decision?.note
    }
    #expect(notes.contains { $0.hasPrefix("seen ") })
    for (index, note) in notes.enumerated() where note.hasPrefix("seen ") { #expect(note == "seen \(21 + index)") }
  }

  @Test("A question of a policy that was replaced meanwhile is answered by the ladder, once")
  func revoked() throws {
    var stage = try stage(.asks)
    _ = stage.receive(observation(tick(0, close: 1000)), ticket: 1)
    _ = stage.receive(observation(tick(1, close: 1000)), ticket: 2)
    try stage.putInCharge("safe", reason: .nonFinite)
    let first = try #require(stage.receive(answer(1)).decision)
    #expect(first.action == .hold && first.policy.name == "flat" && first.fallbackReason == .nonFinite)
    let second = try #require(stage.deadlinePassed(ticket: 2).decision)
    #expect(second.policy.name == "flat" && second.fallbackReason == .nonFinite)
    #expect(stage.counters.revokedAnswers == 1 && stage.pendingCount == 0)
    #expect(stage.outcome(of: first, latencyMicros: nil).failure == nil)
  }

  @Test("Illegal and impossible wishes are holds with a note")
  func illegal() throws {
    struct Fixed: Policy {
      let identity = PolicyIdentity(name: "fixed", sha256: "", isUntrained: false)
      let wish: PolicyWish
      mutating func observe(_ observation: Observation) {}
      mutating func decide(_ observation: Observation) -> PolicyAnswer { .wish(wish) }
    }
    let cases: [(Action, Rate, Bool, String)] = [
      (.closeLong, .one, true, "illegal_action"), (.sellShort, .one, false, "illegal_action"),
      (.buyLong, Rate(raw: Rate.unit + 1), true, "fraction_out_of_range"),
      (.buyLong, Rate(raw: -1), true, "fraction_out_of_range"),
    ]
    for (action, fraction, isShortable, note) in cases {
      let policy = Fixed(wish: PolicyWish(action: action, fraction: fraction))
      var stage = try AgentStage(
        policies: [("fixed", policy)], inCharge: "fixed", fallback: "fixed", fallbackMayOpen: false)
      let seen = observation(tick(close: 1000), isShortable: isShortable)
      let decision = try #require(stage.receive(seen, ticket: 1).decision)
      #expect(decision.action == .hold && decision.note == note && decision.quantityFraction == .zero)
      #expect(stage.counters.illegalWishes == 1)
    }
  }

  @Test("A ticket that is not newer is refused, and no policy sees its bar twice")
  func staleTicket() throws {
    var stage = try stage(.wishes)
    _ = stage.receive(observation(tick(close: 1000)), ticket: 5)
    for ticket in [UInt64(5), 4, 0] {
      #expect(stage.receive(observation(tick(close: 1000)), ticket: ticket).discard == .staleTicket)
    }
    #expect(stage.counters.refusedTickets == 3 && stage.counters.observations == 1)
  }

  @Test("Unknown and double names are refused")
  func names() throws {
    let flat: (name: String, policy: any Policy) = ("flat", FlatPolicy())
    #expect(throws: PolicyError.unknown(name: "hrm", known: ["flat"])) {
      try AgentStage(policies: [flat], inCharge: "hrm", fallback: "flat", fallbackMayOpen: false)
    }
    #expect(throws: PolicyError.self) {
      try AgentStage(policies: [flat], inCharge: "flat", fallback: "hrm", fallbackMayOpen: false)
    }
    #expect(throws: PolicyError.self) {
      try AgentStage(policies: [flat, flat], inCharge: "flat", fallback: "flat", fallbackMayOpen: false)
    }
    var stage = try AgentStage(policies: [flat], inCharge: "flat", fallback: "flat", fallbackMayOpen: false)
    #expect(throws: PolicyError.unknown(name: "mlp", known: ["flat"])) { try stage.putInCharge("mlp", reason: nil) }
    #expect(stage.inChargeName == "flat")
  }
}
