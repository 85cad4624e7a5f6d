/// The tensors of a model's weight file as they are stored, all of them checked: header and layout (see
/// `SafetensorsHeader`), element types F32, BF16 or I8, scales, and every element (see `StoredTensor.problem`).
package struct WeightFile: Sendable {
  /// Name of the tensor with the scales of an I8 tensor: its own name and this.
  package static let scaleSuffix = ".scale"

  /// By name; scales are part of their tensors.
  package let tensors: [String: StoredTensor]

  /// Reads a file whose SHA-256 in hex must be `digest`. The bytes that are hashed are the bytes that are checked and
  /// used, whatever happens to the file meanwhile.
  package init(path: String, sha256 digest: String) throws {
    let (found, checked) = try HashedRead.read(path, limit: SafetensorsFile.maxFileBytes) { memory in
      try WeightFile(memory: memory, file: path)
    }
    guard found == digest else {
      throw ModelError(file: path, reason: "has SHA-256 \(found), the manifest says \(digest)")
    }
    self = try checked.get()
  }

  /// The tensors of a file that is in memory already; `file` names it in errors.
  package init(memory: TensorMemory, file: String) throws {
    var matrices: [(name: String, tensor: StoredTensor)] = []
    var others: [String: StoredTensor] = [:]
    for entry in try SafetensorsHeader(memory.bytes, file: file).entries {
      guard let element = StoredTensor.Element(rawValue: entry.type.rawValue) else {
        throw ModelError(
          file: file, subject: "tensor \(entry.name)",
          reason: "has dtype \(entry.type.rawValue), a model holds F32, BF16 and I8")
      }
      let tensor = StoredTensor(
        shape: entry.shape, element: element, memory: memory, offset: entry.range.lowerBound)
      if element == .int8 { matrices.append((entry.name, tensor)) } else { others[entry.name] = tensor }
    }
    for (name, tensor) in matrices {
      let scales = try Self.takeScales(of: name, from: &others, file: file)
      others[name] = tensor.with(scales: scales)
    }
    for (name, tensor) in others.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
      if let problem = tensor.problem { throw ModelError(file: file, subject: "tensor \(name)", reason: problem) }
    }
    tensors = others
  }

  private static func takeScales(
    of name: String, from tensors: inout [String: StoredTensor], file: String
  ) throws -> [Float] {
    let scaleName = name + scaleSuffix
    guard let scales = tensors.removeValue(forKey: scaleName) else {
      throw ModelError(file: file, subject: "tensor \(scaleName)", reason: "is missing: \(name) has dtype I8")
    }
    guard scales.element == .float32, scales.shape.count == 1 else {
      throw ModelError(
        file: file, subject: "tensor \(scaleName)",
        reason: "is \(scales.element.rawValue) \(scales.shape), scales are F32 with one axis")
    }
    return scales.floats()
  }
}
