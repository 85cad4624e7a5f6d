import Files
import Foundation

/// A model on disk: a directory with `policy.safetensors`, `manifest.json` and, if signed, `manifest.sig`.
public struct ModelDirectory {
  /// File of the weights.
  public static let weightsFile = "policy.safetensors"
  /// File of the manifest.
  public static let manifestFile = "manifest.json"
  /// File of an optional signature of the manifest; not read here.
  public static let signatureFile = "manifest.sig"
  /// Largest manifest read, in bytes.
  public static let maxManifestBytes = 1 << 20

  /// Creates a model with random weights at `path`, which must not exist. All of it appears at once or nothing does.
  ///
  /// - Parameters:
  ///   - name: version name; nil takes the last component of the path.
  ///   - instruments: symbols that get rows 1, 2, … of the instrument table.
  ///   - timeframes: labels that get rows 1, 2, … of the timeframe table.
  @discardableResult public static func create(
    at path: String, architecture: HRMArchitecture, seed: UInt64, featureSchemaHash: String, name: String? = nil,
    instruments: [String] = [], timeframes: [String] = ModelManifest.standardTimeframes
  ) throws -> ModelManifest {
    try architecture.validate(file: path)
    let manifest = ModelManifest(
      name: name ?? lastComponent(of: path), architecture: architecture,
      featureSchemaHash: featureSchemaHash, instruments: instruments, timeframes: timeframes, files: [:],
      untrained: true, training: nil, seed: seed)
    return try write(manifest, WeightInitialiser.tensors(of: architecture, seed: seed), to: path)
  }

  /// Writes a model to `path`, which must not exist; `files` of the manifest is filled in. Durable when it returns.
  @discardableResult public static func write(
    _ manifest: ModelManifest, _ tensors: [(name: String, tensor: Tensor)], to path: String
  ) throws -> ModelManifest {
    try write(manifest, pieces: tensors.map { SafetensorsFile.Piece($0.name, $0.tensor) }, to: path)
  }

  /// The same with tensors in the element types of the manifest's precision.
  @discardableResult package static func write(
    _ manifest: ModelManifest, stored: [String: StoredTensor], to path: String
  ) throws -> ModelManifest {
    try manifest.architecture.check(stored, precision: manifest.precision, file: "\(path)/\(weightsFile)")
    let pieces = stored.flatMap { SafetensorsFile.Piece.pieces($0.key, $0.value) }
    return try write(manifest, pieces: pieces, to: path)
  }

  private static func write(
    _ manifest: ModelManifest, pieces: [SafetensorsFile.Piece], to path: String
  ) throws -> ModelManifest {
    guard access(path, F_OK) != 0 else { throw ModelError(file: path, reason: "exists already; choose another path") }
    let path = withoutTrailingSlashes(path)
    var template = Array("\(path).partial-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw ModelError(file: path, reason: "no directory can be made beside it: \(FileError.text())")
    }
    let partial = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    do {
      var manifest = manifest
      manifest.files = [weightsFile: try SafetensorsFile.write(pieces, to: "\(partial)/\(weightsFile)")]
      try manifest.validate(file: "\(path)/\(manifestFile)")
      let file = try HashedFile(creating: "\(partial)/\(manifestFile)")
      try bytes(of: manifest).withUnsafeBytes { try file.write($0) }
      _ = try file.finish()
      chmod(partial, 0o755)
      try DurableFile.syncDirectory(at: partial)
      // Replaces nothing but an empty directory, should something have appeared there since the check.
      guard rename(partial, path) == 0 else {
        throw ModelError(file: path, reason: "cannot be put in place: \(FileError.text())")
      }
      try DurableFile.syncDirectory(at: parent(of: path))
      return manifest
    } catch {
      for name in [weightsFile, manifestFile] { unlink("\(partial)/\(name)") }
      rmdir(partial)
      throw (error as? FileError).map { ModelError($0) } ?? error
    }
  }

  /// Directory that an entry of the file system lies in. Foundation's own answer traps for a relative path of one letter.
  package static func parent(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    let parent = withoutTrailingSlashes(String(trimmed[..<slash]))
    return parent.isEmpty ? "/" : parent
  }

  /// Last part of a path.
  package static func lastComponent(of path: String) -> String {
    let trimmed = withoutTrailingSlashes(path)
    return trimmed.lastIndex(of: "/").map { String(trimmed[trimmed.index(after: $0)...]) } ?? trimmed
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    var path = path
    while path.hasSuffix("/") { path.removeLast() }
    return path
  }

  /// Reads a model and verifies all of it: the list of files, the manifest, the SHA-256 of the weights, and that the
  /// tensors are exactly those of the architecture in the manifest's precision, finite. Anything else is refused with
  /// the reason.
  public static func load(_ path: String) throws -> (ModelManifest, HRMNetwork) {
    let (manifest, stored) = try weights(of: path)
    let network = try HRMNetwork(
      architecture: manifest.architecture, stored: stored, precision: manifest.precision,
      file: "\(path)/\(weightsFile)")
    return (manifest, network)
  }

  /// The same, but the tensors as they are stored. They share the memory of the whole file: let go of them when done.
  package static func weights(of path: String) throws -> (ModelManifest, [String: StoredTensor]) {
    try checkListing(path)
    let manifest = try manifest(of: path)
    let weightsPath = "\(path)/\(weightsFile)"
    let file = try WeightFile(path: weightsPath, sha256: manifest.weightsSHA256)
    try manifest.architecture.check(file.tensors, precision: manifest.precision, file: weightsPath)
    return (manifest, file.tensors)
  }

  /// Bytes of the weights on disk; 0 if there are none.
  package static func weightsByteCount(of path: String) -> Int {
    var status = stat()
    return stat("\(path)/\(weightsFile)", &status) == 0 ? Int(status.st_size) : 0
  }

  /// Reads and verifies only the manifest.
  public static func manifest(of path: String) throws -> ModelManifest {
    try manifest(manifestBytes(of: path), of: path)
  }

  /// The bytes of the manifest, unverified.
  package static func manifestBytes(of path: String) throws -> [UInt8] {
    try ModelError.naming { try BoundedFile.read("\(path)/\(manifestFile)", limit: maxManifestBytes) }
  }

  /// Verifies only the manifest, whose bytes are these.
  package static func manifest(_ bytes: [UInt8], of path: String) throws -> ModelManifest {
    let manifestPath = "\(path)/\(manifestFile)"
    let manifest = try JSON.decode(ModelManifest.self, bytes, file: manifestPath)
    try manifest.validate(file: manifestPath)
    return manifest
  }

  static func checkListing(_ path: String) throws {
    guard let directory = opendir(path) else {
      throw ModelError(file: path, reason: "is not a readable directory: \(FileError.text())")
    }
    defer { closedir(directory) }
    var missing: Set = [weightsFile, manifestFile]
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name == "." || name == ".." || name == signatureFile { continue }
      guard missing.remove(name) != nil else {
        throw ModelError(file: "\(path)/\(name)", reason: "does not belong into a model directory; remove it")
      }
    }
    if let name = missing.min() { throw ModelError(file: "\(path)/\(name)", reason: "is missing") }
  }
}
