import Core
import Foundation
import Statistics
import Testing

@Suite struct PerformanceTests {
  private func figures(_ returns: [Double], _ periods: Double = 252) throws -> PerformanceFigures {
    try PerformanceFigures(returns: returns, periodsPerYear: periods)
  }

  @Test func badInputIsRefusedByName() {
    let bad: [([Double], Double, String)] = [
      ([], 252, "returns: has 0 values"), ([0.1, .nan], 252, "returns[1]: nan"), ([.infinity], 252, "returns[0]: inf"),
      ([0.1, 0.2, -2e9], 252, "returns[2]"), ([0.1], 0, "periods_per_year"), ([0.1], .nan, "periods_per_year"),
      ([0.1], -5, "periods_per_year"), (Array(repeating: 1e9, count: 40), 252, "beyond the largest number"),
    ]
    for (returns, periods, words) in bad {
      let error = #expect(throws: StatisticsError.self) { try figures(returns, periods) }
      #expect(error?.description.contains(words) == true, "\(String(describing: error))")
    }
  }

  @Test func whatIsNotDefinedIsAbsent() throws {
    let one = try figures([0.01])
    #expect(one.stdev == nil && one.sharpe == nil && one.skew == nil && one.normalValueAtRisk95 == nil)
    #expect(one.profitFactor == .infinity && one.payoffRatio == nil && one.kelly == nil && one.sortino == .infinity)
    #expect(one.valueAtRisk95 == 0.01 && one.expectedShortfall95 == 0.01 && one.calmar == .infinity)
    let flat = try figures([0, 0, 0])
    #expect(flat.totalReturn == 0 && flat.stdev == 0 && flat.sharpe == nil && flat.winRate == nil)
    #expect(flat.calmar == nil && flat.sortino == nil && flat.tailRatio == nil && flat.maxDrawdownPeriods == 0)
    let ruined = try figures([0.1, -1])
    #expect(ruined.totalReturn == -1 && ruined.cagr == -1 && ruined.maxDrawdown == -1)
    // More than everything lost: no growth rate leads there.
    #expect(try figures([0.1, -1.5]).cagr == nil)
  }

  @Test func drawdownBeginsAtTheStart() throws {
    let figures = try figures([-0.1, -0.1, 0.5, -0.2])
    #expect(near(figures.maxDrawdown, -0.2) && figures.maxDrawdownPeriods == 2)
    #expect(near(try self.figures([-0.5, 0.1]).maxDrawdown, -0.5))
  }

  @Test(arguments: 1...30) func scalesAsItShould(_ seed: UInt64) throws {
    let returns = chanceReturns(300, seed: seed)
    let (one, half) = (try figures(returns), try figures(returns.map { $0 / 2 }))
    #expect(one.sharpe == half.sharpe && one.profitFactor == half.profitFactor, "seed \(seed)")
    #expect(one.skew == half.skew && one.tailRatio == half.tailRatio && one.kelly == half.kelly, "seed \(seed)")
    #expect(one.annualVolatility == half.annualVolatility.map { $0 * 2 } && one.best == half.best * 2, "seed \(seed)")
    let mirrored = try figures(returns.map { -$0 })
    #expect(mirrored.mean == -one.mean && mirrored.best == -one.worst, "seed \(seed)")
    #expect(mirrored.maxConsecutiveWins == one.maxConsecutiveLosses, "seed \(seed)")
    #expect(near(mirrored.omega, one.omega.map { 1 / $0 }) && near(mirrored.winRate, 1 - one.winRate!), "seed \(seed)")
  }

  @Test(arguments: 1...30) func orderMattersOnlyForPaths(_ seed: UInt64) throws {
    var random = chance(seed, 1)
    var returns = chanceReturns(250, seed: seed)
    let before = try figures(returns)
    returns.shuffle(using: &random)
    let after = try figures(returns)
    let paths: Set<String> = [
      "total_return", "cagr", "max_drawdown", "max_drawdown_periods", "calmar", "ulcer_index", "max_consecutive_losses",
      "max_consecutive_wins", "recovery_factor",
    ]
    for (first, second) in zip(before.fields, after.fields) where !paths.contains(first.name) {
      #expect(first == second, "seed \(seed)")
    }
    #expect(near(before.totalReturn, after.totalReturn, 1e-10), "seed \(seed)")
  }

  @Test(arguments: 1...200) func anythingIsComputedOrRefused(_ seed: UInt64) throws {
    var random = chance(seed)
    let odd: [Double] = [0, -0.0, -1, 1, 1e9, -1e9, 1e-300, .nan, .infinity, 0.5, -0.5, 2e9]
    let returns = (0..<random.below(6)).map { _ in
      random.below(3) == 0 ? odd[random.below(odd.count)] : random.normal()
    }
    do {
      for field in try figures(returns, random.below(9) == 0 ? .nan : 365).fields {
        if case .number(let value) = field.value { #expect(!value.isNaN, "seed \(seed): \(field.name)") }
      }
    } catch { #expect(error is StatisticsError, "seed \(seed)") }
  }
}
