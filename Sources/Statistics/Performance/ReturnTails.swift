/// The ends of a sample of returns.
struct ReturnTails {
  let percentile1, percentile5, percentile95: Double
  /// Mean of the returns up to the 5th percentile.
  let shortfall95: Double
  /// Mean of the returns up to the 1st percentile.
  let shortfall99: Double
  let best, worst: Double

  /// The tails of at least one return.
  init(_ returns: [Double]) {
    let sorted = returns.sorted()
    func percentile(_ share: Double) -> Double { Quantile.of(sorted: sorted, share: share)! }
    // Interpolation may round to just below the smallest return; a shortfall needs at least that one.
    func shortfall(_ limit: Double) -> Double {
      let worst = sorted.prefix { $0 <= limit }
      return ExactSum.mean(of: worst.isEmpty ? sorted.prefix(1) : worst)!
    }
    percentile1 = percentile(0.01)
    percentile5 = percentile(0.05)
    percentile95 = percentile(0.95)
    shortfall95 = shortfall(percentile5)
    shortfall99 = shortfall(percentile1)
    best = sorted[sorted.count - 1]
    worst = sorted[0]
  }
}
