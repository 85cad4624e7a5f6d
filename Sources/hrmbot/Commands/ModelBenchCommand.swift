import ArgumentParser
import Bot
import Foundation
import HRM

extension ModelCommand {
  struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Measure how fast the network decides and learns on this machine.",
      discussion: """
        Combinations are measured in turns, so that a neighbour who takes the processor hits all alike. Nothing else \
        should run meanwhile. The full plan takes about a quarter of an hour, --quick a minute.

        EXAMPLES
          hrmbot model bench --quick
          hrmbot model bench --json >bench.json
          hrmbot model bench --model ~/.local/state/hrmbot/models/hrm-27m-seed1 --positions 16
          hrmbot model bench --part decisions --precisions bf16,int8 --threads 2 --batches 1 --seconds 20
        """)
    @Option(help: ArgumentHelp("Model whose weights are used.", valueName: "dir")) var model: String?
    @Option(help: "Without --model: hrm-27m, hrm-27m-pub or tiny, with random weights.") var preset = "hrm-27m"
    @Flag(help: "S = 16, two threads, single decisions; one second for each.") var quick = false
    @Option(help: "Seconds for every row (default: 3, with --quick 1).") var seconds: Double?
    @Option(help: ArgumentHelp("Parts, default: all.", valueName: "training,machine,decisions")) var part: CommaList?
    @Option(help: ArgumentHelp("Positions S, the context included.", valueName: "8,16,32")) var positions: CommaList?
    @Option(help: ArgumentHelp("Cycles N and steps T.", valueName: "2x2,3x5")) var recurrence: CommaList?
    @Option(help: ArgumentHelp("Number formats.", valueName: "fp32,bf16,int8,int8-a16")) var precisions: CommaList?
    @Option(help: ArgumentHelp("Threads.", valueName: "1,2")) var threads: CommaList?
    @Option(help: ArgumentHelp("Sequences decided together.", valueName: "1,8")) var batches: CommaList?
    @Option(help: ArgumentHelp("Sequences of a training step.", valueName: "64")) var trainingBatch: Int?
    @Option(help: "How far a training step goes back: oneStep or lastCycle.") var gradient = "oneStep"
    @Flag(help: "One JSON object.") var json = false
    @Flag(help: "With --json: every measured time too.") var samples = false

    func run() throws {
      let plan = try makePlan()
      let (name, architecture, tensors) = try source()
      let benchmark = ModelBenchmark(
        name: name, architecture: architecture, plan: plan,
        progress: { Output.write("\($0)\n", to: STDERR_FILENO) }, tensors: tensors)
      let result: ModelBenchResult
      do { result = try benchmark.run(version: Release.version) } catch let error as ModelError {
        throw StartError("\(error)", exitCode: 65)
      }
      if json {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        print(String(decoding: try encoder.encode(samples ? result : result.summarised()), as: UTF8.self))
      } else {
        print(result.text)
      }
    }

    private func makePlan() throws -> ModelBenchPlan {
      var plan = quick ? ModelBenchPlan.quick : ModelBenchPlan()
      if let seconds {
        guard seconds > 0 && seconds <= 3600 else { throw ValidationError("--seconds is above 0, at most 3600") }
        plan.secondsPerRow = seconds
      }
      if let trainingBatch {
        guard (1...1024).contains(trainingBatch) else { throw ValidationError("--training-batch is 1 to 1024") }
        plan.trainingBatch = trainingBatch
      }
      guard let gradient = SegmentGradient(rawValue: gradient) else {
        throw ValidationError("--gradient \(gradient): write oneStep or lastCycle")
      }
      plan.gradient = gradient
      func read<Value>(_ list: CommaList?, _ option: String, _ known: String, _ parse: (String) -> Value?) throws
        -> [Value]?
      {
        try list?.words.map {
          guard let value = parse($0) else { throw ValidationError("--\(option) \($0): write \(known)") }
          return value
        }
      }
      func number(_ range: ClosedRange<Int>) -> (String) -> Int? {
        { Int($0).flatMap { range.contains($0) ? $0 : nil } }
      }
      let parts = try read(part, "part", "training, machine or decisions", ModelBenchPlan.Part.init(rawValue:))
      plan.parts = parts.map { Set($0) } ?? plan.parts
      plan.positions = try read(positions, "positions", "numbers from 2 to 512", number(2...512)) ?? plan.positions
      plan.recurrences =
        try read(recurrence, "recurrence", "NxT, each 1 to 16", { ModelBenchPlan.Recurrence($0) }) ?? plan.recurrences
      plan.precisions =
        try read(precisions, "precisions", "fp32, bf16, int8 or int8-a16", { HRMPrecision(label: $0) })
        ?? plan.precisions
      plan.threads = try read(threads, "threads", "numbers from 1 to 16", number(1...16)) ?? plan.threads
      plan.batches = try read(batches, "batches", "numbers from 1 to 64", number(1...64)) ?? plan.batches
      return plan
    }

    private func source() throws -> (String, HRMArchitecture, () throws -> [String: Tensor]) {
      if let model {
        do {
          let manifest = try ModelDirectory.manifest(of: model)
          return (
            manifest.name, manifest.architecture,
            { try ModelDirectory.weights(of: model).1.mapValues { Tensor(shape: $0.shape, values: $0.floats()) } }
          )
        } catch { throw StartError("\(model): \(error)", exitCode: 65) }
      }
      let presets: [String: HRMArchitecture] = ["hrm-27m": .hrm27m, "hrm-27m-pub": .hrm27mPub, "tiny": .tiny]
      guard let architecture = presets[preset] else {
        throw ValidationError("--preset \(preset): write hrm-27m, hrm-27m-pub or tiny")
      }
      return (
        preset, architecture,
        {
          let tensors = WeightInitialiser.tensors(of: architecture, seed: 1)
          return Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) })
        }
      )
    }
  }
}

/// Words between commas.
struct CommaList: ExpressibleByArgument {
  let words: [String]
  init?(argument: String) {
    words = argument.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if words.isEmpty || words.contains("") { return nil }
  }
}
