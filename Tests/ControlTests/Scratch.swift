import Foundation

/// A fresh directory that goes with the test.
final class Scratch {
  let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-control-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }
  /// Makes a file as others would: neither whole nor synced.
  func put(_ text: String, _ name: String) {
    _ = FileManager.default.createFile(atPath: path + "/" + name, contents: Data(text.utf8))
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
