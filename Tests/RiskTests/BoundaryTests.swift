import Core
import Risk
import Testing

/// One check with a case at its limit and one a unit beyond.
struct Boundary: Sendable, CustomTestStringConvertible {
  let check: RiskCheck
  let within: @Sendable (inout Scenario) -> Void
  let beyond: @Sendable (inout Scenario) -> Void
  var skip: SkipReason { check == .orderQuantity ? .belowMinimumQuantity : .veto(check) }
  var testDescription: String { check.rawValue }
  /// Checks that stop at their limit, not only beyond it.
  var reachingIsTooMuch: Bool { check == .consecutiveLosses || check == .riskPerTrade }

  init(
    _ check: RiskCheck, _ within: @escaping @Sendable (inout Scenario) -> Void,
    beyond: @escaping @Sendable (inout Scenario) -> Void
  ) {
    self.check = check
    self.within = within
    self.beyond = beyond
  }
}

struct BoundaryTests {
  /// The smallest order is 0.001: 0.101 at the worst price of 101, 0.101101 with its fee.
  static let table: [Boundary] = stateBoundaries + dataBoundaries + sizeBoundaries + lossBoundaries + modelBoundaries

  @Test(arguments: table)
  func theLimitPassesAndOneUnitMoreIsVetoed(_ boundary: Boundary) throws {
    let within = Scenario().with(boundary.within).judge()
    #expect(within.result(of: boundary.check)?.outcome == .pass)
    #expect(within.order != nil, "\(String(describing: within.skipReason))")
    #expect(within.skipReason == nil)
    let beyond = Scenario().with(boundary.beyond).judge()
    let result = try #require(beyond.result(of: boundary.check))
    #expect(result.outcome == .veto)
    #expect(beyond.skipReason == boundary.skip)
    #expect(beyond.order == nil)
    #expect(beyond.finalAction == .hold)
    #expect(beyond.finalQuantity.isZero)
    if let margin = result.margin { #expect(margin.isNegative || (margin.isZero && boundary.reachingIsTooMuch)) }
  }

  @Test func everyCheckIsInTheTable() {
    #expect(Set(Self.table.map(\.check)) == Set(RiskCheck.allCases))
  }

  @Test func everyOpeningAndEveryHoldRecordsEveryCheckInOrder() {
    #expect(Scenario().judge().checks.map(\.check) == RiskCheck.allCases)
    let hold = Scenario().with { $0.action = .hold }.judge()
    #expect(hold.checks.map(\.check) == RiskCheck.allCases)
    #expect(hold.skipReason == .policyHold)
    #expect(hold.finalAction == .hold)
    #expect(hold.order == nil)
  }

  static let stateBoundaries = [
    Boundary(.tradingState, { _ in }, beyond: { $0.environment.tradingState = .reducing }),
    Boundary(.stopLatch, { _ in }, beyond: { $0.environment.latchLevel = .reduce }),
    Boundary(
      .legalAction, { $0.action = .sellShort },
      beyond: {
        $0.action = .sellShort
        $0.isShortable = false
      }),
    Boundary(.journalHealthy, { _ in }, beyond: { $0.environment.isJournalHealthy = false }),
    Boundary(.venueReady, { _ in }, beyond: { $0.environment.isVenueReady = false }),
    Boundary(.unknownOrders, { _ in }, beyond: { $0.environment.unknownOrders = 1 }),
    Boundary(
      .orderRate,
      { scenario in
        scenario.touch = { $0.orderTimes = Array(repeating: noon.adding(milliseconds: -59_999), count: 29) }
      },
      beyond: { scenario in
        scenario.touch = { $0.orderTimes = Array(repeating: noon.adding(milliseconds: -59_999), count: 30) }
      }),
    Boundary(
      .repeatedExecution,
      { scenario in
        scenario.touch = {
          $0.instruments[0].repeatedSide = .buy
          $0.instruments[0].repeatedCount = 19
        }
      },
      beyond: { scenario in
        scenario.touch = {
          $0.instruments[0].repeatedSide = .buy
          $0.instruments[0].repeatedCount = 20
        }
      }),
  ]

  static let dataBoundaries = [
    Boundary(.inputMissing, { $0.averageTrueRange = .zero }, beyond: { $0.averageTrueRange = nil }),
    Boundary(.dataAge, { $0.ageMillis = 5_000 }, beyond: { $0.ageMillis = 5_001 }),
    Boundary(.dataAge, { $0.ageMillis = -2_000 }, beyond: { $0.ageMillis = -2_001 }),
    Boundary(.dataGap, { _ in }, beyond: { $0.quality = .gap }),
    Boundary(
      .clockSkew, { $0.environment.clockSkewMillis = -2_000 }, beyond: { $0.environment.clockSkewMillis = -2_001 }),
    Boundary(.clockSkew, { _ in }, beyond: { $0.environment.clockSkewMillis = nil }),
    Boundary(
      .calendar, { $0.calendar = session(noNewEntries: 721) }, beyond: { $0.calendar = session(noNewEntries: 720) }),
    Boundary(
      .calendar, { $0.calendar = session(squareOff: 721) }, beyond: { $0.calendar = session(squareOff: 720) }),
    Boundary(.calendar, { $0.calendar = session(close: 721) }, beyond: { $0.calendar = session(close: 720) }),
    Boundary(.priceCollar, { $0.close = price("101") }, beyond: { $0.close = price("101.000000001") }),
    Boundary(.priceCollar, { $0.close = price("99") }, beyond: { $0.close = price("98.999999999") }),
    Boundary(
      .priceCollar,
      {
        $0.lastClose = price("101")
        $0.close = price("101")
        $0.quote = Scenario.quote(bid: "100", ask: "100")
      },
      beyond: {
        $0.lastClose = price("101")
        $0.close = price("101")
        $0.quote = Scenario.quote(bid: "99.999999999", ask: "100")
      }),
    Boundary(
      .spread, { $0.quote = Scenario.quote(bid: "99.75", ask: "100.25") },
      beyond: { $0.quote = Scenario.quote(bid: "99.75", ask: "100.250000001") }),
    Boundary(.volatility, { $0.volatilityRank = 0.99 }, beyond: { $0.volatilityRank = 0.990000001 }),
  ]

  static func session(noNewEntries: Int? = nil, squareOff: Int? = nil, close: Int = 1_000) -> TradingCalendar {
    TradingCalendar(
      name: "test",
      session: .init(
        zone: .fixed(offsetMinutes: 0), openMinute: 540, closeMinute: close, weekdays: [0, 1, 2, 3, 4],
        noNewEntriesMinute: noNewEntries, squareOffMinute: squareOff))
  }

  static let sizeBoundaries = [
    Boundary(
      .orderQuantity,
      {
        $0.rules = $0.rules.with(minimum: "0.5")
        $0.limits.maxOrderNotionalQuote = money("50.5")
      },
      beyond: {
        $0.rules = $0.rules.with(minimum: "0.5")
        $0.limits.maxOrderNotionalQuote = money("50.5")
        $0.fraction = rate("0.999999999")
      }),
    Boundary(
      .orderNotional, { $0.limits.maxOrderNotionalQuote = money("0.101") },
      beyond: { $0.limits.maxOrderNotionalQuote = money("0.101") - smallestMoney }),
    Boundary(
      .orderNotional,
      {
        $0.limits.maxOrderNotionalQuote = money("50.5")
        $0.rules = $0.rules.with(minimumNotional: money("50"))
      },
      beyond: {
        $0.limits.maxOrderNotionalQuote = money("50.5")
        $0.rules = $0.rules.with(minimumNotional: money("50") + smallestMoney)
      }),
    Boundary(
      .lotAndTick,
      {
        $0.close = price("100.5")
        $0.limits.priceCollar = rate("0.005")
        $0.rules = $0.rules.with(tick: "1")
      },
      beyond: {
        $0.close = price("100.5")
        $0.limits.priceCollar = rate("0.004975124")
        $0.lastClose = price("100.5")
        $0.rules = $0.rules.with(tick: "1")
      }),
    Boundary(
      .positionLimit, { $0.limits.maxPositionNotionalQuote = money("0.101") },
      beyond: { $0.limits.maxPositionNotionalQuote = money("0.101") - smallestMoney }),
    Boundary(
      .positionLimit, { $0.limits.maxPositionShare = rate("0.00000101") },
      beyond: {
        $0.limits.maxPositionShare = rate("0.00000101")
        $0.cash = money("100000") - money("0.000000000001")
      }),
    Boundary(
      .grossExposure,
      {
        $0.environment.reservedQuote = money("1000")
        $0.limits.maxGrossExposureQuote = money("1000.101")
      },
      beyond: {
        $0.environment.reservedQuote = money("1000") + smallestMoney
        $0.limits.maxGrossExposureQuote = money("1000.101")
      }),
    Boundary(
      .availableBalance, { $0.environment.reservedQuote = money("100000") - money("0.101101") },
      beyond: { $0.environment.reservedQuote = money("100000") - money("0.101101") + smallestMoney }),
    Boundary(
      .riskPerTrade, { $0.limits.riskPerTrade = rate("0.00000003") },
      beyond: { $0.limits.riskPerTrade = rate("0.000000029") }),
    Boundary(
      .riskPerTrade, { $0.averageTrueRange = price("33.33") }, beyond: { $0.averageTrueRange = price("33.331") }),
  ]

  static let lossBoundaries = [
    Boundary(
      .dailyLoss,
      {
        $0.cash = money("97000")
        $0.dayStartEquity = money("100000")
      },
      beyond: {
        $0.cash = money("97000") - smallestMoney
        $0.dayStartEquity = money("100000")
      }),
    Boundary(
      .drawdown,
      {
        $0.cash = money("85000")
        $0.equityPeak = money("100000")
      },
      beyond: {
        $0.cash = money("85000") - smallestMoney
        $0.equityPeak = money("100000")
      }),
    Boundary(
      .consecutiveLosses, { scenario in scenario.touch = { $0.consecutiveLosses = 7 } },
      beyond: { scenario in scenario.touch = { $0.consecutiveLosses = 8 } }),
    Boundary(
      .coolDown, { scenario in scenario.touch = { $0.coolDownUntil = noon } },
      beyond: { scenario in scenario.touch = { $0.coolDownUntil = noon.adding(milliseconds: 1) } }),
  ]

  static let modelBoundaries = [
    Boundary(
      .modelConfidence,
      {
        $0.limits.minimumConfidence = rate("0.5")
        $0.reading = Scenario.reading(0.5)
      },
      beyond: {
        $0.limits.minimumConfidence = rate("0.5")
        $0.reading = Scenario.reading(Float(0.5).nextDown)
      }),
    Boundary(
      .deadlineMiss, { $0.reading = Scenario.reading(1, segments: 1) },
      beyond: { $0.reading = Scenario.reading(1, segments: 0) }),
  ]
}

extension InstrumentRules {
  func with(
    tick: String? = nil, minimum: String? = nil, minimumNotional: Money? = nil, effectiveFrom: Timestamp? = nil
  ) -> InstrumentRules {
    InstrumentRules(
      effectiveFrom: effectiveFrom ?? self.effectiveFrom, tick: tick.map { price($0) } ?? self.tick, lot: lot,
      minimumQuantity: minimum.map { quantity($0) } ?? minimumQuantity,
      minimumNotionalQuote: minimumNotional ?? minimumNotionalQuote, makerFee: makerFee, takerFee: takerFee)
  }
}
