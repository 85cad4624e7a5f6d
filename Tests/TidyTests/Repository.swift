import Foundation

/// The repository that holds this test.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// A file under the root.
  struct File {
    /// Path from the root.
    var path: String
    var text: String
    /// Number of lines.
    var lineCount: Int {
      text.split(separator: "\n", omittingEmptySubsequences: false).count - (text.hasSuffix("\n") ? 1 : 0)
    }
    /// The target's name, of a file in Sources or Tests.
    var target: String {
      let parts = path.split(separator: "/").map { String($0) }
      return parts.count > 2 ? parts[1] : ""
    }
  }

  /// Regular files under a folder, sorted by path; without what Python keeps beside its files.
  static func paths(under folder: String) -> [String] {
    let base = "\(root)/\(folder)"
    let names = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
    return names.sorted().filter { name in
      if name.contains("__pycache__/") { return false }
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: "\(base)/\(name)", isDirectory: &isDirectory)
      return exists && !isDirectory.boolValue
    }.map { "\(folder)/\($0)" }
  }

  static func file(_ path: String) throws -> File {
    File(path: path, text: try String(contentsOfFile: "\(root)/\(path)", encoding: .utf8))
  }

  /// Swift files under some folders.
  static func swiftFiles(_ folders: String...) throws -> [File] {
    try folders.flatMap { paths(under: $0) }.filter { $0.hasSuffix(".swift") && !$0.contains("/Resources/") }
      .map { try file($0) }
  }

  /// Runs a program in the root; its exit code and what it wrote.
  static func run(_ arguments: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: root)
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  /// Whether a program is on the PATH.
  static func has(_ program: String) -> Bool {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return path.split(separator: ":").contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
  }
}
