import Agent
import Bot
import Core
import Foundation
import GRDB
import Journal
import Settings
import Testing

@Suite("The same bars make the same journal, and a replay makes it again")
struct DeterminismTests {
  private func twice(_ overrides: [String: String], bars: Int) async throws -> (Runs, RunPlan, RunSummary) {
    var results: [(Runs, RunPlan, RunSummary)] = []
    for _ in 0..<2 {
      let runs = try Runs()
      var overrides = overrides
      if overrides["policy.name"] == "hrm" { overrides["policy.model_directory"] = try runs.makeModel() }
      let plan = try runs.plan(overrides, bars: bars)
      results.append((runs, plan, try await runs.run(plan)))
    }
    let (first, second) = (results[0].2, results[1].2)
    #expect(try first.withoutTiming() == second.withoutTiming())
    #expect(first.journal?.hash == second.journal?.hash && first.journal?.hash.count == 64)
    #expect(first.orders.fills > 0 || bars < 100, "nothing was traded")
    return results[1]
  }

  @Test func ruleRunsAreEqual() async throws {
    let (runs, plan, summary) = try await twice(["market.simulated_instruments": "SIM-BTC,SIM-ETH"], bars: 4000)
    let verification = try await runs.verify(plan)
    #expect(verification.isGood, "\(verification.text)")
    #expect(verification.replay?.records == summary.journal?.records && verification.hash == summary.journal?.hash)
    #expect(verification.replay?.decisions == summary.statistics.total)
    let json = try JSONSerialization.jsonObject(with: Data(verification.json().bytes)) as? [String: Any]
    #expect(json?["good"] as? Bool == true && json?["journal_hash"] as? String == summary.journal?.hash)
    let chain = try await runs.verify(plan, chainOnly: true)
    #expect(chain.isGood && chain.replay == nil)
  }

  @Test func networkRunsAreEqual() async throws {
    let bars = Effort.isSmall ? 30 : 300
    let (runs, plan, summary) = try await twice(["policy.name": "hrm"], bars: bars)
    #expect(summary.isUntrained && summary.depthHistogram.reduce(0, +) == bars)
    let verification = try await runs.verify(plan)
    #expect(verification.isGood, "\(verification.text)")
    #expect(verification.replay?.networkAnswers == bars)
    let asRecorded = try await runs.verify(plan, recomputesNetwork: false)
    #expect(asRecorded.isGood && asRecorded.replay?.networkAnswers == 0)
  }

  @Test func otherWeightsAreRefusedByName() async throws {
    let runs = try Runs()
    let plan = try runs.plan(["policy.name": "hrm", "policy.model_directory": try runs.makeModel()], bars: 20)
    _ = try await runs.run(plan)
    let other = try Runs()
    var changed = plan
    changed.settings.policy.modelDirectory = try other.makeModel(seed: 4)
    await #expect(throws: StartError.self) { try await runs.verify(changed) }
  }

  /// Changes a payload and computes the chain anew, so that only a re-execution can tell.
  private func forge(
    _ directory: String, sequence: UInt64, _ change: (String) -> String
  ) throws {
    let queue = try DatabaseQueue(path: directory + "/journal.sqlite")
    var hasher = ChainHash()
    var previous = ChainHash.start
    try queue.write { database in
      let rows = try Row.fetchAll(database, sql: "SELECT sequence, kind, payload FROM record ORDER BY sequence")
      for row in rows {
        let number = UInt64(row["sequence"] as Int64)
        var payload = [UInt8](row["payload"] as Data)
        if number == sequence {
          let before = payload
          payload = Array(change(String(decoding: payload, as: UTF8.self)).utf8)
          try #require(payload != before, "record \(number) has nothing to forge")
        }
        let kind = try #require(RecordKind(rawValue: row["kind"]))
        previous = hasher.next(after: previous, JournalRecord(sequence: number, kind: kind, payload: payload))
        try database.execute(
          sql: "UPDATE record SET payload = ?, hash = ? WHERE sequence = ?",
          arguments: [Data(payload), Data(previous), Int64(number)])
      }
    }
    let hex = previous.map { String(format: "%02x", $0) }.joined()
    let count = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM record") } ?? 0
    try queue.close()
    let head = "{\"closed\":true,\"count\":\(count),\"hash\":\"\(hex)\"}\n"
    try Data(head.utf8).write(to: URL(fileURLWithPath: directory + "/head.json"))
  }

