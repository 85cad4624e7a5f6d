import Bot
import Control
import Core
import Features
import Foundation
import HRM
import Settings

/// An unoptimised build, made for coverage, does the same with less.
enum Effort {
  #if DEBUG
    static let isSmall = true
  #else
    static let isSmall = false
  #endif
}

/// Whole runs of the bot in fresh directories.
struct Runs {
  let scratch: Scratch
  let home: StateDirectory

  init() throws {
    scratch = try Scratch()
    home = StateDirectory(path: scratch.path + "/home", environment: [:])
  }

  /// The smallest network, where the settings mean it.
  func makeModel(seed: UInt64 = 3) throws -> String {
    let path = scratch.path + "/tiny"
    try ModelDirectory.create(at: path, architecture: .tiny, seed: seed, featureSchemaHash: FeatureSchema.hash)
    return path
  }

  func plan(
    _ overrides: [String: String], bars: Int? = nil, pace: Pace = .unlimited, journal: RunPlan.JournalPlace? = nil,
    source: RunPlan.Source = .simulated
  ) throws -> RunPlan {
    var all = ["policy.name": "sma-cross", "market.timeframe": "1m", "risk.max_orders_per_minute": "1000"]
    all.merge(overrides) { $1 }
    let loaded = try SettingsLoader.load(
      path: nil, environment: [:], overrides: all.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) })
    return RunPlan(
      settings: loaded.settings, settingsJSON: loaded.canonicalJSON, source: source, pace: pace,
      journal: journal ?? .directory(home.journalPath), home: home, settingsPath: nil, maximumBars: bars, build: "test")
  }

  func make(_ plan: RunPlan, display: Display = Display()) -> PaperRun {
    PaperRun(
      plan: plan, display: display, log: EventLog(path: scratch.path + "/log", minimum: .debug),
      service: ServiceManager(environment: [:]))
  }

  func run(_ plan: RunPlan, display: Display = Display()) async throws -> RunSummary {
    try await make(plan, display: display).run()
  }

  func verify(_ plan: RunPlan, recomputesNetwork: Bool = true, chainOnly: Bool = false) async throws -> Verification {
    guard case .directory(let directory) = plan.journal else { throw StartError("no journal", exitCode: 1) }
    return try await Verification.run(
      journal: directory, home: home, settingsPath: nil, paths: plan.settings, chainOnly: chainOnly,
      recomputesNetwork: recomputesNetwork
    ) { _, _ in }
  }

  var log: String { (try? String(contentsOfFile: scratch.path + "/log", encoding: .utf8)) ?? "" }
}

extension RunSummary {
  /// The summary without what depends on the machine.
  func withoutTiming() throws -> String {
    var members = try object()
    members["timing"] = nil
    return String(decoding: try JSONSerialization.data(withJSONObject: members, options: .sortedKeys), as: UTF8.self)
  }

  func object() throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(json().bytes))
    return object as? [String: Any] ?? [:]
  }
}
