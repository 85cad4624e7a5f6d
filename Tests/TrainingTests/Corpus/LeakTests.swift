import Backtest
import Bot
import Core
import Features
import Foundation
import Testing
import Training

/// The features of a decision never depend on a later bar.
@Suite struct PrefixTests {
  private static let width = FeatureSchema.names.count

  private func check(_ bars: [Bar], _ instrument: Instrument, at places: [Int], _ comment: String) {
    let full = CorpusFixture.build(bars, instrument: instrument).series
    for place in places where place < bars.count {
      let prefix = CorpusFixture.build(Array(bars[...place]), instrument: instrument).series
      let row = (place * Self.width)..<((place + 1) * Self.width)
      #expect(
        prefix.features[row].map(\.bitPattern) == full.features[row].map(\.bitPattern), "\(comment): bar \(place)")
      #expect(prefix.features[...] == full.features[..<row.upperBound], "\(comment): before bar \(place)")
      #expect(prefix.clock[...] == full.clock[..<(4 * place + 4)])
      #expect(
        prefix.deviations[place].bitPattern == full.deviations[place].bitPattern
          && prefix.complexity[place].bitPattern == full.complexity[place].bitPattern, "\(comment): bar \(place)")
    }
  }

  private func places(_ count: Int, seed: UInt64) -> [Int] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest, step: 9)
    return (0..<8).map { _ in 227 + random.below(max(1, count - 227)) }
  }

  @Test("SYNTHETIC: a prefix of the bars gives the features of the whole, bit for bit", arguments: [UInt64(1), 2, 3])
  func synthetic(seed: UInt64) {
    var bars = CorpusFixture.bars(4000, seed: seed)
    bars.removeSubrange(1500..<1507)
    check(bars, CorpusFixture.instrument(), at: places(bars.count, seed: seed), "seed \(seed)")
  }

  private static let data = ProcessInfo.processInfo.environment["HRMBOT_DATA"] ?? ""

  @Test(
    "recorded: a prefix of the bars gives the features of the whole, bit for bit",
    .enabled(if: data != "", "HRMBOT_DATA names no data"),
    arguments: ["crypto/binance_perp_1h/BTCUSDT.csv.gz", "equity_us/1d/AAPL.csv.gz", "fx/mt5_1h/EURUSD.csv.gz"])
  func recorded(file: String) throws {
    let market = try DataSource.open(
      [.file(Self.data + "/" + file)], timeframe: nil, rules: CorpusFixture.instruments())
    var source = market.bars
    var bars: [Bar] = []
    while bars.count < 12_000, let bar = try source.next() { bars.append(bar) }
    check(bars, market.instruments.instruments[0], at: places(bars.count, seed: 4), file)
  }
}

/// Transformed series do to a learner what they must do in a sound pipeline. The learner is the smallest there is: ridge
/// regression of the outcome on the features of one bar, and a position by its sign.
@Suite struct LeakProbeTests {
  /// Outcomes with a small true edge: the first feature, which lasts a few bars, says a little about them.
  private func market(_ count: Int, seed: UInt64, edge: Double) -> TradingSeries {
    var series = CorpusFixture.noise(count, features: 4, seed: seed)
    for bar in 0..<count { series.returns[bar] += 0.01 * edge * Double(series.features[4 * bar]) }
    return series
  }

  /// Mean outcome of a decision on the second half, of a learner that saw the first, over its standard error.
  private func payoff(_ series: TradingSeries) -> (mean: Double, error: Double) {
    let width = series.featureCount
    func row(_ bar: Int) -> [Double] { (0..<width).map { Double(series.features[bar * width + $0]) } + [1] }
    let half = series.count / 2
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: width + 2), count: width + 1)
    for bar in 0..<half where series.isDecidable[bar] {
      let x = row(bar)
      for i in 0...width {
        for j in 0...width { matrix[i][j] += x[i] * x[j] }
        matrix[i][width + 1] += x[i] * series.returns[bar]
      }
    }
    for i in 0...width { matrix[i][i] += 1 }
    // Gauss and Jordan; a ridge is positive definite.
    for pivot in 0...width {
      let scale = matrix[pivot][pivot]
      matrix[pivot] = matrix[pivot].map { $0 / scale }
      for other in 0...width where other != pivot {
        let factor = matrix[other][pivot]
        for column in pivot...(width + 1) { matrix[other][column] -= factor * matrix[pivot][column] }
      }
    }
    var gains: [Double] = []
    for bar in half..<series.count where series.isDecidable[bar] {
      let guess = zip(row(bar), matrix).reduce(0) { $0 + $1.0 * $1.1[width + 1] }
      gains.append(guess > 0 ? series.returns[bar] : -series.returns[bar])
    }
    let mean = gains.reduce(0, +) / Double(gains.count)
    let variance = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(gains.count - 1)
    return (mean, (variance / Double(gains.count)).squareRoot())
  }

  @Test("a sight of the outcome explodes, and is gone with one bar of delay", arguments: [UInt64(1), 2, 3])
  func canary(seed: UInt64) {
    let series = market(8000, seed: seed, edge: 0)
    let honest = payoff(series), seeing = payoff(series.showingOutcome(inFeature: 2))
    let late = payoff(series.showingOutcome(inFeature: 2).delayingFeatures())
    #expect(honest.mean.magnitude < 4 * honest.error, "seed \(seed)")
    // The mean absolute outcome is all there is to earn.
    let all = series.returns[4000...].reduce(0) { $0 + $1.magnitude } / 4000
    #expect(seeing.mean > 0.99 * all && seeing.mean > 50 * seeing.error, "seed \(seed)")
    #expect(late.mean.magnitude < 4 * late.error, "seed \(seed)")
  }

  @Test("shuffled outcomes leave nothing of an edge that is there", arguments: [UInt64(1), 2, 3])
  func shuffle(seed: UInt64) {
    let series = market(8000, seed: seed, edge: 0.2)
    let honest = payoff(series), shuffled = payoff(series.shufflingOutcomes(seed: seed))
    #expect(honest.mean > 5 * honest.error && shuffled.mean < 4 * shuffled.error, "seed \(seed)")
  }

  @Test("a shuffle keeps every month's outcomes and all undecidable ones; another seed or lane is another shuffle")
  func months() {
    var series = CorpusFixture.noise(2000, seed: 5)
    for bar in stride(from: 0, to: 2000, by: 7) { series.isDecidable[bar] = false }
    let shuffled = series.shufflingOutcomes(seed: 1)
    let january = 0..<743, february = 743..<(743 + 672)
    for month in [january, february] {
      #expect(shuffled.returns[month].sorted() == series.returns[month].sorted())
      #expect(Array(shuffled.returns[month]) != Array(series.returns[month]))
    }
    #expect(
      series.isDecidable.indices.allSatisfy { series.isDecidable[$0] || shuffled.returns[$0] == series.returns[$0] })
    #expect(shuffled.returns == series.shufflingOutcomes(seed: 1).returns)
    #expect(shuffled.returns != series.shufflingOutcomes(seed: 2).returns)
    #expect(shuffled.returns != series.shufflingOutcomes(seed: 1, lane: 1).returns)
  }

  @Test("delayed features are those of the bar before, and only whole ones decide")
  func delay() {
    var series = CorpusFixture.noise(50, seed: 6)
    series.isDecidable[20] = false
    let late = series.delayingFeatures()
    #expect(late.features[4...] == series.features[..<(49 * 4)] && late.features[..<4] == [0, 0, 0, 0])
    #expect((0..<50).filter { !late.isDecidable[$0] } == [0, 20, 21])
    #expect(late.returns == series.returns)
  }
}
