import Bot
import Control
import Core
import Files
import Foundation

/// The bot that runs in a state directory.
enum RunningBot {
  /// Whether one runs.
  static func isThere(_ home: StateDirectory) -> Bool { DirectoryLock.holder(path: home.path + "/bot.lock") != nil }

  /// Its last words; nil: none runs.
  static func status(_ home: StateDirectory) -> StatusSnapshot? {
    guard isThere(home) else { return nil }
    return StatusFile.read(home.statusPath)
  }

  /// When the bot that writes a journal last said something; nil: none runs.
  static func lastSign(_ home: StateDirectory, journal: String) -> Timestamp? {
    guard let status = status(home), let path = status.journalPath else { return nil }
    let same = [path, journal].map { URL(fileURLWithPath: $0).standardizedFileURL.path }
    return same[0] == same[1] ? status.updatedAt : nil
  }
}
