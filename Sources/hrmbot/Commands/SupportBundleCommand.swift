import ArgumentParser
import Bot
import Control
import Core
import Foundation
import Glibc

struct SupportBundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "support-bundle",
    abstract: "One file with what somebody who is to help needs to see, without secrets.",
    discussion: """
      Versions, settings without places and people, what the doctor finds, state of bot and units, the journal's head and
      newest records, the log's end. Known secrets, and what looks like one, become ***. Look through it all the same.

      EXAMPLES
        hrmbot support-bundle
        hrmbot support-bundle -o /tmp/hrmbot.tar.gz --offline
      """)
  @OptionGroup var options: JournalOptions
  @OptionGroup var settings: SettingsOptions
  @Option(name: .shortAndLong, help: "File to write. Default: hrmbot-support-<time>.tar.gz here.") var output: String?
  @Flag(help: "Ask no other host.") var offline = false
  @Flag(help: "One JSON object.") var json = false

  func run() throws {
    let stamp = SystemTime().now.description.filter { $0.isNumber || $0 == "T" || $0 == "Z" }
    let name = "hrmbot-support-\(stamp)"
    let path = output ?? "\(name).tar.gz"
    guard !FileManager.default.fileExists(atPath: path) else { throw StartError("\(path) exists", exitCode: 73) }
    let bundle = SupportBundle(
      home: options.common.stateDirectory, settings: Result { try settings.load() }, settingsPath: settings.path,
      journal: try? options.directory(), isOffline: offline)
    let files = bundle.files()
    try Self.pack(files, name: name, to: path)
    print(
      json
        ? try Output.json(["file": path] as [String: String]) : "\(path): \(files.map(\.name).joined(separator: ", "))")
  }

  /// Writes the files for their owner alone, and packs them with the system's `tar`.
  private static func pack(_ files: [(name: String, text: String)], name: String, to path: String) throws {
    let place = NSTemporaryDirectory() + "hrmbot-support-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: place) }
    let old = umask(0o077)
    defer { umask(old) }
    do {
      try FileManager.default.createDirectory(atPath: "\(place)/\(name)", withIntermediateDirectories: true)
      for file in files {
        try Data(file.text.utf8).write(to: URL(fileURLWithPath: "\(place)/\(name)/\(file.name)"))
      }
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["tar", "-czf", path, "-C", place, "--owner=0", "--group=0", name]
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else {
        throw StartError("tar ended with \(process.terminationStatus); is it installed?", exitCode: 73)
      }
    } catch let error as StartError { throw error } catch { throw StartError("\(path): \(error)", exitCode: 73) }
  }
}
