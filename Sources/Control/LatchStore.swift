import Core
import Digest
import Files
import Foundation

/// Where the latch is kept. Only a person's resume removes it.
package protocol LatchStore: Sendable {
  /// Writes the latch durably.
  func write(_ latch: StopLatch) throws
  /// Removes the latch durably.
  func clear() throws
}

/// No file: for verifications and runs that must not touch the state directory.
package struct MemoryLatch: LatchStore {
  /// A store that forgets.
  package init() {}
  package func write(_ latch: StopLatch) throws {}
  package func clear() throws {}
}

/// The file `latch.json` of the state directory.
package struct LatchFile: LatchStore {
  /// Path of the file.
  package let path: String

  /// The latch of a state directory.
  package init(stateDirectory: String) { path = stateDirectory + "/latch.json" }

  package func write(_ latch: StopLatch) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try DurableFile.replace(path, with: Array(try encoder.encode(latch)))
  }

  package func clear() throws { try DurableFile.remove(path) }

  /// The latch in force. A file that cannot be read is a latch: what cannot be understood must not be taken for all
  /// clear.
  package func read() -> StopLatch? {
    switch DurableFile.readSmall(path, limit: 4096) {
    case .missing: return nil
    case .unreadable(let reason): return unreadable(reason, Array(reason.utf8))
    case .bytes(let bytes):
      do { return try JSONDecoder().decode(StopLatch.self, from: Data(bytes)) } catch {
        return unreadable("not a latch: \(error)", bytes)
      }
    }
  }

  /// The name follows from content and time of the file, so that no RESUME written before can know it.
  private func unreadable(_ reason: String, _ content: [UInt8]) -> StopLatch {
    let mark = SHA256.hex(SHA256.digest(content + Array("\(DurableFile.modificationTime(path))".utf8))).prefix(8)
    return StopLatch(
      id: "L-unreadable-\(mark)", level: .stop, source: .file, reason: "\(path): \(reason)",
      at: Timestamp(milliseconds: 0))
  }
}
