import Control
import Core
import Files
import Foundation
import Glibc

/// Commands from another shell to a running bot, as files in the state directory: `NAME.json` is the command,
/// `NAME.reply` the answer.
package struct CommandInbox: Sendable {
  /// Commands that may wait; more are left for the next look.
  package static let maximumWaiting = 16
  /// Path of the directory.
  package let path: String

  /// The inbox of a state directory.
  package init(stateDirectory: String) { path = stateDirectory + "/commands" }

  /// A command as it stands in a file.
  package struct Request: Codable, Sendable {
    /// `rollback` or `promote`.
    package var command: String
    package var policy: String?
    package var reason: String?
    /// A request as given.
    package init(command: String, policy: String?, reason: String?) {
      self.command = command
      self.policy = policy
      self.reason = reason
    }
  }

  /// Makes the directory, empty of what an earlier session left. Throws `FileError`.
  package func prepare() throws {
    if mkdir(path, 0o700) != 0, errno != EEXIST { throw FileError(path: path, operation: "mkdir", code: errno) }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] { unlink("\(path)/\(name)") }
  }

  /// When the directory last changed, in nanoseconds since 1970: a look that costs no listing. nil: it cannot be read.
  package var changedNanoseconds: Int64? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
  }

  /// Takes the waiting commands, in order of their names.
  package func take() -> [(ControlCommand, @Sendable (String) -> Void)] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: path), !names.isEmpty else { return [] }
    return names.filter { $0.hasSuffix(".json") }.sorted().prefix(Self.maximumWaiting).compactMap { name in
      let file = "\(path)/\(name)"
      let content = DurableFile.readSmall(file, limit: ControlDirectory.maximumBytes)
      // What cannot be removed would be carried out again at every look.
      guard unlink(file) == 0 else { return nil }
      let replyPath = "\(path)/\(name.dropLast(5)).reply"
      let reply: @Sendable (String) -> Void = { try? DurableFile.replace(replyPath, with: Array($0.utf8)) }
      guard case .bytes(let bytes) = content,
        let request = try? JSONDecoder().decode(Request.self, from: Data(bytes)), let command = Self.command(request)
      else {
        reply("refused: not a command")
        return nil
      }
      return (command, reply)
    }
  }

  private static func command(_ request: Request) -> ControlCommand? {
    let reason = ControlDirectory.printable(request.reason ?? "")
    switch (request.command, request.policy) {
    case ("rollback", let policy): return .rollBack(to: policy, reason: reason)
    case ("promote", let policy?): return .promote(policy)
    default: return nil
    }
  }

  /// Leaves a command and waits for the answer; nil if none comes in time.
  package func ask(_ request: Request, waitMillis: Int) throws -> String? {
    let name = "\(getpid())-\(SystemTime().monotonicNanoseconds)"
    // Readable for the bot when root asks; the directory keeps everybody else out.
    try DurableFile.replace("\(path)/\(name).json", with: Array(try JSONEncoder().encode(request)), mode: 0o644)
    let replyPath = "\(path)/\(name).reply"
    for _ in 0..<max(1, waitMillis / 20) {
      if case .bytes(let bytes) = DurableFile.readSmall(replyPath, limit: ControlDirectory.maximumBytes) {
        unlink(replyPath)
        return String(decoding: bytes, as: UTF8.self)
      }
      usleep(20_000)
    }
    unlink("\(path)/\(name).json")
    return nil
  }
}
