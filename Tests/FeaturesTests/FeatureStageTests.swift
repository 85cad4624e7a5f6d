import Core
import Digest
import Features
import Foundation
import Testing

@Suite struct FeatureStageTests {
  private func stage(count: Int = 1, scope: FeatureScope = .network) -> FeatureStage {
    FeatureStage(instruments: table(count: count), timeframe: .oneHour, scope: scope)
  }

  @Test(arguments: [
    MarketShape(), MarketShape(moveTicks: 5, stillness: 0.6, volumeless: 0.5),
    MarketShape(moveTicks: 20_000, stillness: 0, volumeless: 0),
  ])
  func windowMatchesTheDefinitions(shape: MarketShape) throws {
    for seed in UInt64(0)..<2 {
      let bars = randomBars(420, seed: seed, shape: shape)
      let naive = NaiveFeatures(bars)
      var stage = stage()
      for (index, bar) in bars.enumerated() {
        let observation = stage.receive(bar, hasGap: false, isPreRoll: false)
        guard index % 61 == 59, index >= 227 else { continue }
        try #require(observation.window.count == 960)
        for (step, place) in ((index - 59)...index).enumerated() {
          for (feature, value) in naive.row(place).enumerated() {
            let ours = Double(observation.window[step * 16 + feature])
            let want = min(5, max(-5, value))
            #expect(agree(ours, want, tolerance: 1e-6), "seed \(seed), bar \(place), \(FeatureSchema.names[feature])")
          }
        }
        let volatility = try #require(observation.volatilityPerBar)
        #expect(agree(volatility, naive.volatility(index, 168), tolerance: 1e-12))
        let present = naive.volatility(index, 24)
        let past = (24..<index).map { naive.volatility($0, 24) }
        // Windows of the same moves in another order have equal volatility but for rounding, which may rank either
        // first.
        let below = Double(past.count { $0 < present * (1 - 1e-12) }) / Double(past.count)
        let notAbove = Double(past.count { $0 <= present * (1 + 1e-12) }) / Double(past.count)
        let rank = try #require(observation.volatilityRank)
        #expect(rank >= below && rank <= notAbove, "seed \(seed), bar \(index)")
      }
    }
  }

  /// Bit patterns of everything an observation says, for exact comparison.
  private func fingerprint(_ observation: Observation) -> [UInt64] {
    (observation.window + observation.context).map { UInt64($0.bitPattern) }
      + [observation.complexity, observation.volatilityPerBar, observation.volatilityRank].map {
        $0?.bitPattern ?? .max
      }
      + [
        UInt64(observation.quality.rawValue), UInt64(bitPattern: observation.averageTrueRange?.raw ?? -1),
        UInt64(observation.barCount),
      ]
  }

