import Files

/// The tensors of a safetensors file, all of them checked (see `SafetensorsHeader`) and finite.
///
/// F32 is taken as it is, BF16 and I8 are widened, I32 and I64 are converted and refused unless a float holds them
/// exactly. Models are read by `WeightFile`, which widens nothing.
public struct SafetensorsFile: Sendable {
  /// Largest file read, in bytes.
  public static let maxFileBytes = 1 << 30

  /// In the order of their names (UTF-8 bytes).
  public let tensors: [(name: String, tensor: Tensor)]
  /// The file's `__metadata__`.
  public let metadata: [String: String]

  /// Reads a file.
  public init(path: String) throws {
    try self.init(bytes: try ModelError.naming { try BoundedFile.read(path, limit: Self.maxFileBytes) }, file: path)
  }

  /// Reads the bytes of a file; `file` names them in errors.
  public init(bytes: [UInt8], file: String = "(memory)") throws {
    guard bytes.count <= Self.maxFileBytes else {
      throw ModelError(file: file, reason: "has \(bytes.count) bytes, at most \(Self.maxFileBytes) are read")
    }
    let header = try bytes.withUnsafeBytes { try SafetensorsHeader($0, file: file) }
    metadata = header.metadata
    tensors = try header.entries.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map { entry in
      (entry.name, try Self.tensor(entry, bytes, file: file))
    }
  }

  /// The tensor of one name; nil if the file has none.
  public subscript(name: String) -> Tensor? {
    var low = 0
    var high = tensors.count
    while low < high {
      let middle = (low + high) / 2
      if tensors[middle].name.utf8.lexicographicallyPrecedes(name.utf8) { low = middle + 1 } else { high = middle }
    }
    return low < tensors.count && tensors[low].name == name ? tensors[low].tensor : nil
  }

  private static func tensor(_ entry: SafetensorsHeader.Entry, _ bytes: [UInt8], file: String) throws -> Tensor {
    let values = bytes.withUnsafeBytes { whole -> [Float] in
      let raw = UnsafeRawBufferPointer(rebasing: whole[entry.range])
      return [Float](unsafeUninitializedCapacity: entry.count) { buffer, count in
        count = entry.count
        guard count > 0 else { return }
        switch entry.type {
        case .float32: UnsafeMutableRawBufferPointer(buffer).copyMemory(from: raw)
        case .brainFloat16:
          for index in 0..<count {
            let bits = UInt16(littleEndian: raw.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
            buffer.initializeElement(at: index, to: Float(bitPattern: UInt32(bits) << 16))
          }
        case .int8:
          for index in 0..<count { buffer.initializeElement(at: index, to: Float(Int8(bitPattern: raw[index]))) }
        case .int32:
          for index in 0..<count {
            let integer = Int32(littleEndian: raw.loadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
            buffer.initializeElement(at: index, to: Float(exactly: integer) ?? .nan)
          }
        case .int64:
          for index in 0..<count {
            let integer = Int64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
            buffer.initializeElement(at: index, to: Float(exactly: integer) ?? .nan)
          }
        }
      }
    }
    let tensor = Tensor(shape: entry.shape, values: values)
    if let index = tensor.firstNonFinite {
      let isInteger = entry.type == .int32 || entry.type == .int64
      throw ModelError(
        file: file, subject: "tensor \(entry.name)",
        reason: isInteger
          ? "element \(index) is an integer no 32-bit float holds exactly" : "element \(index) is \(values[index])")
    }
    return tensor
  }
}
