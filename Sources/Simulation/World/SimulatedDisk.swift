import Bot
import Control
import Core
import Digest
import Journal

/// What survives a crash: committed records, the state that belongs to them, the latch file.
final class SimulatedDisk: @unchecked Sendable {
  enum Condition { case well, slow, full, broken }

  private(set) var condition = Condition.well
  /// Since when it takes everything, in nanoseconds; of no meaning while it does not.
  private(set) var takesSince: UInt64 = 0
  private(set) var records: [JournalRecord] = []
  private(set) var hash = ChainHash.start
  /// Kept as a value: encoding it at every commit would cost more than all the rest.
  private(set) var state: EngineState?
  var latch: StopLatch?
  private var hasher = ChainHash()

  /// Hash of the chain in hex.
  var chainHex: String { SHA256.hex(hash) }

  /// Something happens to it, or is over.
  func become(_ next: Condition, at nanoseconds: UInt64) {
    if !isWritable { takesSince = nanoseconds }
    condition = next
  }

  /// Whether anything can be written.
  var isWritable: Bool { condition == .well || condition == .slow }

  /// Adds a batch, whole.
  func commit(_ batch: ArraySlice<JournalRecord>, state: EngineState?) {
    for record in batch {
      precondition(record.sequence == UInt64(records.count) + 1, "the journal has no holes")
      hash = hasher.next(after: hash, record)
      records.append(record)
    }
    if let state { self.state = state }
  }
}

/// The latch file on a simulated disk.
final class SimulatedLatch: LatchStore, @unchecked Sendable {
  struct Failure: Error {}
  private let disk: SimulatedDisk
  private let life: ProcessLife

  init(disk: SimulatedDisk, life: ProcessLife) {
    self.disk = disk
    self.life = life
  }

  func write(_ latch: StopLatch) throws {
    guard life.isAlive, disk.isWritable else { throw Failure() }
    disk.latch = latch
  }

  func clear() throws {
    guard life.isAlive, disk.isWritable else { throw Failure() }
    disk.latch = nil
  }
}

/// Whether a process still runs: what has died changes nothing any more.
final class ProcessLife: @unchecked Sendable {
  private(set) var isAlive = true
  func end() { isAlive = false }
}
