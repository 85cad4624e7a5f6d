import Core
import Risk
import Testing

/// A missing, stale or senseless input never opens a position.
struct MissingInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (inout Scenario) -> Void
    init(_ name: String, _ change: @escaping @Sendable (inout Scenario) -> Void) {
      testDescription = name
      self.change = change
    }
  }

  static let missing = [
    Case("warming up") { $0.quality = .warmingUp },
    Case("non-finite") { $0.quality = .nonFinite },
    Case("pre-roll") { $0.quality = .preRoll },
    Case("no true range") { $0.averageTrueRange = nil },
    Case("negative true range") { $0.averageTrueRange = price("-1") },
    Case("no volatility") { $0.volatilityPerBar = nil },
    Case("NaN volatility") { $0.volatilityPerBar = .nan },
    Case("infinite volatility") { $0.volatilityPerBar = .infinity },
    Case("negative volatility") { $0.volatilityPerBar = -0.01 },
    Case("no close seen") { $0.lastClose = nil },
    Case("close of zero") { $0.close = .zero },
    Case("fraction over one") { $0.fraction = rate("1.000000001") },
    Case("fraction below zero") { $0.fraction = rate("-0.000000001") },
    Case("negative reservation") { $0.environment.reservedQuote = money("-1") },
    Case("negative unknown orders") { $0.environment.unknownOrders = -1 },
    Case("account not known") { scenario in scenario.touch = { $0.isAccountKnown = false } },
  ]

  @Test(arguments: missing) func isAVeto(_ given: Case) {
    let verdict = Scenario().with(given.change).judge()
    #expect(verdict.order == nil)
    #expect(verdict.skipReason == .veto(.inputMissing))
    #expect((verdict.result(of: .inputMissing)?.input ?? .zero) >= Measure(1))
  }

  static let elsewhere: [(Case, RiskCheck)] = [
    (Case("no volatility rank") { $0.volatilityRank = nil }, .volatility),
    (Case("NaN volatility rank") { $0.volatilityRank = .nan }, .volatility),
    (Case("rank over one") { $0.volatilityRank = 1.5 }, .volatility),
    (Case("crossed quote") { $0.quote = Scenario.quote(bid: "100.1", ask: "100") }, .priceCollar),
    (Case("bid of zero") { $0.quote = Scenario.quote(bid: "0", ask: "200") }, .priceCollar),
    (
      Case("old quote") {
        $0.quote = Scenario.quote(bid: "100", ask: "100", at: noon.adding(milliseconds: -5_001))
      }, .spread
    ),
    (Case("quote required") { $0.limits.requiresQuote = true }, .spread),
    (Case("NaN confidence") { $0.reading = Scenario.reading(.nan) }, .modelConfidence),
    (Case("confidence over one") { $0.reading = Scenario.reading(1.5) }, .modelConfidence),
    (Case("peak not known") { scenario in scenario.touch = { $0.isPeakKnown = false } }, .drawdown),
    (Case("day not known") { scenario in scenario.touch = { $0.isDayStartKnown = false } }, .dailyLoss),
    (
      Case("rules begin later") { $0.rules = $0.rules.with(effectiveFrom: noon.adding(milliseconds: 1)) },
      .orderNotional
    ),
    (Case("sequence used before") { scenario in scenario.touch = { $0.lastSequence = 100 } }, .repeatedExecution),
  ]

  @Test(arguments: elsewhere) func isAVetoOfItsCheck(_ given: Case, _ check: RiskCheck) {
    let verdict = Scenario().with(given.change).judge()
    #expect(verdict.order == nil)
    #expect(verdict.skipReason == .veto(check))
  }

  @Test func aDecisionOnAnotherBarOrInstrumentIsAVeto() {
    let scenario = Scenario()
    var stage = scenario.stage()
    var decision = scenario.decision
    decision.barClose = noon.adding(milliseconds: 1)
    let late = stage.judge(decision, scenario.observation, now: noon, environment: .calm)
    #expect(late.skipReason == .veto(.inputMissing))
    decision = scenario.decision
    decision.instrument = InstrumentID(index: 2)
    let unknown = stage.judge(decision, scenario.observation, now: noon, environment: .calm)
    #expect(unknown.skipReason == .veto(.inputMissing))
    #expect(unknown.order == nil)
  }

  @Test func virtualTimeHasNoClockSkew() {
    let verdict = Scenario().with {
      $0.environment.clockSkewMillis = nil
      $0.environment.isVirtualTime = true
    }.judge()
    #expect(verdict.order != nil)
    #expect(verdict.result(of: .clockSkew)?.outcome == .notApplicable)
  }

  @Test func extremeNumbersAreVetoesNotTraps() {
    let extremes: [(inout Scenario) -> Void] = [
      { $0.cash = Money(raw: .min) },
      { $0.environment.reservedQuote = Money(raw: .max) },
      {
        $0.close = Price(raw: .max)
        $0.lastClose = Price(raw: .max)
      },
      {
        $0.close = Price(raw: 1)
        $0.lastClose = Price(raw: 1)
      },
      { $0.averageTrueRange = Price(raw: .max) }, { $0.volatilityPerBar = .greatestFiniteMagnitude },
      { $0.ageMillis = .min / 2 }, { $0.environment.clockSkewMillis = .min },
      { $0.quote = Quote(instrument: Scenario.id, time: Timestamp(milliseconds: .min), bid: .max, ask: .max) },
      { $0.limits.maxOrderNotionalQuote = Money(raw: .min) }, { $0.limits.maxOrdersPerMinute = .min },
      { $0.limits.maxGrossExposureQuote = Money(raw: .min) }, { $0.environment.unknownOrders = .max },
    ]
    for (index, change) in extremes.enumerated() {
      let verdict = Scenario().with(change).judge()
      #expect(verdict.order == nil, "extreme \(index)")
    }
    // A tiny volatility and the largest limits are extreme too, and harmless.
    let harmless = Scenario().with {
      $0.cash = .max
      $0.volatilityPerBar = .leastNonzeroMagnitude
      $0.limits.maxOrderNotionalQuote = .max
      $0.limits.maxPositionNotionalQuote = .max
    }.judge()
    #expect(harmless.order != nil)
  }
}
