import Digest
import Files

extension SafetensorsFile {
  /// The bytes of a file with these tensors as F32, in the order of their names: equal content gives equal bytes.
  public static func encode(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
  ) throws -> [UInt8] {
    try encode(tensors.map { Piece($0.name, $0.tensor) }, metadata: metadata)
  }

  /// Writes a new durable file with these tensors and returns its SHA-256 in hex. The file must not exist.
  @discardableResult public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws -> String {
    try write(tensors.map { Piece($0.name, $0.tensor) }, metadata: metadata, to: path)
  }

  /// The bytes of a file with these tensors in their element types; scales become tensors of their own, `NAME.scale`.
  package static func encode(
    stored: [(name: String, tensor: StoredTensor)], metadata: [String: String] = [:]
  ) throws -> [UInt8] {
    try encode(stored.flatMap { Piece.pieces($0.name, $0.tensor) }, metadata: metadata)
  }

  /// What a file is put together from.
  struct Piece {
    let name: String
    let type: SafetensorsHeader.ElementType
    let shape: [Int]
    /// Why it must not be written; nil if it may.
    let problem: () -> String?
    let emit: ((UnsafeRawBufferPointer) throws -> Void) throws -> Void
    var byteCount: Int { shape.reduce(type.byteCount, *) }

    init(_ name: String, _ tensor: Tensor) {
      self.name = name
      type = .float32
      shape = tensor.shape
      problem = { tensor.firstNonFinite.map { "element \($0) is \(tensor.values[$0])" } }
      emit = { sink in try tensor.values.withUnsafeBytes { try sink($0) } }
    }

    private init(_ name: String, elements tensor: StoredTensor) {
      self.name = name
      switch tensor.element {
      case .float32: type = .float32
      case .brainFloat16: type = .brainFloat16
      case .int8: type = .int8
      }
      shape = tensor.shape
      problem = { tensor.problem }
      emit = { sink in try tensor.withBytes { try sink($0) } }
    }

    /// A stored tensor with its scales, if it has some.
    static func pieces(_ name: String, _ tensor: StoredTensor) -> [Piece] {
      let scales = tensor.scales.map {
        Piece(name + WeightFile.scaleSuffix, Tensor(shape: [$0.count], values: $0))
      }
      return [Piece(name, elements: tensor)] + [scales].compactMap { $0 }
    }
  }

  static func encode(_ pieces: [Piece], metadata: [String: String]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try emit(pieces, metadata: metadata, file: "(memory)") { bytes.append(contentsOf: $0) }
    return bytes
  }

  static func write(_ pieces: [Piece], metadata: [String: String] = [:], to path: String) throws -> String {
    try ModelError.naming {
      let file = try HashedFile(creating: path)
      try emit(pieces, metadata: metadata, file: path) { try file.write($0) }
      return try file.finish()
    }
  }

  private static func emit(
    _ pieces: [Piece], metadata: [String: String], file: String, to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let sorted = pieces.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let header = try header(sorted, metadata: metadata, file: file)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try sink($0) }
    try header.withUnsafeBytes { try sink($0) }
    for piece in sorted { try piece.emit(sink) }
  }

  private static func header(_ sorted: [Piece], metadata: [String: String], file: String) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let text = pairs.map { quoted($0.key) + ":" + quoted($0.value) }.joined(separator: ",")
      members.append("\"__metadata__\":{\(text)}")
    }
    var offset = 0
    var previous: String?
    for piece in sorted {
      let name = piece.name
      guard name != previous, name != "__metadata__", !name.isEmpty,
        name.utf8.count <= SafetensorsHeader.maxNameBytes
      else {
        throw ModelError(
          file: file, subject: "tensor \(name)", reason: "name is empty, reserved, too long or used twice")
      }
      if let problem = piece.problem() { throw ModelError(file: file, subject: "tensor \(name)", reason: problem) }
      previous = name
      let end = offset + piece.byteCount
      let shape = piece.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"\(piece.type.rawValue)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var bytes = Array(("{" + members.joined(separator: ",") + "}").utf8)
    // Padding keeps the data aligned to 8 bytes, as the format recommends.
    while bytes.count % 8 != 0 { bytes.append(32) }
    guard bytes.count <= SafetensorsHeader.maxBytes, 8 + bytes.count + offset <= maxFileBytes else {
      throw ModelError(
        file: file, reason: "\(bytes.count) header and \(offset) data bytes are more than can be read back")
    }
    return bytes
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        result += "\\"
        result.unicodeScalars.append(scalar)
      case "\u{0}"..<" ":
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
