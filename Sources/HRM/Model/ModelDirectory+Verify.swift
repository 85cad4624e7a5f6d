import Digest
import Files
import Foundation

extension ModelDirectory {
  /// Verifies that a directory is what its manifest says without loading the network: the list of files, the manifest,
  /// the SHA-256 of the weights. Reads in pieces, so that a large model costs no memory.
  ///
  /// - Throws: `ModelError`.
  @discardableResult package static func verify(_ path: String) throws -> ModelManifest {
    try checkListing(path)
    let manifest = try manifest(of: path)
    let weights = "\(path)/\(weightsFile)"
    let found = try sha256(of: weights)
    guard found == manifest.weightsSHA256 else {
      throw ModelError(
        file: weights,
        reason:
          "has SHA-256 \(found.prefix(16))…, the manifest says \(manifest.weightsSHA256.prefix(16))…: it was damaged "
          + "or changed; restore it from the archive")
    }
    return manifest
  }

  /// SHA-256 of a file in hex. Throws `ModelError`.
  package static func sha256(of path: String) throws -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW)
    guard file >= 0 else { throw ModelError(file: path, reason: "cannot be opened: \(FileError.text())") }
    defer { close(file) }
    let hasher = SHA256Hasher()
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress!, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw ModelError(file: path, reason: "cannot be read: \(FileError.text())") }
      if count == 0 { return SHA256.hex(hasher.finish()) }
      buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }
  }

  /// Replaces the manifest of a directory by one that says more of the same weights. A signature of the old one goes with
  /// it. Durable when it returns.
  ///
  /// - Throws: `ModelError`.
  package static func replaceManifest(of path: String, with manifest: ModelManifest) throws {
    let file = "\(path)/\(manifestFile)"
    try manifest.validate(file: file)
    do {
      // First: a crash in between must leave no signature that is wrong.
      try DurableFile.remove("\(path)/\(signatureFile)")
      try DurableFile.replace(file, with: try bytes(of: manifest), mode: 0o644)
    } catch let error as FileError { throw ModelError(error) }
  }

  /// A manifest as it stands in its file.
  static func bytes(of manifest: ModelManifest) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return Array(try encoder.encode(manifest)) + [10]
  }
}
