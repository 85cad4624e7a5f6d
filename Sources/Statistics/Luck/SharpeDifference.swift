import Core

/// By how much one strategy's Sharpe exceeds another's, and how much of that is chance: paired stationary bootstrap, so that
/// what moves both on the same day moves both in a resample.
package struct SharpeDifference: Hashable, Sendable {
  /// Sharpe per period of the first minus that of the second.
  package let difference: Double
  /// Mean of the resampled differences.
  package let bootstrapMean: Double
  /// Standard deviation of the resampled differences; nil of a single draw.
  package let bootstrapDeviation: Double?
  /// 2.5th and 97.5th percentile of the resampled differences.
  package let percentileInterval: [Double]
  /// The same reflected about the difference, which corrects a skewed resampling distribution.
  package let basicInterval: [Double]
  /// One-sided p for "the first is no better": (1 + number of Δ* - Δ ≥ Δ) / (draws + 1).
  package let oneSidedP: Double
  /// The resampled differences in the order of the draws.
  package let draws: [Double]

  /// Compares returns of the same periods. Throws `StatisticsError` for series that are not as long as each other, shorter
  /// than two periods or without variation, and beyond the limits of `StatisticsLimits`.
  package init(
    _ first: [Double], _ second: [Double], meanBlock: Double, draws count: Int, random: CounterRandom
  ) throws {
    try StatisticsLimits.check(first, named: "a", minimum: 2)
    try StatisticsLimits.check(second, named: "b", minimum: 2)
    guard first.count == second.count else {
      throw StatisticsError("a has \(first.count) periods and b \(second.count): pairs are needed")
    }
    try StatisticsLimits.checkBootstrap(draws: count, periods: first.count, series: 2)
    guard let ofFirst = Moments(first)?.sharpe, let ofSecond = Moments(second)?.sharpe else {
      throw StatisticsError("a series without variation has no Sharpe ratio")
    }
    let difference = ofFirst - ofSecond
    var bootstrap = try StationaryBootstrap(periods: first.count, meanBlock: meanBlock, random: random)
    var indices = [Int](repeating: 0, count: first.count)
    let draws = (0..<count).map { _ in
      bootstrap.next(into: &indices)
      return Resample.sharpe(first, at: indices) - Resample.sharpe(second, at: indices)
    }
    let sorted = draws.sorted()
    let moments = Moments(draws)!
    let interval = [0.025, 0.975].map { Quantile.of(sorted: sorted, share: $0)! }
    self.difference = difference
    bootstrapMean = moments.mean
    bootstrapDeviation = moments.standardDeviation
    percentileInterval = interval
    basicInterval = [2 * difference - interval[1], 2 * difference - interval[0]]
    oneSidedP = Double(1 + draws.count { $0 - difference >= difference }) / Double(count + 1)
    self.draws = draws
  }
}
