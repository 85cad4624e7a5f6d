import Digest

extension SafetensorsFile {
  /// The bytes of a file with these tensors as F32, in the order of their names: equal content gives equal bytes.
  public static func encode(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:]
  ) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try emit(tensors, metadata: metadata, file: "(memory)") { bytes.append(contentsOf: $0) }
    return bytes
  }

  /// Writes a new durable file with these tensors and returns its SHA-256 in hex. The file must not exist.
  @discardableResult public static func write(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String] = [:], to path: String
  ) throws -> String {
    let file = try DurableFile(creating: path)
    try emit(tensors, metadata: metadata, file: path) { try file.write($0) }
    return try file.finish()
  }

  private static func emit(
    _ tensors: [(name: String, tensor: Tensor)], metadata: [String: String], file: String,
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let header = try header(sorted, metadata: metadata, file: file)
    try withUnsafeBytes(of: UInt64(header.count).littleEndian) { try sink($0) }
    try header.withUnsafeBytes { try sink($0) }
    for (_, tensor) in sorted { try tensor.values.withUnsafeBytes { try sink($0) } }
  }

  private static func header(
    _ sorted: [(name: String, tensor: Tensor)], metadata: [String: String], file: String
  ) throws -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      let text = pairs.map { quoted($0.key) + ":" + quoted($0.value) }.joined(separator: ",")
      members.append("\"__metadata__\":{\(text)}")
    }
    var offset = 0
    var previous: String?
    for (name, tensor) in sorted {
      guard name != previous, name != "__metadata__", !name.isEmpty,
        name.utf8.count <= SafetensorsHeader.maxNameBytes
      else {
        throw ModelError(
          file: file, subject: "tensor \(name)", reason: "name is empty, reserved, too long or used twice")
      }
      if let index = tensor.firstNonFinite {
        throw ModelError(file: file, subject: "tensor \(name)", reason: "element \(index) is \(tensor.values[index])")
      }
      previous = name
      let end = offset + 4 * tensor.values.count
      let shape = tensor.shape.map(String.init).joined(separator: ",")
      members.append(
        "\(quoted(name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}")
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