  @Test func laterBarsChangeNothing() throws {
    for seed in UInt64(0)..<5 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest, lane: 99)
      let bars = randomBars(330, seed: seed)
      let cut = 100 + random.below(225)
      let other = randomBars(330, seed: seed + 1000, shape: MarketShape(moveTicks: 900))
      let changed = bars[..<cut] + other[cut...]
      func run(_ bars: some Sequence<Bar>) -> [[UInt64]] {
        var stage = stage()
        return bars.map { fingerprint(stage.receive($0, hasGap: false, isPreRoll: false)) }
      }
      let (whole, mutated, absent) = (run(bars), run(changed), run(bars[..<cut]))
      #expect(Array(whole[..<cut]) == absent, "seed \(seed), cut \(cut)")
      #expect(Array(mutated[..<cut]) == absent, "seed \(seed), cut \(cut)")
      #expect(whole.last != mutated.last, "seed \(seed), cut \(cut)")
    }
  }

  @Test func instrumentsDoNotMix() {
    let first = randomBars(260, seed: 1)
    let second = randomBars(260, seed: 2, shape: MarketShape(instrument: 1))
    var both = stage(count: 2)
    var alone = stage(count: 2)
    for (left, right) in zip(first, second) {
      let together = both.receive(left, hasGap: false, isPreRoll: false)
      _ = both.receive(right, hasGap: false, isPreRoll: false)
      let apart = alone.receive(left, hasGap: false, isPreRoll: false)
      #expect(fingerprint(together) == fingerprint(apart))
    }
  }

  @Test func warmUpAndFlags() throws {
    var stage = stage()
    var windowless = self.stage(scope: .sizing)
    for (index, bar) in randomBars(240, seed: 5).enumerated() {
      let isGap = index == 230
      let observation = stage.receive(bar, hasGap: isGap, isPreRoll: index < 228)
      let bare = windowless.receive(bar, hasGap: isGap, isPreRoll: index < 228)
      #expect(observation.barCount == index + 1)
      #expect(observation.quality.contains(.warmingUp) == (index < 227))
      #expect(observation.window.isEmpty == (index < 227))
      #expect(observation.quality.contains(.gap) == isGap)
      #expect(observation.quality.contains(.preRoll) == (index < 228))
      #expect((observation.volatilityPerBar == nil) == (index < 168))
      #expect((observation.volatilityRank == nil) == (index < 25))
      #expect((observation.averageTrueRange == nil) == (index < 14))
      #expect(observation.complexity == 1)
      #expect(bare.window.isEmpty && bare.complexity == nil)
      #expect(bare.quality == observation.quality)
      #expect(bare.volatilityRank == observation.volatilityRank)
    }
  }

  @Test(arguments: ["0", "12.5"])
  func constantPricesGiveZeros(volume: String) throws {
    var stage = stage()
    var last: Observation?
    for bar in try constantBars(300, price: "100.1", volume: volume) {
      last = stage.receive(bar, hasGap: false, isPreRoll: false)
    }
    let observation = try #require(last)
    #expect(observation.window.count == 960)
    #expect(observation.window.allSatisfy { abs($0) < 1e-6 })
    #expect(observation.quality == [])
    #expect(observation.averageTrueRange == .zero)
    #expect(observation.volatilityPerBar == 0)
    #expect(observation.volatilityRank == 0)
  }

  @Test func aLongStandstillLeavesNoRoundingNoise() throws {
    var bars = randomBars(300, seed: 6, shape: MarketShape(moveTicks: 20, stillness: 0))
    let price = bars[299].close
    for index in 0..<900 {
      var bar = bars[299]
      bar.openTime = bar.openTime.adding(milliseconds: Int64(index + 1) * 3_600_000)
      (bar.open, bar.high, bar.low, bar.close) = (price, price, price, price)
      bars.append(bar)
    }
    var stage = stage()
    let last = try #require(bars.map { stage.receive($0, hasGap: false, isPreRoll: false) }.last)
    #expect(last.volatilityPerBar == 0)
    let row = last.window.suffix(16)
    // What remains are the two ratios that Wilder's averages keep through a standstill: strength and direction.
    for (value, name) in zip(row, FeatureSchema.names) where !["rsi_14", "adx_14_signed"].contains(name) {
      #expect(abs(value) < 1e-12, "\(name)")
    }
  }

  @Test func aStandstillAfterMovementIsMarked() throws {
    var stage = stage()
    var observations: [Observation] = []
    var bars = randomBars(300, seed: 3, shape: MarketShape(stillness: 0))
    let still = bars[259]
    for index in 260..<300 {
      bars[index].open = still.close
      bars[index].high = still.close
      bars[index].low = still.close
      bars[index].close = still.close
    }
    for bar in bars { observations.append(stage.receive(bar, hasGap: false, isPreRoll: false)) }
    // The 24th bar without movement has a short volatility of 0, whose logarithm is no number.
    #expect(observations[282].quality == [])
    #expect(observations[283].quality == .nonFinite)
    #expect(observations[283].window.last == 0)
    #expect(observations[283].window.allSatisfy { $0.isFinite })
  }

  @Test func anImpossibleBarChangesNothing() throws {
    var bars = randomBars(250, seed: 8)
    bars[240].low = Price(raw: 0)
    bars[241].timeframe = .oneMinute
    var stage = stage()
    var clean = self.stage()
    for (index, bar) in bars.enumerated() {
      let observation = stage.receive(bar, hasGap: false, isPreRoll: false)
      if index == 240 || index == 241 {
        #expect(observation.quality == .nonFinite)
        continue
      }
      let wanted = clean.receive(bar, hasGap: false, isPreRoll: false)
      #expect(fingerprint(observation) == fingerprint(wanted))
    }
    #expect(stage.refusedBars == 2)
  }

  @Test func aNormaliserComesBeforeTheClip() throws {
    let bars = randomBars(228, seed: 4)
    var plain = stage()
    let means = (0..<16).map { Double($0) / 10 }
    let normaliser = try #require(FeatureNormaliser(means: means, deviations: [Double](repeating: 0.5, count: 16)))
    var scaled = FeatureStage(instruments: table(), timeframe: .oneHour, scope: .network, normaliser: normaliser)
    var pairs: [(Float, Float)] = []
    for bar in bars {
      let left = plain.receive(bar, hasGap: false, isPreRoll: false).window
      pairs = Array(zip(left, scaled.receive(bar, hasGap: false, isPreRoll: false).window))
    }
    #expect(pairs.count == 960)
    for (index, (raw, normal)) in pairs.enumerated() where abs(raw) < 5 {
      let want = min(5, max(-5, (Double(raw) - means[index % 16]) / 0.5))
      #expect(agree(Double(normal), want, tolerance: 1e-5))
    }
    #expect(FeatureNormaliser(means: means, deviations: [Double](repeating: 0, count: 16)) == nil)
    #expect(FeatureNormaliser(means: [0], deviations: [1]) == nil)
  }
}
