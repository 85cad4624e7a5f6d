import ArgumentParser
import Bot
import Control
import Features
import Foundation
import HRM

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Make a model, copy it, or look at one.",
    discussion: """
      EXAMPLES
        hrmbot model new --seed 7
        hrmbot model info ~/.local/state/hrmbot/models/hrm-27m-seed1
        hrmbot model export ~/.local/state/hrmbot/models/hrm-27m-seed1 --dtype bf16
        hrmbot model verify Tests/HRMTests/Resources/hrm-tiny
        hrmbot model bench
        hrmbot model diagnose --model run1/model --data DIR --timeframe 1h
      """,
    subcommands: [
      New.self,
      Info.self,
      Export.self,
      Vocabulary.self,
      Verify.self,
      Bench.self,
      Diagnose.self,
    ])

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a model with random weights. It is UNTRAINED, and says so wherever it is shown.",
      discussion: """
        EXAMPLES
          hrmbot model new --seed 7
          hrmbot model new --seed 7 --preset tiny --out /tmp/tiny
        """)
    @OptionGroup var common: CommonOptions
    @Option(help: "Seed of the weights.") var seed: UInt64 = 1
    @Option(help: "hrm-27m, hrm-27m-pub or tiny.") var preset = "hrm-27m"
    @Option(help: "Directory; default: in the state directory, by preset and seed.") var out: String?

    func run() throws {
      let presets: [String: HRMArchitecture] = ["hrm-27m": .hrm27m, "hrm-27m-pub": .hrm27mPub, "tiny": .tiny]
      guard let architecture = presets[preset] else {
        throw ValidationError("--preset \(preset): write hrm-27m, hrm-27m-pub or tiny")
      }
      let home = common.stateDirectory
      if out == nil { try home.prepare() }
      let path = out ?? "\(home.modelsPath)/\(preset)-seed\(seed)"
      guard !FileManager.default.fileExists(atPath: path) else {
        throw StartError("\(path) exists already; remove it, or name another with --out", exitCode: 73)
      }
      do {
        try ModelDirectory.create(
          at: path, architecture: architecture, seed: seed, featureSchemaHash: FeatureSchema.hash,
          name: "\(preset)-seed\(seed)")
      } catch { throw StartError("\(path): \(error)", exitCode: 73) }
      print("\(path): \(preset), \(architecture.parameterCount) parameters, seed \(seed), UNTRAINED")
    }
  }

  struct Info: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a model's files and say what it is.",
      discussion: """
        EXAMPLE
          hrmbot model info ~/.local/state/hrmbot/models/hrm-27m-seed1
        """)
    @Argument(help: "Directory of the model.", completion: .directory) var path: String
    @Flag(help: "The manifest and the findings as one JSON object.") var json = false

    func run() throws {
      let time = SystemTime()
      let start = time.monotonicNanoseconds
      do {
        let (manifest, network) = try ModelDirectory.load(path)
        let nanoseconds = time.monotonicNanoseconds &- start
        let summary = withExtendedLifetime(network) {
          ModelSummary(
            path: path, manifest: manifest, weightsByteCount: ModelDirectory.weightsByteCount(of: path),
            loadMillis: Double(nanoseconds) / 1e6)
        }
        print(json ? try summary.json() : summary.text)
      } catch { throw StartError("\(path): \(error)", exitCode: 65) }
    }
  }
}
