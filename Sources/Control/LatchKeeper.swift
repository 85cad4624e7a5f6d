import Core
import Synchronization

/// Writes a latch that the disk did not take as soon as it does: a stop must not end with the process that saw it.
package final class LatchKeeper: LatchStore {
  private let store: any LatchStore
  private let unwritten = Mutex<StopLatch?>(nil)

  /// A keeper of what belongs into `store`.
  package init(_ store: any LatchStore) { self.store = store }

  /// Writes the latch durably. Throws what the store throws; the latch is then written by a later `retry`.
  package func write(_ latch: StopLatch) throws {
    try unwritten.withLock {
      $0 = latch
      try store.write(latch)
      $0 = nil
    }
  }

  /// Removes the latch durably. Throws what the store throws; whether it is still there is then not known.
  package func clear() throws {
    try unwritten.withLock {
      $0 = nil
      try store.clear()
    }
  }

  /// Tries to write what could not be written; the latch that is on disk now and was not before.
  package func retry() -> StopLatch? {
    unwritten.withLock {
      guard let latch = $0, (try? store.write(latch)) != nil else { return nil }
      $0 = nil
      return latch
    }
  }
}
