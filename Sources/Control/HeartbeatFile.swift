import Core
import Files
import Foundation
import Glibc

/// A sign of life from the trading loop, with what the guard must know to tell whether a stop has reached it.
package struct Heartbeat: Codable, Hashable, Sendable {
  /// Counts up with every beat of one process.
  package var sequence: UInt64
  /// The bot's process.
  package var process: Int32
  /// What the bot may do.
  package var state: TradingState
  /// The latch in force.
  package var latch: String?
  /// How far that latch goes.
  package var level: StopLevel?
  /// Last prices by symbol: where the guard starts from when the venue tells none.
  package var prices: [String: Price]

  /// A beat as given.
  package init(
    sequence: UInt64, process: Int32, state: TradingState, latch: String? = nil, level: StopLevel? = nil,
    prices: [String: Price] = [:]
  ) {
    self.sequence = sequence
    self.process = process
    self.state = state
    self.latch = latch
    self.level = level
    self.prices = prices
  }

  /// Whether it is another beat than `other`, whichever of the two is the newer.
  package func differs(from other: Heartbeat?) -> Bool { sequence != other?.sequence || process != other?.process }
}

/// The file in which the trading loop beats. Replaced whole and never synced: after a crash it means nothing.
package struct HeartbeatFile: Sendable {
  /// Largest file that is read, in bytes.
  package static let maximumBytes = 1 << 18
  /// Path of the file.
  package let path: String

  /// The file at `path`.
  package init(path: String) { self.path = path }

  /// Replaces the file. False: it could not be written.
  @discardableResult package func write(_ beat: Heartbeat) -> Bool {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let bytes = try? encoder.encode(beat) else { return false }
    let temporary = path + ".new"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard file >= 0 else { return false }
    // The guard is another user, and the service's mask would keep it out.
    fchmod(file, 0o644)
    let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
    close(file)
    return count == bytes.count && rename(temporary, path) == 0
  }

  /// The newest beat; nil when there is none that can be read, which is no sign of life.
  package func read() -> Heartbeat? {
    guard case .bytes(let bytes) = DurableFile.readSmall(path, limit: Self.maximumBytes) else { return nil }
    return try? JSONDecoder().decode(Heartbeat.self, from: Data(bytes))
  }
}
