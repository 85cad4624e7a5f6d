/// Number format of a model's large matrices, on disk and in the products that read them. Everything else of a model
/// (front, tables, heads, biases, start states) is 32-bit floats in every precision.
public enum HRMPrecision: Hashable, Sendable, CaseIterable {
  /// How finely a network with 8-bit weights rounds what it multiplies them by.
  public enum ActivationBits: Int, Hashable, Sendable, CaseIterable {
    /// One scale per row of activations, values in -63...63: the fastest.
    case seven = 7
    /// The same with values in -32767...32767: nearly as exact as floats.
    case sixteen = 16
  }

  /// 32-bit floats: the master that copies are made from.
  case float32
  /// The upper half of a 32-bit float, rounded to nearest, ties to even.
  case bfloat16
  /// Integers in -127...127 and one scale per output row; activations are rounded to this many bits when multiplied.
  case int8(activations: ActivationBits)

  /// `fp32`, `bf16`, `int8`, `int8-a16`.
  public static let allCases: [HRMPrecision] = [
    .float32, .bfloat16, .int8(activations: .seven), .int8(activations: .sixteen),
  ]

  /// The word for it in commands, settings and manifests: `fp32`, `bf16`, `int8` (7-bit activations) or `int8-a16`.
  public var label: String {
    switch self {
    case .float32: "fp32"
    case .bfloat16: "bf16"
    case .int8(.seven): "int8"
    case .int8(.sixteen): "int8-a16"
    }
  }

  /// The precision of a label; nil for any other word.
  public init?(label: String) {
    guard let found = Self.allCases.first(where: { $0.label == label }) else { return nil }
    self = found
  }

  /// How the large matrices are stored.
  package var element: StoredTensor.Element {
    switch self {
    case .float32: .float32
    case .bfloat16: .brainFloat16
    case .int8: .int8
    }
  }
}

extension HRMPrecision: Codable {
  /// Reads a label.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let label = try container.decode(String.self)
    guard let precision = HRMPrecision(label: label) else {
      let known = Self.allCases.map(\.label).joined(separator: ", ")
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "is \(label.prefix(64)), known are \(known)")
    }
    self = precision
  }

  /// Writes the label.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(label)
  }
}
