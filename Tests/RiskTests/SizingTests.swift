import Core
import Risk
import Testing

struct SizingTests {
  @Test func theBudgetIsTheSmallestOfItsLimits() {
    // 25,000 at the worst price of 101.
    #expect(Scenario().judge().finalQuantity == quantity("247.524"))
    #expect(Scenario().with { $0.limits.maxOrderNotionalQuote = money("1010") }.judge().finalQuantity == quantity("10"))
    #expect(
      Scenario().with { $0.limits.maxPositionNotionalQuote = money("101") }.judge().finalQuantity == quantity("1"))
    #expect(Scenario().with { $0.limits.maxPositionShare = rate("0.0101") }.judge().finalQuantity == quantity("10"))
    #expect(
      Scenario().with { $0.environment.reservedQuote = money("98990") }.judge().finalQuantity == quantity("9.99"))
    #expect(
      Scenario().with { $0.limits.maxGrossExposureQuote = money("202") }.judge().finalQuantity == quantity("2"))
  }

  @Test func theFractionScalesTheBudget() {
    let scenario = Scenario().with { $0.limits.maxOrderNotionalQuote = money("1010") }
    #expect(scenario.with { $0.fraction = rate("0.25") }.judge().finalQuantity == quantity("2.5"))
    #expect(scenario.with { $0.fraction = .zero }.judge().skipReason == .belowMinimumQuantity)
    #expect(scenario.with { $0.fraction = rate("0.33333") }.judge().finalQuantity == quantity("3.333"))
  }

  @Test func theTargetVolatilityScalesTheBudget() {
    var scenario = Scenario().with { $0.limits.maxOrderNotionalQuote = money("1010") }
    // Hourly: a year has 8,760 bars. 10 x 0.4 / 0.81 = 4.938...
    scenario.volatilityPerBar = 0.81 / 8_760.0.squareRoot()
    #expect(scenario.judge().finalQuantity == quantity("4.938"))
    scenario.volatilityPerBar = 0.39 / 8_760.0.squareRoot()
    #expect(scenario.judge().finalQuantity == quantity("10"))
    scenario.volatilityPerBar = 0
    #expect(scenario.judge().finalQuantity == quantity("10"))
    scenario.limits.targetVolatility = .zero
    scenario.volatilityPerBar = nil
    #expect(scenario.judge().finalQuantity == quantity("10"))
  }

  @Test func theStopBoundsTheRisk() throws {
    // 1 % of 100,000 at a stop of 3 x 7 away.
    let verdict = Scenario().with { $0.averageTrueRange = price("7") }.judge()
    #expect(verdict.finalQuantity == quantity("47.619"))
    #expect(verdict.order?.stopDistance == price("21"))
    let rounded = Scenario().with { $0.averageTrueRange = price("0.333333334") }.judge()
    #expect(rounded.order?.stopDistance == price("1.01"))
    let still = Scenario().with { $0.averageTrueRange = .zero }.judge()
    #expect(still.order?.stopDistance == price("0.01"))
    let without = Scenario().with {
      $0.limits.stopATR = .zero
      $0.averageTrueRange = nil
    }.judge()
    #expect(without.order != nil)
    #expect(without.order?.stopDistance == nil)
    #expect(without.result(of: .riskPerTrade)?.outcome == .notApplicable)
  }

  @Test func theCollarIsRoundedToTheSafeSide() throws {
    let scenario = Scenario().with {
      $0.close = price("33.33")
      $0.lastClose = price("33.33")
      $0.rules = $0.rules.with(tick: "0.05")
    }
    // 33.6633 down, 32.9967 up.
    #expect(scenario.judge().order?.collar == price("33.65"))
    #expect(scenario.with { $0.action = .sellShort }.judge().order?.collar == price("33"))
  }

  @Test func anApprovedOpeningIsAMarketOrderOfTheDecision() throws {
    let bought = try #require(Scenario().judge().order).request
    #expect(bought.clientID == ClientOrderID(sequence: 100, role: .entry))
    #expect(bought.kind == .market)
    #expect(bought.side == .buy)
    #expect(!bought.isReduceOnly)
    let sold = try #require(Scenario().with { $0.action = .sellShort }.judge().order).request
    #expect(sold.side == .sell)
  }

  @Test func aShortBindsItsWorthAsMargin() {
    // Cash holds the proceeds of the short: 100,000 of equity, half of it bound.
    let scenario = Scenario().with {
      $0.otherPosition = .short("1000", cost: "50000")
      $0.cash = money("150000")
      $0.limits.maxOrderNotionalQuote = .max
      $0.limits.maxPositionNotionalQuote = .max
      $0.limits.maxPositionShare = .one
      $0.limits.riskPerTrade = .one
    }
    // 50,000 at 101.101.
    #expect(scenario.judge().finalQuantity == quantity("494.554"))
  }

  @Test func sumsOfTenthsAreExact() {
    // 0.1 + 0.2 lots of exactly 0.3: nothing is lost to binary fractions.
    let scenario = Scenario().with {
      $0.rules = $0.rules.with(minimum: "0.3")
      $0.environment.reservedQuote = money("0.1") + money("0.2")
      $0.limits.maxGrossExposureQuote = money("30.6")
    }
    #expect(scenario.judge().finalQuantity == quantity("0.3"))
    #expect(
      scenario.with { $0.environment.reservedQuote = money("0.3") + smallestMoney }.judge().skipReason
        == .veto(.grossExposure))
  }

  @Test func annualisationFollowsTheSession() {
    // Six and a half hours on five days: 6.5 x 5 x 365 / 7 hourly bars.
    let nyse = TradingCalendar(
      name: "nyse",
      session: .init(zone: .newYork, openMinute: 570, closeMinute: 960, weekdays: [0, 1, 2, 3, 4]))
    var scenario = Scenario().with {
      $0.limits.maxOrderNotionalQuote = money("1010")
      $0.calendar = nyse
      $0.volatilityPerBar = 0.81 / (6.5 * 5 * 365.0 / 7).squareRoot()
    }
    #expect(scenario.judge().result(of: .calendar)?.outcome == .veto)
    scenario.calendar = BoundaryTests.session(close: 930)
    #expect(scenario.judge().finalQuantity == quantity("4.938"))
  }
}
