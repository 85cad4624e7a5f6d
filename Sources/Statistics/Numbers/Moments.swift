/// Mean, spread and shape of a sample. Sums are exact, so the order of the values does not matter.
package struct Moments: Hashable, Sendable {
  /// Number of values.
  package let count: Int
  /// Arithmetic mean.
  package let mean: Double
  /// Sample standard deviation, divisor n - 1; nil of fewer than two values. Exactly 0 if all are equal.
  package let standardDeviation: Double?
  /// Population skewness g1 = m3 / m2^1.5; nil without variation.
  package let skewness: Double?
  /// Population kurtosis m4 / m2², 3 for a normal distribution; nil without variation.
  package let kurtosis: Double?

  /// Mean over standard deviation, per period, without a risk-free rate; nil without variation.
  package var sharpe: Double? {
    guard let standardDeviation, standardDeviation > 0 else { return nil }
    return mean / standardDeviation
  }

  /// The moments of at least one value, all finite; nil of none.
  package init?(_ values: [Double]) {
    guard let first = values.first else { return nil }
    count = values.count
    // The mean of equal values need not be that value when rounded; their spread is still nothing.
    guard values.contains(where: { $0 != first }) else {
      mean = first
      standardDeviation = values.count > 1 ? 0 : nil
      skewness = nil
      kurtosis = nil
      return
    }
    let mean = ExactSum.of(values) / Double(values.count)
    var (second, third, fourth) = (ExactSum(), ExactSum(), ExactSum())
    for value in values {
      let deviation = value - mean
      let square = deviation * deviation
      second.add(square)
      third.add(square * deviation)
      fourth.add(square * square)
    }
    let variance = second.value / Double(count)
    self.mean = mean
    standardDeviation = (second.value / Double(count - 1)).squareRoot()
    let skewness = third.value / Double(count) / (variance * variance.squareRoot())
    let kurtosis = fourth.value / Double(count) / (variance * variance)
    self.skewness = skewness.isFinite ? skewness : nil
    self.kurtosis = kurtosis.isFinite ? kurtosis : nil
  }
}
