import Agent
import Core
import Foundation
import HRM
import Synchronization
import Testing

@Suite("Models on disk and the runner")
struct ModelTests {
  private static let schema = String(repeating: "ab", count: 32)

  /// A tiny model in a directory of its own, removed at the end.
  private final class TinyModel {
    let path: String
    let manifest: ModelManifest

    init() throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("model-\(UUID().uuidString)").path
      manifest = try ModelDirectory.create(
        at: path, architecture: .tiny, seed: 3, featureSchemaHash: ModelTests.schema, name: "tiny-seed3",
        instruments: ["AAA", "CCC"], timeframes: ["1h"])
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
  }

  private func table(_ symbols: [String]) -> InstrumentTable {
    let day = Timestamp(milliseconds: 0)
    let one = Quantity(raw: 1)
    return InstrumentTable(
      symbols.enumerated().map { index, symbol in
        Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: symbol, venue: "simulated", kind: .cryptoSpot,
          isShortable: false, calendar: .alwaysOpen,
          rules: [
            InstrumentRules(
              effectiveFrom: day, tick: Price(raw: 1), lot: one, minimumQuantity: one, minimumNotionalQuote: .zero,
              makerFee: .zero, takerFee: .zero)
          ])
      })
  }

  private func seen(_ instrument: UInt16 = 0, scale: Float = 1) -> Observation {
    let count = HRMArchitecture.tiny.windowBars * HRMArchitecture.tiny.nFeatures
    return observation(
      tick(instrument, close: 1000), isShortable: false,
      window: (0..<count).map { Float($0 % 13 - 6) / 6 * scale }, context: [1, 0, 0, 0, 0, 1, 0, 1])
  }

  @Test("Rows come from the manifest, 0 for what it does not know; the identity is that of the weights")
  func vocabulary() throws {
    let model = try TinyModel()
    var policy = try HRMPolicy(
      manifest: model.manifest, instruments: table(["CCC", "BBB", "AAA"]), timeframe: .oneHour,
      featureSchemaHash: Self.schema, options: HRMPolicy.Options(limits: ThinkingLimits()))
    for (instrument, row) in [(UInt16(0), 2), (1, 0), (2, 1)] {
      var hourly = seen(instrument)
      hourly.timeframe = .oneHour
      let request = try #require(policy.decide(hourly).request)
      #expect(request.input.instrumentRow == row && request.input.timeframeRow == 1)
    }
    #expect(policy.identity.name == "tiny-seed3" && policy.identity.isUntrained)
    #expect(policy.identity.sha256 == model.manifest.files["policy.safetensors"])
    #expect(throws: PolicyError.self) {
      try HRMPolicy(
        manifest: model.manifest, instruments: table(["AAA"]), timeframe: .oneHour,
        featureSchemaHash: String(repeating: "cd", count: 32), options: HRMPolicy.Options(limits: ThinkingLimits()))
    }
  }

  @Test("A question goes through the network to a decision; forced segments give the same answer again")
  func endToEnd() throws {
    let model = try TinyModel()
    let (manifest, network) = try ModelDirectory.load(model.path)
    let policy = try HRMPolicy(
      manifest: manifest, instruments: table(["AAA"]), timeframe: .oneSecond, featureSchemaHash: Self.schema,
      options: HRMPolicy.Options(limits: ThinkingLimits(minSegments: 1, maxSegments: 3)))
    let policies: [(name: String, policy: any Policy)] = [("hrm", policy), ("flat", FlatPolicy())]
    var stage = try AgentStage(policies: policies, inCharge: "hrm", fallback: "flat", fallbackMayOpen: false)
    let request = try #require(stage.receive(seen(), ticket: 9).request)
    let runner = try NetworkRunner(network: network)
    var now: UInt64 = 0
    let answer = runner.run(request) {
      now += 5_000_000
      return now
    }
    let reading = try #require(answer.reading)
    #expect(answer.failure == nil && answer.ticket == 9 && answer.latencyMicros == 5000)
    // A fresh model's bias keeps both Q values equal: it never prefers to stop.
    #expect(reading.segments == 3 && reading.haltReason == .max && reading.actionPerSegment.count == 3)
    #expect(reading.probabilities[1] == 0 && abs(reading.probabilities.reduce(0, +) - 1) < 1e-6)
    let decision = try #require(stage.receive(answer).decision)
    #expect(decision.policy.name == "tiny-seed3" && decision.role == .production)
    #expect(decision.action == reading.actionPerSegment.last && decision.reading == reading)

    var forced = request
    forced.limits.deadlineNanoseconds = 1
    forced.limits.forcedSegments = 3
    let again = try NetworkRunner(network: network).run(forced, clock: { 0 })
    #expect(again.reading == reading && again.quantity == answer.quantity)
  }

  @Test("The deadline cuts segments, never the first; time spent waiting is taken off it", arguments: [0, 25, 90])
  func deadline(waitedMillis: UInt64) throws {
    let model = try TinyModel()
    let (manifest, network) = try ModelDirectory.load(model.path)
    var policy = try HRMPolicy(
      manifest: manifest, instruments: table(["AAA"]), timeframe: .oneSecond, featureSchemaHash: Self.schema,
      options: HRMPolicy.Options(
        limits: ThinkingLimits(minSegments: 1, maxSegments: 8, deadlineNanoseconds: 50_000_000)))
    let request = try #require(policy.decide(seen()).request)
    // Every look at the clock costs 10 ms: one for the start, one for the input, one for each segment.
    var now: UInt64 = 0
    let answer = try NetworkRunner(network: network).run(request, waitedNanoseconds: waitedMillis * 1_000_000) {
      now += 10_000_000
      return now
    }
    let reading = try #require(answer.reading)
    #expect(reading.haltReason == .deadline)
    #expect(reading.segments == (waitedMillis == 0 ? 4 : 1), "\(reading.segments)")
  }

  @Test("The deadline ends thinking before the minimum that complexity asks for")
  func deadlineBeforeComplexity() throws {
    let model = try TinyModel()
    let (manifest, network) = try ModelDirectory.load(model.path)
    var policy = try HRMPolicy(
      manifest: manifest, instruments: table(["AAA"]), timeframe: .oneSecond, featureSchemaHash: Self.schema,
      options: HRMPolicy.Options(
        limits: ThinkingLimits(minSegments: 1, maxSegments: 16, deadlineNanoseconds: 50_000_000),
        complexitySetsMinimum: true))
    let request = try #require(policy.decide(seen()).request)
    #expect(request.limits.minSegments == 8)
    var now: UInt64 = 0
    let answer = try NetworkRunner(network: network).run(request) {
      now += 10_000_000
      return now
    }
    #expect(answer.reading?.haltReason == .deadline && answer.reading?.segments == 4)
  }

  @Test("An input that does not fit, or is not finite, is a failure of the answer")
  func badInput() throws {
    let model = try TinyModel()
    let (_, network) = try ModelDirectory.load(model.path)
    let runner = try NetworkRunner(network: network)
    let good = seen()
    func run(_ bars: [Float], _ context: [Float]) -> NetworkAnswer {
      let input = HRMInput(bars: bars, instrumentRow: 0, timeframeRow: 0, context: context)
      let request = NetworkRequest(
        sequence: 1, instrument: InstrumentID(index: 0), barClose: Timestamp(milliseconds: 0), input: input,
        legalMask: good.legalMask, limits: ThinkingLimits())
      return runner.run(request, clock: { 0 })
    }
    var broken = good.window
    broken[100] = .nan
    #expect(run(broken, good.context).failure == "non-finite")
    #expect(run(good.window, [.infinity] + good.context.dropFirst()).failure == "non-finite")
    #expect(try #require(run([1, 2], good.context).failure).contains("bars"))
    #expect(try #require(run(good.window, [0]).failure).contains("context"))
    #expect(run(good.window, good.context).failure == nil)
  }

  @Test("Cycles, steps and threads out of range are refused")
  func parameters() throws {
    let model = try TinyModel()
    let (_, network) = try ModelDirectory.load(model.path)
    #expect(throws: PolicyError.self) { try NetworkRunner(network: network, cycles: 0) }
    #expect(throws: PolicyError.self) { try NetworkRunner(network: network, timesteps: 17) }
    #expect(throws: PolicyError.self) { try NetworkRunner(network: network, threads: -1) }
    #expect(throws: PolicyError.self) {
      try NetworkRunner(network: network, mode: .converge(tolerance: .nan, maxSteps: 10))
    }
  }

  @Test("The archive lists four policies, each with its identity or the reason")
  func archive() throws {
    let model = try TinyModel()
    func list(_ model: String?, _ mlp: String?, _ timeframe: Timeframe, schema: String = Self.schema) -> PolicyArchive {
      PolicyArchive(
        PolicyArchive.Locations(
          modelDirectory: model, mlpDirectory: mlp, smaFastBars: 10, smaSlowBars: 50, featureSchemaHash: schema,
          timeframe: timeframe))
    }
    let all = list(model.path, resources, .oneHour)
    #expect(all.entries.map(\.name) == ["hrm", "mlp", "flat", "sma-cross"])
    #expect(all.available == ["hrm", "mlp", "flat", "sma-cross"])
    #expect(all.entries[0].identity?.name == "tiny-seed3")
    #expect(all.entries[1].identity?.name == "ppo-fallback-0ee057d81f88")
    let none = list(nil, nil, .oneHour)
    #expect(none.available == ["flat", "sma-cross"])
    #expect(none.entries[0].unavailable?.contains("policy.model_directory") == true)
    #expect(list(model.path, resources, .oneMinute).entries[1].unavailable?.contains("hourly") == true)
    let other = list(model.path, "/nowhere", .oneHour, schema: String(repeating: "cd", count: 32))
    #expect(other.available == ["flat", "sma-cross"])
    #expect(other.entries[0].unavailable?.contains("features") == true)
    #expect(other.entries[1].unavailable?.contains("/nowhere/ppo-fallback.json") == true)
    for entry in all.entries + none.entries + other.entries {
      #expect((entry.identity == nil) != (entry.unavailable == nil))
    }
  }
}
