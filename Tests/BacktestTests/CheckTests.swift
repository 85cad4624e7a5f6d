import Agent
import Backtest
import Bot
import Control
import Core
import Features
import Foundation
import HRM
import Settings
import Testing

/// Looks one bar ahead: what the check of the future must find.
private struct Clairvoyant: Policy {
  let identity = PolicyIdentity(name: "clairvoyant", sha256: "test", isUntrained: false)
  let closes: [Timestamp: Price]
  mutating func observe(_ observation: Observation) {}
  mutating func decide(_ observation: Observation) -> PolicyAnswer {
    let next = closes[observation.bar.closeTime.adding(milliseconds: 60_000)]
    let rises = next.map { $0 > observation.bar.close } ?? false
    return .wish(.towards(rises ? .long : .flat, from: observation.position.side))
  }
}

/// Bar files that tests write.
enum BarFile {
  static func write(_ bars: [Bar], name: String) throws -> String {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-backtest-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    var text = "timestamp_ms_utc,open,high,low,close,volume\n"
    for bar in bars {
      text += "\(bar.openTime.milliseconds),\(bar.open),\(bar.high),\(bar.low),\(bar.close),\(bar.volume)\n"
    }
    let file = directory.appendingPathComponent(name)
    try Data(text.utf8).write(to: file)
    return file.path
  }
}

@Suite("Checks of self-deception")
struct CheckTests {
  private static let places = BacktestRun.Places(
    home: StateDirectory(path: NSTemporaryDirectory() + "hrmbot-checks", environment: [:]))

  private func request(_ policy: String, bars: [Bar]) throws -> BacktestRequest {
    var request = BacktestRequest(
      data: [.file(try BarFile.write(bars, name: "TEST.csv"))], policy: PolicyRequest(name: policy),
      settings: BotSettings())
    request.isUnlimited = true
    request.notionalQuote = try Money("1000")
    return request
  }

  @Test(arguments: ["sma-cross", "momentum", "linear", "random"])
  func rulesDoNotKnowTheFuture(policy: String) throws {
    let check = try LookaheadCheck(
      try request(policy, bars: Market.bars(1, each: 1500, seed: 3)), samples: 6, places: Self.places)
    #expect(check.leaks.isEmpty && check.cuts.count == 6 && check.compared > 600)
  }

  /// Answers are worked out a stretch of bars ahead: none may come of a bar after its own.
  @Test func aNetworkDoesNotKnowTheFuture() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-lookahead-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try ModelDirectory.create(
      at: path, architecture: .tiny, seed: 5, featureSchemaHash: FeatureSchema.hash, instruments: ["TEST"])
    var request = try request("hrm", bars: Market.bars(1, each: 400, seed: 6))
    request.settings.policy.modelDirectory = path
    let check = try LookaheadCheck(request, samples: 4, places: Self.places)
    #expect(check.leaks.isEmpty && check.cuts.count == 4 && check.compared > 200)
  }

  @Test func whoLooksAheadIsFound() throws {
    let bars = Market.bars(1, each: 600, seed: 4)
    var request = try request("sma-cross", bars: bars)
    request.seed = 2
    // What it reads ahead of is the truth in the first run and something else in the others.
    let truth = Dictionary(uniqueKeysWithValues: bars.map { ($0.closeTime, $0.close) })
    let turned = truth.mapValues { Price(raw: 2_000_000 * Price.unit - $0.raw) }
    var runs = 0
    let check = try LookaheadCheck(
      request, samples: 4, places: Self.places,
      policies: {
        runs += 1
        return [("clairvoyant", Clairvoyant(closes: runs == 1 ? truth : turned)), ("flat", FlatPolicy())]
      })
    #expect(check.leaks.count == 4)
  }
}
