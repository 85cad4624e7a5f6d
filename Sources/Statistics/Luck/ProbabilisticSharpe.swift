import Foundation

/// How sure a Sharpe ratio is, given how long it was watched, how its returns are shaped, and how many were tried. All
/// ratios are per period; kurtosis is 3 for a normal distribution.
///
/// Sources: Bailey and López de Prado, "The Sharpe ratio efficient frontier" (2012) and "The deflated Sharpe ratio" (2014).
package enum ProbabilisticSharpe {
  private static let eulerMascheroni = 0.577215664901532860606512

  /// Variance of the estimate times n - 1: 1 - γ₃ SR + (γ₄ - 1)/4 SR²; nil if the moments cannot belong to one sample.
  private static func spread(_ sharpe: Double, _ skewness: Double, _ kurtosis: Double) -> Double? {
    let spread = 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe
    return spread >= 0 && spread.isFinite ? spread : nil
  }

  /// Standard error of a Sharpe ratio estimated from `periods` returns; nil for fewer than two and for moments that no
  /// sample has.
  package static func standardError(sharpe: Double, skewness: Double, kurtosis: Double, periods: Double) -> Double? {
    guard periods > 1, let spread = spread(sharpe, skewness, kurtosis) else { return nil }
    return (spread / (periods - 1)).squareRoot()
  }

  /// Probabilistic Sharpe ratio: the probability that the true ratio exceeds `reference`; nil where the standard error is
  /// nil or 0.
  package static func probability(
    sharpe: Double, exceeding reference: Double, skewness: Double, kurtosis: Double, periods: Double
  ) -> Double? {
    let error = standardError(sharpe: sharpe, skewness: skewness, kurtosis: kurtosis, periods: periods)
    guard let error, error > 0 else { return nil }
    return NormalDistribution.cumulative((sharpe - reference) / error)
  }

  /// SR₀: the largest Sharpe ratio to be expected of `trials` independent trials without skill, whose ratios have this
  /// variance. 0 for one trial; nil for fewer, and for a negative variance.
  package static func expectedMaximum(trials: Double, variance: Double) -> Double? {
    guard trials >= 1, trials.isFinite, variance >= 0, variance.isFinite else { return nil }
    guard trials > 1, let common = NormalDistribution.quantile(1 - 1 / trials),
      let rare = NormalDistribution.quantile(1 - 1 / (trials * M_E))
    else { return 0 }
    return variance.squareRoot() * ((1 - eulerMascheroni) * common + eulerMascheroni * rare)
  }

  /// Deflated Sharpe ratio: the probability that the true ratio of a series exceeds what the best of `trials` would reach
  /// without skill, whose ratios have this variance; nil for a series without variation.
  package static func deflated(_ moments: Moments, trials: Double, variance: Double) -> Double? {
    guard let sharpe = moments.sharpe, let best = expectedMaximum(trials: trials, variance: variance) else {
      return nil
    }
    return probability(
      sharpe: sharpe, exceeding: best, skewness: moments.skewness ?? 0, kurtosis: moments.kurtosis ?? 3,
      periods: Double(moments.count))
  }

  /// Periods needed before `sharpe` exceeds `reference` with `confidence`; infinite if it does not exceed it, nil for
  /// moments that no sample has and a confidence outside of 0 to 1.
  package static func minimumTrackRecord(
    sharpe: Double, exceeding reference: Double, skewness: Double, kurtosis: Double, confidence: Double
  ) -> Double? {
    guard confidence > 0, confidence < 1, let spread = spread(sharpe, skewness, kurtosis),
      let z = NormalDistribution.quantile(confidence)
    else { return nil }
    guard sharpe > reference else { return .infinity }
    let distance = z / (sharpe - reference)
    return 1 + spread * distance * distance
  }

  /// Periods needed to tell two strategies with normal returns of correlation `correlation` apart, one-sided, with
  /// `confidence` against a false alarm and `power` against a miss; infinite if the first is no better, nil for a
  /// correlation, confidence or power that cannot be.
  package static func periodsForDifference(
    first: Double, second: Double, correlation: Double, confidence: Double, power: Double
  ) -> Double? {
    guard abs(correlation) <= 1, confidence > 0, confidence < 1, power > 0, power < 1,
      let alarm = NormalDistribution.quantile(confidence), let miss = NormalDistribution.quantile(power)
    else { return nil }
    guard first > second else { return .infinity }
    // Variance of a difference of Sharpe ratios (Jobson and Korkie, corrected by Memmel, 2003).
    let shared = first * second * correlation * correlation
    let variance = 2 * (1 - correlation) + (first * first + second * second - 2 * shared) / 2
    let distance = (alarm + miss) / (first - second)
    return variance * distance * distance
  }

  /// Independent trials that `trials` correlated ones are worth: ρ + (1 - ρ) N; nil for no trials and a correlation that
  /// cannot be.
  package static func effectiveTrials(_ trials: Double, averageCorrelation: Double) -> Double? {
    guard trials >= 1, trials.isFinite, abs(averageCorrelation) <= 1 else { return nil }
    return averageCorrelation + (1 - averageCorrelation) * trials
  }
}
