/// Where each tensor of an architecture lies in one contiguous block: trained ones first, in the order of their names,
/// then puzzle rows and constants. Every tensor starts at a multiple of 16 elements; the gaps are zeros.
public struct ParameterLayout: Sendable, Equatable {
  /// One tensor.
  public struct Entry: Sendable, Equatable {
    /// Name, shape and who changes it.
    public let spec: TensorSpec
    /// Its first element.
    public let offset: Int
  }
  /// In the order of their offsets.
  public let entries: [Entry]
  /// Elements of the part that the optimiser changes, gaps included.
  public let trainedCount: Int
  /// Elements of all tensors, gaps included.
  public let count: Int
  private let indices: [String: Int]

  /// The layout of an architecture.
  public init(_ architecture: HRMArchitecture) {
    let specs = architecture.tensorSpecs
    var entries: [Entry] = []
    var offset = 0
    var trained = 0
    for role in [TensorSpec.Role.parameter, .puzzleRows, .constant] {
      for spec in specs where spec.role == role {
        entries.append(Entry(spec: spec, offset: offset))
        offset += (spec.count + 15) & ~15
      }
      if role == .parameter { trained = offset }
    }
    self.entries = entries
    trainedCount = trained
    count = offset
    indices = Dictionary(uniqueKeysWithValues: entries.indices.map { (entries[$0].spec.name, $0) })
  }

  /// The tensor of a name; nil if the architecture has none.
  public subscript(name: String) -> Entry? { indices[name].map { entries[$0] } }

  /// The tensor of a name that the architecture is known to have.
  func entry(_ name: String) -> Entry { entries[indices[name]!] }
}
