import Agent
import Core
import Testing

@Suite("Agent: random interleavings")
struct AgentInterleavingTests {
  /// Plays random events against the stage and a model of tickets, and returns a transcript.
  private struct World {
    let seed: UInt64
    var random: CounterRandom
    var stage: AgentStage
    let mayOpen: Bool
    var nextTicket: UInt64 = 1
    /// Last ticket on which something had to be decided.
    var lastLive: UInt64?
    /// Open ticket of each instrument.
    var open: [UInt64?] = [nil, nil, nil]
    var superseded: [UInt64] = []
    var decided: [UInt64] = []
    var asked = 0
    var transcript = ""
    var held: [PositionSide] = [.flat, .flat, .flat]

    init(seed: UInt64) throws {
      self.seed = seed
      random = CounterRandom(seed: seed, purpose: .propertyTest)
      mayOpen = seed % 2 == 0
      stage = try AgentStage(
        policies: [
          ("main", ScriptedPolicy("main-1", style: .mixed, seed: seed)),
          ("other", ScriptedPolicy("other-1", style: .asks, seed: seed)),
          ("safe", ScriptedPolicy("safe-1", style: seed % 3 == 0 ? .mixed : .wishes, seed: seed + 1)),
        ], inCharge: "main", fallback: "safe", fallbackMayOpen: mayOpen)
    }

    mutating func check(_ decision: Decision, of ticket: UInt64) {
      // Bars close at the moment of their ticket's number, so a decision shows which observation it is of.
      #expect(decision.barClose == Timestamp(milliseconds: Int64(ticket)), "seed \(seed), ticket \(ticket)")
      #expect(!decided.contains(ticket), "seed \(seed): two decisions for ticket \(ticket)")
      #expect(!superseded.contains(ticket), "seed \(seed): decision of superseded ticket \(ticket)")
      #expect(decision.legalMask.contains(decision.action), "seed \(seed), ticket \(ticket)")
      #expect(!decision.quantityFraction.isNegative && decision.quantityFraction <= .one)
      if decision.role == .fallback {
        #expect(decision.fallbackReason != nil, "seed \(seed), ticket \(ticket)")
        #expect(mayOpen || !decision.action.isOpening, "seed \(seed), ticket \(ticket)")
      } else {
        #expect(decision.fallbackReason == nil && decision.policy == stage.inCharge, "seed \(seed), ticket \(ticket)")
      }
      decided.append(ticket)
      transcript += "\(ticket):\(decision.action.name):\(decision.policy.name):\(decision.note ?? "-");"
    }

    mutating func observe() {
      let index = random.below(3)
      if random.below(20) == 0 {
        guard let lastLive else { return }
        let stale = UInt64(random.below(Int(lastLive) + 1))
        let effect = stage.receive(observation(tick(UInt16(index), close: Int64(stale))), ticket: stale)
        #expect(effect.discard == .staleTicket, "seed \(seed)")
        return
      }
      let ticket = nextTicket
      nextTicket += 1
      let isPreRoll = random.below(25) == 0
      if !isPreRoll { lastLive = ticket }
      let seen = observation(
        tick(UInt16(index), close: Int64(ticket)),
        position: position(held[index], entry: price(1), entryTime: 0), quality: isPreRoll ? .preRoll : [],
        isShortable: index != 0)
      held[index] = PositionSide(rawValue: Int8(random.below(3) - 1))!
      if let old = open[index] { superseded.append(old) }
      open[index] = nil
      switch stage.receive(seen, ticket: ticket) {
      case .none: #expect(isPreRoll, "seed \(seed)")
      case .decision(let decision):
        #expect(!isPreRoll, "seed \(seed)")
        check(decision, of: ticket)
      case .think(let request):
        #expect(!isPreRoll && request.sequence == ticket && request.legalMask == seen.legalMask, "seed \(seed)")
        open[index] = ticket
        asked += 1
      case .discarded: Issue.record("seed \(seed): ticket \(ticket) discarded")
      }
    }

    mutating func closeTicket(byDeadline: Bool) {
      let ticket = UInt64(random.below(Int(nextTicket) + 2))
      let index = open.firstIndex(of: ticket)
      let effect: AgentEffect
      if byDeadline {
        effect = stage.deadlinePassed(ticket: ticket)
      } else {
        let failure = random.below(8) == 0 ? "non-finite" : nil
        effect = stage.receive(answer(ticket, quantity: Float(random.uniform()), failure: failure))
      }
      guard let index else {
        if byDeadline {
          #expect(effect.isNone, "seed \(seed): deadline of closed ticket \(ticket)")
        } else {
          #expect(effect.discard != nil, "seed \(seed): answer to closed ticket \(ticket)")
        }
        return
      }
      open[index] = nil
      guard case .decision(let decision) = effect else {
        Issue.record("seed \(seed): open ticket \(ticket) got no decision")
        return
      }
      check(decision, of: ticket)
    }

    mutating func step() throws {
      switch random.below(10) {
      case 0..<4: observe()
      case 4..<7: closeTicket(byDeadline: false)
      case 7..<9: closeTicket(byDeadline: true)
      default:
        guard random.below(5) == 0 else { return }
        let name = ["main", "other", "safe"][random.below(3)]
        try stage.putInCharge(name, reason: random.below(2) == 0 ? nil : .latency)
      }
      #expect(stage.pendingCount == open.compactMap { $0 }.count, "seed \(seed)")
    }
  }

  @Test("At most one decision per ticket, none of a superseded question, every one legal", arguments: 1...40)
  func interleavings(seed: Int) throws {
    var world = try World(seed: UInt64(seed))
    for _ in 0..<600 { try world.step() }
    let counters = world.stage.counters
    #expect(counters.decisions == UInt64(world.decided.count), "seed \(seed)")
    #expect(
      counters.decisions == counters.productionDecisions + counters.fallbackDecisions + counters.ladderHolds,
      "seed \(seed)")
    #expect(counters.supersededRequests == UInt64(world.superseded.count), "seed \(seed)")
    #expect(counters.networkRequests == UInt64(world.asked), "seed \(seed)")
    #expect(world.decided.count > 30, "seed \(seed)")
  }

  @Test("Equal events make equal decisions", arguments: 1...5)
  func deterministic(seed: Int) throws {
    var first = try World(seed: UInt64(seed))
    var second = try World(seed: UInt64(seed))
    for _ in 0..<400 {
      try first.step()
      try second.step()
    }
    #expect(first.transcript == second.transcript && !first.transcript.isEmpty, "seed \(seed)")
    #expect(first.stage.counters == second.stage.counters, "seed \(seed)")
  }
}
