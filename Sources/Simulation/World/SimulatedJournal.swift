import Bot
import Core
import Journal

/// The journal of one simulated process: records wait in memory, go to the disk in batches, and are lost with the process
/// until they are there. It fails and recovers as the real one does: after a failed write it takes nothing until
/// `recover`.
final class SimulatedJournal: RecordSink, JournalHealth, @unchecked Sendable {
  private let scheduler: SimulationScheduler
  private let disk: SimulatedDisk
  private let life: ProcessLife
  private let watch: (JournalRecord) -> Void
  private let committed: (ArraySlice<JournalRecord>) -> Void
  private let commitNanoseconds: () -> UInt64
  /// Not on the disk yet, oldest first.
  private var waiting: [JournalRecord] = []
  private var state: EngineState?
  private var last: UInt64
  private var isCommitting = false
  private var durableWaiters: [(sequence: UInt64, name: UInt64)] = []
  private let calls = Calls<Bool>()
  private(set) var failure: String?
  /// Records that may wait.
  private static let capacity = 8192

  /// A journal of a process. `watch` sees every record taken, `committed` every batch; `commitNanoseconds` says how long
  /// the next commit takes.
  init(
    scheduler: SimulationScheduler, disk: SimulatedDisk, life: ProcessLife,
    watch: @escaping (JournalRecord) -> Void, committed: @escaping (ArraySlice<JournalRecord>) -> Void,
    commitNanoseconds: @escaping () -> UInt64
  ) {
    self.scheduler = scheduler
    self.disk = disk
    self.life = life
    self.watch = watch
    self.committed = committed
    self.commitNanoseconds = commitNanoseconds
    last = UInt64(disk.records.count)
  }

  var isRecording: Bool { true }
  /// Whether everything is on the disk.
  var isSettled: Bool { waiting.isEmpty && failure == nil }
  var isHealthy: Bool { failure == nil && life.isAlive }

  func take(_ record: JournalRecord) -> Bool {
    // A hole stays a hole: what comes after a refused record is refused too. While the disk fails, records wait.
    guard life.isAlive, waiting.count < Self.capacity, record.sequence == last + 1 else { return false }
    last = record.sequence
    watch(record)
    waiting.append(record)
    commitSoon()
    return true
  }

  /// Replaces the state that goes with the next batch.
  func setState(_ new: EngineState) {
    guard life.isAlive else { return }
    state = new
    commitSoon()
  }

  nonisolated(nonsending) func durable(_ sequence: UInt64) async -> Bool {
    guard life.isAlive, failure == nil else { return false }
    if sequence <= disk.records.count { return true }
    return await calls.wait { durableWaiters.append((sequence, $0)) }
  }

  private func commitSoon() {
    guard !isCommitting, failure == nil else { return }
    isCommitting = true
    scheduler.after(commitNanoseconds()) { [self] in finishCommit() }
  }

  private func finishCommit() {
    guard life.isAlive else { return }
    isCommitting = false
    guard disk.isWritable else { return fail(disk.condition == .full ? "disk full" : "input/output error") }
    write()
  }

  private func write() {
    let batch = waiting[...]
    disk.commit(batch, state: state)
    committed(batch)
    waiting.removeAll(keepingCapacity: true)
    state = nil
    let known = UInt64(disk.records.count)
    let done = durableWaiters.filter { $0.sequence <= known }
    durableWaiters.removeAll { $0.sequence <= known }
    for waiter in done { calls.answer(waiter.name, true) }
  }

  private func fail(_ reason: String) {
    failure = reason
    durableWaiters.removeAll()
    calls.answerAll(false)
  }

  nonisolated(nonsending) func recover() async -> Bool {
    guard life.isAlive, disk.isWritable else { return false }
    write()
    failure = nil
    return true
  }

  /// The process dies. With `isTorn`, what was being written is there whole all the same: the crash came after it.
  func die(commitSurvives: Bool) {
    if commitSurvives, isCommitting, disk.isWritable { write() }
    calls.end(false)
  }
}
