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
  /// Why a RESUME that is there does not count; nil when there is none, or it does.
  package var resumeRefusal: String?
  /// Why the directory cannot be trusted; nil when it can.
  package var problem: String?
  /// Whether nothing can be written there, as seen from this process. Under systemd that is meant to be so.
  package var isReadOnly = false

  /// A reading as given.
  package init(stop: Stop?, resumeLatchID: String? = nil, problem: String?) {
    self.stop = stop
    self.resumeLatchID = resumeLatchID
    self.problem = problem
  }
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
    var status = stat()
    let found = stat(path, &status) == 0 ? nil : FileError.text()
    var reading = ControlReading(stop: nil, problem: found.map { "\(path): \($0)" } ?? problem(status))
    var volume = statvfs()
    if statvfs(path, &volume) == 0 {
      reading.isReadOnly = volume.f_flag & UInt(ST_RDONLY) != 0
      reading.problem = reading.problem ?? lackOfSpace(volume)
    }
    switch DurableFile.readSmall(stopPath, limit: Self.maximumBytes) {
    case .missing: break
    case .unreadable(let reason):
      // A directory that cannot be searched is not a STOP: `problem` says so, and it halts by itself.
      if reading.problem == nil {
        reading.stop = ControlReading.Stop(level: .stop, reason: "STOP is present (\(reason))")
      }
    case .bytes(let bytes): reading.stop = Self.stop(from: bytes)
    }
    readResume(status, &reading)
    return reading
  }

  private func readResume(_ directory: stat, _ reading: inout ControlReading) {
    let (content, owner) = DurableFile.readOwned(resumePath, limit: Self.maximumBytes)
    switch content {
    case .missing: return
    case .unreadable(let reason): reading.resumeRefusal = "RESUME cannot be read: \(reason)"
    case .bytes(let bytes):
      reading.resumeRefusal = owner.flatMap { Self.refusal(of: $0, in: directory) }
      guard reading.resumeRefusal == nil else { return }
      reading.resumeLatchID = Self.latchID(from: bytes)
      if reading.resumeLatchID == nil { reading.resumeRefusal = "RESUME names no latch" }
    }
  }

  /// Why a RESUME of this owner does not count in this directory; nil when it does.
  ///
  /// It counts when it belongs to root, to the directory's owner, or to the directory's group where only that group and
  /// the owner may write: then nobody else can have put it there. Users are not looked up by name: inside a user
  /// namespace, as under systemd, strangers have none. A file with a second name elsewhere may have been written by
  /// anybody.
  package static func refusal(of owner: FileOwner, in directory: stat) -> String? {
    guard owner.links == 1 else { return "RESUME has \(owner.links) names, and could be anybody's" }
    if owner.user == 0 || owner.user == directory.st_uid { return nil }
    let isOfGroup = owner.group == directory.st_gid && directory.st_mode & S_IWGRP != 0
    guard isOfGroup, directory.st_mode & S_IWOTH == 0 else {
      return "RESUME belongs to user \(owner.user), who may not resume: neither root nor the directory's owner or group"
    }
    return nil
  }

  /// Why the first or the second step of a resume is missing for somebody who acts through a process of this user instead
  /// of a RESUME file; nil when both may be taken. It opens no way that a file of that user would not.
  package func refusalOfResume(user: uid_t, group: gid_t) -> String? {
    let reading = read()
    if let problem = reading.problem { return problem }
    if reading.stop != nil { return "STOP is in the control directory; the first step is to remove it" }
    var status = stat()
    guard stat(path, &status) == 0 else { return "\(path): \(FileError.text())" }
    guard Self.refusal(of: FileOwner(user: user, group: group, links: 1), in: status) == nil else {
      return "the bot's own user may not resume here: leave a RESUME in the control directory (hrmbot resume)"
    }
    return nil
  }

  private func problem(_ status: stat) -> String? {
    guard status.st_mode & S_IFMT == S_IFDIR else { return "\(path): not a directory" }
    // The superuser may do everything everywhere, but whoever took all rights away meant something by it.
    guard access(path, R_OK | X_OK) == 0, status.st_mode & 0o500 == 0o500 else {
      return "\(path): \(FileError.text(of: EACCES))"
    }
    return nil
  }

  /// A full disk takes no STOP. File systems that count nothing say nothing.
  private func lackOfSpace(_ volume: statvfs) -> String? {
    let isFull = (volume.f_blocks > 0 && volume.f_bfree == 0) || (volume.f_files > 0 && volume.f_ffree == 0)
    return isFull ? "\(path): the disk is full, so nobody could put a STOP there" : nil
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
