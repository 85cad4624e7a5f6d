import Files
import Foundation
import Glibc

/// Where a bot keeps what must survive: journal, latch, ledger, models.
package struct StateDirectory: Sendable {
  /// Absolute path.
  package let path: String

  /// The directory at `path`, else `$HRMBOT_HOME`, else `$XDG_STATE_HOME/hrmbot`, else `~/.local/state/hrmbot`.
  package init(path: String?, environment: [String: String]) {
    let home = environment["HOME"] ?? "/"
    let chosen =
      path ?? Self.nonEmpty(environment["HRMBOT_HOME"])
      ?? (Self.nonEmpty(environment["XDG_STATE_HOME"]) ?? home + "/.local/state") + "/hrmbot"
    self.path = URL(fileURLWithPath: chosen).standardizedFileURL.path
    controlPath = Self.nonEmpty(environment["HRMBOT_CONTROL"]) ?? self.path + "/control"
    heartbeatPath = Self.nonEmpty(environment["HRMBOT_HEARTBEAT"]) ?? self.path + "/heartbeat"
  }

  private static func nonEmpty(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

  /// The trading loop's heartbeat, for the guard: `$HRMBOT_HEARTBEAT`, else in this directory.
  package let heartbeatPath: String
  /// Path of the control directory: `$HRMBOT_CONTROL`, else in this directory.
  package let controlPath: String
  /// Directory of the running bot's journal.
  package var journalPath: String { path + "/journal" }
  /// Directory of the last replay's journal.
  package var replayPath: String { path + "/replay" }
  /// Directory of models.
  package var modelsPath: String { path + "/models" }
  /// What the running bot says about itself.
  package var statusPath: String { path + "/status.json" }
  /// Names the journal that the last run wrote.
  package var lastJournalPath: String { path + "/last-journal" }

  /// Makes the directories that are missing: state for its owner alone. Throws `FileError`.
  package func prepare() throws {
    try Self.make(path, mode: 0o700)
    // Under systemd the control directory belongs to the operators and exists already.
    if controlPath == path + "/control" { try Self.make(controlPath, mode: 0o755) }
    try Self.make(modelsPath, mode: 0o700)
  }

  package static func make(_ path: String, mode: mode_t) throws {
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
    if parent != "/" && access(parent, F_OK) != 0 { try make(parent, mode: 0o755) }
    if mkdir(path, mode) != 0, errno != EEXIST { throw FileError(path: path, operation: "mkdir", code: errno) }
  }
}
