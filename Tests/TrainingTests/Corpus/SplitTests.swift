import Backtest
import Core
import Testing
import Training

@Suite struct SplitTests {
  private func times(_ count: Int, from start: Timestamp = CorpusFixture.start, every: Timeframe = .oneHour)
    -> [Timestamp]
  {
    (1...count).map { start.adding(milliseconds: Int64($0) * every.milliseconds) }
  }

  @Test("training ends where a label would reach the hull of the validation, as the general split says")
  func purge() {
    var random = CounterRandom(seed: 11, purpose: .propertyTest)
    for round in 0..<40 {
      let count = 200 + random.below(600)
      let rule = SplitRule(horizonBars: 1 + random.below(40), lookbackBars: random.below(120))
      let first = random.below(count + 50)
      let cut = CorpusFixture.start.adding(milliseconds: Int64(first) * 3_600_000)
      let split = rule.split(closeTimes: times(count), timeframe: .oneHour, at: cut)
      let place = min(first, count)
      #expect(split.validation == place..<count)
      // What the general split leaves of the samples before the block. Labels beyond the data are no samples.
      let spans = (0..<count).map { (start: $0, end: $0 + rule.horizonBars + 1) }.filter {
        $0.start >= place || $0.end < count
      }
      let general = PurgedSplit(
        spans: spans, test: place...max(place, count - 1), embargo: 0, lookback: rule.lookbackBars)
      let wanted = place < count ? general.train.map { spans[$0].start } : spans.map(\.start)
      #expect(Array(split.train) == wanted, "round \(round)")
    }
  }

  @Test("no label of a training decision reaches the validation, in any instrument or length of bars")
  func spans() {
    let cut = CalendarDay(year: 2021, month: 2, day: 1)!.start
    let rule = SplitRule(horizonBars: 24, lookbackBars: 0)
    for (timeframe, offset) in [(Timeframe.oneHour, 0), (.oneDay, 3), (Timeframe("30m")!, 17)] {
      let start = CorpusFixture.start.adding(milliseconds: Int64(offset) * 3_600_000)
      let closes = times(3000, from: start, every: timeframe)
      let split = rule.split(closeTimes: closes, timeframe: timeframe, at: cut)
      #expect(!split.train.isEmpty && !split.validation.isEmpty)
      // Labels look at the open of bar t + 25.
      #expect(split.train.allSatisfy { closes[$0 + 25].adding(milliseconds: -timeframe.milliseconds) < cut })
      #expect(split.train.upperBound + 25 < split.validation.lowerBound + 1)
      let firstOpen = closes[split.validation.lowerBound].adding(milliseconds: -timeframe.milliseconds)
      #expect(
        firstOpen >= cut && closes[split.validation.lowerBound - 1] < cut.adding(milliseconds: timeframe.milliseconds))
    }
  }

  @Test("without validation the labels only have to exist; a series after the cut only validates")
  func ends() {
    let rule = SplitRule(horizonBars: 24, lookbackBars: 60)
    let late = rule.split(closeTimes: times(100), timeframe: .oneHour, at: Timestamp(milliseconds: 4_000_000_000_000))
    #expect(late.train == 0..<75 && late.validation == 100..<100)
    let early = rule.split(closeTimes: times(100), timeframe: .oneHour, at: Timestamp(milliseconds: 0))
    #expect(early.train.isEmpty && early.validation == 0..<100)
    let none = rule.split(closeTimes: [], timeframe: .oneHour, at: Timestamp(milliseconds: 0))
    #expect(none.train.isEmpty && none.validation.isEmpty)
  }

  @Test("folds learn from the beginning on, and keep each part clear of the next")
  func folds() throws {
    let plan = try #require(WalkForwardPlan("train=6mo,validate=2mo,test=1mo"))
    let closes = times(24 * 365)
    let folds = CorpusFold.folds(plan, of: CorpusFixture.start..<closes.last!)
    #expect(folds.count == 4)
    let rule = SplitRule(horizonBars: 24, lookbackBars: 60)
    var tested: [Int] = []
    for fold in folds {
      let split = rule.split(closeTimes: closes, timeframe: .oneHour, fold: fold)
      #expect(split.train.lowerBound == 0 && fold.train.lowerBound == CorpusFixture.start)
      #expect(split.train.upperBound - 1 + 25 < split.validation.lowerBound - 60)
      #expect(split.validation.upperBound - 1 + 25 < split.test.lowerBound - 60)
      #expect(
        split.train.count + 85 == split.validation.lowerBound
          && split.validation.upperBound + 85 == split.test.lowerBound)
      tested += Array(split.test)
    }
    #expect(tested == Array(tested[0]..<(tested[0] + tested.count)))
    let rolling = CorpusFold.folds(plan, of: CorpusFixture.start..<closes.last!, isAnchored: false)
    #expect(rolling[2].train.lowerBound > rolling[0].train.lowerBound && rolling[2].test == folds[2].test)
  }

  @Test("classes of markets follow from what index.json says of an instrument")
  func classes() throws {
    let rules = try CorpusFixture.instruments()
    func marketClass(_ symbol: String, _ kind: InstrumentKind?) -> MarketClass {
      MarketClass(rules.instrument(symbol: symbol, id: InstrumentID(index: 0), kind: kind).instrument)
    }
    #expect(marketClass("BTCUSDT", .cryptoPerpetual) == .crypto && marketClass("SOLUSDT", nil) == .crypto)
    #expect(marketClass("AAPL", .equity) == .stocks && marketClass("SPY", .etf) == .stocks)
    #expect(marketClass("FTSE100", .index) == .stocks && marketClass("NIFTY50", .index) == .india)
    #expect(marketClass("EURUSD", .fx) == .currencies && marketClass("XAGUSD", .metal) == .currencies)
    #expect(
      MarketClass.allCases.map { "\(CalendarDay($0.validationStart))" } == [
        "2024-01-01", "2014-01-01", "2020-01-01", "2025-01-01",
      ])
  }
}
