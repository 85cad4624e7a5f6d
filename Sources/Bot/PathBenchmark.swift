import Agent
import Control
import Core
import Exchange
import Execution
import Features
import Foundation
import Settings

/// Measures bar in → order intent out through all actors, without the network.
package enum PathBenchmark {
  /// What was measured.
  package struct Result: Sendable {
    package var bars: Int
    package var intents: Int
    package var barsPerSecond: Double
    package var latency: LatencyHistogram

    /// In words.
    package var text: String {
      let value = { (quantile: Double) in
        latency.microseconds(atQuantile: quantile).map { "\((($0 * 10).rounded()) / 10) µs" } ?? "-"
      }
      return """
        bar in → order intent out, all actors, no network
          bars      \(bars), of which \(intents) became an order
          p50       \(value(0.5))
          p99       \(value(0.99))
          p99.9     \(value(0.999))
          largest   \((latency.maximumMicros * 10).rounded() / 10) µs
        """
    }

    /// One JSON object.
    package func json() -> CanonicalJSON {
      var out = CanonicalJSON()
      out.object { out in
        out.key("bars")
        out.value(bars)
        out.key("intents")
        out.value(intents)
        out.key("max_us")
        out.value(latency.maximumMicros)
        out.key("p50_us")
        out.value(latency.microseconds(atQuantile: 0.5) ?? 0)
        out.key("p999_us")
        out.value(latency.microseconds(atQuantile: 0.999) ?? 0)
        out.key("p99_us")
        out.value(latency.microseconds(atQuantile: 0.99) ?? 0)
      }
      return out
    }
  }

  /// Trades on every bar: long, flat, long, flat, so that each bar ends in an order.
  private struct Alternating: Policy {
    let identity = PolicyIdentity(name: "alternating", sha256: "benchmark", isUntrained: false)
    mutating func observe(_ observation: Observation) {}
    mutating func decide(_ observation: Observation) -> PolicyAnswer {
      .wish(PolicyWish(action: observation.position.side == .flat ? .buyLong : .closeLong, fraction: .one))
    }
  }

  /// Sends `bars` bars, so many a second; 0: as fast as possible.
  package static func run(bars: Int, barsPerSecond: Double, withJournal: Bool) async throws -> Result {
    var settings = BotSettings()
    settings.policy.name = "alternating"
    settings.risk.maxOrdersPerMinute = 1_000_000
    settings.risk.maxRepeatedExecutions = 1_000_000_000
    settings.risk.maxConsecutiveLosses = 1_000_000_000
    settings.risk.maxDailyLoss = .one
    settings.risk.maxDrawdown = .one
    settings.risk.maxVolatilityRank = .one
    let home = StateDirectory(
      path: FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-bench-\(UUID())").path,
      environment: [:])
    defer { try? FileManager.default.removeItem(atPath: home.path) }
    let pace: Pace = barsPerSecond > 0 ? .barsPerSecond(barsPerSecond) : .unlimited
    var plan = RunPlan(
      settings: settings, settingsJSON: Array("{}".utf8), source: .simulated, pace: pace,
      journal: withJournal ? .directory(home.journalPath) : .off, home: home, settingsPath: nil,
      maximumBars: bars, build: "benchmark")
    plan.extraPolicy = ("alternating", Alternating())
    let run = PaperRun(
      plan: plan, display: Display(), log: EventLog(path: nil, minimum: .critical),
      service: ServiceManager(environment: [:]))
    let summary = try await run.run()
    return Result(
      bars: summary.bars, intents: summary.orders.orders, barsPerSecond: summary.timing.barsPerSecond,
      latency: summary.timing.pathMicros ?? LatencyHistogram())
  }
}
