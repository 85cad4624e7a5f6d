import Digest

extension HRMParameters {
  /// A copy of the weights, without gradients and moments.
  public func copy() -> HRMParameters {
    guard let copy = try? HRMParameters(architecture: architecture, tensors: tensors()) else {
      preconditionFailure("weights in training are finite: a step that would make others is skipped")
    }
    return copy
  }

  /// Moves these weights towards others: w ← keep · w + (1 - keep) · other. Element by element, in fp32.
  public func average(towards other: HRMParameters, keep: Double) {
    precondition(other.layout == layout, "weights of another architecture")
    let (target, source) = (weights.floats, other.weights.floats)
    let (old, new) = (Float(keep), Float(1 - keep))
    for index in 0..<layout.count { target[index] = old * target[index] + new * source[index] }
  }

  /// Takes the weights of another set.
  public func take(_ other: HRMParameters) {
    precondition(other.layout == layout, "weights of another architecture")
    weights.floats.update(from: other.weights.floats, count: layout.count)
  }

  /// The SHA-256 of all weights, in the order of the layout.
  public var weightsDigest: [UInt8] {
    SHA256.digest(UnsafeRawBufferPointer(UnsafeBufferPointer(start: weights.floats, count: layout.count)))
  }

  /// Adds to one element of a tensor, which must exist; for heads that start with an opinion.
  public func add(_ value: Float, to name: String, at index: Int) {
    let entry = layout.entry(name)
    precondition((0..<entry.spec.count).contains(index), "\(name) has no element \(index)")
    weights.floats[entry.offset + index] += value
  }

  /// All gradients as one block, gaps included: what processes that train together exchange.
  public func withGradients<Result>(_ body: (UnsafeMutableBufferPointer<Float>) throws -> Result) rethrows -> Result {
    try body(UnsafeMutableBufferPointer(start: gradients.floats, count: layout.trainedCount))
  }
}
