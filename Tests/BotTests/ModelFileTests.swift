import Bot
import Core
import Features
import Foundation
import HRM
import Settings
import Testing

@Suite("Models in other precisions, and what a bot does with them")
struct ModelFileTests {
  private func start(_ runs: Runs, _ overrides: [String: String], bars: Int = 20) async throws -> RunSummary {
    try await runs.run(try runs.plan(overrides.merging(["policy.name": "hrm"]) { first, _ in first }, bars: bars))
  }

  private func refusal(_ runs: Runs, _ overrides: [String: String]) async throws -> StartError? {
    do {
      _ = try await start(runs, overrides)
      return nil
    } catch let error as StartError { return error }
  }

  @Test func theSettingsWordsAreThePrecisions() throws {
    for label in HRMPrecision.allCases.map(\.label) {
      let loaded = try SettingsLoader.load(
        path: nil, environment: [:], overrides: [(key: "policy.inference_precision", value: label)])
      #expect(loaded.settings.policy.inferencePrecision == label)
    }
    #expect(throws: SettingsErrors.self) {
      try SettingsLoader.load(
        path: nil, environment: [:], overrides: [(key: "policy.inference_precision", value: "fp16")])
    }
  }

  @Test(arguments: ["bf16", "int8", "int8-a16"])
  func aCopyIsMadeBesideTheModelOnceAndUsed(label: String) async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let wish = [
      "policy.model_directory": model, "policy.inference_precision": label, "policy.minimum_agreement": "0.9",
    ]
    let summary = try await start(runs, wish)
    #expect(summary.policy == "tiny-\(label)" && summary.isUntrained && summary.statistics.total == 20)
    let copy = try ModelDirectory.manifest(of: "\(model)-\(label)")
    let agreement = try #require(copy.quantisation?.agreement)
    #expect(agreement.observations == 1000 && agreement.kind == .synthetic && agreement.depths.count == 1)
    #expect(agreement.lowest > 0.9 && agreement.depths[0].logitRMSDifference > 0)
    // The same copy again, and a replay finds it too.
    let plan = try runs.plan(wish.merging(["policy.name": "hrm"]) { first, _ in first }, bars: 20)
    _ = try await runs.run(plan)
    #expect(try ModelDirectory.manifest(of: "\(model)-\(label)") == copy)
    let verification = try await runs.verify(plan)
    #expect(verification.isGood && verification.replay?.networkAnswers == 20, "\(verification.text)")
    // A copy that is named itself is used as it is.
    let named = try await start(
      runs, ["policy.model_directory": "\(model)-\(label)", "policy.minimum_agreement": "0.9"])
    #expect(named.policy == "tiny-\(label)")
  }

  @Test func aCopyThatDisagreesDoesNotStart() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let wish = ["policy.model_directory": model, "policy.inference_precision": "int8", "policy.minimum_agreement": "1"]
    let error = try #require(try await refusal(runs, wish))
    #expect(error.exitCode == 78 && error.description.contains("100.00 %"), "\(error)")
    #expect(error.description.contains("int8-a16") && error.description.contains("policy.inference_precision"))
    let settings = try runs.plan(wish).settings
    let finding = try #require(
      Doctor.examine(home: runs.home, settings: .success(settings), settingsPath: nil).first { $0.name == "model" })
    #expect(finding.grade == .bad && finding.text.contains("100.00 %"), "\(finding)")
  }

  @Test func aCopyThatWasNeverMeasuredDoesNotStart() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let (manifest, stored) = try ModelDirectory.weights(of: model)
    try ModelDirectory.write(
      manifest.ofCopy(precision: .bfloat16, agreement: nil),
      stored: try ModelDirectory.narrow(stored, of: .tiny, to: .bfloat16, file: model), to: "\(model)-bf16")
    for wish in [
      ["policy.model_directory": model, "policy.inference_precision": "bf16"],
      ["policy.model_directory": "\(model)-bf16", "policy.minimum_agreement": "0"],
    ] {
      let error = try #require(try await refusal(runs, wish))
      #expect(error.exitCode == 78 && error.description.contains("never measured"), "\(error)")
    }
  }

  @Test func aCopyOfOtherWeightsIsNotTakenForOne() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    var request = ModelCopy.Request(source: model, precision: .bfloat16)
    request.depth = 1
    try ModelCopy.make(request) { _, _ in }
    try FileManager.default.removeItem(atPath: model)
    _ = try runs.makeModel(seed: 4)
    let error = try #require(
      try await refusal(runs, ["policy.model_directory": model, "policy.inference_precision": "bf16"]))
    #expect(error.exitCode == 78 && error.description.contains("remove it"), "\(error)")
  }

  @Test func aReplayMakesNoCopies() async throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    let wish = [
      "policy.name": "hrm", "policy.model_directory": model, "policy.inference_precision": "bf16",
      "policy.minimum_agreement": "0.9",
    ]
    let plan = try runs.plan(wish, bars: 5)
    _ = try await runs.run(plan)
    try FileManager.default.removeItem(atPath: "\(model)-bf16")
    do {
      _ = try await runs.verify(plan)
      Issue.record("verified without its model")
    } catch let error as StartError {
      #expect(error.description.contains("hrmbot model export \(model) --dtype bf16"), "\(error)")
    }
  }

  @Test func exportRefusesWhatItCannotCopy() throws {
    let runs = try Runs()
    let model = try runs.makeModel()
    func code(_ change: (inout ModelCopy.Request) -> Void) -> Int32? {
      var request = ModelCopy.Request(source: model, precision: .bfloat16)
      request.out = runs.scratch.path + "/out"
      request.depth = 1
      change(&request)
      do { try ModelCopy.make(request) { _, _ in } } catch let error as StartError { return error.exitCode } catch {
        return -1
      }
      return nil
    }
    #expect(code { $0.source = "/nowhere" } == 65)
    #expect(code { $0.out = model } == 73)
    #expect(code { $0.out = "/nowhere/copy" } == 73)
    #expect(code { $0.sample = .files(["/nowhere/BTCUSDT.csv"]) } == 66)
    #expect(code { _ in } == nil)
    #expect(
      code {
        $0.source = runs.scratch.path + "/out"; $0.out = runs.scratch.path + "/next"
      } == 65)
    #expect(
      code {
        $0.precision = .float32; $0.out = runs.scratch.path + "/twin"
      } == nil)
    let twin = try? ModelDirectory.manifest(of: runs.scratch.path + "/twin")
    #expect(twin?.weightsSHA256 == (try ModelDirectory.manifest(of: model)).weightsSHA256 && twin?.quantisation == nil)
  }

  @Test func simulatedObservationsGoRoundAllPositionsAndRows() throws {
    let vocabulary = ModelVocabulary(
      instruments: .init(field: "instruments", rowCount: 10, rows: ["A": 1, "B": 4]),
      timeframes: .init(field: "timeframes", rowCount: 5, rows: ["1h": 1]))
    func sample(_ seed: UInt64) throws -> ObservationSample {
      try ObservationSample(.simulated, count: 600, seed: seed, vocabulary: vocabulary)
    }
    let first = try sample(1)
    #expect(first.samples.count == 600 && first.kind == .synthetic)
    #expect(try sample(1).samples.map(\.input) == first.samples.map(\.input))
    #expect(try sample(2).samples.map(\.input) != first.samples.map(\.input))
    #expect(Set(first.samples.map(\.input.instrumentRow)) == [0, 1, 4])
    #expect(Set(first.samples.map(\.input.timeframeRow)) == [0, 1])
    #expect(Set(first.samples.map(\.input.bars)).count == 600)
    for sample in first.samples {
      try sample.input.validate(for: .tiny)
      let flags = sample.input.context[..<4].map { $0 == 1 }
      let side: PositionSide = flags[0] ? .flat : flags[1] ? .long : .short
      #expect(flags[..<3].count { $0 } == 1)
      let mask = LegalMask(position: side, isShortable: flags[3])
      #expect(sample.legal == Action.allCases.map(mask.contains))
    }
    let masks = Set(first.samples.map(\.legal))
    #expect(masks.count == 4, "flat with and without short selling, long, short: \(masks)")
  }

  @Test func recordedObservationsAreChosenAmongAll() throws {
    let runs = try Runs()
    var text = "timestamp_ms_utc,open,high,low,close,volume\n"
    for bar in Rig.bars(seed: 9, 700) {
      text += "\(bar.openTime.milliseconds),\(bar.open),\(bar.high),\(bar.low),\(bar.close),10\n"
    }
    let path = runs.scratch.path + "/TEST.csv"
    Scratch.put(Array(text.utf8), path)
    let vocabulary = ModelVocabulary(
      instruments: .init(field: "instruments", rowCount: 10, rows: ["TEST": 3]),
      timeframes: .init(field: "timeframes", rowCount: 5, rows: ["1m": 2]))
    func sample(_ count: Int, _ seed: UInt64 = 1) throws -> ObservationSample {
      try ObservationSample(.files([path]), count: count, seed: seed, vocabulary: vocabulary)
    }
    let some = try sample(100)
    #expect(some.samples.count == 100 && some.kind == .recorded && some.sources == ["TEST.csv"])
    #expect(some.samples.allSatisfy { $0.input.instrumentRow == 3 && $0.input.timeframeRow == 2 })
    #expect(try sample(100).samples.map(\.input) == some.samples.map(\.input))
    #expect(try sample(100, 2).samples.map(\.input) != some.samples.map(\.input))
    let all = 700 - FeatureSchema.warmUpBars + 1
    #expect(try sample(all).samples.count == all)
    do {
      _ = try sample(all + 1)
      Issue.record("more observations than bars")
    } catch let error as StartError {
      #expect(error.exitCode == 66 && error.description.contains("\(all) observations"), "\(error)")
    }
  }

  /// A model that wants to stop after every segment.
  private func makeEagerModel(_ runs: Runs) throws -> String {
    var tensors = WeightInitialiser.tensors(of: .tiny, seed: 3)
    for index in tensors.indices where tensors[index].name == "b_q" { tensors[index].tensor.values = [1, 0] }
    let path = runs.scratch.path + "/eager"
    try ModelDirectory.write(
      ModelManifest(
        name: "eager", architecture: .tiny, featureSchemaHash: FeatureSchema.hash, instruments: [], timeframes: [],
        files: [:], untrained: true, training: nil, seed: 3), tensors, to: path)
    return path
  }

  @Test func complexityRaisesTheDepthAndTheReplayAgrees() async throws {
    let runs = try Runs()
    let model = try makeEagerModel(runs)
    let key = "hierarchical_reasoning_model.act.complexity_sets_M_min"
    // Complexity is 1 until its ranks have 2,160 values, and lower at times afterwards.
    let bars = Effort.isSmall ? 40 : 2600
    let off = try await start(runs, ["policy.model_directory": model], bars: bars)
    #expect(off.depthHistogram == [0, bars])
    let wish = ["policy.name": "hrm", "policy.model_directory": model, key: "true"]
    let plan = try runs.plan(wish, bars: bars)
    let on = try await runs.run(plan)
    #expect(on.depthHistogram.count == 3 && on.depthHistogram.reduce(0, +) == bars)
    #expect(Effort.isSmall || (on.depthHistogram[1] > 50 && on.depthHistogram[2] > 1800), "\(on.depthHistogram)")
    let verification = try await runs.verify(plan)
    #expect(verification.isGood && verification.replay?.networkAnswers == bars, "\(verification.text)")
  }
}
