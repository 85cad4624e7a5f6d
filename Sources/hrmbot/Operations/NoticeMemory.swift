import Bot
import Core
import Files
import Foundation
import Notify

/// What must be remembered over restarts about what was told: the file `notices.json` of the state directory.
struct NoticeMemory: Codable, Equatable {
  /// When a start was last told, in milliseconds since 1970.
  var startToldMillis: Int64 = 0
  /// Whether that start was after a crash.
  var toldCrash: Bool? = false
  /// Starts since then that were not told.
  var startsSince = 0
  /// The last day whose report was sent, for example 2026-03-01.
  var reportDay: String?

  private static func path(_ home: String) -> String { home + "/notices.json" }

  /// Reads it; a file that is missing or spoiled is one without memories.
  static func read(_ home: String) -> NoticeMemory {
    guard case .bytes(let bytes) = DurableFile.readSmall(path(home), limit: 4096) else { return NoticeMemory() }
    return (try? JSONDecoder().decode(NoticeMemory.self, from: Data(bytes))) ?? NoticeMemory()
  }

  /// Writes it. Throws what the disk says.
  func write(_ home: String) throws {
    try DurableFile.replace(Self.path(home), with: Array(try JSONEncoder().encode(self)))
  }
}

/// Tells starts, but not each of a bot that dies again and again.
struct StartNotices: Sendable {
  private let home: String
  private let repeatMillis: Int64

  init(_ plan: RunPlan) {
    home = plan.home.path
    repeatMillis = Int64(plan.settings.notifications.repeatSeconds) * 1000
  }

  /// The news of a start; nil: one was told a moment ago, and this one is counted.
  func notice(_ text: String) -> Notice? {
    var memory = NoticeMemory.read(home)
    let now = Int64(Date().timeIntervalSince1970 * 1000)
    let isAfterCrash = text.contains("did not end in order")
    let isFirstCrash = isAfterCrash && memory.toldCrash != true
    guard isFirstCrash || abs(now - memory.startToldMillis) >= repeatMillis else {
      memory.startsSince += 1
      try? memory.write(home)
      return nil
    }
    let more = memory.startsSince
    memory.toldCrash = isAfterCrash
    memory.startToldMillis = now
    memory.startsSince = 0
    try? memory.write(home)
    return Notice(
      .started, isAfterCrash ? .warning : .info, more == 0 ? text : "\(text) … and \(more) more starts before it")
  }
}
