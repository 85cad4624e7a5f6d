import ArgumentParser
import Bot
import Features
import Foundation
import HRM

struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Make a model, or look at one.",
    discussion: """
      EXAMPLES
        hrmbot model new --seed 7
        hrmbot model info ~/.local/state/hrmbot/models/hrm-27m-seed1
      """, subcommands: [New.self, Info.self, Verify.self])

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
    @Argument(help: "Directory of the model.") var path: String
    @Flag(help: "The manifest as JSON.") var json = false

    func run() throws {
      do {
        let (manifest, network) = try ModelDirectory.load(path)
        if json {
          let encoder = JSONEncoder()
          encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
          print(String(decoding: try encoder.encode(manifest), as: UTF8.self))
          return
        }
        let shape = network.architecture
        print(
          """
          name        \(manifest.name)\(manifest.untrained ? "  UNTRAINED" : "")
          parameters  \(shape.parameterCount)
          H module    \(shape.layersH) layers of \(shape.dH), \(shape.headsH) heads
          L module    \(shape.layersL) layers of \(shape.dL), \(shape.headsL) heads
          N x T       \(shape.nCycles) x \(shape.tSteps), at most \(shape.maxSegments) segments
          features    \(manifest.featureSchemaHash == FeatureSchema.hash ? "this bot's" : "ANOTHER SCHEMA: cannot trade here")
          files       \(manifest.files.keys.sorted().map { "\($0) \(manifest.files[$0]!.prefix(16))…" }.joined(separator: ", "))
          """)
      } catch { throw StartError("\(path): \(error)", exitCode: 65) }
    }
  }
}
