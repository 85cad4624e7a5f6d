/// Brings each network feature to the scale a model was trained on: (x - mean) / deviation.
public struct FeatureNormaliser: Hashable, Sendable {
  let means: [Double]
  let scales: [Double]

  /// Leaves features as they are.
  public static let identity = FeatureNormaliser(
    uncheckedMeans: [Double](repeating: 0, count: FeatureSchema.names.count),
    scales: [Double](repeating: 1, count: FeatureSchema.names.count))

  /// A normaliser with one mean and one standard deviation a feature, in the schema's order; nil unless there are
  /// `FeatureSchema.names.count` finite means and as many finite, positive deviations.
  public init?(means: [Double], deviations: [Double]) {
    let count = FeatureSchema.names.count
    guard means.count == count, deviations.count == count, means.allSatisfy(\.isFinite),
      deviations.allSatisfy({ $0 > 0 && $0.isFinite && (1 / $0).isFinite })
    else { return nil }
    self.init(uncheckedMeans: means, scales: deviations.map { 1 / $0 })
  }

  private init(uncheckedMeans: [Double], scales: [Double]) {
    means = uncheckedMeans
    self.scales = scales
  }
}
