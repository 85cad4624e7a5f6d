import Core
import Foundation
import Statistics
import Testing

@Suite struct ReportTests {
  private func time(_ text: String, hour: Int64 = 0) throws -> Timestamp {
    try #require(CalendarDay(text)).start.adding(milliseconds: hour * 3_600_000)
  }

  private func curve(_ values: [Double]) throws -> EquityCurve {
    try EquityCurve(times: values.indices.map { Timestamp(milliseconds: Int64($0) * 1000) }, values: values)
  }

  @Test func midnightBelongsToTheDayThatEnds() throws {
    let times = try [
      time("2023-12-30"), time("2023-12-31", hour: 12), time("2024-01-01"), time("2024-01-01", hour: 1),
      time("2024-02-01"), time("2024-03-15"),
    ]
    let curve = try EquityCurve(times: times, values: [100, 110, 121, 133.1, 66.55, 133.1])
    #expect(curve.yearly.map(\.year) == [2023, 2024] && curve.yearly.allSatisfy { $0.month == nil })
    #expect(near(curve.yearly[0].value, 0.21) && near(curve.yearly[1].value, 0.1))
    #expect(curve.monthly.map { [$0.year, $0.month!] } == [[2023, 12], [2024, 1], [2024, 3]])
    #expect(zip(curve.monthly, [0.21, -0.45, 1]).allSatisfy { near($0.value, $1) })
    #expect(curve.monthly.map(\.periods) == [2, 2, 1])
    // The end of December 31 is midnight.
    #expect(curve.daily.values == [100, 121, 133.1, 66.55, 133.1])
  }

  @Test(arguments: 1...20) func partsCompoundToTheWhole(_ seed: UInt64) throws {
    var random = chance(seed)
    var (now, value) = (try time("2020-11-05"), 100.0)
    var (times, values) = ([now], [value])
    for _ in 0..<900 {
      now = now.adding(milliseconds: Int64(1 + random.below(80)) * 3_600_000)
      value *= 1 + 0.01 * random.normal()
      times.append(now)
      values.append(value)
    }
    let curve = try EquityCurve(times: times, values: values)
    for parts in [curve.yearly.map(\.value), curve.monthly.map(\.value), curve.returns, curve.daily.returns] {
      #expect(near(parts.reduce(1) { $0 * (1 + $1) }, value / 100, 1e-10), "seed \(seed)")
    }
    #expect(curve.yearly.reduce(0) { $0 + $1.periods } == 900)
    let figures = try PerformanceFigures(returns: curve.returns, periodsPerYear: 365)
    #expect(near(Drawdown.deepest(1, in: curve).first?.depth, figures.maxDrawdown, 1e-10), "seed \(seed)")
    #expect(Drawdown.all(in: curve).map(\.periods).max() == figures.maxDrawdownPeriods, "seed \(seed)")
    #expect(near(Drawdown.depths(of: curve).min(), figures.maxDrawdown, 1e-10), "seed \(seed)")
  }

  @Test func curvesThatAreNoneAreRefused() throws {
    let now = Timestamp(milliseconds: 0)
    let later = Timestamp(milliseconds: 1)
    let bad: [([Timestamp], [Double])] = [
      ([], []), ([now], []), ([now, now], [1, 2]), ([later, now], [1, 2]), ([now], [0]), ([now, later], [1, .nan]),
      ([now, later, Timestamp(milliseconds: 2)], [1, 0, 1]),
    ]
    for (times, values) in bad {
      #expect(throws: StatisticsError.self) { try EquityCurve(times: times, values: values) }
    }
    let ruin = try EquityCurve.upToRuin(
      times: [now, later, Timestamp(milliseconds: 2)], values: [1, -0.5, 3])
    #expect(ruin.isRuined && ruin.curve.values == [1, -0.5] && ruin.curve.returns == [-1.5])
    #expect(try EquityCurve(times: [now], values: [5]).returns == [])
    #expect(try EquityCurve(times: [now], values: [5]).monthly == [])
  }

  @Test func fallsAreFoundFromPeakToRecovery() throws {
    let all = Drawdown.all(in: try curve([10, 12, 9, 6, 6, 12, 13, 12.9, 14, 7]))
    #expect(all.map(\.peak) == [1, 6, 8] && all.map(\.trough) == [3, 7, 9])
    #expect(all.map(\.recovery) == [5, 8, nil] && all.map(\.periods) == [3, 1, 1])
    #expect(all.map(\.depth) == [-0.5, 12.9 / 13 - 1, -0.5])
    let deepest = Drawdown.deepest(2, in: try curve([10, 12, 9, 6, 6, 12, 13, 12.9, 14, 7]))
    #expect(deepest.map(\.peak) == [1, 8])
    #expect(Drawdown.all(in: try curve([1, 2, 2, 3])) == [])
  }

