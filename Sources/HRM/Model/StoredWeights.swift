extension TensorSpec {
  /// Whether copies hold this tensor in their precision: the matrices of the blocks and the bridges, which are over 99 %
  /// of a model. What is small, or meets raw features or a decision directly, stays 32-bit floats.
  package var isNarrowed: Bool {
    switch name.split(separator: ".").last {
    case "w_qkv", "w_o", "w_gu", "w_down", "bridge_hl", "bridge_lh": true
    default: false
    }
  }

  /// How this tensor is stored in a model of `precision`.
  package func element(in precision: HRMPrecision) -> StoredTensor.Element {
    isNarrowed ? precision.element : .float32
  }
}

extension HRMArchitecture {
  /// Throws a `ModelError` unless `stored` has exactly the tensors of this architecture, each of the shape and element
  /// type that `precision` asks for, and scales where the elements are integers. Elements are not looked at.
  package func check(_ stored: [String: StoredTensor], precision: HRMPrecision, file: String) throws {
    try validate(file: file)
    let specs = tensorSpecs
    func refuse(_ name: String, _ reason: String) -> ModelError {
      ModelError(file: file, subject: "tensor \(name)", reason: reason)
    }
    for spec in specs {
      guard let tensor = stored[spec.name] else { throw refuse(spec.name, "is missing, expected \(spec.shape)") }
      guard tensor.shape == spec.shape else {
        throw refuse(spec.name, "has shape \(tensor.shape), expected \(spec.shape)")
      }
      let element = spec.element(in: precision)
      guard tensor.element == element else {
        throw refuse(
          spec.name,
          "has dtype \(tensor.element.rawValue), a model of precision \(precision.label) has \(element.rawValue)")
      }
      guard element == .int8 else { continue }
      guard let scales = tensor.scales else { throw refuse(spec.name, "has no scales, expected \(spec.shape[0])") }
      guard scales.count == spec.shape[0] else {
        throw refuse(spec.name, "has \(scales.count) scales, expected one for each of \(spec.shape[0]) rows")
      }
    }
    guard stored.count != specs.count else { return }
    let known = Set(specs.map(\.name))
    throw refuse(stored.keys.filter { !known.contains($0) }.min() ?? "", "does not belong to this architecture")
  }
}
