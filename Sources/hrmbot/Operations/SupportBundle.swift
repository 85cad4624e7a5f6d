import Bot
import Control
import Core
import Files
import Foundation
import Journal
import Settings

/// What somebody who is to help needs to see, and nothing that they must not.
struct SupportBundle {
  /// Newest records that go with it.
  static let records = 500
  /// Newest lines of a log that go with it.
  static let logLines = 1000
  private static let logBytes = 1 << 20

  let home: StateDirectory
  let settings: Result<LoadedSettings, any Error>
  let settingsPath: String?
  let journal: String?
  let isOffline: Bool

  /// Files by name. What cannot be had says why in its place.
  func files() -> [(name: String, text: String)] {
    let redaction = Redaction(home: home, environment: ProcessInfo.processInfo.environment)
    let parts: [(name: String, text: String)] = [
      ("README.txt", Self.readMe), ("versions.txt", versions()), ("settings.json", settingsText()),
      ("doctor.jsonl", doctor()), ("status.json", status()), ("latch.json", small(home.path + "/latch.json")),
      ("journal.json", journalText { try JournalInfo(directory: $0).json().text }),
      ("head.json", journal.map { small($0 + "/head.json") } ?? "no journal"),
      ("records.jsonl", journalText(Self.newest)), ("units.txt", units()), ("log.jsonl", log()),
    ]
    return parts.map { ($0.name, redaction.clean($0.text)) }
  }

  private static let readMe = """
    Made by `hrmbot support-bundle`. Settings that name places, addresses and people are left out; secrets that the bot
    knows, and what looks like one, are replaced by ***. Records and logs tell what was traded: look through them before
    you hand this to anybody.

    """

  private func versions() -> String {
    let system = ProcessInfo.processInfo
    let release = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
    return """
      hrmbot \(Release.version)
      made at \(SystemTime().now)
      kernel \(system.operatingSystemVersionString)
      processors \(system.activeProcessorCount), memory \(system.physicalMemory >> 20) MiB
      \(Self.output(["ldd", "--version"]).split(separator: "\n").first ?? "")
      \(release)
      """
  }

  private func settingsText() -> String {
    switch settings {
    case .success(let loaded): String(decoding: loaded.canonicalJSON, as: UTF8.self)
    case .failure(let error): "\(error)"
    }
  }

  private func doctor() -> String {
    DoctorCommand.findings(
      home: home, settings: settings.map(\.settings), settingsPath: settingsPath, isOffline: isOffline
    ).map { $0.json().text }.joined(separator: "\n")
  }

  private func status() -> String {
    guard let status = RunningBot.status(home), let bytes = try? status.encoded() else { return "no bot is running" }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func small(_ path: String) -> String {
    switch DurableFile.readSmall(path, limit: 64 << 10) {
    case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
    case .missing: "there is none"
    case .unreadable(let reason): reason
    }
  }

  private func journalText(_ read: (String) throws -> String) -> String {
    guard let journal else { return "no journal" }
    do { return try read(journal) } catch { return "\(error)" }
  }

  private static func newest(_ directory: String) throws -> String {
    let query = try JournalQuery(directory: directory)
    let last = try query.lastSequence()
    let first = max(query.firstSequence, last >= UInt64(records) ? last - UInt64(records) + 1 : 1)
    return try query.records(from: first, limit: records).map {
      "{\"kind\":\"\($0.kind.rawValue)\",\"payload\":\(String(decoding: $0.payload, as: UTF8.self)),"
        + "\"sequence\":\($0.sequence),\"wall_micros\":\($0.wallMicros)}"
    }.joined(separator: "\n")
  }

  private func units() -> String {
    ["hrmbot", "hrmbot-guard"].map { unit in
      "== \(unit)\n"
        + Self.output([
          "systemctl", "show", unit, "--no-pager",
          "--property=LoadState,ActiveState,SubState,Result,NRestarts,ExecMainStatus,ActiveEnterTimestamp,MemoryCurrent",
        ])
    }.joined(separator: "\n")
  }

  /// The end of the log: of the file where there is one, else of the service manager's journal.
  private func log() -> String {
    let files = [home.path + "/hrmbot.log", "logs/hrmbot.log"].filter { FileManager.default.fileExists(atPath: $0) }
    guard let path = files.first, let handle = FileHandle(forReadingAtPath: path) else {
      return Self.output(["journalctl", "--unit=hrmbot", "--lines=\(Self.logLines)", "--no-pager", "--output=cat"])
    }
    defer { try? handle.close() }
    let end = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: end > UInt64(Self.logBytes) ? end - UInt64(Self.logBytes) : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(separator: "\n").suffix(Self.logLines).joined(separator: "\n")
  }

  /// What a program says, or why it does not.
  private static func output(_ command: [String]) -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    do { try process.run() } catch { return "\(command[0]): \(error)" }
    let data = (try? pipe.fileHandleForReading.readToEnd()) ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
