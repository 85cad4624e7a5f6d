import Core
import Dispatch

/// Writes the journal on a thread of its own, in batches: whatever waits goes into one commit.
///
/// The hot path only puts records into a bounded queue. A record that was refused is not in the journal, and its
/// sequence number is still free. Must be closed.
public actor JournalWriter {
  /// Most records in one commit.
  public static let batchLimit = 4096

  private nonisolated let executor: ThreadExecutor
  private nonisolated let mailroom: JournalMailroom
  private let store: JournalStore
  private let groupCommitMillis: Int
  private var batch: [JournalRecord] = []
  private var isFinished = false
  /// The journal's own thread.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  /// A writer that owns the store from here on.
  ///
  /// - Parameters:
  ///   - executor: the journal's own thread; it blocks in writes.
  ///   - capacity: records that may be waiting or being written; one more is refused.
  ///   - groupCommitMillis: longest time that records wait for a common commit unless somebody waits for them.
  public init(store: sending JournalStore, executor: ThreadExecutor, capacity: Int, groupCommitMillis: Int) {
    self.store = store
    self.executor = executor
    self.groupCommitMillis = groupCommitMillis
    mailroom = JournalMailroom(capacity: capacity, batchLimit: Self.batchLimit, committed: store.head.count)
    Task { await self.run() }
  }

  /// Puts a record into the queue, the state that it names with it. Never blocks. False: it was refused and counted,
  /// because the queue is full, the sequence number is not the next one, or the journal is closed. While the journal has
  /// failed, records wait in the queue for its recovery.
  public nonisolated func enqueue(_ record: JournalRecord) -> Bool { mailroom.enqueue(record) }

  /// Waits until a record that was enqueued is committed (with full durability: on the disk). False: the journal failed
  /// or was closed before, or no such record was enqueued.
  public nonisolated func durable(_ sequence: UInt64) async -> Bool {
    await withCheckedContinuation { mailroom.awaitDurable(sequence, $0) }
  }

  /// Waits until at most half of the queue is used: back-pressure for feeds faster than the disk.
  public nonisolated func waitForRoom() async {
    await withCheckedContinuation { mailroom.awaitRoom($0) }
  }

  /// Whether records become durable (a full queue aside).
  public nonisolated var isHealthy: Bool { mailroom.isHealthy }
  /// Why the journal failed; nil: it has not.
  public nonisolated var failure: String? { mailroom.failure }
  /// What happened so far.
  public nonisolated var counters: JournalCounters { mailroom.counters }
  /// Records that are safe.
  public nonisolated var committedCount: UInt64 { mailroom.committed }
  /// Records taken in and not yet safe.
  public nonisolated var waitingCount: Int { mailroom.uncommitted }

  /// End of the committed chain.
  public func head() -> JournalHead { store.head }

  private func run() async {
    while await withCheckedContinuation({ mailroom.awaitWork($0) }) {
      mailroom.gather(millis: groupCommitMillis)
      writeWaiting()
    }
  }

  private func writeWaiting() {
    // A batch that failed stays until it has been recovered: its sequence numbers are given away.
    guard batch.isEmpty else { return }
    mailroom.take(into: &batch)
    if let error = writeBatch() { mailroom.fail("\(error)", committed: store.head.count) }
    dropCommitted()
  }

  /// Commits the batch piece by piece, until the first failure.
  private func writeBatch() -> (any Error)? {
    var start = 0
    while start < batch.count {
      let end = min(start + Self.batchLimit, batch.count)
      if let error = commit(Array(batch[start..<end])) { return error }
      start = end
    }
    return nil
  }

  private func commit(_ piece: [JournalRecord]) -> (any Error)? {
    let begin = DispatchTime.now().uptimeNanoseconds
    do { try store.commit(piece) } catch { return error }
    let micros = (DispatchTime.now().uptimeNanoseconds - begin) / 1000
    // The records are safe now. The head only shows a cut tail later on, so nobody waits for it.
    mailroom.commit(through: store.head.count, batch: piece.count, micros: micros)
    do {
      try store.writeHead()
      try store.rotateIfDue()
    } catch { return error }
    mailroom.note(rotations: store.rotations, deferred: store.deferredRotations)
    return nil
  }

  private func dropCommitted() { batch.removeAll { $0.sequence <= store.head.count } }

  /// Tries to write again after a failure: opens the database anew, finds out what of the failed batch is in it, and
  /// commits the rest. True: the journal is healthy.
  public func recover() -> Bool {
    guard mailroom.failure != nil, !isFinished else { return mailroom.isHealthy }
    do {
      try store.recover()
      dropCommitted()
      for start in stride(from: 0, to: batch.count, by: Self.batchLimit) {
        try store.append(Array(batch[start..<min(start + Self.batchLimit, batch.count)]))
      }
    } catch {
      return false
    }
    dropCommitted()
    mailroom.heal(committed: store.head.count)
    return true
  }

  /// Writes what waits and the head, then closes the store. Nothing is taken from here on.
  public nonisolated func close() async {
    mailroom.close()
    await finish()
  }

  private func finish() {
    guard !isFinished else { return }
    // The last chance of what waits behind a failure.
    if mailroom.failure != nil { _ = recover() }
    isFinished = true
    if mailroom.failure == nil { writeWaiting() }
    do { try store.close() } catch { mailroom.fail("\(error)", committed: store.head.count) }
    mailroom.finish(committed: store.head.count)
  }
}
