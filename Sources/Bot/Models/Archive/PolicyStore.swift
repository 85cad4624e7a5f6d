import Agent
import Control
import Files
import Foundation
import HRM
import Settings

/// The archive of policies in a state directory: one directory each, by name.
package struct PolicyStore: Sendable {
  /// Directory of the archive.
  package let path: String
  private let settings: PolicySettings

  /// The archive of a state directory.
  package init(home: StateDirectory, settings: PolicySettings) {
    path = home.path + "/archive"
    self.settings = settings
  }

  /// Names of the entries, in order.
  package var names: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { !$0.contains(".partial-") }.sorted()
  }

  /// The directory that a word means: a directory of that path, else the entry of that name.
  package func directory(_ word: String) -> String {
    if word.contains("/") || FileManager.default.fileExists(atPath: word) { return word }
    return "\(path)/\(word)"
  }

  /// Copies a policy into the archive under `name`; nil takes that of its manifest. All of it appears at once, durably,
  /// and is verified before and after.
  ///
  /// - Throws: `StartError` 65 and 66 for a policy that is no good, 64 for a name that is none, 73 for one that is taken
  ///   or where nothing can be written.
  package func add(_ source: String, as name: String?) throws -> PolicyEntry {
    let entry = try PolicyEntry(source, settings: settings)
    let name = name ?? entry.name
    guard ModelManifest.isName(name), !name.hasPrefix(".") else {
      throw StartError(
        "--as \(name): a name has 1 to 128 of A-Z a-z 0-9 . _ - and does not begin with a dot", exitCode: 64)
    }
    let target = "\(path)/\(name)"
    guard !FileManager.default.fileExists(atPath: target) else {
      throw StartError("\(target) exists already: entries never change; give another name with --as", exitCode: 73)
    }
    let partial = "\(target).partial-\(getpid())"
    var archived: PolicyEntry
    do {
      try StateDirectory.make(path, mode: 0o700)
      try StateDirectory.make(partial, mode: 0o755)
      let files = PolicyEntry.files(of: entry.kind)
      for file in files.needed + files.optional {
        let from = "\(entry.path)/\(file)"
        guard files.needed.contains(file) || FileManager.default.fileExists(atPath: from) else { continue }
        try Self.copy(from, to: "\(partial)/\(file)")
      }
      try DurableFile.syncDirectory(at: partial)
      // What lies there now is what will be loaded one day: that is what counts.
      archived = try PolicyEntry(partial, settings: settings)
      guard rename(partial, target) == 0 else { throw FileError(path: target, operation: "rename", code: errno) }
      try DurableFile.syncDirectory(at: path)
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw error as? StartError ?? StartError("\(error)", exitCode: 73)
    }
    archived.path = target
    return archived
  }

  private static func copy(_ from: String, to path: String) throws {
    let file = try BoundedFile(from, limit: 1 << 31)
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, file.size), alignment: 16)
    defer { buffer.deallocate() }
    let bytes = UnsafeMutableRawBufferPointer(rebasing: buffer[..<file.size])
    try file.read(into: bytes)
    let out = try HashedFile(creating: path)
    try out.write(UnsafeRawBufferPointer(bytes))
    _ = try out.finish()
  }
}
