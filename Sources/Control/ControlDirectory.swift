import Core
import Files
import Foundation
import Glibc

/// What the control directory says at one moment.
package struct ControlReading: Equatable, Sendable {
  /// A stop, whatever is in the file.
  package struct Stop: Equatable, Sendable {
    package var level: StopLevel
    package var reason: String
    /// A stop as given.
    package init(level: StopLevel, reason: String) {
      self.level = level
      self.reason = reason
    }
  }
  /// nil: no STOP.
  package var stop: Stop?
  /// The latch that a RESUME file names.
  package var resumeLatchID: String?
  /// Why the directory cannot be trusted; nil when it can.
  package var problem: String?
}

/// The directory through which people stop and resume the bot. The bot only reads it.
package struct ControlDirectory: Sendable {
  /// Largest STOP or RESUME file that is read.
  package static let maximumBytes = 4096
  /// Path of the directory.
  package let path: String

  /// The directory at `path`.
  package init(path: String) { self.path = path }

  /// Path of the STOP file.
  package var stopPath: String { path + "/STOP" }
  /// Path of the RESUME file.
  package var resumePath: String { path + "/RESUME" }

  /// Looks. Presence of STOP is enough: content adds level and reason, and nothing in it can take the stop back.
  package func read() -> ControlReading {
    var reading = ControlReading(stop: nil, resumeLatchID: nil, problem: problem())
    switch DurableFile.readSmall(stopPath, limit: Self.maximumBytes) {
    case .missing: break
    case .unreadable(let reason):
      // A directory that cannot be searched is not a STOP: `problem` says so, and it halts by itself.
      if reading.problem == nil {
        reading.stop = ControlReading.Stop(level: .stop, reason: "STOP is present (\(reason))")
      }
    case .bytes(let bytes): reading.stop = Self.stop(from: bytes)
    }
    if case .bytes(let bytes) = DurableFile.readSmall(resumePath, limit: Self.maximumBytes) {
      reading.resumeLatchID = Self.latchID(from: bytes)
    }
    return reading
  }

  private func problem() -> String? {
    var status = stat()
    guard stat(path, &status) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
    guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path): not a directory" }
    guard access(path, R_OK | X_OK) == 0 else { return "\(path): \(String(cString: strerror(errno)))" }
    return nil
  }

  /// What is unwise about the directory; nil when nothing is. On paper it is only said.
  package var warning: String? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IWOTH != 0 else { return nil }
    return "\(path): writable by everybody: anybody can stop and resume the bot (chmod o-w)"
  }

  private struct StopFile: Decodable {
    var level: String?
    var reason: String?
  }

  package static func stop(from bytes: [UInt8]) -> ControlReading.Stop {
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    if let file = try? JSONDecoder().decode(StopFile.self, from: Data(bytes)) {
      let level = file.level.flatMap(StopLevel.init(rawValue:)) ?? .stop
      return ControlReading.Stop(level: level, reason: printable(file.reason ?? "STOP file"))
    }
    if let level = StopLevel(rawValue: text) { return ControlReading.Stop(level: level, reason: "STOP file") }
    return ControlReading.Stop(level: .stop, reason: text.isEmpty ? "STOP file" : printable(text))
  }

  package static func latchID(from bytes: [UInt8]) -> String? {
    struct ResumeFile: Decodable { var latch: String }
    if let file = try? JSONDecoder().decode(ResumeFile.self, from: Data(bytes)) { return file.latch }
    let text = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }

  /// Text from outside, made safe to show: one line, no control characters, at most 200 characters.
  package static func printable(_ text: String) -> String {
    String(text.unicodeScalars.prefix(200).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
  }
}
