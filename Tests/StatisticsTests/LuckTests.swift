import Core
import Foundation
import Statistics
import Testing

@Suite struct LuckTests {
  @Test func bootstrapKeepsBlocks() throws {
    var bootstrap = try StationaryBootstrap(periods: 500, meanBlock: 20, random: chance(1))
    var (steps, follow) = (0, 0)
    for _ in 0..<100 {
      let indices = bootstrap.next()
      #expect(indices.allSatisfy { (0..<500).contains($0) })
      for (first, second) in zip(indices, indices.dropFirst()) {
        steps += 1
        if second == (first + 1) % 500 { follow += 1 }
      }
    }
    // 19 of 20 follow, and one in 500 of the rest by chance.
    #expect(abs(Double(follow) / Double(steps) - 0.9501) < 0.005)
    var whole = try StationaryBootstrap(periods: 1, meanBlock: 1, random: chance(1))
    #expect(whole.next() == [0])
    for block in [0.5, 0, -1, .nan, .infinity] {
      #expect(throws: StatisticsError.self) {
        try StationaryBootstrap(periods: 5, meanBlock: block, random: chance(1))
      }
    }
    #expect(throws: StatisticsError.self) { try StationaryBootstrap(periods: 0, meanBlock: 1, random: chance(1)) }
  }

  @Test(arguments: 1...10) func exchangedStrategiesFlipSigns(_ seed: UInt64) throws {
    let (a, b) = (chanceReturns(80, seed: seed), chanceReturns(80, seed: seed + 1000))
    let one = try SharpeDifference(a, b, meanBlock: 5, draws: 99, random: chance(seed))
    let other = try SharpeDifference(b, a, meanBlock: 5, draws: 99, random: chance(seed))
    #expect(other.difference == -one.difference && other.draws == one.draws.map { -$0 }, "seed \(seed)")
    #expect(near(other.percentileInterval[0], -one.percentileInterval[1], 1e-12), "seed \(seed)")
    let scaled = try SharpeDifference(
      a.map { $0 * 4 }, b.map { $0 * 4 }, meanBlock: 5, draws: 99, random: chance(seed))
    #expect(scaled == one, "seed \(seed)")
  }

  @Test func equalStrategiesDifferByNothing() throws {
    let a = chanceReturns(60, seed: 1)
    let same = try SharpeDifference(a, a, meanBlock: 5, draws: 99, random: chance(1))
    #expect(same.difference == 0 && same.oneSidedP == 1)
    #expect(throws: StatisticsError.self) { try SharpeDifference(a, [0.1], meanBlock: 5, draws: 9, random: chance(1)) }
    let constant = Array(repeating: 0.1, count: 60)
    #expect(throws: StatisticsError.self) {
      try SharpeDifference(a, constant, meanBlock: 5, draws: 9, random: chance(1))
    }
    #expect(throws: StatisticsError.self) { try SharpeDifference(a, a, meanBlock: 5, draws: 0, random: chance(1)) }
    #expect(throws: StatisticsError.self) {
      try SharpeDifference(a, a, meanBlock: 5, draws: 1 << 40, random: chance(1))
    }
  }

  @Test func sharpesAreSurerWithTimeAndLessSureWithTrials() throws {
    func psr(_ periods: Double) -> Double {
      ProbabilisticSharpe.probability(sharpe: 0.05, exceeding: 0, skewness: -1, kurtosis: 6, periods: periods)!
    }
    #expect(psr(100) < psr(400) && psr(400) < psr(1600))
    let expected = [1, 2, 10, 100, 1e6].map { ProbabilisticSharpe.expectedMaximum(trials: $0, variance: 0.01)! }
    #expect(expected == expected.sorted() && expected[0] == 0 && expected[1] > 0)
    #expect(ProbabilisticSharpe.expectedMaximum(trials: 0, variance: 0.01) == nil)
    #expect(ProbabilisticSharpe.expectedMaximum(trials: 5, variance: -1) == nil)
    // At the minimum track record the probability is the confidence.
    let needed = ProbabilisticSharpe.minimumTrackRecord(
      sharpe: 0.05, exceeding: 0, skewness: -1, kurtosis: 6, confidence: 0.95)!
    #expect(near(psr(needed), 0.95, 1e-12))
    // A kurtosis below 1 + skewness² belongs to no sample.
    #expect(ProbabilisticSharpe.standardError(sharpe: 2, skewness: 3, kurtosis: 1, periods: 10) == nil)
    #expect(ProbabilisticSharpe.standardError(sharpe: 2, skewness: 0, kurtosis: 3, periods: 1) == nil)
    #expect(
      ProbabilisticSharpe.periodsForDifference(first: 0.1, second: 0.2, correlation: 0, confidence: 0.9, power: 0.8)
        == .infinity)
    #expect(
      ProbabilisticSharpe.periodsForDifference(first: 0.1, second: 0, correlation: 2, confidence: 0.9, power: 0.8)
        == nil)
  }

  @Test func overfittingOfEqualsIsCertainAndOfAnEdgeIsNot() throws {
    let one = chanceReturns(64, seed: 3)
    let equals = try OverfittingProbability(rows: one.map { [$0, $0, $0] }, blocks: 8)
    #expect(equals.splits.count == 70 && equals.probability == 1 && equals.splits.allSatisfy { $0.logit == 0 })
    let edge = zip(one, chanceReturns(64, seed: 4)).map { [0.02 + $0, $1, -0.02 + $1] }
    #expect(try OverfittingProbability(rows: edge, blocks: 8).probability == 0)
    // Scaling every strategy, and their order, change no rank.
    let scaled = try OverfittingProbability(rows: edge.map { $0.reversed().map { $0 * 8 } }, blocks: 8)
    #expect(scaled.splits == (try OverfittingProbability(rows: edge, blocks: 8).splits))
    let constant = try OverfittingProbability(rows: Array(repeating: [0.1, 0.2], count: 8), blocks: 4)
    #expect(constant.degradationSlope == nil && constant.splits.allSatisfy { $0.inSample == 0 && $0.outOfSample == 0 })
  }

  @Test func tablesThatAreNoneAreRefused() {
    let good = Array(repeating: [0.1, 0.2], count: 12)
    let tables: [([[Double]], Int)] = [
      ([], 4), (good, 3), (good, 0), (good, -2), (good, 66), ([[0.1]], 2), (good + [[0.1]], 4), ([[], [], [], []], 2),
      (Array(repeating: [.nan, 0.2], count: 12), 4), (Array(good.prefix(3)), 4), (good.map { [$0[0]] }, 4),
      (Array(repeating: [0.1, 0.2], count: 64), 64),
    ]
    for (rows, blocks) in tables {
      #expect(throws: StatisticsError.self) { try OverfittingProbability(rows: rows, blocks: blocks) }
    }
    for rows in [[], [[0.1], [0.2]], [[0.1], [0.2], [0.3, 0.4]], [[], [], []], [[0.1], [.infinity], [0.3]]] {
      #expect(throws: StatisticsError.self) {
        try SuperiorAbility(differentials: rows, meanBlock: 2, draws: 9, random: chance(1))
      }
    }
  }

  @Test(arguments: 1...15) func superiorAbilityBoundsItself(_ seed: UInt64) throws {
    let columns = (0..<4).map { chanceReturns(60, seed: seed * 10 + $0, mean: 0.001 * Double($0) - 0.002) }
    let rows = (0..<60).map { row in columns.map { $0[row] } }
    let test = try SuperiorAbility(differentials: rows, meanBlock: 4, draws: 199, random: chance(seed))
    #expect(test.p.lower <= test.p.consistent && test.p.consistent <= test.p.upper, "seed \(seed)")
    let reversed = try SuperiorAbility(
      differentials: rows.map { $0.reversed() }, meanBlock: 4, draws: 199, random: chance(seed))
    #expect(reversed.p == test.p && reversed.realityP == test.realityP, "seed \(seed)")
    // A strategy that is the benchmark itself changes no studentised p.
    let more = try SuperiorAbility(differentials: rows.map { $0 + [0] }, meanBlock: 4, draws: 199, random: chance(seed))
    #expect(more.p == test.p && more.deviations[4] == 0, "seed \(seed)")
  }

  @Test func nothingBetterIsNoDiscovery() throws {
    let rows = chanceReturns(100, seed: 5).map { [$0 - 0.05, $0 - 0.03] }
    let test = try SuperiorAbility(differentials: rows, meanBlock: 5, draws: 99, random: chance(1))
    #expect(test.statistic == 0 && test.p.consistent == 1 && test.realityP == 1)
  }

  @Test func intervalsHoldTheirEstimateAndRepeat() throws {
    let returns = chanceReturns(400, seed: 8)
    let one = try ReturnIntervals(returns: returns, periodsPerYear: 365, draws: 500, random: chance(1))
    let again = try ReturnIntervals(returns: returns, periodsPerYear: 365, draws: 500, random: chance(1))
    #expect(one == again && one.meanBlock == 7)
    let growth = try PerformanceFigures(returns: returns, periodsPerYear: 365)
    #expect(near(one.annualReturn.estimate, growth.cagr) && near(one.annualSharpe.estimate, growth.sharpe))
    for interval in [one.annualReturn, one.annualSharpe] {
      #expect(interval.low < interval.estimate! && interval.estimate! < interval.high)
      #expect((0...1).contains(interval.shareNotPositive))
    }
    let wide = try ReturnIntervals(returns: returns, periodsPerYear: 365, draws: 500, level: 0.99, random: chance(1))
    #expect(wide.annualSharpe.low <= one.annualSharpe.low && wide.annualSharpe.high >= one.annualSharpe.high)
    for bad in [[], [0.1], [0.1, -1], [0.1, .nan]] {
      #expect(throws: StatisticsError.self) {
        try ReturnIntervals(returns: bad, periodsPerYear: 365, draws: 9, random: chance(1))
      }
    }
  }

  @Test func coverageIsAboutWhatItSays() throws {
    var held = 0
    for seed in 1...200 as ClosedRange<UInt64> {
      let returns = chanceReturns(250, seed: seed * 31, mean: 0.001)
      let interval = try ReturnIntervals(
        returns: returns, periodsPerYear: 1, meanBlock: 5, draws: 300, random: chance(seed)
      ).annualSharpe
      if interval.low <= 0.1, 0.1 <= interval.high { held += 1 }
    }
    // 95 % of 200 with a standard error of 3, less what a percentile interval is too narrow by.
    #expect((178...199).contains(held), "\(held) of 200")
  }
}
