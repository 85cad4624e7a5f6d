import Foundation

/// What a series of simple periodic returns amounts to, without a risk-free rate. Conventions are those of
/// docs/statistics.md; names that stand for several conventions elsewhere have one here.
///
/// A figure is nil where it is not defined (a ratio 0/0, the spread of one return, the mean of no losses) and infinite where
/// a positive number is divided by nothing (the profit factor of a series without a loss).
package struct PerformanceFigures: Hashable, Sendable {
  /// Number of returns.
  package let periods: Int
  /// Periods of a year.
  package let periodsPerYear: Double
  /// Compounded return of the whole span.
  package let totalReturn: Double
  /// Compound annual growth rate: final equity to the power of years⁻¹, minus 1; nil if equity ends below zero.
  package let cagr: Double?
  /// Mean return per period.
  package let mean: Double
  /// Standard deviation per period, divisor n - 1.
  package let stdev: Double?
  /// Standard deviation times the root of the periods of a year.
  package let annualVolatility: Double?
  /// Mean over standard deviation, times the root of the periods of a year.
  package let sharpe: Double?
  /// Root of the mean square of the negative returns, all n periods in the divisor, annualised.
  package let downsideDeviation: Double
  /// Annual mean over downside deviation.
  package let sortino: Double?
  /// Deepest fall of equity below its peak, as a fraction of the peak; negative or 0. The start counts as a peak.
  package let maxDrawdown: Double
  /// Longest run of periods with equity below the peak.
  package let maxDrawdownPeriods: Int
  /// Annual growth over deepest drawdown.
  package let calmar: Double?
  /// Sum of gains over sum of losses about the threshold 0.
  package let omega: Double?
  /// Sum of gains over sum of losses.
  package let profitFactor: Double?
  /// Share of gains among the returns that are not zero.
  package let winRate: Double?
  /// Mean gain over mean loss.
  package let payoffRatio: Double?
  /// Mean of the returns that are not zero.
  package let expectancy: Double?
  /// 5th percentile of the returns; negative is a loss.
  package let valueAtRisk95: Double
  /// Mean of the returns up to `valueAtRisk95`.
  package let expectedShortfall95: Double
  /// Mean minus 1.6448536269514722 standard deviations.
  package let normalValueAtRisk95: Double?
  /// 1st percentile of the returns.
  package let valueAtRisk99: Double
  /// Mean of the returns up to `valueAtRisk99`.
  package let expectedShortfall99: Double
  /// Population skewness.
  package let skew: Double?
  /// Population kurtosis minus 3.
  package let excessKurtosis: Double?
  /// 95th percentile over the 5th, both without sign.
  package let tailRatio: Double?
  /// Root of the mean square drawdown.
  package let ulcerIndex: Double
  /// Largest return.
  package let best: Double
  /// Smallest return.
  package let worst: Double
  /// Longest run of losses.
  package let maxConsecutiveLosses: Int
  /// Longest run of gains.
  package let maxConsecutiveWins: Int
  /// Kelly's fraction from win rate and payoff ratio.
  package let kelly: Double?
  /// Profit factor times tail ratio.
  package let commonSenseRatio: Double?
  /// Total return over deepest drawdown.
  package let recoveryFactor: Double?

  /// The figures of at least one return. Throws `StatisticsError` for none, for a value that is not finite or not a return,
  /// for a year without periods and for equity beyond the largest number.
  package init(returns: [Double], periodsPerYear: Double) throws {
    try StatisticsLimits.check(returns, named: "returns")
    guard periodsPerYear > 0, periodsPerYear <= 1e9 else {
      throw StatisticsError("periods_per_year: \(periodsPerYear) is not a positive number of at most 1e9")
    }
    let path = try EquityPath(returns: returns)
    let tails = ReturnTails(returns)
    let outcomes = GainsAndLosses(returns)
    let moments = Moments(returns)!
    let annualRoot = periodsPerYear.squareRoot()
    let total = path.final - 1
    let growth = pow(path.final, periodsPerYear / Double(returns.count)) - 1
    let depth = abs(path.maxDrawdown)
    let squares = returns.lazy.map { min($0, 0) * min($0, 0) }

    periods = returns.count
    self.periodsPerYear = periodsPerYear
    totalReturn = total
    cagr = path.final >= 0 && growth.isFinite ? growth : nil
    mean = moments.mean
    stdev = moments.standardDeviation
    annualVolatility = stdev.map { $0 * annualRoot }
    sharpe = moments.sharpe.map { $0 * annualRoot }
    downsideDeviation = (ExactSum.of(squares) / Double(periods)).squareRoot() * annualRoot
    sortino = Self.ratio(mean * periodsPerYear, downsideDeviation)
    maxDrawdown = path.maxDrawdown
    maxDrawdownPeriods = path.maxDrawdownPeriods
    calmar = cagr.flatMap { Self.ratio($0, depth) }
    omega = Self.ratio(outcomes.gains, outcomes.losses)
    profitFactor = omega
    winRate = outcomes.winRate
    payoffRatio = outcomes.payoffRatio
    expectancy = outcomes.expectancy
    (valueAtRisk95, expectedShortfall95) = (tails.percentile5, tails.shortfall95)
    (valueAtRisk99, expectedShortfall99) = (tails.percentile1, tails.shortfall99)
    normalValueAtRisk95 = stdev.map { moments.mean - 1.6448536269514722 * $0 }
    skew = moments.skewness
    excessKurtosis = moments.kurtosis.map { $0 - 3 }
    tailRatio = Self.ratio(abs(tails.percentile95), abs(tails.percentile5))
    ulcerIndex = path.ulcerIndex
    (best, worst) = (tails.best, tails.worst)
    maxConsecutiveLosses = outcomes.longestLosses
    maxConsecutiveWins = outcomes.longestGains
    kelly = outcomes.kelly
    commonSenseRatio = Self.product(profitFactor, tailRatio)
    recoveryFactor = Self.ratio(total, depth)
  }

  /// A quotient; infinite for something over nothing, nil for nothing over nothing.
  static func ratio(_ over: Double, _ under: Double) -> Double? {
    let quotient = over / under
    return quotient.isNaN ? nil : quotient
  }

  private static func product(_ left: Double?, _ right: Double?) -> Double? {
    guard let left, let right, !(left * right).isNaN else { return nil }
    return left * right
  }
}