  @Test(arguments: 1...10) func regimesDoNotSeeTheFuture(_ seed: UInt64) throws {
    var returns = chanceReturns(400, seed: seed)
    let before = try MarketRegime.labels(marketReturns: returns, window: 20)
    #expect(before.prefix(20).allSatisfy { $0 == nil } && before.suffix(300).allSatisfy { $0 != nil })
    for changed in 300..<400 { returns[changed] = 5 }
    let after = try MarketRegime.labels(marketReturns: returns, window: 20)
    // The regime of a period knows the periods before it.
    #expect(before.prefix(301) == after.prefix(301) && before != after, "seed \(seed)")
    for volatility in MarketRegime.Volatility.allCases {
      #expect(before.contains { $0?.volatility == volatility }, "seed \(seed)")
    }
  }

  @Test func regimesAreWhatTheyAreCalled() throws {
    // Calm and falling, then wild and rising.
    let returns = (0..<100).map { $0 < 60 ? -0.001 : 0.05 }
    let labels = try MarketRegime.labels(marketReturns: returns, window: 10)
    #expect(labels[50] == MarketRegime(volatility: .middle, trend: .down))
    #expect(labels[75] == MarketRegime(volatility: .high, trend: .up))
    let figures = try RegimeFigures.all(returns: returns, labels: labels, periodsPerYear: 252)
    #expect(figures.count == 7 && figures.last?.regime == nil)
    #expect(figures.reduce(0) { $0 + $1.periods } == 100)
    #expect(near(figures.reduce(1) { $0 * (1 + $1.compounded) }, returns.reduce(1) { $0 * (1 + $1) }))
    #expect(throws: StatisticsError.self) { try MarketRegime.labels(marketReturns: returns, window: 1) }
    #expect(throws: StatisticsError.self) { try MarketRegime.labels(marketReturns: [.nan], window: 5) }
    #expect(throws: StatisticsError.self) { try RegimeFigures.all(returns: [1], labels: [], periodsPerYear: 252) }
    #expect(try MarketRegime.labels(marketReturns: [], window: 5) == [])
  }

