import Core
import Foundation

/// A figure of a series of returns with the range in which a stationary bootstrap finds it.
package struct BootstrapInterval: Hashable, Sendable {
  /// The figure of the series itself; nil where it is not defined.
  package let estimate: Double?
  /// Lower end: the percentile (1 - level)/2 of the resampled figures.
  package let low: Double
  /// Upper end: the percentile (1 + level)/2.
  package let high: Double
  /// Share of the resamples in which the figure is at most 0.
  package let shareNotPositive: Double

  init(estimate: Double?, resampled: [Double], level: Double) {
    let sorted = resampled.sorted()
    self.estimate = estimate
    low = Quantile.of(sorted: sorted, share: (1 - level) / 2)!
    high = Quantile.of(sorted: sorted, share: (1 + level) / 2)!
    shareNotPositive = Double(sorted.count { $0 <= 0 }) / Double(sorted.count)
  }
}

/// Percentile intervals of the annual growth and of the annual Sharpe ratio of one series of net returns.
package struct ReturnIntervals: Hashable, Sendable {
  /// Level of both intervals, such as 0.95.
  package let level: Double
  /// Mean block in periods.
  package let meanBlock: Double
  /// Number of resamples.
  package let draws: Int
  /// Compound annual growth rate.
  package let annualReturn: BootstrapInterval
  /// Mean over standard deviation times the root of the periods of a year; 0 in resamples without variation.
  package let annualSharpe: BootstrapInterval

  /// A mean block for a series of which nothing else is known: the cube root of its length, at least 1 and at most 50
  /// periods (the rate at which the best block grows, with a constant of 1).
  package static func usualMeanBlock(periods: Int) -> Double { min(max(1, cbrt(Double(periods)).rounded()), 50) }

  /// The intervals of at least two returns above -1. `random` is a counter-based stream, so the same seed gives the same
  /// interval. Throws `StatisticsError` for anything else, and beyond the limits of `StatisticsLimits`.
  package init(
    returns: [Double], periodsPerYear: Double, meanBlock: Double? = nil, draws: Int = 2000, level: Double = 0.95,
    random: CounterRandom
  ) throws {
    try StatisticsLimits.check(returns, named: "returns", minimum: 2)
    try StatisticsLimits.checkBootstrap(draws: draws, periods: returns.count, series: 2)
    guard periodsPerYear > 0, periodsPerYear <= 1e9 else {
      throw StatisticsError("periods per year: \(periodsPerYear) is not a positive number of at most 1e9")
    }
    guard level > 0, level < 1 else { throw StatisticsError("level: \(level) is not between 0 and 1") }
    if let index = returns.firstIndex(where: { $0 <= -1 }) {
      throw StatisticsError("returns[\(index)]: \(returns[index]) leaves nothing to go on with")
    }
    let block = meanBlock ?? Self.usualMeanBlock(periods: returns.count)
    let logs = returns.map { log1p($0) }
    var bootstrap = try StationaryBootstrap(periods: returns.count, meanBlock: block, random: random)
    var indices = [Int](repeating: 0, count: returns.count)
    var (growths, sharpes): ([Double], [Double]) = ([], [])
    let annualRoot = periodsPerYear.squareRoot()
    for _ in 0..<draws {
      bootstrap.next(into: &indices)
      growths.append(expm1(Resample.mean(logs, at: indices) * periodsPerYear))
      sharpes.append(Resample.sharpe(returns, at: indices) * annualRoot)
    }
    self.level = level
    self.draws = draws
    self.meanBlock = block
    annualReturn = BootstrapInterval(
      estimate: expm1(ExactSum.mean(of: logs)! * periodsPerYear), resampled: growths, level: level)
    annualSharpe = BootstrapInterval(
      estimate: Moments(returns)!.sharpe.map { $0 * annualRoot }, resampled: sharpes, level: level)
  }
}
