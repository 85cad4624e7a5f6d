import Agent
import Core
import Foundation
import Testing

@Suite("Roll-back")
struct RollbackTests {
  private let limits = RollbackLimits(
    consecutiveFailures: 3, latencyP99Millis: 100, latencyWindow: 100, coolDownSeconds: 300)

  private func stage(_ limits: RollbackLimits? = nil) -> RollbackStage {
    RollbackStage(limits: limits ?? self.limits, fallback: "flat", state: RollbackState(policyInCharge: "hrm"))
  }

  private func outcome(
    _ failure: FallbackReason? = nil, micros: Int? = nil, policy: String = "hrm", sequence: UInt64 = 0
  ) -> DecisionOutcome {
    DecisionOutcome(policyInCharge: policy, failure: failure, latencyMicros: micros, sequence: sequence)
  }

  private func time(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000 + seconds * 1000) }

  @Test("Three failures in a row roll back once, with the evidence; a good decision in between starts anew")
  func consecutiveFailures() {
    var stage = stage()
    for failure in [FallbackReason.latency, .loadFailed, nil, .latency, .latency] {
      #expect(stage.observe(outcome(failure), now: time(0)) == nil)
    }
    #expect(stage.state.consecutiveFailures == 2)
    let effect = stage.observe(outcome(.latency, sequence: 42), now: time(1))
    let evidence = "hrm: 3 failures in a row, limit 3; last latency at decision 42"
    #expect(effect == .rollBack(to: "flat", trigger: .consecutiveFailures, evidence: evidence))
    #expect(stage.state.policyInCharge == "flat" && stage.state.previous == "hrm" && stage.state.since == time(1))
    #expect(stage.state.reason == .latency && stage.state.trigger == .consecutiveFailures)
    #expect(stage.state.coolDownUntil == time(301) && stage.state.consecutiveFailures == 0)
    // Failures still on their way belong to the same cause.
    for _ in 0..<10 { #expect(stage.observe(outcome(.latency), now: time(2)) == nil) }
    for _ in 0..<10 { #expect(stage.observe(outcome(.loadFailed, policy: "flat"), now: time(2)) == nil) }
  }

  @Test("Poor data and a person's switch are no failures of the policy")
  func notThePolicy() {
    var stage = stage()
    for _ in 0..<10 {
      #expect(stage.observe(outcome(.staleData), now: time(0)) == nil)
      #expect(stage.observe(outcome(.manual), now: time(0)) == nil)
    }
    #expect(stage.state.consecutiveFailures == 0)
  }

  @Test("Output that is not finite rolls back at once")
  func nonFinite() {
    var stage = stage()
    guard case .rollBack("flat", .nonFinite, let evidence)? = stage.observe(outcome(.nonFinite), now: time(0)) else {
      Issue.record("no roll-back")
      return
    }
    #expect(evidence.contains("hrm"))
    #expect(stage.state.reason == .nonFinite)
  }

  @Test("The 99th percentile of the full window counts: two of 100 above the limit, not one, and never at it")
  func latency() {
    var stage = stage()
    for index in 0..<500 {
      // One slow decision in every 100.
      #expect(stage.observe(outcome(micros: index % 100 == 0 ? 100_001 : 100_000), now: time(0)) == nil)
    }
    let effect = stage.observe(outcome(micros: 250_000, sequence: 9), now: time(0))
    #expect(effect == nil)
    let second = stage.observe(outcome(micros: 250_000, sequence: 10), now: time(0))
    let evidence = "hrm: decision latency p99 250000 us over the last 100 decisions, limit 100 ms, at decision 10"
    #expect(second == .rollBack(to: "flat", trigger: .latency, evidence: evidence))
    #expect(stage.state.reason == .latency)
  }

  @Test("A window that is not full says nothing, and decisions without latency do not count")
  func partialWindow() {
    var stage = stage()
    for _ in 0..<99 { #expect(stage.observe(outcome(micros: 900_000), now: time(0)) == nil) }
    for _ in 0..<50 { #expect(stage.observe(outcome(), now: time(0)) == nil) }
    #expect(stage.observe(outcome(micros: 900_000), now: time(0)) != nil)
  }

  @Test("Promotion is refused while cooling down, for unknown names and for the policy in charge")
  func promotion() throws {
    var stage = stage()
    let known = ["hrm", "flat", "mlp"]
    #expect(throws: RollbackRefusal.alreadyInCharge(name: "hrm")) {
      _ = try stage.command(.promote("hrm"), by: "ann", available: known, now: time(0))
    }
    #expect(throws: RollbackRefusal.unknownPolicy(name: "x", known: known)) {
      _ = try stage.command(.promote("x"), by: "ann", available: known, now: time(0))
    }
    let back = try stage.command(.rollBack(to: nil), by: "ann", available: known, now: time(10))
    #expect(back == .rollBack(to: "flat", trigger: .command, evidence: "hrm: commanded by ann"))
    #expect(stage.state.reason == .manual)
    #expect(try stage.command(.rollBack(to: nil), by: "ann", available: known, now: time(11)) == nil)
    #expect(throws: RollbackRefusal.coolingDown(until: time(310), secondsLeft: 1)) {
      _ = try stage.command(.promote("hrm"), by: "ann", available: known, now: time(309))
    }
    // A clock that went back lengthens the wait and does not end it.
    #expect(throws: RollbackRefusal.self) {
      _ = try stage.command(.promote("mlp"), by: "ann", available: known, now: time(-5000))
    }
    let effect = try stage.command(.promote("hrm"), by: "ann", available: known, now: time(310))
    #expect(effect == .promote(to: "hrm", evidence: "hrm: promoted by ann"))
    #expect(stage.state.policyInCharge == "hrm" && stage.state.reason == nil && stage.state.coolDownUntil == nil)
    #expect(stage.state.previous == "flat")
  }

  @Test("Windows are empty after a roll-back: the promoted policy is judged by its own decisions")
  func windowsCleared() throws {
    var stage = stage()
    for _ in 0..<99 { _ = stage.observe(outcome(micros: 900_000), now: time(0)) }
    _ = try stage.command(.rollBack(to: nil), by: "ann", available: ["hrm", "flat"], now: time(0))
    _ = try stage.command(.promote("hrm"), by: "ann", available: ["hrm", "flat"], now: time(400))
    for _ in 0..<99 { #expect(stage.observe(outcome(micros: 900_000), now: time(400)) == nil) }
    #expect(stage.observe(outcome(micros: 900_000), now: time(400)) != nil)
  }

  @Test("Who is in charge, the cool-down and the failures so far survive a restart")
  func restart() throws {
    var stage = stage()
    _ = stage.observe(outcome(.latency), now: time(0))
    _ = stage.observe(outcome(.latency), now: time(0))
    func restarted(_ stage: RollbackStage) throws -> RollbackStage {
      let data = try JSONEncoder().encode(stage.state)
      let state = try JSONDecoder().decode(RollbackState.self, from: data)
      #expect(state == stage.state)
      return RollbackStage(limits: limits, fallback: "flat", state: state)
    }
    stage = try restarted(stage)
    #expect(stage.observe(outcome(.latency), now: time(1)) != nil)
    stage = try restarted(stage)
    #expect(stage.state.policyInCharge == "flat")
    #expect(throws: RollbackRefusal.self) {
      _ = try stage.command(.promote("hrm"), by: "ann", available: ["hrm", "flat"], now: time(2))
    }
  }

  @Test("Switched off, only a person rolls back; without a state the fallback is in charge")
  func disabled() throws {
    var stage = stage(RollbackLimits(isEnabled: false))
    for _ in 0..<10 { #expect(stage.observe(outcome(.nonFinite), now: time(0)) == nil) }
    #expect(try stage.command(.rollBack(to: nil), by: "ann", available: ["hrm", "flat"], now: time(0)) != nil)
    #expect(RollbackStage(limits: limits, fallback: "flat", state: nil).state.policyInCharge == "flat")
  }
}