  @Test func activityAddsUp() throws {
    let periods = [(0.0, 0.0, 100.0), (50, 50, 100), (100, -100, 100), (0, 0, 100)].map {
      ActivityFigures.Period(grossExposure: $0.0, netExposure: $0.1, equity: $0.2)
    }
    let figures = try ActivityFigures(
      periods: periods, periodsPerYear: 8, tradedNotional: 300, fees: 3, slippage: 1, netProfit: 4)
    #expect(figures.exposedShare == 0.5 && figures.meanGross == 0.375 && figures.meanNet == -0.125)
    #expect(figures.largestGross == 1 && figures.annualTurnover == 6 && figures.annualCosts == 0.08)
    #expect(figures.costShare == 0.5 && near(figures.costBasisPoints, 4 / 300.0 * 10_000))
    let loser = try ActivityFigures(
      periods: periods, periodsPerYear: 8, tradedNotional: 0, fees: 1, slippage: 0, netProfit: -5)
    #expect(loser.costShare == nil && loser.costBasisPoints == nil)
    #expect(throws: StatisticsError.self) {
      try ActivityFigures(periods: [], periodsPerYear: 8, tradedNotional: 0, fees: 0, slippage: 0, netProfit: 0)
    }
    let ruined = [ActivityFigures.Period(grossExposure: 0, netExposure: 0, equity: 0)]
    #expect(throws: StatisticsError.self) {
      try ActivityFigures(periods: ruined, periodsPerYear: 8, tradedNotional: 0, fees: 0, slippage: 0, netProfit: 0)
    }
  }

  @Test func alphaAndBetaAreThoseOfAnotherImplementation() throws {
    let market = [0.01, -0.02, 0.015, 0.003, -0.007, 0.012, -0.011, 0.02, -0.004, 0.006, -0.013, 0.009]
    let own = [0.008, -0.011, 0.013, -0.002, -0.001, 0.004, -0.009, 0.017, 0.002, 0.001, -0.004, 0.01]
    let errors = [
      0: (0.00100111702005343, 0.06983812923906947), 2: (0.00074402606526839, 0.05913561031247011),
      3: (0.00077880083306913, 0.04094105427477267),
    ]
    for (lags, expected) in errors {
      let fit = try BenchmarkFit(returns: own, benchmark: market, periodsPerYear: 252, lags: lags)
      #expect(near(fit.alpha.value, 0.00128834951456311) && near(fit.beta.value, 0.626990291262136))
      #expect(near(fit.alpha.standardError, expected.0) && near(fit.beta.standardError, expected.1), "\(lags) lags")
      #expect(near(fit.explained, 0.8428608036991827) && near(fit.correlation, 0.9180745087950012))
      #expect(near(fit.informationRatio, 1.8380499960377))
    }
    #expect(BenchmarkFit.usualLags(periods: 12) == 2 && BenchmarkFit.usualLags(periods: 1000) == 6)
    let itself = try BenchmarkFit(returns: market, benchmark: market, periodsPerYear: 252)
    #expect(near(itself.beta.value, 1) && abs(itself.alpha.value) < 1e-17 && itself.informationRatio == nil)
    for (returns, benchmark, lags) in [
      (own, Array(repeating: 0.1, count: 12), 0), (own, [0.1, 0.2], 0), (own, market, 12),
    ] {
      #expect(throws: StatisticsError.self) {
        try BenchmarkFit(returns: returns, benchmark: benchmark, periodsPerYear: 252, lags: lags)
      }
    }
  }

  @Test func rollingWindowsAreThoseOfTheWhole() throws {
    let returns = chanceReturns(100, seed: 2)
    let all = try RollingSharpe.all(returns: returns, window: 30, stride: 8, periodsPerYear: 365)
    #expect(all.map(\.period) == [29, 37, 45, 53, 61, 69, 77, 85, 93, 99])
    let last = try PerformanceFigures(returns: Array(returns.suffix(30)), periodsPerYear: 365)
    #expect(all.last?.sharpe == last.sharpe && all.allSatisfy { $0.standardError! > 0 })
    #expect(try RollingSharpe.all(returns: returns, window: 101, periodsPerYear: 365) == [])
    let flat = try RollingSharpe.all(returns: [0, 0, 0, 0], window: 3, periodsPerYear: 365)
    #expect(flat.map(\.sharpe) == [nil, nil])
    #expect(throws: StatisticsError.self) { try RollingSharpe.all(returns: returns, window: 2, periodsPerYear: 365) }
  }

  private func trade(_ net: Double, exit: Int64, isLong: Bool = true, risk: Double? = nil) -> TradeRecord {
    TradeRecord(
      entryTime: Timestamp(milliseconds: 0), exitTime: Timestamp(milliseconds: exit), isLong: isLong, quantity: 2,
      entryPrice: 50, exitPrice: 55, fees: 1, netProfit: net, adverseExcursion: 0.02, favourableExcursion: 0.1,
      barsHeld: Int(exit), riskQuote: risk)
  }

  @Test func tradesAddUp() throws {
    let trades = [
      trade(-4, exit: 3, risk: 2), trade(9, exit: 1, isLong: false, risk: 3), trade(0, exit: 2), trade(3, exit: 4),
    ]
    let figures = try TradeFigures(trades)
    #expect(figures.count == 4 && figures.longCount == 3 && figures.longNet == -1 && figures.shortNet == 9)
    #expect(near(figures.results.winRate, 2.0 / 3) && figures.results.payoffRatio == 1.5)
    #expect(figures.results.profitFactor == 3 && figures.results.longestLosses == 1 && figures.fees == 4)
    #expect(
      figures.riskMultiples?.count == 2 && figures.riskMultiples?.mean == 0.5 && figures.riskMultiples?.least == -2)
    #expect(figures.holdingMillis?.median == 2.5 && figures.barsHeld?.most == 4 && figures.largestGainShare == 0.75)
    // (9 + 1) / 100 over 0.1.
    #expect(near(figures.efficiency?.most, 1))
    let none = try TradeFigures([])
    #expect(none.count == 0 && none.net == nil && none.results.winRate == nil && none.largestGainShare == nil)
    #expect(throws: StatisticsError.self) { try TradeFigures([trade(.nan, exit: 1)]) }
    #expect(throws: StatisticsError.self) { try TradeFigures([trade(1, exit: -1)]) }
  }

  @Test func outcomesNeedATrade() {
    func outcome(_ entry: Double, _ highs: [Double], _ lows: [Double]) throws -> TradeOutcome {
      try TradeOutcome(
        isLong: true, entryPrice: entry, exitPrice: 1, quantity: 1, stopPrice: nil, feeRate: 0, highs: highs,
        lows: lows,
        volatility: 0)
    }
    #expect(throws: StatisticsError.self) { try outcome(0, [1], [1]) }
    #expect(throws: StatisticsError.self) { try outcome(1, [], []) }
    #expect(throws: StatisticsError.self) { try outcome(1, [.nan], [1]) }
    #expect(throws: StatisticsError.self) { try outcome(1, [1, 2], [1]) }
    let still = try? outcome(1, [1], [1])
    #expect(still?.efficiency == nil && still?.riskMultiple == nil && still?.volatilityNormalised == nil)
  }
}
