/// Quantiles of samples.
package enum Quantile {
  /// The quantile at `share` (0 to 1) of values in ascending order, interpolated linearly at rank (n - 1) · share; nil of
  /// none.
  package static func of(sorted values: [Double], share: Double) -> Double? {
    guard let last = values.indices.last else { return nil }
    let rank = Double(last) * min(max(share, 0), 1)
    let below = Int(rank.rounded(.down))
    let above = min(below + 1, last)
    return values[below] + (rank - Double(below)) * (values[above] - values[below])
  }

  /// The median; nil of no value.
  package static func median(of values: [Double]) -> Double? { of(sorted: values.sorted(), share: 0.5) }
}
