import Agent
import Core
import Features
import HRM
import Testing
import Training

@Suite struct NormaliserTests {
  @Test("mean and deviation, median and its distance are those of the training decisions alone")
  func fits() throws {
    var first = CorpusFixture.noise(6, features: 2, seed: 1)
    var second = CorpusFixture.noise(4, features: 2, seed: 2)
    first.features = [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 5, 5]
    second.features = [-5, 5, 0, 0, 0, 0, 5, 5]
    first.isDecidable[5] = false
    // Bars 0 to 4 of the first, 1 and 2 of the second: 1, 2, 3, 4, 5, 0, 0.
    let ranges = [0..<6, 1..<3]
    let mean = try #require(NormaliserFit.mean.normaliser([first, second], ranges))
    #expect(mean.means == [Float(15.0 / 7), 0])
    // The mean of the squares is 55 / 7.
    let variance: Double = 55.0 / 7 - (15.0 / 7) * (15.0 / 7)
    #expect((mean.deviations[0] - Float(variance.squareRoot())).magnitude < 1e-6)
    // The second feature never varies: it keeps its size.
    #expect(mean.deviations[1] == 1)
    let median = try #require(NormaliserFit.median.normaliser([first, second], ranges))
    #expect(median.means == [2, 0] && median.deviations == [Float(1.4826 * 2), 1])
    #expect(NormaliserFit.mean.normaliser([first], [5..<6]) == nil && NormaliserFit.mean.normaliser([], []) == nil)
  }

  @Test("nothing outside the training decisions changes the fit")
  func leaks() throws {
    let series = CorpusFixture.noise(500, seed: 3)
    for fit in NormaliserFit.allCases {
      let before = try #require(fit.normaliser([series], [0..<300]))
      var changed = series
      for place in (300 * 4)..<(500 * 4) { changed.features[place] = 5 }
      #expect(fit.normaliser([changed], [0..<300]) == before)
      for place in 0..<400 { changed.features[place] = 5 }
      #expect(fit.normaliser([changed], [0..<300]) != before)
    }
  }

  @Test("a normalised corpus has mean 0 and deviation 1, and what was unknown stays 0")
  func applied() throws {
    let (series, knownFrom, excluded) = CorpusFixture.build(CorpusFixture.bars(3000, seed: 4))
    let member = CorpusMember(
      symbol: "AAA", timeframe: .oneHour, marketClass: .crypto, knownFrom: knownFrom, excluded: excluded,
      refusedRows: 0, gaps: 0, source: "AAA.csv", sourceDigest: "", digest: series.digest)
    let split = SeriesSplit(train: 0..<2000, validation: 2100..<3000)
    var corpus = Corpus(series: [series], members: [member], splits: [split])
    let normaliser = try #require(NormaliserFit.mean.normaliser(corpus.series, corpus.splits.map(\.train)))
    corpus.normalise(normaliser)
    #expect(corpus.normaliser == normaliser)
    #expect(corpus.series[0].features[..<(knownFrom * 16)].allSatisfy { $0 == 0 })
    let again = try #require(NormaliserFit.mean.normaliser(corpus.series, [0..<2000]))
    // The cut at 5 takes a little off the tails.
    #expect(again.means.allSatisfy { $0.magnitude < 0.02 } && again.deviations.allSatisfy { ($0 - 1).magnitude < 0.05 })
    #expect(corpus.series[0].features.allSatisfy { $0.magnitude <= 5 })
    // A window of the series is what a decision's window becomes.
    let rows = (1000 * 16)..<(1060 * 16)
    var window = Array(series.features[rows])
    normaliser.apply(to: &window)
    #expect(window == Array(corpus.series[0].features[rows]))
  }
  @Test("what a trainer reads at a bar is what the policy asks its network there, bit for bit")
  func policy() throws {
    let bars = CorpusFixture.bars(600, seed: 5)
    var (series, knownFrom, _) = CorpusFixture.build(bars)
    let normaliser = try #require(NormaliserFit.median.normaliser([series], [0..<400]))
    series.normalise(normaliser, from: knownFrom)
    var model = ModelManifest(
      name: "m", architecture: .tiny, featureSchemaHash: FeatureSchema.hash, instruments: ["AAA"], timeframes: ["1h"],
      files: [:], untrained: true, training: nil, seed: 1)
    model.normaliser = normaliser
    let table = InstrumentTable([CorpusFixture.instrument()])
    var policy = try HRMPolicy(
      manifest: model, instruments: table, timeframe: .oneHour, featureSchemaHash: FeatureSchema.hash,
      options: .init(limits: ThinkingLimits()))
    var stage = FeatureStage(instruments: table, timeframe: .oneHour, scope: .network)
    var asked = 0
    for (place, bar) in bars.enumerated() {
      let seen = stage.receive(bar, hasGap: false, isPreRoll: false)
      guard case .think(let request) = policy.decide(seen) else { continue }
      let window = series.features[((place - 59) * 16)..<((place + 1) * 16)]
      #expect(request.input.bars.map(\.bitPattern) == window.map(\.bitPattern), "bar \(place)")
      #expect(Array(request.input.context[4...]) == Array(series.clock[(4 * place)..<(4 * place + 4)]))
      asked += 1
    }
    #expect(asked == 600 - 227)
  }
}
