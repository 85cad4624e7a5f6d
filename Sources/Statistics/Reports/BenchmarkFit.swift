import Foundation

/// Alpha and beta of a strategy against a benchmark, with standard errors that allow for returns that swing differently at
/// different times and depend on the ones before (Newey and West, 1987).
package struct BenchmarkFit: Hashable, Sendable {
  /// An estimate with its standard error.
  package struct Estimate: Hashable, Sendable {
    /// The estimate.
    package let value: Double
    /// Its standard error, HAC.
    package let standardError: Double
    /// Value over standard error; nil without an error.
    package let t: Double?

    init(_ value: Double, _ standardError: Double) {
      self.value = value
      self.standardError = standardError
      t = standardError > 0 ? value / standardError : nil
    }
  }

  /// Return per period that the benchmark does not explain.
  package let alpha: Estimate
  /// The same times the periods of a year; its t is that of `alpha`.
  package let annualAlpha: Double
  /// Return for each unit of the benchmark's return.
  package let beta: Estimate
  /// Share of the variance that the benchmark explains; nil without variation.
  package let explained: Double?
  /// Correlation with the benchmark; nil without variation.
  package let correlation: Double?
  /// Mean over standard deviation of the differences, annualised; nil without variation.
  package let informationRatio: Double?
  /// Lags that the standard errors allow for.
  package let lags: Int

  /// Lags for a series of `periods`: ⌊4 (n/100)^(2/9)⌋, the rule of Newey and West (1994).
  package static func usualLags(periods: Int) -> Int { Int(4 * pow(Double(periods) / 100, 2.0 / 9)) }

  /// Least squares of the strategy's returns over the benchmark's of the same periods, Bartlett weights, factor
  /// n / (n - 2) for the small sample. Throws `StatisticsError` for lists of different length, fewer than four periods, a
  /// benchmark without variation and lags outside of 0 to n - 1.
  package init(returns: [Double], benchmark: [Double], periodsPerYear: Double, lags: Int? = nil) throws {
    try StatisticsLimits.check(returns, named: "returns", minimum: 4)
    try StatisticsLimits.check(benchmark, named: "benchmark", minimum: 4)
    let count = returns.count
    let lags = lags ?? Self.usualLags(periods: count)
    guard benchmark.count == count, (0..<count).contains(lags) else {
      throw StatisticsError("\(count) returns, \(benchmark.count) of the benchmark, \(lags) lags do not go together")
    }
    guard let line = StraightLine(x: benchmark, y: returns), let market = Moments(benchmark), let own = Moments(returns)
    else { throw StatisticsError("benchmark: never changes") }
    let centred = benchmark.map { $0 - market.mean }
    let residuals = zip(returns, benchmark).map { $0 - line.intercept - line.slope * $1 }
    let errors = Self.standardErrors(centred: centred, mean: market.mean, residuals: residuals, lags: lags)
    let squares = ExactSum.of(residuals.lazy.map { $0 * $0 })
    let total = own.standardDeviation.map { $0 * $0 * Double(count - 1) } ?? 0
    alpha = Estimate(line.intercept, errors.intercept)
    annualAlpha = line.intercept * periodsPerYear
    beta = Estimate(line.slope, errors.slope)
    self.lags = lags
    explained = total > 0 ? max(0, 1 - squares / total) : nil
    correlation = own.standardDeviation.flatMap { deviation in
      deviation > 0 ? min(max(line.slope * market.standardDeviation! / deviation, -1), 1) : nil
    }
    informationRatio = Moments(zip(returns, benchmark).map { $0 - $1 })?.sharpe.map { $0 * periodsPerYear.squareRoot() }
  }

  /// With the benchmark centred, the estimates of mean and slope separate, and alpha is mean - slope · benchmark's mean.
  private static func standardErrors(
    centred: [Double], mean: Double, residuals: [Double], lags: Int
  ) -> (intercept: Double, slope: Double) {
    let count = centred.count
    var (levels, cross, slopes) = (ExactSum(), ExactSum(), ExactSum())
    for lag in 0...lags {
      let weight = lag == 0 ? 1 : 1 - Double(lag) / Double(lags + 1)
      for index in lag..<count {
        let product = weight * residuals[index] * residuals[index - lag]
        levels.add(lag == 0 ? product : 2 * product)
        cross.add(lag == 0 ? product * centred[index] : product * (centred[index] + centred[index - lag]))
        slopes.add((lag == 0 ? 1 : 2) * product * centred[index] * centred[index - lag])
      }
    }
    let small = Double(count) / Double(count - 2)
    let spread = ExactSum.of(centred.lazy.map { $0 * $0 })
    let ofMean = small * levels.value / Double(count * count)
    let ofSlope = small * slopes.value / (spread * spread)
    let ofBoth = small * cross.value / (Double(count) * spread)
    let ofIntercept = ofMean - 2 * mean * ofBoth + mean * mean * ofSlope
    return (max(0, ofIntercept).squareRoot(), max(0, ofSlope).squareRoot())
  }
}
