import Agent
import Core
import Testing

@Suite("Roll-back: random histories")
struct RollbackPropertyTests {
  /// The rules, said once more in the most naive way.
  private struct Reference {
    var inCharge = "hrm"
    var failures = 0
    var latencies: [Int] = []
    var failed: [Bool] = []
    var coolDownUntil: Int64 = .min

    mutating func observe(_ outcome: DecisionOutcome, _ limits: RollbackLimits) -> RollbackTrigger? {
      guard inCharge != "flat", outcome.policyInCharge == inCharge else { return nil }
      if let micros = outcome.latencyMicros { latencies.append(micros) }
      if outcome.failure == nil { failures = 0 }
      let counts = [.latency, .nonFinite, .loadFailed].contains(outcome.failure)
      if counts { failures += 1 }
      if outcome.failure == .nonFinite { return .nonFinite }
      failed.append(counts)
      if counts, failures >= limits.consecutiveFailures { return .consecutiveFailures }
      let errors = failed.suffix(limits.errorWindow).count { $0 }
      if counts, Double(errors) > limits.errorRate.approximate * Double(limits.errorWindow) + 1e-9 { return .errorRate }
      let window = latencies.suffix(limits.latencyWindow).sorted()
      guard window.count == limits.latencyWindow else { return nil }
      let rank = Int((0.99 * Double(window.count)).rounded(.up))
      return window[rank - 1] > limits.latencyP99Millis * 1000 ? .latency : nil
    }

    mutating func replace(by name: String, coolDownUntil: Int64) {
      (inCharge, failures, latencies, self.coolDownUntil) = (name, 0, [], coolDownUntil)
      failed = []
    }
  }

  @Test("Every outcome and command has the effect that the naive rules give", arguments: 1...30)
  func againstReference(seed: Int) throws {
    var random = CounterRandom(seed: UInt64(seed), purpose: .propertyTest, lane: 1)
    let limits = RollbackLimits(
      consecutiveFailures: 1 + random.below(4), latencyP99Millis: 100, latencyWindow: [1, 7, 50, 100, 150][seed % 5],
      coolDownSeconds: random.below(60), errorRate: Rate(basisPoints: 3000), errorWindow: [10, 40, 200][seed % 3])
    var stage = RollbackStage(limits: limits, fallback: "flat", state: RollbackState(policyInCharge: "hrm"))
    var reference = Reference()
    var seconds: Int64 = 0
    var rollbacks = 0
    for step in 0..<4000 {
      seconds += Int64(random.below(3))
      let now = Timestamp(milliseconds: seconds * 1000)
      if random.below(40) == 0 {
        let name = ["hrm", "mlp", "flat", "none"][random.below(4)]
        let target: String? = random.below(2) == 0 ? nil : name
        let command: RollbackCommand = random.below(8) == 0 ? .rollBack(to: target) : .promote(name)
        let before = stage.state
        let effect = try? stage.command(command, by: "ann", available: ["hrm", "mlp", "flat"], now: now)
        switch effect {
        case .rollBack(let to, let trigger, _):
          #expect(to == target ?? "flat" && to != "none" && trigger == .command, "seed \(seed), step \(step)")
          #expect(reference.inCharge != to, "seed \(seed), step \(step)")
          reference.replace(by: to, coolDownUntil: seconds + Int64(limits.coolDownSeconds))
          rollbacks += 1
        case .promote(let to, _):
          #expect(to != "none" && seconds >= reference.coolDownUntil, "seed \(seed), step \(step)")
          reference.replace(by: to, coolDownUntil: .min)
        case nil: #expect(stage.state == before, "seed \(seed), step \(step)")
        }
      } else {
        let failing: [FallbackReason] = [.latency, .loadFailed, .staleData, .manual]
        let outcome = DecisionOutcome(
          policyInCharge: random.below(10) == 0 ? "mlp" : reference.inCharge,
          failure: random.below(200) == 0 ? .nonFinite : random.below(3) == 0 ? failing[random.below(4)] : nil,
          latencyMicros: random.below(5) == 0 ? nil : random.below(100) == 0 ? 200_000 : random.below(100_000),
          sequence: UInt64(step))
        let expected = reference.observe(outcome, limits)
        let effect = stage.observe(outcome, now: now)
        if case .rollBack(let to, let trigger, let evidence)? = effect {
          #expect(to == "flat" && trigger == expected && !evidence.isEmpty, "seed \(seed), step \(step)")
          reference.replace(by: "flat", coolDownUntil: seconds + Int64(limits.coolDownSeconds))
          rollbacks += 1
        } else {
          #expect(effect == nil && expected == nil, "seed \(seed), step \(step)")
        }
      }
      #expect(stage.state.policyInCharge == reference.inCharge, "seed \(seed), step \(step)")
      #expect(stage.state.consecutiveFailures == reference.failures, "seed \(seed), step \(step)")
    }
    #expect(rollbacks > 3, "seed \(seed)")
  }
}
