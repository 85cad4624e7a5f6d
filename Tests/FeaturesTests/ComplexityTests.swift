import Core
import Features
import Foundation
import Testing

@Suite struct ComplexityTests {
  private struct Golden: Decodable {
    struct Case: Decodable {
      struct Input: Decodable {
        var kind: String
        var x: Value?
        var r: [Double]?
        var hist: [Double]?
        var z: [Double]?
        var k: Double?
        var h: Double?
        var complexity: Double?
        var m_max: Int?
        var m_floor: Int?
      }
      struct Expected: Decodable {
        var pe: Double?
        var h: Double?
        var rank: Double?
        var score: [Double]?
        var alarms: [Int]?
        var m_min: Int?
      }
      var id: String
      var input: Input
      var expected: Expected
    }
    /// A number or a list of them.
    enum Value: Decodable {
      case one(Double)
      case many([Double])
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let list = try? container.decode([Double].self) {
          self = .many(list)
        } else {
          self = .one(try container.decode(Double.self))
        }
      }
    }
    var cases: [Case]
  }

  @Test func goldenCases() throws {
    let golden = try JSONDecoder().decode(Golden.self, from: Data(try resource("04-complexity.json").utf8))
    #expect(golden.cases.count == 11)
    for item in golden.cases { try check(item) }
  }

  private func check(_ item: Golden.Case) throws {
    let (input, expected) = (item.input, item.expected)
    switch (input.kind, input.x) {
    case ("pe", .many(let values)?):
      let entropy = try #require(MarketComplexity.permutationEntropy(values))
      let want = try #require(expected.pe)
      #expect(agree(entropy, want), "\(item.id)")
    case ("hurst", _):
      let (returns, want) = (try #require(input.r), try #require(expected.h))
      let exponent = try #require(MarketComplexity.hurstExponent(returns: returns))
      #expect(agree(exponent, want), "\(item.id)")
    case ("ecdf", .one(let value)?):
      let (history, want) = (try #require(input.hist), try #require(expected.rank))
      let rank = try #require(MarketComplexity.midRank(of: value, in: history))
      #expect(agree(rank, want), "\(item.id)")
    case ("cusum", _):
      var detector = ChangeDetector(slack: try #require(input.k), threshold: try #require(input.h))
      let steps = try #require(input.z).map { (detector.receive($0), detector.hasAlarm) }
      for (step, want) in zip(steps, try #require(expected.score)) { #expect(agree(step.0, want), "\(item.id)") }
      #expect(steps.indices.filter { steps[$0].1 } == expected.alarms)
    case ("mmin", _):
      let segments = MinimumDepth.segments(
        complexity: input.complexity, floor: try #require(input.m_floor),
        maximum: try #require(input.m_max))
      #expect(segments == expected.m_min, "\(item.id)")
    default: Issue.record("no check for \(item.id)")
    }
  }

  @Test func rollingRankMatchesALookAtEveryValue() throws {
    for seed in UInt64(0)..<10 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      var ranks = RollingRank(capacity: 37)
      var values: [Double] = []
      for _ in 0..<300 {
        let value = Double(random.below(25))
        let held = Array(values.suffix(37))
        let place = ranks.receive(value)
        #expect(place?.midRank == MarketComplexity.midRank(of: value, in: held), "seed \(seed)")
        #expect(place?.below == (held.isEmpty ? nil : held.count { $0 < value }), "seed \(seed)")
        values.append(value)
      }
    }
  }

  /// The whole of complexity from its definitions, at every bar.
  private func naive(closes: [Double]) throws -> [Double] {
    let logs = closes.map { log($0) }
    let returns = zip(logs, logs.dropFirst()).map { $1 - $0 }
    func sigma(_ bar: Int, _ span: Int) -> Double {
      (returns[(bar - span)..<bar].reduce(0) { $0 + $1 * $1 } / Double(span)).squareRoot()
    }
    let volatilities = (24..<closes.count).map { sigma($0, 24) }
    let entropies = try (127..<closes.count).map {
      try #require(MarketComplexity.permutationEntropy(Array(closes[($0 - 127)...$0])))
    }
    var detector = ChangeDetector()
    var smoothed: Double?
    return try closes.indices.map { bar in
      let change = bar >= 168 ? detector.receive(returns[bar - 1] / sigma(bar, 168)) : 0
      guard bar >= 127 + 2160 else { return 1 }
      let (volatility, entropy) = (bar - 24, bar - 127)
      let past = Array(volatilities[(volatility - 2160)..<volatility])
      let pastEntropies = Array(entropies[(entropy - 2160)..<entropy])
      let hurst = try #require(MarketComplexity.hurstExponent(returns: Array(returns[(bar - 256)..<bar])))
      let value = MarketComplexity.blend(
        volatility: try #require(MarketComplexity.midRank(of: volatilities[volatility], in: past)),
        disorder: try #require(MarketComplexity.midRank(of: entropies[entropy], in: pastEntropies)),
        trendAmbiguity: MarketComplexity.trendAmbiguity(hurst: hurst), change: change)
      smoothed = smoothed.map { $0 + (value - $0) * 2 / 7 } ?? value
      return smoothed!
    }
  }

  @Test func streamMatchesTheDefinitions() throws {
    let bars = randomBars(2500, seed: 21, shape: MarketShape(stillness: 0))
    let wanted = try naive(closes: bars.map(\.close.approximate))
    var stage = FeatureStage(instruments: table(), timeframe: .oneHour, scope: .network)
    for (bar, want) in zip(bars, wanted) {
      let complexity = try #require(stage.receive(bar, hasGap: false, isPreRoll: false).complexity)
      // Equal entropies of unequal counts may differ by rounding and change places: half a rank of 2,160.
      #expect(abs(complexity - want) < 1e-3)
      #expect((0...1).contains(complexity))
    }
  }
}
