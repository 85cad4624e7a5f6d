extension HRMNetwork {
  /// A network over tensors as a model file stores them, which must be those of the architecture in that precision;
  /// `file` names their origin in errors. The tensors are not kept.
  package convenience init(
    architecture: HRMArchitecture, stored: [String: StoredTensor], precision: HRMPrecision, file: String = "network"
  ) throws {
    try architecture.check(stored, precision: precision, file: file)
    let tensors = stored.mapValues { Tensor(shape: $0.shape, values: $0.floats()) }
    try self.init(architecture: architecture, tensors: tensors, file: file)
  }
}
