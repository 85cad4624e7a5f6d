/// How many trials were made, and how far their results scatter: what the deflated Sharpe ratio needs.
package struct TrialCensus: Hashable, Sendable {
  /// Trials, each counted once: N.
  package let count: Int
  /// Records that say again what one before said.
  package let repeats: Int
  /// Repeats with another result than the first: something is not deterministic.
  package let contradictions: Int
  /// Variance (n - 1) of the Sharpe ratios per period of the trials that have one; nil of fewer than two.
  package let sharpeVariance: Double?
  /// Mean correlation of the returns of pairs of trials over the same span with as many periods; nil of none. Of many
  /// trials, the first 200.
  package let averageCorrelation: Double?

  /// Trials that correlations are computed of at most.
  package static let correlatedTrials = 200

  /// Counts records. Of several with the same id the first counts.
  package init(_ records: [TrialRecord]) {
    var firsts: [String: Int] = [:]
    var distinct: [TrialRecord] = []
    var contradictions = 0
    for record in records {
      if let first = firsts[record.id] {
        let known = distinct[first]
        if known.sharpe != record.sharpe || known.periods != record.periods { contradictions += 1 }
      } else {
        firsts[record.id] = distinct.count
        distinct.append(record)
      }
    }
    count = distinct.count
    repeats = records.count - distinct.count
    self.contradictions = contradictions
    sharpeVariance = Moments(distinct.compactMap(\.sharpe))?.standardDeviation.map { $0 * $0 }
    averageCorrelation = Self.averageCorrelation(distinct)
  }

  /// Variance to deflate with: that of the trials, at least 1/n for a result of n periods, for that is how far ratios
  /// without skill scatter by chance.
  package func variance(periods: Int) -> Double { max(sharpeVariance ?? 0, 1 / Double(max(1, periods))) }

  /// Trials that these are worth if correlated ones count for less; N if no correlation is known, and never less than 1.
  package var effectiveCount: Double {
    guard count > 0, let averageCorrelation else { return Double(count) }
    let correlation = max(0, averageCorrelation)
    return max(1, ProbabilisticSharpe.effectiveTrials(Double(count), averageCorrelation: correlation) ?? 1)
  }

  /// Deflated Sharpe ratio of one result: the probability that its ratio exceeds what the best of all trials would reach
  /// without skill. `trials` is N or N_eff; nil: N, at least 1. Nil for a series without variation.
  package func deflatedSharpe(of moments: Moments, trials: Double? = nil) -> Double? {
    ProbabilisticSharpe.deflated(
      moments, trials: trials ?? Double(max(1, count)), variance: variance(periods: moments.count))
  }

  private static func averageCorrelation(_ trials: [TrialRecord]) -> Double? {
    let series = trials.lazy.compactMap { trial -> (TrialRecord, [Double])? in
      guard case .inline(let values) = trial.returns, let scores = standardScores(values) else { return nil }
      return (trial, scores)
    }.prefix(correlatedTrials)
    let known = Array(series)
    var sum = ExactSum()
    var pairs = 0
    for first in known.indices {
      for second in known.indices where second > first {
        let (left, right) = (known[first], known[second])
        guard left.0.from == right.0.from, left.0.to == right.0.to, left.1.count == right.1.count else { continue }
        sum.add(zip(left.1, right.1).reduce(0) { $0 + $1.0 * $1.1 })
        pairs += 1
      }
    }
    return pairs > 0 ? min(max(sum.value / Double(pairs), -1), 1) : nil
  }

  /// Values about their mean with a sum of squares of 1; nil without variation.
  private static func standardScores(_ values: [Double]) -> [Double]? {
    guard let moments = Moments(values), let deviation = moments.standardDeviation, deviation > 0 else { return nil }
    let scale = deviation * Double(values.count - 1).squareRoot()
    return values.map { ($0 - moments.mean) / scale }
  }
}