  private func recorded(_ kind: RecordKind, skip: Int, in plan: RunPlan) throws -> UInt64 {
    let query = try JournalQuery(directory: plan.home.journalPath)
    let records = try query.records(from: 1, limit: 100_000).filter { $0.kind == kind }
    return try #require(records.dropFirst(skip).first).sequence
  }

  @Test(arguments: [RecordKind.decision, .intent, .fill, .order, .bar, .report, .outcome])
  func aForgedRecordIsNamed(kind: RecordKind) async throws {
    let runs = try Runs()
    let plan = try runs.plan([:], bars: 3000)
    let summary = try await runs.run(plan)
    let sequence = try recorded(kind, skip: kind == .bar ? 700 : 2, in: plan)
    try forge(plan.home.journalPath, sequence: sequence) { text in
      switch kind {
      case .bar: text.replacingOccurrences(of: "\"v\":\"", with: "\"v\":\"1")
      case .decision: text.replacingOccurrences(of: "\"sma-cross", with: "\"sma-cross-x")
      case .intent, .fill: text.replacingOccurrences(of: "\"qty\":\"", with: "\"qty\":\"1")
      case .report: text.replacingOccurrences(of: "\"accepted\"", with: "\"cancelled\"")
      case .outcome: text.replacingOccurrences(of: "accepted", with: "unknown")
      default:
        text.replacingOccurrences(of: "accepted", with: "rejected")
          .replacingOccurrences(of: "submitted", with: "rejected").replacingOccurrences(of: "filled", with: "expired")
      }
    }
    let verification = try? await runs.verify(plan)
    if let verification {
      #expect(verification.chainProblem == nil && verification.hash != summary.journal?.hash)
      let difference = try #require(verification.replay?.difference, "forged \(kind) \(sequence)")
      #expect(!verification.isGood && verification.text.contains("DIFFERS at record \(difference.sequence)"))
      if kind.isInput { #expect(difference.sequence >= sequence) } else { #expect(difference.sequence == sequence) }
    } else {
      // A forged input may make no sense at all; then the decoder has refused it.
      #expect(kind.isInput)
    }
  }

  @Test func aBrokenChainIsFoundFirst() async throws {
    let runs = try Runs()
    let plan = try runs.plan([:], bars: 50)
    _ = try await runs.run(plan)
    let queue = try DatabaseQueue(path: plan.home.journalPath + "/journal.sqlite")
    try await queue.write { try $0.execute(sql: "UPDATE record SET payload = x'7B7D' WHERE sequence = 9") }
    try queue.close()
    let verification = try await runs.verify(plan)
    #expect(verification.chainProblem?.contains("record 9") == true && !verification.isGood)
    #expect(verification.text.contains("chain    BROKEN") && verification.replay == nil)
  }

  @Test func otherSettingsGiveAnotherJournal() async throws {
    let runs = try Runs()
    let plan = try runs.plan([:], bars: 2500)
    _ = try await runs.run(plan)
    let session = try recorded(.session, skip: 0, in: plan)
    try forge(plan.home.journalPath, sequence: session) {
      $0.replacingOccurrences(of: "\"policy.sma_fast_bars\":10", with: "\"policy.sma_fast_bars\":11")
    }
    do {
      let verification = try await runs.verify(plan)
      let difference = try #require(verification.replay?.difference)
      let first = try recorded(.decision, skip: 0, in: plan)
      #expect(difference.kind == "decision" && difference.sequence == first, "\(difference)")
    } catch let error as StartError {
      #expect("\(error)".contains("sma-cross"), "the rule's parameters are part of its name")
    }
  }

  @Test func twoSessionsInOneJournalVerify() async throws {
    let runs = try Runs()
    // Only a run in real time goes on where the last one ended.
    let plan = try runs.plan([:], bars: 150, pace: .barsPerSecond(2000))
    let first = try await runs.run(plan)
    let second = try await runs.run(plan)
    #expect((second.journal?.records ?? 0) > (first.journal?.records ?? 0))
    let verification = try await runs.verify(plan)
    #expect(verification.isGood && verification.replay?.sessions == 2, "\(verification.text)")
    // The second begins from the state that the first ended with: another one is a difference.
    let session = try recorded(.session, skip: 1, in: plan)
    try forge(plan.home.journalPath, sequence: session) {
      $0.replacingOccurrences(of: "\"sessions\":1", with: "\"sessions\":7")
    }
    let forged = try await runs.verify(plan)
    #expect(forged.replay?.difference?.sequence == session, "\(forged.text)")
  }
}
