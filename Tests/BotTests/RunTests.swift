import Bot
import Control
import Core
import Files
import Foundation
import Glibc
import HRM
import Journal
import Synchronization
import Testing

@Suite("Whole runs")
struct RunTests {
  /// Keys of every object, sorted?
  private func unsorted(_ bytes: [UInt8]) throws -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    let object = try JSONSerialization.jsonObject(with: Data(bytes))
    func check(_ value: Any, _ path: String) -> String? {
      guard let members = value as? [String: Any] else { return nil }
      var position = text.startIndex
      if path.isEmpty {
        for key in members.keys.sorted() {
          guard let range = text.range(of: "\"\(key)\":", range: position..<text.endIndex) else { return key }
          position = range.lowerBound
        }
      }
      return members.sorted { $0.key < $1.key }.compactMap { check($0.value, path + "." + $0.key) }.first
    }
    return check(object, "")
  }

  @Test func aSummaryIsJSONWithSortedKeys() async throws {
    let runs = try Runs()
    let overrides = [
      "policy.name": "hrm", "hierarchical_reasoning_model.act.M_max": "4",
      "hierarchical_reasoning_model.act.M_min": "4", "policy.model_directory": try runs.makeModel(),
    ]
    var summary = try await runs.run(try runs.plan(overrides, bars: 30, journal: .off))
    #expect(try unsorted(summary.json().bytes) == nil)
    #expect(summary.json().text.contains("\"act_depth\":{\"4\":30}"))
    summary.depthHistogram = [0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 3, 4]
    #expect(summary.json().text.contains("\"act_depth\":{\"1\":1,\"10\":3,\"11\":4,\"2\":2}"))
    summary.positions = [
      ("we\"ird\n", PositionView(side: .short, quantity: Quantity(raw: 5), totalCostQuote: .zero, entryTime: nil))
    ]
    let object = try summary.object()
    #expect(object["positions"] as? [String: String] == ["we\"ird\n": "-0.000000005"])
    #expect(object["journal_hash"] is NSNull && object["schema"] as? String == "hrmbot.summary/1")
    #expect((object["timing"] as? [String: Any])?["decision_latency_us"] is [String: Any])
    #expect(object["end_reason"] as? String == "bar_limit" && object["decisions_total"] as? Int == 30)
  }

  @Test func startErrorsNameTheRemedy() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let cases: [([String: String], Int32, String)] = [
      (["policy.name": "mlp", "policy.mlp_directory": runs.scratch.path], 78, "policy mlp"),
      (["policy.name": "hrm", "policy.model_directory": runs.scratch.path + "/none"], 78, "model"),
      (
        [
          "policy.name": "hrm", "policy.model_directory": model,
          "hierarchical_reasoning_model.h_module.hidden_dim": "512",
        ], 78, "a loaded model fixes its shapes"
      ),
      (
        [
          "policy.name": "hrm", "policy.model_directory": model, "hierarchical_reasoning_model.h_module.dropout": "0.1",
        ],
        78, "dropout acts in training"
      ),
    ]
    for (overrides, code, text) in cases {
      do {
        _ = try await runs.run(try runs.plan(overrides, bars: 5))
        Issue.record("\(overrides) started")
      } catch let error as StartError {
        #expect(error.exitCode == code && error.description.contains(text), "\(error)")
      }
    }
  }

  @Test func aPolicyThatIsNotThereDoesNotStart() async throws {
    let runs = try Runs()
    for (name, reason) in [("mlp", "policy.mlp_directory is not set"), ("ghost", "unknown; known: hrm, mlp, flat")] {
      var plan = try runs.plan([:], bars: 5)
      plan.settings.policy.name = name
      do {
        _ = try await runs.run(plan)
        Issue.record("\(name) started")
      } catch let error as StartError {
        #expect(error.exitCode == 78 && error.description.hasPrefix("policy \(name): \(reason)"), "\(error)")
      }
    }
  }

  @Test func weightsThatAreNotFiniteDoNotStart() async throws {
    let runs = try Runs()
    let good = try runs.makeModel()
    let file = try SafetensorsFile(path: good + "/policy.safetensors")
    var tensors = file.tensors.map { (name: $0.name, tensor: $0.tensor) }
    tensors[0].tensor.values[0] = .nan
    let bad = runs.scratch.path + "/nan"
    do {
      try ModelDirectory.write(try ModelDirectory.manifest(of: good), tensors, to: bad)
      let plan = try runs.plan(["policy.name": "hrm", "policy.model_directory": bad], bars: 5)
      await #expect(throws: StartError.self) { try await runs.run(plan) }
    } catch let error as ModelError {
      #expect("\(error)".contains("finite") || "\(error)".contains("NaN") || "\(error)".contains("nan"), "\(error)")
    }
    #expect(access(bad + "/policy.safetensors", F_OK) != 0 || (try? ModelDirectory.load(bad)) == nil)
  }

  private func csv(_ runs: Runs, _ name: String, bars: Int) throws -> String {
    var text = "timestamp_ms_utc,open,high,low,close,volume\n"
    for bar in Rig.bars(seed: 9, bars) {
      text += "\(bar.openTime.milliseconds),\(bar.open),\(bar.high),\(bar.low),\(bar.close),10\n"
    }
    let path = "\(runs.scratch.path)/\(name)"
    Scratch.put(Array(text.utf8), path)
    return path
  }

  @Test func aReplayRunsFromFilesAndReplacesOnlyReplays() async throws {
    let runs = try Runs()
    let file = try csv(runs, "TEST.csv", bars: 900)
    func plan(_ files: [String], _ journal: String) throws -> RunPlan {
      try runs.plan(["risk.max_volatility_rank": "1"], journal: .directory(journal), source: .replay(files: files))
    }
    let first = try await runs.run(try plan([file], runs.home.replayPath))
    #expect(first.mode == "replay" && first.bars == 900 && first.endReason == "end_of_data" && !first.isSynthetic)
    #expect(first.feed.rows == 900 && first.instruments == ["TEST"])
    let second = try await runs.run(try plan([file], runs.home.replayPath))
    #expect(second.journal?.hash == first.journal?.hash)
    let verification = try await runs.verify(try plan([file], runs.home.replayPath))
    #expect(verification.isGood, "\(verification.text)")
    // The bot's own journal is never written over.
    _ = try await runs.run(try runs.plan([:], bars: 5, pace: .barsPerSecond(200)))
    for (files, journal, text) in [
      ([file], runs.home.journalPath, "holds the journal of a trading bot"),
      ([file, file], runs.home.replayPath, "is given twice"),
      ([runs.scratch.path + "/none.csv"], runs.home.replayPath, "none.csv"),
    ] {
      do {
        _ = try await runs.run(try plan(files, journal))
        Issue.record("\(text): started")
      } catch let error as StartError { #expect(error.description.contains(text), "\(error)") }
    }
  }

  @Test func pacedRunsTradeStopResumeAndGoOn() async throws {
    let runs = try Runs()
    let decisions = Mutex(0)
    var display = Display()
    display.decision = { _ in decisions.withLock { $0 += 1 } }
    let snapshots = Mutex<StatusSnapshot?>(nil)
    display.snapshot = { shot in snapshots.withLock { $0 = shot } }
    var plan = try runs.plan(["control.poll_millis": "5"], pace: .barsPerSecond(400))
    plan.settings.policy.name = "alternating"
    plan.settings.risk = Rig.settings().risk
    plan.extraPolicy = ("alternating", Alternating())
    let run = runs.make(plan, display: display)
    let running = Task { try await run.run() }
    #expect(await until { decisions.withLock { $0 } > 40 })
    let another = runs.make(plan)
    do {
      _ = try await another.run()
      Issue.record("two bots in one directory")
    } catch let error as StartError { #expect(error.exitCode == 75 && error.description.contains("running already")) }
    try DurableFile.replace(runs.home.controlPath + "/STOP", with: Array("stop".utf8), mode: 0o644)
    let latches = LatchFile(stateDirectory: runs.home.path)
    #expect(await until { latches.read() != nil })
    let id = try #require(latches.read()).id
    #expect(await until { snapshots.withLock { $0?.latch?.id == id && $0?.tradingState == .halted } })
    try DurableFile.remove(runs.home.controlPath + "/STOP")
    try DurableFile.replace(runs.home.controlPath + "/RESUME", with: Array(id.utf8), mode: 0o644)
    #expect(await until { latches.read() == nil })
    let before = decisions.withLock { $0 }
    #expect(await until { decisions.withLock { $0 } > before + 40 })
    run.requestStop("test")
    run.requestStop("again")
    let summary = try await running.value
    #expect(summary.endReason == "test" && summary.orders.fills > 2 && summary.tradingState != .halted)
    #expect(access(runs.home.statusPath, F_OK) != 0, "a bot that has ended has no status")
    #expect(runs.log.contains("STOP stop from file"))
    try await restarted(runs, plan, after: summary)
  }

  /// The next session goes on with the books of the last, under a latch that a stop from inside has set.
  private func restarted(_ runs: Runs, _ plan: RunPlan, after last: RunSummary) async throws {
    let decisions = Mutex(0)
    var display = Display()
    display.decision = { _ in decisions.withLock { $0 += 1 } }
    let run = runs.make(plan, display: display)
    let running = Task { try await run.run() }
    #expect(await until { decisions.withLock { $0 } > 20 })
    run.latch(.flatten, source: .signal, reason: "test")
    #expect(await until { LatchFile(stateDirectory: runs.home.path).read()?.level == .flatten })
    run.requestStop("end")
    let summary = try await running.value
    #expect(summary.tradingState == .halted && summary.journal!.records > last.journal!.records)
    #expect(summary.preRollBars > 0)
    let third = runs.make(plan, display: display)
    let thirdRun = Task { try await third.run() }
    try await Task.sleep(for: .milliseconds(300))
    third.requestStop("end")
    let halted = try await thirdRun.value
    #expect(halted.tradingState == .halted, "no restart clears a latch")
    let query = try JournalQuery(directory: runs.home.journalPath)
    let from = try #require(summary.journal).records + 1
    for record in try query.records(from: from, limit: 100_000) where record.kind == .intent {
      #expect(String(decoding: record.payload, as: UTF8.self).contains("\"role\":\"flatten\""))
    }
    let verdict = try ChainVerifier.verify(runs.home.journalPath)
    if case .broken(let problem) = verdict { Issue.record("\(problem)") }
  }

  /// The venue of a run in one process takes pairs: they are in the journal, and a re-execution makes the same ones.
  @Test func takeProfitsAreSentAsPairsAndReplayed() async throws {
    let runs = try Runs()
    let file = try csv(runs, "TEST.csv", bars: 1500)
    func plan(takesProfit: Bool) throws -> RunPlan {
      try runs.plan(
        [
          "risk.max_volatility_rank": "1", "execution.take_profit_atr": takesProfit ? "2" : "0",
          "execution.protective_stop_atr": "2",
        ], journal: .directory(runs.home.replayPath), source: .replay(files: [file]))
    }
    for takesProfit in [true, false] {
      _ = try await runs.run(try plan(takesProfit: takesProfit))
      let verification = try await runs.verify(try plan(takesProfit: takesProfit))
      #expect(verification.isGood, "\(verification.text)")
      let query = try JournalQuery(directory: runs.home.replayPath)
      let records = try query.records(from: 1, limit: 100_000)
      let session = try #require(records.first { $0.kind == .session })
      #expect(try RecordDecoder.session(session).hasPairs)
      let intents = records.filter { $0.kind == .intent }.map { String(decoding: $0.payload, as: UTF8.self) }
      let paired = intents.filter { $0.contains("\"pair\":") }
      #expect((paired.count > 2) == takesProfit && paired.count % 2 == 0, "\(paired.count) of \(intents.count)")
      #expect(intents.contains { $0.contains("protective_stop") })
    }
  }

  @Test func aNetworkThinksBesideAPacedRun() async throws {
    let runs = try Runs()
    let plan = try runs.plan(
      ["policy.name": "hrm", "policy.model_directory": try runs.makeModel()], bars: 40, pace: .barsPerSecond(40))
    let summary = try await runs.run(plan)
    // On a busy machine bars replace one another before they are taken.
    #expect(summary.endReason == "bar_limit" && (5...40).contains(summary.bars))
    #expect((summary.timing.decisionMicros?.count ?? 0) >= 1)
    #expect((1...summary.bars).contains(summary.statistics.total))
    let verification = try await runs.verify(plan)
    #expect(verification.isGood, "\(verification.text)")
  }

  @Test func aBacklogDoesNotKeepTheHeartbeatFromTheLoop() async throws {
    // The watchdog hears from the loop at heartbeats: a queue that is always full must not hold them back.
    let runs = try Runs()
    let shown = Mutex(0)
    var display = Display()
    display.snapshot = { _ in shown.withLock { $0 += 1 } }
    var plan = try runs.plan([:], pace: .barsPerSecond(100_000))
    plan.settings.policy.name = "alternating"
    plan.settings.risk = Rig.settings().risk
    plan.extraPolicy = ("alternating", Alternating())
    let run = runs.make(plan, display: display)
    let running = Task { try await run.run() }
    try await Task.sleep(for: .seconds(4))
    let count = shown.withLock { $0 }
    run.requestStop("test")
    let summary = try await running.value
    #expect(count >= 2, "\(count) heartbeats in \(summary.bars) bars")
  }

  @Test func theWallClockPaceWaitsForTheClose() async throws {
    let runs = try Runs()
    let plan = try runs.plan(["market.timeframe": "1s"], bars: 1, pace: .wallClock)
    let summary = try await runs.run(plan)
    #expect(summary.bars == 1 && summary.endReason == "bar_limit")
    #expect(abs(SystemTime().now.millisecondsSince(try #require(summary.lastBar))) < 20_000)
  }

  @Test func theBenchmarkMeasures() async throws {
    let result = try await PathBenchmark.run(bars: 600, barsPerSecond: 0, withJournal: true)
    #expect(result.bars == 600 && result.intents > 300 && result.latency.count > 300)
    #expect(result.text.contains("600, of which \(result.intents) became an order"))
    let object = try JSONSerialization.jsonObject(with: Data(result.json().bytes)) as? [String: Any]
    #expect(object?["bars"] as? Int == 600 && (object?["p99_us"] as? Double ?? 0) > 0)
  }

  private func until(_ condition: () -> Bool) async -> Bool {
    for _ in 0..<3000 {
      if condition() { return true }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}
