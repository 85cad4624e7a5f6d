import Core
import Features
import Testing
import Training

/// What a trainer reads is what the bot would have seen.
@Suite struct SeriesBuilderTests {
  private static let width = FeatureSchema.names.count

  @Test("features, clock, volatility and complexity of every bar are the live stage's, bit for bit")
  func live() throws {
    let bars = CorpusFixture.bars(2600, seed: 1)
    let (series, knownFrom, _) = CorpusFixture.build(bars)
    #expect(knownFrom == 168 && series.count == bars.count)
    #expect(series.features[..<(168 * Self.width)].allSatisfy { $0 == 0 })
    var stage = FeatureStage(
      instruments: InstrumentTable([CorpusFixture.instrument()]), timeframe: .oneHour, scope: .network)
    for (place, bar) in bars.enumerated() {
      let seen = stage.receive(bar, hasGap: false, isPreRoll: false)
      #expect(series.clock[(4 * place)..<(4 * place + 4)] == seen.context[4...])
      #expect(series.deviations[place] == seen.volatilityPerBar ?? 0)
      #expect(series.complexity[place] == seen.complexity ?? 1)
      guard !seen.window.isEmpty else { continue }
      let first = (place - 59) * Self.width
      #expect(Array(series.features[first..<(first + 60 * Self.width)]) == seen.window, "bar \(place)")
    }
    #expect(Set(series.complexity).count > 100)
  }

  @Test("a decision earns the move from the next open to the one after; without a past or a future nothing is learnt")
  func outcomes() {
    let bars = CorpusFixture.bars(300, seed: 2)
    let (series, _, excluded) = CorpusFixture.build(bars)
    for bar in 0..<298 {
      #expect(series.returns[bar] == bars[bar + 2].open.approximate / bars[bar + 1].open.approximate - 1)
    }
    #expect(series.returns[298].isNaN && series.returns[299].isNaN)
    #expect((0..<300).filter { series.isDecidable[$0] } == Array(227..<298))
    #expect(excluded[.warmingUp] == 227 && excluded[.noOutcome] == 2 && excluded.total == 229)
  }

  @Test("a hole in the window or before the outcome leaves the decision out; a small one may be tolerated")
  func holes() {
    var bars = CorpusFixture.bars(600, seed: 3)
    bars.removeSubrange(400..<403)
    // The bar now at 400 has the hole before it.
    let (series, _, excluded) = CorpusFixture.build(bars)
    let undecided = (227..<595).filter { !series.isDecidable[$0] }
    #expect(undecided == Array(398..<460))
    #expect(excluded[.gap] == 62)
    // What a decision earns across the hole is unknown, to labels of other decisions too.
    #expect((0..<595).filter { !series.returns[$0].isFinite } == [398, 399])
    var rules = CorpusRules()
    rules.toleratedMissingBars = 3
    #expect(CorpusFixture.build(bars, rules: rules).excluded[.gap] == 0)
    rules.toleratedMissingBars = 2
    #expect(CorpusFixture.build(bars, rules: rules).excluded[.gap] == 62)
  }

  @Test("a closed market is no hole")
  func closings() {
    let calendar = TradingCalendar(
      name: "days",
      session: .init(
        zone: .fixed(offsetMinutes: 0), openMinute: 480, closeMinute: 960, weekdays: [0, 1, 2, 3, 4, 5, 6])
    )
    let bars = CorpusFixture.bars(2400, seed: 4).filter { (8..<16).contains($0.openTime.milliseconds / 3_600_000 % 24) }
    let open = CorpusFixture.build(bars, instrument: CorpusFixture.instrument(calendar: calendar))
    #expect(open.excluded[.gap] == 0 && open.series.isDecidable.count { $0 } == bars.count - 229)
    let always = CorpusFixture.build(bars)
    #expect(always.series.isDecidable.allSatisfy { !$0 })
    #expect(always.series.features == open.series.features)
  }

  @Test("outcomes that are too large to be true and markets that stand still are left out and counted")
  func faults() {
    var bars = CorpusFixture.bars(800, seed: 5)
    for index in 502..<800 {
      let place = { (price: Price) in Price(raw: price.raw * 3) }
      bars[index].open = place(bars[index].open)
      bars[index].high = place(bars[index].high)
      bars[index].low = place(bars[index].low)
      bars[index].close = place(bars[index].close)
    }
    let jump = CorpusFixture.build(bars)
    #expect(jump.excluded[.outlier] == 1 && !jump.series.isDecidable[500] && jump.series.isDecidable[501])
    #expect((0..<798).filter { jump.series.returns[$0].isNaN } == [500])
    let price = Price(raw: 100 * Price.unit)
    let still = CorpusFixture.bars(600, seed: 5).map {
      Bar(
        instrument: $0.instrument, timeframe: $0.timeframe, openTime: $0.openTime, open: price, high: price, low: price,
        close: price, volume: .zero)
    }
    let quiet = CorpusFixture.build(still)
    #expect(quiet.excluded[.standstill] == 373 && quiet.series.isDecidable.allSatisfy { !$0 })
  }

  @Test("bars that are none are refused and counted, and change nothing")
  func refusals() {
    let bars = CorpusFixture.bars(400, seed: 6)
    var builder = SeriesBuilder(instrument: CorpusFixture.instrument(), timeframe: .oneHour, rules: CorpusRules())
    for (index, bar) in bars.enumerated() {
      builder.receive(bar)
      if index == 300 {
        builder.receive(bar)
        builder.receive(bars[10])
        var torn = bars[301]
        torn.high = Price(raw: 1)
        builder.receive(torn)
      }
    }
    #expect(builder.quality.duplicates == 1 && builder.quality.disorder == 1 && builder.quality.impossibleBars == 1)
    #expect(builder.finish().series.digest == CorpusFixture.build(bars).series.digest)
  }

  @Test("fewer bars than a window make a series without a decision")
  func short() {
    for count in [0, 1, 2, 168, 227, 229] {
      let (series, knownFrom, excluded) = CorpusFixture.build(CorpusFixture.bars(count, seed: 7))
      #expect(series.count == count && series.features.count == 16 * count && excluded.total == count)
      #expect(knownFrom == (count < 228 ? count : 168))
    }
  }
}
