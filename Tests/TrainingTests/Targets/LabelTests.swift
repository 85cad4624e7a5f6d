import Core
import Foundation
import Testing
import Training

@Suite struct LabelTests {
  private func bars(_ seed: UInt64, _ count: Int = 40) -> [PriceBar] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    var price = 100.0
    return (0..<count).map { _ in
      // Now and then a gap.
      let open = price * (random.below(8) == 0 ? exp(0.03 * random.normal()) : 1)
      price = open * exp(0.01 * random.normal())
      return PriceBar(
        open: open, high: max(open, price) * (1 + 0.01 * random.uniform()),
        low: min(open, price) * (1 - 0.01 * random.uniform()), close: price)
    }
  }

  /// A short sees the market upside down.
  @Test(arguments: 1...60) func sidesAreMirrored(_ seed: UInt64) {
    let market = bars(seed)
    let mirror = market.map { PriceBar(open: 1 / $0.open, high: 1 / $0.low, low: 1 / $0.high, close: 1 / $0.close) }
    var labels: Set<Int> = []
    for bar in 0..<30 {
      let long = TripleBarrier(market, at: bar, deviation: 0.02, up: 1, down: 1.5, horizon: 5)
      let short = TripleBarrier(mirror, at: bar, side: .short, deviation: 0.02, up: 1.5, down: 1, horizon: 5)
      guard let long, let short else {
        Issue.record("seed \(seed), bar \(bar)")
        continue
      }
      #expect(long.label == -short.label && long.exitBar == short.exitBar, "seed \(seed), bar \(bar)")
      #expect(abs(long.exit * short.exit - 1) < 1e-12, "seed \(seed), bar \(bar)")
      labels.insert(long.label)
    }
    #expect(labels.count >= 2, "seed \(seed)")
  }

  @Test(arguments: 1...60) func theFirstBarrierIsTheOneThatCounts(_ seed: UInt64) {
    let market = bars(seed)
    for bar in 0..<30 {
      guard let long = TripleBarrier(market, at: bar, deviation: 0.02, up: 1, down: 1, horizon: 8) else {
        Issue.record("seed \(seed), bar \(bar)")
        continue
      }
      let touched = (bar + 1...bar + 8).first { market[$0].high >= long.upper || market[$0].low <= long.lower }
      #expect(long.exitBar == touched ?? bar + 8 && (long.label == 0) == (touched == nil), "seed \(seed), bar \(bar)")
      #expect(long.entry == market[bar + 1].open, "seed \(seed), bar \(bar)")
      if long.label < 0 { #expect(market[long.exitBar].low <= long.lower && long.exit <= long.lower, "seed \(seed)") }
      if long.label > 0 { #expect(market[long.exitBar].low > long.lower && long.exit >= long.upper, "seed \(seed)") }
      #expect((market[long.exitBar].low...market[long.exitBar].high).contains(long.exit), "seed \(seed), bar \(bar)")
    }
  }

  @Test func whatEndsTooEarlyIsNotKnown() {
    let market = bars(3)
    #expect(TripleBarrier(market, at: 36, deviation: 1, up: 9, down: 9, horizon: 3) != nil)
    #expect(TripleBarrier(market, at: 37, deviation: 1, up: 9, down: 9, horizon: 3) == nil)
    // A barrier that is met before the end is an answer.
    #expect(TripleBarrier(market, at: 37, deviation: 0.0001, up: 1, down: 1, horizon: 3) != nil)
    #expect(TripleBarrier(market, at: 39, deviation: 1, up: 9, down: 9, horizon: 1) == nil)
    #expect(TripleBarrier(market, at: -1, deviation: 1, up: 9, down: 9, horizon: 1) == nil)
  }

  @Test func smallGainsAreNotWorthAPosition() throws {
    let rising = [100.0, 100, 101, 102].map { PriceBar(open: $0, high: $0, low: $0, close: $0) }
    let long = try #require(TripleBarrier(rising, at: 0, deviation: 0.005, up: 1, down: 1, horizon: 2))
    #expect(long.label == 1 && abs(long.netReturn(of: .long, turnoverCost: 0.001) - 0.008) < 1e-3)
    #expect(TripleBarrier.wanted(long: long, short: long, turnoverCost: 0.0012) == .long)
    #expect(TripleBarrier.wanted(long: long, short: long, turnoverCost: 0.003) == .flat)
    let falling = rising.map {
      PriceBar(open: 1e4 / $0.open, high: 1e4 / $0.open, low: 1e4 / $0.open, close: 1e4 / $0.open)
    }
    let short = try #require(TripleBarrier(falling, at: 0, side: .short, deviation: 0.005, up: 1, down: 1, horizon: 2))
    #expect(TripleBarrier.wanted(long: short, short: short, turnoverCost: 0.0012) == .short)
    #expect(TripleBarrier.wanted(long: short, short: nil, turnoverCost: 0.0012) == .flat)
    for position in PositionSide.inOrder {
      for wanted in PositionSide.inOrder {
        let action = TripleBarrier.action(from: position, towards: wanted)
        #expect(LegalMask(position: position, isShortable: true).contains(action))
        #expect(position.after(action) == (position == .flat || position == wanted ? wanted : .flat))
      }
    }
  }

  @Test func forwardReturnsAreNetAndCut() throws {
    func value(_ opens: [Double], deviation: Double = 0.01) -> Double? {
      ForwardReturn.riskAdjusted(opens: opens, at: 0, horizon: 4, deviation: deviation, turnoverCost: 0.001)
    }
    let up = try #require(value([1, 100, 0, 0, 0, 101]))
    #expect(abs(up - (log(1.01) - 0.002) / 0.02) < 1e-12)
    let down = try #require(value([1, 101, 0, 0, 0, 100]))
    #expect(abs(down + up) < 1e-12)
    #expect(value([1, 1, 0, 0, 0, 1]) == 0 && value([1, 1, 0, 0, 0, 2]) == 5 && value([1, 2, 0, 0, 0, 1]) == -5)
    #expect(value([1, 1, 0, 0, 0]) == nil && value([1, 1, 0, 0, 0, 2], deviation: 0) == nil)
    #expect(value([1, 1, 0, 0, 0, .nan]) == nil)
  }

  @Test(arguments: 1...40) func uniquenessIsCountedMomentByMoment(_ seed: UInt64) {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    let spans = (0..<1 + random.below(30)).map { _ in
      let start = random.below(60) - 30
      return start...start + random.below(12)
    }
    let naive = spans.map { span in
      span.reduce(0.0) { sum, moment in sum + 1 / Double(spans.count { $0.contains(moment) }) } / Double(span.count)
    }
    for (ours, theirs) in zip(LabelUniqueness.of(spans), naive) { #expect(abs(ours - theirs) < 1e-12, "seed \(seed)") }
  }

  @Test func weightsAreScaledToAMeanOfOne() {
    #expect(LabelUniqueness.of([]) == [] && LabelUniqueness.scaled([]) == [])
    #expect(LabelUniqueness.scaled([1, 3]) == [0.5, 1.5] && LabelUniqueness.scaled([0, 0]) == [1, 1])
    // Long spans cost no time.
    #expect(LabelUniqueness.of([0...1_000_000_000_000]) == [1])
  }

  @Test(arguments: 1...30) func quantitiesAreThoseOfThePath(_ seed: UInt64) {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    let changes = (0..<12).map { _ in 0.01 * random.normal() }
    let deviations = (0..<12).map { _ in 0.01 * random.uniform() }
    let closing = (0..<12).map { _ in random.below(4) == 0 ? 1.0 : 0 }
    let costs = TradingCosts(turnover: 0.001, holding: 0.0002)
    let sign: Double = seed % 2 == 0 ? 1 : -1
    let targets = QuantityTarget.opened(
      sign: sign, changes: ([0] + changes)[1...], deviations: deviations[...], closing: closing, costs: costs)
    for bar in 0..<12 {
      let exit = (bar + 1..<12).first { closing[$0] == 1 } ?? 12
      let gain = (bar..<exit).reduce(-0.002) { $0 + sign * changes[$1] - 0.0002 }
      let variance = (bar..<exit).reduce(0.0) { $0 + deviations[$1] * deviations[$1] }
      #expect(abs(targets[bar].gain - gain) < 1e-15 && abs(targets[bar].variance - variance) < 1e-15, "seed \(seed)")
      let best = targets[bar].best(riskAversion: 30, largest: 1)
      func utility(_ size: Double) -> Double { size * gain - 15 * size * size * variance }
      for other in stride(from: 0.0, through: 1, by: 0.05) {
        #expect(utility(best) >= utility(other) - 1e-15, "seed \(seed), bar \(bar)")
      }
    }
    #expect(QuantityTarget(gain: 1, variance: 0).best(riskAversion: 1, largest: 0.5) == 0.5)
    #expect(QuantityTarget(gain: -1, variance: 1).best(riskAversion: 0, largest: 0.5) == 0)
  }

  /// Closing by chance: the mean over all that can happen.
  @Test func quantitiesOfAnUnsurePolicyAreExpectedOnes() {
    let (changes, deviations, closing) = ([0.01, -0.02, 0.03], [0.1, 0.2, 0.3], [0.5, 0.25, 0.75])
    let costs = TradingCosts(turnover: 0.001)
    func mean(_ part: (QuantityTarget) -> Double) -> Double {
      (0..<8).reduce(0) { sum, code in
        let closed = (0..<3).map { Double(code >> $0 & 1) }
        let chance = zip(closed, closing).reduce(1) { $0 * ($1.0 == 1 ? $1.1 : 1 - $1.1) }
        let path = QuantityTarget.opened(
          sign: 1, changes: changes[...], deviations: deviations[...], closing: closed, costs: costs)
        return sum + chance * part(path[0])
      }
    }
    let target = QuantityTarget.opened(
      sign: 1, changes: changes[...], deviations: deviations[...], closing: closing, costs: costs)[0]
    #expect(abs(target.gain - mean(\.gain)) < 1e-15 && abs(target.variance - mean(\.variance)) < 1e-15)
  }

  @Test func slopesAreThoseOfTheLosses() {
    func slope(_ loss: (Double) -> Double, _ x: Double) -> Double { (loss(x + 1e-5) - loss(x - 1e-5)) / 2e-5 }
    for x in [-3, -0.7, -0.2, 0.1, 0.9, 2.5] {
      #expect(abs(Huber.loss(x).slope - slope({ Huber.loss($0).loss }, x)) < 1e-9)
      #expect(abs(Huber.loss(x, bend: 0.5).slope - slope({ Huber.loss($0, bend: 0.5).loss }, x)) < 1e-9)
      #expect(
        abs(
          ValueTarget.loss(output: x, target: 0.4).slope - slope({ ValueTarget.loss(output: $0, target: 0.4).loss }, x))
          < 1e-9)
      let quantity = QuantityTarget.loss(output: x, target: 0.3, largest: 2)
      #expect(abs(quantity.slope - slope({ QuantityTarget.loss(output: $0, target: 0.3, largest: 2).loss }, x)) < 1e-9)
      let expectile = AdvantageWeights.expectile(x)
      #expect(abs(expectile.slope - slope({ AdvantageWeights.expectile($0).loss }, x)) < 1e-9)
      #expect(abs(expectile.loss - (x < 0 ? 0.3 : 0.7) * x * x) < 1e-12)
    }
    #expect(Huber.loss(3).loss == 2.5 && Huber.loss(-3) == (2.5, -1) && Huber.loss(0.5).loss == 0.125)
    #expect(ValueTarget.scaled(0.02, deviation: 0) == nil)
    #expect(ValueTarget.scaled(0.02, deviation: 0.01).map { ValueTarget.value(ofOutput: $0, deviation: 0.01) } == 0.02)
  }

  /// D is the slope of the Sharpe ratio of the record in η, at 0.
  @Test(arguments: 1...20) func differentialSharpeIsASlope(_ seed: UInt64) {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    let (mean, deviation) = (0.001 * random.normal(), 0.01 + 0.01 * random.uniform())
    let (square, change) = (mean * mean + deviation * deviation, 0.02 * random.normal())
    func ratio(_ rate: Double) -> Double {
      var record = DifferentialSharpe(rate: rate, mean: mean, meanSquare: square)
      _ = record.receive(change)
      return record.mean / (record.meanSquare - record.mean * record.mean).squareRoot()
    }
    let value = DifferentialSharpe(rate: 0.1, mean: mean, meanSquare: square).value(of: change)
    #expect(abs(value - (ratio(1e-6) - ratio(-1e-6)) / 2e-6) < 1e-6, "seed \(seed)")
    #expect(DifferentialSharpe(rate: 0.1).value(of: change) == 0)
  }

  @Test func haltingTargets() {
    #expect(HaltingTargets.stability([.hold, .buyLong, .buyLong]) == [0, 1, 1] && HaltingTargets.stability([]) == [])
    let row: ArraySlice<Double> = [0, 0.03, -0.01, .nan, .nan, 0.02][1...]
    #expect(HaltingTargets.regret(.buyLong, row, cap: 0.02) == 1)
    #expect(abs(HaltingTargets.regret(.hold, row, cap: 0.02) - 0.5) < 1e-12)
    #expect(
      HaltingTargets.regret(.sellShort, row, cap: 0.02) == 0 && HaltingTargets.regret(.closeLong, row, cap: 1) == 0)
    #expect(HaltingTargets.continuing(halts: [1], goesOn: [1], price: 0.1) == [])
    #expect(HaltingTargets.continuing(halts: [], goesOn: [], price: 0.1) == [])
    // The last segment cannot go on, however much it would.
    #expect(HaltingTargets.continuing(halts: [9, 0], goesOn: [9, 9], price: 0.25) == [0.25])
    let rows = (0...10).map { [0.0, Double($0), .nan, .nan, 0.5][...] }
    #expect(HaltingTargets.cap(rows) == 9 && HaltingTargets.cap([]) == nil)
  }

  @Test func advantageWeightsAreBounded() {
    #expect(AdvantageWeights.regression(0) == 1 && AdvantageWeights.regression(9) == 10)
    #expect(abs(AdvantageWeights.regression(-0.5) - exp(-1)) < 1e-15)
    #expect(AdvantageWeights.regression(.infinity) == 10)
  }
}
