/// The annual Sharpe ratio of the periods up to a point, with the standard error it has as an estimate.
package struct RollingSharpe: Hashable, Sendable {
  /// The last period of the window, counted from 0.
  package let period: Int
  /// Annualised Sharpe ratio of the window; nil without variation.
  package let sharpe: Double?
  /// Its standard error √((1 - γ₃ SR + (γ₄ - 1)/4 SR²)/(n - 1)), annualised; nil likewise. Windows overlap, so neighbouring
  /// errors are nearly the same error.
  package let standardError: Double?

  /// The ratio at every `stride`-th period from the first full window on, and at the last. Throws `StatisticsError` for a
  /// window below 3, a stride below 1 and returns that are not finite; too short a series has no window.
  package static func all(
    returns: [Double], window: Int, stride step: Int = 1, periodsPerYear: Double
  ) throws -> [RollingSharpe] {
    try StatisticsLimits.check(returns, named: "returns", minimum: 0)
    guard window >= 3, step >= 1 else { throw StatisticsError("window \(window), stride \(step): at least 3 and 1") }
    guard returns.count >= window else { return [] }
    var ends = Array(stride(from: window - 1, to: returns.count, by: step))
    if ends.last != returns.count - 1 { ends.append(returns.count - 1) }
    guard Double(ends.count) * Double(window) <= 1e9 else {
      throw StatisticsError("\(ends.count) windows of \(window) periods are more than is computed; use a larger stride")
    }
    let root = periodsPerYear.squareRoot()
    return ends.map { end in
      let moments = Moments(Array(returns[(end - window + 1)...end]))!
      let error = moments.sharpe.flatMap { sharpe in
        ProbabilisticSharpe.standardError(
          sharpe: sharpe, skewness: moments.skewness ?? 0, kurtosis: moments.kurtosis ?? 3, periods: Double(window))
      }
      return RollingSharpe(
        period: end, sharpe: moments.sharpe.map { $0 * root }, standardError: error.map { $0 * root })
    }
  }
}
