import Digest
import Files
import Foundation
import HRM

/// One checkpoint on disk: tensors and a state in a safetensors file, its SHA-256 in a file beside it. Both are written
/// under other names first; a checkpoint counts once its hash is there.
struct CheckpointFile {
  /// Bytes of the state in one piece of metadata: what readers of the format accept.
  private static let pieceBytes = 32_768
  /// Most such pieces.
  private static let maxPieces = 240
  static let suffix = ".safetensors"
  let path: String
  private var hashPath: String { path + ".sha256" }

  init(_ path: String) { self.path = path }

  /// Writes a state with its tensors, durable when it returns. Replaces a file of the same name.
  func write<State: Encodable>(_ state: State, tensors: [(name: String, tensor: Tensor)]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let text = Array(try encoder.encode(state).base64EncodedString().utf8)
    let pieces = stride(from: 0, to: text.count, by: Self.pieceBytes).map {
      String(decoding: text[$0..<min($0 + Self.pieceBytes, text.count)], as: UTF8.self)
    }
    guard pieces.count <= Self.maxPieces else {
      throw TrainingError("\(path): the state of \(text.count) bytes is more than a checkpoint holds")
    }
    let metadata = Dictionary(uniqueKeysWithValues: pieces.enumerated().map { ("state.\($0)", $1) })
    let partial = path + ".partial"
    unlink(partial)
    unlink(hashPath)
    let hash = try SafetensorsFile.write(tensors, metadata: metadata, to: partial)
    guard rename(partial, path) == 0 else { throw TrainingError("\(path): \(FileError.text())") }
    try DurableFile.replace(hashPath, with: Array((hash + "\n").utf8), mode: 0o644)
  }

  /// Reads a checkpoint whose hash is right. Throws a `TrainingError` or `ModelError` that names the file.
  func read<State: Decodable>(_ type: State.Type) throws -> (state: State, tensors: [String: Tensor]) {
    let bytes: [UInt8]
    let wanted: [UInt8]
    do {
      bytes = try BoundedFile.read(path, limit: SafetensorsFile.maxFileBytes)
      wanted = try BoundedFile.read(hashPath, limit: 256)
    } catch { throw TrainingError("\(error)") }
    let hash = SHA256.hex(SHA256.digest(bytes))
    guard String(decoding: wanted, as: UTF8.self).hasPrefix(hash) else {
      throw TrainingError("\(path): its SHA-256 is not the one of \(hashPath); the file is damaged, use an earlier one")
    }
    let file = try SafetensorsFile(bytes: bytes, file: path)
    let text = (0..<Self.maxPieces).map { file.metadata["state.\($0)"] ?? "" }.joined()
    guard let json = Data(base64Encoded: text), let state = try? JSONDecoder().decode(type, from: json) else {
      throw TrainingError("\(path): holds no state of a training run of this version")
    }
    return (state, Dictionary(uniqueKeysWithValues: file.tensors.map { ($0.name, $0.tensor) }))
  }

  func remove() {
    unlink(hashPath)
    unlink(path)
  }
}
