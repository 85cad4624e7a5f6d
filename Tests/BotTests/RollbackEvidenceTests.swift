import Agent
import Bot
import Core
import Features
import Foundation
import HRM
import Journal
import Testing

@Suite("Every roll-back: evidence in the journal, and the next decision is the fallback's")
struct RollbackEvidenceTests {
  private func rig(_ change: (inout Rig.Options) -> Void) async throws -> (rig: Rig, bars: [Bar]) {
    var options = Rig.Options()
    change(&options)
    let rig = try await Rig.make(options)
    let bars = Rig.bars(seed: 11, Rig.warmUp + 80)
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    return (rig, Array(bars.dropFirst(Rig.warmUp)))
  }

  /// The newest switch, and that the decision after it is `flat`'s.
  private func expectSwitch(_ rig: Rig, _ trigger: String, _ words: String...) async throws {
    let records = rig.sink.records
    let place = try #require(records.lastIndex { $0.kind == .policy }, "no roll-back")
    let text = String(decoding: records[place].payload, as: UTF8.self)
    #expect(text.contains("\"trigger\":\"\(trigger)\"") && text.contains("\"to\":\"flat\""), "\(text)")
    for word in words { #expect(text.contains(word), "\(text)") }
    let after = try #require(records[place...].first { $0.kind == .decision })
    #expect(String(decoding: after.payload, as: UTF8.self).contains("\"flat\""))
    let state = await rig.state().rollback
    #expect(state.policyInCharge == "flat" && state.trigger?.rawValue == trigger && state.coolDownUntil != nil)
    // What a restart starts from.
    let restored = try EngineState(decoding: await rig.state().encoded())
    #expect(restored.rollback == state)
  }

  @Test func performanceBelowTheExpectation() async throws {
    let (rig, bars) = try await rig { options in
      options.settings.rollback.performanceTrades = 6
      options.references["alternating"] = PolicyReference(
        expectation: TradeExpectation(meanReturn: 0.02, deviation: 0.01, trades: 300, source: "a test"))
    }
    for bar in bars.prefix(40) { await rig.step(bar) }
    try await expectSwitch(rig, "performance", "over the last 6 trades", "expected 200.00 bp from 300 trades")
    let opened = rig.sink.texts(.intent).count
    #expect(opened >= 12 && opened < 40, "\(opened) orders: none is opened afterwards")
  }

  @Test func tradesAsExpectedStay() async throws {
    let (rig, bars) = try await rig { options in
      options.settings.rollback.performanceTrades = 6
      options.references["alternating"] = PolicyReference(
        expectation: TradeExpectation(meanReturn: -0.5, deviation: 0.01, trades: 300, source: "a test"))
    }
    for bar in bars.prefix(40) { await rig.step(bar) }
    #expect(rig.sink.texts(.policy).isEmpty)
    #expect(await rig.state().rollback.trades?.returns.count == 6)
  }

  @Test func memory() async throws {
    let (rig, bars) = try await rig { _ in }
    await rig.step(bars[0])
    #expect(await rig.command(.memory(mebibytes: 4000)).contains("nothing is replaced"))
    #expect(await rig.command(.memory(mebibytes: 5000)).contains("policy in charge: flat"))
    await rig.step(bars[1])
    try await expectSwitch(rig, "memory", "5000 MiB of memory in use, limit 4096 MiB")
  }

  @Test func files() async throws {
    let (rig, bars) = try await rig { _ in }
    await rig.step(bars[0])
    _ = await rig.command(.archiveMismatch(policy: "hrm", evidence: "another policy's"))
    #expect(rig.sink.texts(.policy).isEmpty)
    _ = await rig.command(.archiveMismatch(policy: "alternating", evidence: "SHA-256 differs"))
    await rig.step(bars[1])
    try await expectSwitch(rig, "archive_mismatch", "SHA-256 differs")
  }

  @Test func drift() async throws {
    let (rig, bars) = try await rig { $0.references["alternating"] = Self.strange(windowBars: 20) }
    for bar in bars.prefix(19) { await rig.step(bar) }
    #expect(rig.sink.texts(.policy).isEmpty)
    await rig.step(bars[19])
    // The bar that fills the window is already the fallback's to decide on.
    #expect(await rig.engine.stages.risk.lastEvent?.decision.policy.name == "flat")
    try await expectSwitch(rig, "feature_drift", "over 20 bars of SYM0", "most in ")
  }

  @Test func errorRate() async throws {
    let (rig, bars) = try await rig { options in
      options.settings.rollback.consecutiveFailures = 1000
      options.settings.rollback.errorWindow = 20
      options.policies = [("flat", FlatPolicy()), ("alternating", EveryThirdFails())]
    }
    for bar in bars.prefix(20) { await rig.step(bar) }
    try await expectSwitch(rig, "error_rate", "2 failures in the last 6 decisions, limit 0.05 of 20")
  }

  /// A profile that no market has: every feature far away from where it is.
  static func strange(windowBars: Int) -> PolicyReference {
    var random = CounterRandom(seed: 2, purpose: .propertyTest)
    let rows = (0..<(400 * FeatureSchema.names.count)).map { _ in Float(50 + random.normal()) }
    let fitted = FeatureProfile.fit([rows], names: FeatureSchema.names, windowBars: windowBars, source: "a test")
    return PolicyReference(profile: fitted)
  }
}

/// Fails at every third decision.
private struct EveryThirdFails: Policy {
  let identity = PolicyIdentity(name: "alternating", sha256: "test", isUntrained: false)
  private var count = 0
  mutating func observe(_ observation: Observation) {}
  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    count += 1
    return count % 3 == 0 ? .failure(.loadFailed, "the third") : .wish(.hold())
  }
}
