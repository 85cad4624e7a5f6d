extension ModelDirectory {
  /// Tensors of a master in the element types of another precision.
  package static func narrow(
    _ stored: [String: StoredTensor], of architecture: HRMArchitecture, to precision: HRMPrecision, file: String
  ) throws -> [String: StoredTensor] {
    var result = stored
    for spec in architecture.tensorSpecs where spec.element(in: precision) != .float32 {
      guard let tensor = stored[spec.name] else { continue }
      result[spec.name] = try StoredTensor(
        narrowing: Tensor(shape: tensor.shape, values: tensor.floats()), to: precision.element, name: spec.name,
        file: file)
    }
    return result
  }
}

extension ModelManifest {
  /// The manifest of a copy of this master: its name says the precision, everything that is known of the weights stays.
  package func ofCopy(precision: HRMPrecision, agreement: Quantisation.Agreement?) -> ModelManifest {
    var copy = self
    guard precision != .float32 else { return copy }
    copy.name = String(name.prefix(118)) + "-" + precision.label
    copy.precision = precision
    copy.quantisation = Quantisation(sourceName: name, sourceSHA256: weightsSHA256, agreement: agreement)
    copy.files = [:]
    return copy
  }
}
