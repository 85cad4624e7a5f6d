/// The fp32 tensors of a network in training: weights and, once a step asks for them, gradients and the optimiser's
/// moments, each in one contiguous block with the same layout. Confined to one trainer at a time.
public final class HRMParameters {
  /// What one block holds.
  public enum Kind: Int, CaseIterable, Sendable {
    case weights, gradients
    /// Means of gradients (m) and of their squares (v).
    case means, squares
  }

  /// The shape of the network.
  public let architecture: HRMArchitecture
  /// Where each tensor lies.
  public let layout: ParameterLayout
  let weights: AlignedBlock
  private(set) lazy var gradients = AlignedBlock(count: layout.trainedCount)
  private(set) lazy var means = AlignedBlock(count: layout.trainedCount)
  private(set) lazy var squares = AlignedBlock(count: layout.trainedCount)

  /// The first weights of a seed.
  public convenience init(architecture: HRMArchitecture, seed: UInt64) throws {
    let tensors = WeightInitialiser.tensors(of: architecture, seed: seed)
    try self.init(
      architecture: architecture, tensors: Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0.tensor) }))
  }

  /// The given weights. Throws a `ModelError` unless they are exactly those of the architecture, all finite.
  public init(architecture: HRMArchitecture, tensors: [String: Tensor], file: String = "(memory)") throws {
    try architecture.validate(file: file)
    self.architecture = architecture
    layout = ParameterLayout(architecture)
    weights = AlignedBlock(count: layout.count)
    try fill(.weights, from: tensors, file: file)
    if let extra = tensors.keys.filter({ layout[$0] == nil }).min() {
      throw ModelError(file: file, subject: "tensor \(extra)", reason: "does not belong to this architecture")
    }
  }

  private func block(_ kind: Kind) -> AlignedBlock {
    switch kind {
    case .weights: weights
    case .gradients: gradients
    case .means: means
    case .squares: squares
    }
  }

  private func entries(_ kind: Kind) -> [ParameterLayout.Entry] {
    kind == .weights ? layout.entries : layout.entries.filter { $0.spec.role == .parameter }
  }

  /// Sets every tensor of a kind; gradients and moments exist for trained tensors only. Tensors of other names are
  /// ignored.
  public func fill(_ kind: Kind, from tensors: [String: Tensor], file: String = "(memory)") throws {
    let target = block(kind).floats
    for entry in entries(kind) {
      let name = entry.spec.name
      guard let tensor = tensors[name] else {
        throw ModelError(file: file, subject: "tensor \(name)", reason: "is missing, expected \(entry.spec.shape)")
      }
      guard tensor.shape == entry.spec.shape else {
        throw ModelError(
          file: file, subject: "tensor \(name)", reason: "has shape \(tensor.shape), expected \(entry.spec.shape)")
      }
      if let index = tensor.firstNonFinite {
        throw ModelError(
          file: file, subject: "tensor \(name)", reason: "element \(index) is \(tensor.values[index])")
      }
      tensor.values.withUnsafeBufferPointer {
        (target + entry.offset).update(from: $0.baseAddress!, count: $0.count)
      }
    }
  }

  /// One tensor of a kind; nil if there is none of that name.
  public func tensor(_ name: String, _ kind: Kind = .weights) -> Tensor? {
    guard let entry = layout[name], kind == .weights || entry.spec.role == .parameter else { return nil }
    let source = block(kind).floats + entry.offset
    return Tensor(
      shape: entry.spec.shape, values: Array(UnsafeBufferPointer(start: source, count: entry.spec.count)))
  }

  /// All tensors of a kind by name.
  public func tensors(_ kind: Kind = .weights) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: entries(kind).map { ($0.spec.name, tensor($0.spec.name, kind)!) })
  }

  /// First weight of a tensor that the architecture is known to have.
  func weight(_ name: String) -> UnsafeMutablePointer<Float> { weights.floats + layout.entry(name).offset }

  /// First gradient of a trained tensor.
  func gradient(_ name: String) -> UnsafeMutablePointer<Float> { gradients.floats + layout.entry(name).offset }
}
