import Core
import Testing

@Suite struct VocabularyTests {
  @Test func actionsKeepTheirPlaces() {
    #expect(Action.allCases.map(\.name) == ["buy_long", "sell_short", "close_long", "close_short", "hold"])
    #expect(Action.allCases.map(\.rawValue) == [0, 1, 2, 3, 4] && Action.count == 5)
    #expect(Action.allCases.map(\.side) == [.buy, .sell, .sell, .buy, nil])
    #expect(Action.allCases.map(\.isOpening) == [true, true, false, false, false])
    #expect(Action.allCases.map(\.isClosing) == [false, false, true, true, false])
    #expect(Side.buy.opposite == .sell && Side.sell.opposite == .buy)
  }

  @Test(arguments: [
    (PositionSide.flat, true, [Action.buyLong, .sellShort, .hold]), (.flat, false, [.buyLong, .hold]),
    (.long, true, [.closeLong, .hold]), (.long, false, [.closeLong, .hold]), (.short, true, [.closeShort, .hold]),
    (.short, false, [.closeShort, .hold]),
  ])
  func legalActions(_ side: PositionSide, _ isShortable: Bool, _ legal: [Action]) {
    let mask = LegalMask(position: side, isShortable: isShortable)
    #expect(Action.allCases.filter { mask.contains($0) } == legal)
    #expect(LegalMask(bits: mask.bits) == mask)
  }

  @Test func statesAndStopsAreOrdered() {
    #expect(TradingState.active < .reducing && TradingState.reducing < .halted)
    #expect(StopLevel.reduce < .stop && StopLevel.stop < .flatten)
    #expect(StopLevel.allCases.map(\.tradingState) == [.reducing, .halted, .halted])
    let latch = StopLatch(id: "a", level: .stop, source: .file, reason: "r", at: Timestamp(milliseconds: 1))
    #expect(latch.level.tradingState == .halted && latch.source == .file)
  }

  @Test func barsAreConsistentOrNot() throws {
    func bar(_ open: String, _ high: String, _ low: String, _ close: String, _ volume: String = "1") throws -> Bar {
      Bar(
        instrument: InstrumentID(index: 0), timeframe: .oneHour, openTime: Timestamp(milliseconds: 0),
        open: try Price(open), high: try Price(high), low: try Price(low), close: try Price(close),
        volume: try Measure(volume))
    }
    #expect(try bar("2", "3", "1", "2").isConsistent && bar("1", "1", "1", "1", "0").isConsistent)
    #expect(try !bar("4", "3", "1", "2").isConsistent && !bar("2", "3", "1", "4").isConsistent)
    #expect(try !bar("2", "3", "2.5", "3").isConsistent && !bar("3", "3", "2.5", "2").isConsistent)
    #expect(try !bar("2", "3", "0", "2").isConsistent && !bar("2", "3", "1", "2", "-1").isConsistent)
    #expect(try bar("2", "3", "1", "2").closeTime.milliseconds == 3_600_000)
  }

  @Test func rulesHoldFromTheirDay() throws {
    func rules(_ from: Int64, _ tick: String) throws -> InstrumentRules {
      InstrumentRules(
        effectiveFrom: Timestamp(milliseconds: from), tick: try Price(tick), lot: try Quantity("1"),
        minimumQuantity: .zero, minimumNotionalQuote: .zero, makerFee: .zero, takerFee: .zero)
    }
    func instrument(_ rules: [InstrumentRules]) -> Instrument {
      Instrument(
        id: InstrumentID(index: 0), symbol: "BTCUSDT", venue: "simulated", kind: .cryptoSpot, isShortable: false,
        calendar: .alwaysOpen, rules: rules)
    }
    let changing = instrument([try rules(200, "0.1"), try rules(100, "0.01")])
    #expect(changing.rules(at: Timestamp(milliseconds: 99)) == nil)
    #expect(changing.rules(at: Timestamp(milliseconds: 100))?.tick.description == "0.01")
    #expect(changing.rules(at: Timestamp(milliseconds: 199))?.tick.description == "0.01")
    #expect(changing.rules(at: Timestamp(milliseconds: 200))?.tick.description == "0.1")
    let fixed = instrument([try rules(100, "0.5")])
    #expect(fixed.rules(at: Timestamp(milliseconds: 99)) == nil && fixed.rules(at: Timestamp(milliseconds: 100)) != nil)
    let table = InstrumentTable([fixed])
    #expect(table.count == 1 && table[InstrumentID(index: 0)] == fixed)
    #expect(table.instrument(symbol: "BTCUSDT") == fixed && table.instrument(symbol: "X") == nil)
    #expect(InstrumentID(index: 1) < InstrumentID(index: 2))
  }

  @Test func skipReasonsAreNames() {
    #expect(SkipReason.policyHold.name == "policy_hold")
    #expect(SkipReason.belowMinimumQuantity.name == "below_min_qty")
    #expect(SkipReason.veto(.dailyLoss).name == "veto_daily_loss")
    #expect(Set(RiskCheck.allCases.map(\.rawValue)).count == RiskCheck.allCases.count)
    #expect(CheckResult(check: .spread, outcome: .notApplicable).outcome.rawValue == "n/a")
    let verdict = Verdict(
      decisionSequence: 1, finalAction: .hold, finalQuantity: .zero, skipReason: .policyHold, checks: [], order: nil)
    #expect(verdict.order == nil && verdict.finalAction == .hold)
  }

  @Test func observationsKnowWhatIsLegal() throws {
    let bar = Bar(
      instrument: InstrumentID(index: 0), timeframe: .oneHour, openTime: Timestamp(milliseconds: 0),
      open: try Price("1"), high: try Price("1"), low: try Price("1"), close: try Price("1"), volume: .zero)
    let observation = Observation(
      instrument: bar.instrument, timeframe: bar.timeframe, bar: bar, barCount: 1, window: [], context: [],
      complexity: nil, quality: [.warmingUp, .gap], position: .flat, isShortable: false, averageTrueRange: nil,
      volatilityPerBar: nil, volatilityRank: nil, quote: nil)
    #expect(observation.legalMask == LegalMask(position: .flat, isShortable: false))
    #expect(observation.quality.contains(.gap) && !observation.quality.contains(.preRoll))
    let reading = NetworkReading(
      logits: [1], probabilities: [1], value: 0, qHalt: 0, qContinue: 0, segments: 1, haltReason: .q,
      actionPerSegment: [.hold], residualH: 0, residualL: 0)
    let decision = Decision(
      sequence: 1, instrument: bar.instrument, timeframe: .oneHour, barClose: bar.closeTime,
      policy: PolicyIdentity(name: "flat", sha256: "", isUntrained: false), role: .production, fallbackReason: nil,
      legalMask: observation.legalMask, action: .hold, quantityFraction: .zero, reading: reading, note: nil)
    #expect(decision.policy.name == "flat" && decision.reading == reading)
    #expect(MarketEvent.bar(bar) == .bar(bar))
    let quote = Quote(instrument: bar.instrument, time: bar.openTime, bid: bar.low, ask: bar.high)
    let trade = Trade(
      instrument: bar.instrument, time: bar.openTime, price: bar.low, quantity: .zero, aggressor: .buy)
    let change = BookChange(
      instrument: bar.instrument, time: bar.openTime, side: .buy, price: bar.low, quantity: .zero)
    #expect(MarketEvent.quote(quote) != .trade(trade) && MarketEvent.bookChange(change) != .quote(quote))
  }
}
