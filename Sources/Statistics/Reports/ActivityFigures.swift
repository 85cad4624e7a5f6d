/// How much a strategy held, how much it traded, and what trading cost. Amounts are in quote currency.
package struct ActivityFigures: Hashable, Sendable {
  /// What was held and what the account was worth at the end of one period.
  package struct Period: Hashable, Sendable {
    /// Sum of the sizes of all positions at market value, without sign.
    package var grossExposure: Double
    /// Sum of the same with sign: long minus short.
    package var netExposure: Double
    /// Equity.
    package var equity: Double

    /// A period as given.
    package init(grossExposure: Double, netExposure: Double, equity: Double) {
      self.grossExposure = grossExposure
      self.netExposure = netExposure
      self.equity = equity
    }
  }

  /// Share of the periods that end with a position.
  package let exposedShare: Double
  /// Mean of gross exposure over equity.
  package let meanGross: Double
  /// Mean of net exposure over equity.
  package let meanNet: Double
  /// Largest gross exposure over equity.
  package let largestGross: Double
  /// Traded notional (both sides) over mean equity, per year.
  package let annualTurnover: Double
  /// Fees and slippage together.
  package let costs: Double
  /// Costs over mean equity, per year.
  package let annualCosts: Double
  /// Costs over profit before costs: above 1, costs ate more than was earned; nil if nothing was earned before costs.
  package let costShare: Double?
  /// Costs over traded notional, in hundredths of a percent; nil without a trade.
  package let costBasisPoints: Double?

  /// Adds up a run. `netProfit` is after costs. Throws `StatisticsError` for no period, amounts that are not finite or below
  /// zero where they cannot be, and equity of at most zero.
  package init(
    periods: [Period], periodsPerYear: Double, tradedNotional: Double, fees: Double, slippage: Double, netProfit: Double
  ) throws {
    guard !periods.isEmpty, periodsPerYear > 0, periodsPerYear.isFinite else {
      throw StatisticsError("activity: at least one period and a year of some are needed")
    }
    for (name, amount) in [("traded notional", tradedNotional), ("fees", fees), ("slippage", slippage)] {
      guard amount.isFinite, amount >= 0 || name != "traded notional" else {
        throw StatisticsError("\(name): \(amount) is not an amount")
      }
    }
    guard netProfit.isFinite else { throw StatisticsError("net profit: \(netProfit) is not an amount") }
    for (index, period) in periods.enumerated() {
      guard period.equity > 0, period.equity.isFinite, period.grossExposure >= 0, period.grossExposure.isFinite,
        period.netExposure.isFinite
      else { throw StatisticsError("activity[\(index)]: \(period) is no state of an account") }
    }
    let count = Double(periods.count)
    let meanEquity = ExactSum.of(periods.lazy.map(\.equity)) / count
    let years = count / periodsPerYear
    exposedShare = Double(periods.count { $0.grossExposure > 0 }) / count
    meanGross = ExactSum.of(periods.lazy.map { $0.grossExposure / $0.equity }) / count
    meanNet = ExactSum.of(periods.lazy.map { $0.netExposure / $0.equity }) / count
    largestGross = periods.lazy.map { $0.grossExposure / $0.equity }.max()!
    annualTurnover = tradedNotional / meanEquity / years
    costs = fees + slippage
    annualCosts = costs / meanEquity / years
    let before = netProfit + costs
    costShare = before > 0 ? costs / before : nil
    costBasisPoints = tradedNotional > 0 ? costs / tradedNotional * 10_000 : nil
  }
}
