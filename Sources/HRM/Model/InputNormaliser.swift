/// Scale of the numbers of a bar as a model takes them: (x - mean) / deviation, cut to `-clip...clip`.
///
/// Fitted where the model was trained and stored with it, so that observations and their hashes are the same for every
/// model. Training and decisions use this one function, in 32-bit floats throughout.
public struct InputNormaliser: Codable, Equatable, Hashable, Sendable {
  /// Numbers are cut to this after scaling.
  public static let clip: Float = 5
  /// Means that are taken: the numbers of bars are cut to ±5 themselves.
  public static let meanLimit: Float = 100
  /// Deviations that are taken. A number that varies less is no number to divide by.
  public static let deviations: ClosedRange<Float> = 1e-3...100

  /// Mean of each number of a bar, in the order of the features.
  public let means: [Float]
  /// Standard deviation of each number of a bar.
  public let deviations: [Float]

  /// A normaliser as given; nil unless there are as many means as deviations, all finite and within the limits.
  public init?(means: [Float], deviations: [Float]) {
    self.init(unchecked: means, deviations)
    if fault(featureCount: means.count) != nil { return nil }
  }

  private init(unchecked means: [Float], _ deviations: [Float]) {
    self.means = means
    self.deviations = deviations
  }

  /// What is wrong with it for bars of so many numbers; nil: nothing.
  public func fault(featureCount: Int) -> String? {
    guard means.count == featureCount, deviations.count == featureCount else {
      return "has \(means.count) means and \(deviations.count) deviations, expected \(featureCount) each"
    }
    if let mean = means.first(where: { !($0.magnitude <= Self.meanLimit) }) {
      return "has the mean \(mean), allowed are -\(Self.meanLimit)...\(Self.meanLimit)"
    }
    if let deviation = deviations.first(where: { !Self.deviations.contains($0) }) {
      return "has the deviation \(deviation), allowed are \(Self.deviations)"
    }
    return nil
  }

  /// Scales rows of bars in place, whole rows only. Numbers that are not finite stay what they are: a fault must not
  /// become a number.
  public func apply(to rows: inout [Float]) { rows.withUnsafeMutableBufferPointer { apply(to: $0) } }

  /// The same on memory: a whole number of rows, one after the other.
  public func apply(to rows: UnsafeMutableBufferPointer<Float>) {
    let width = means.count
    precondition(width > 0 && rows.count % width == 0, "\(rows.count) numbers are no rows of \(width)")
    for start in stride(from: 0, to: rows.count, by: width) {
      for index in 0..<width where rows[start + index].isFinite {
        let scaled = (rows[start + index] - means[index]) / deviations[index]
        rows[start + index] = min(Self.clip, max(-Self.clip, scaled))
      }
    }
  }
}
