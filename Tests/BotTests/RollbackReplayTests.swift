import Agent
import Bot
import Core
import Foundation
import HRM
import Journal
import Testing

@Suite("Roll-backs of whole runs, and their re-execution")
struct RollbackReplayTests {
  private func texts(_ plan: RunPlan, _ kind: RecordKind) throws -> [String] {
    guard case .directory(let directory) = plan.journal else { return [] }
    return try JournalQuery(directory: directory).newest(kind, limit: 10_000).reversed()
      .map { String(decoding: $0.payload, as: UTF8.self) }
  }

  private func damage(_ path: String) throws {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    bytes[bytes.count / 2] ^= 1
    try bytes.write(to: URL(fileURLWithPath: path))
  }

  @Test func driftIsReplayedExactlyWhateverTheModelSaysToday() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let bare = try ModelDirectory.manifest(of: model)
    var manifest = bare
    manifest.reference = RollbackEvidenceTests.strange(windowBars: 20)
    try ModelDirectory.replaceManifest(of: model, with: manifest)
    let plan = try runs.plan(["policy.name": "hrm", "policy.model_directory": model], bars: 60)
    _ = try await runs.run(plan)
    let switches = try texts(plan, .policy)
    #expect(switches.count == 1 && switches[0].contains("feature_drift"), "\(switches)")
    let decisions = try texts(plan, .decision)
    #expect(decisions.count { $0.contains("\"flat\"") } > 30 && decisions.count { $0.contains("tiny") } >= 19)
    let verified = try await runs.verify(plan)
    #expect(verified.isGood && verified.replay?.networkAnswers == 19, "\(verified.text)")
    // The profile belongs to the session's record, not to what lies on disk later.
    try ModelDirectory.replaceManifest(of: model, with: bare)
    let later = try await runs.verify(plan)
    #expect(later.isGood, "\(later.text)")
  }

  @Test func aModelThatWasDamagedMeanwhileIsStoodInFor() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let weights = model + "/" + ModelDirectory.weightsFile
    let good = try Data(contentsOf: URL(fileURLWithPath: weights))
    func plan(_ bars: Int) throws -> RunPlan {
      // A busy machine's late answers are another test's business.
      try runs.plan(
        [
          "policy.name": "hrm", "policy.model_directory": model, "policy.deadline_millis": "10000",
          "rollback.latency_p99_millis": "20000", "rollback.consecutive_failures": "1000", "rollback.error_rate": "1",
        ], bars: bars, pace: .barsPerSecond(20))
    }
    // Nothing to look after yet: a first start is refused.
    try damage(weights)
    await #expect(throws: StartError.self) { _ = try await runs.run(try plan(5)) }
    try good.write(to: URL(fileURLWithPath: weights))
    _ = try await runs.run(try plan(5))
    try damage(weights)
    let second = try plan(8)
    _ = try await runs.run(second)
    let switches = try texts(second, .policy)
    #expect(
      switches.count == 1 && switches[0].contains("archive_mismatch") && switches[0].contains("hrm"), "\(switches)")
    let decisions = try texts(second, .decision).suffix(7)
    #expect(decisions.allSatisfy { $0.contains("\"flat\"") }, "\(decisions)")
    // It stays away from the network until a person promotes what loads again.
    _ = try await runs.run(second)
    #expect(try texts(second, .policy).count == 1)
    try good.write(to: URL(fileURLWithPath: weights))
    let verified = try await runs.verify(second)
    #expect(verified.isGood, "\(verified.text)")
  }

  @Test func aSignatureOfAnotherKeyIsRefusedAndOneThatIsDemandedMissed() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let (ours, other) = (try SigningKey(seed: [UInt8](1...32)), try SigningKey(seed: [UInt8](2...33)))
    func start(_ overrides: [String: String]) async throws -> String {
      let wish = ["policy.name": "hrm", "policy.model_directory": model].merging(overrides) { $1 }
      do {
        _ = try await runs.run(try runs.plan(wish, bars: 2))
        return "ran"
      } catch let error as StartError { return "\(error.exitCode) \(error)" }
    }
    #expect(try await start([:]) == "ran")
    let demanded = ["policy.require_signature": "true", "policy.public_key": ours.publicKey]
    let unsigned = try await start(demanded)
    #expect(unsigned.hasPrefix("78 ") && unsigned.contains("not signed"), "\(unsigned)")
    var entry = try PolicyEntry(model, settings: try runs.plan([:]).settings.policy)
    try entry.sign(with: ours)
    #expect(try await start(demanded) == "ran")
    #expect(try await start(["policy.require_signature": "true"]).contains("names no key"))
    #expect(try await start(["policy.public_key": other.publicKey]).contains("signed with the key"))
    entry = try PolicyEntry(unsignedAt: model, settings: try runs.plan([:]).settings.policy)
    try entry.sign(with: other)
    #expect(try await start(["policy.public_key": ours.publicKey]).hasPrefix("78 "))
    #expect(try await start([:]) == "ran", "on paper, without a key, it is as good as unsigned")
    // A manifest that was changed after it was signed.
    var manifest = try ModelDirectory.manifest(of: model)
    manifest.createdBy = "somebody"
    let signature = try Data(contentsOf: URL(fileURLWithPath: model + "/manifest.sig"))
    try ModelDirectory.replaceManifest(of: model, with: manifest)
    try signature.write(to: URL(fileURLWithPath: model + "/manifest.sig"))
    #expect(try await start([:]).contains("not that of the manifest"))
  }
}
