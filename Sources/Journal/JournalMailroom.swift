import Dispatch
import Synchronization

/// The bounded queue between the hot path and the journal's thread: many may put in, one takes out.
final class JournalMailroom: Sendable {
  private struct State {
    var waiting: [JournalRecord] = []
    /// Records taken out, not yet committed.
    var inFlight = 0
    /// Last record taken in.
    var last: UInt64
    var committed: UInt64
    var failure: String?
    var isClosed = false
    /// Closed, and the last commit is past.
    var isFinished = false
    /// Whether the writer's thread waits for a batch to grow and must be signalled to end that early.
    var isGathering = false
    var worker: CheckedContinuation<Bool, Never>?
    var durableWaiters: [(sequence: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
    var roomWaiters: [CheckedContinuation<Void, Never>] = []
    var counters = JournalCounters()

    var uncommitted: Int { waiting.count + inFlight }
    var isIdle: Bool { waiting.isEmpty || failure != nil }
    var isHurried: Bool { isClosed || !durableWaiters.isEmpty || !roomWaiters.isEmpty }
  }

  let capacity: Int
  private let gatherLimit: Int
  private let state: Mutex<State>
  private let signal = DispatchSemaphore(value: 0)

  init(capacity: Int, batchLimit: Int, committed: UInt64) {
    precondition(capacity > 0)
    self.capacity = capacity
    gatherLimit = max(1, min(batchLimit, capacity / 2))
    state = Mutex(State(last: committed, committed: committed))
  }

  var counters: JournalCounters { state.withLock { $0.counters } }
  var committed: UInt64 { state.withLock { $0.committed } }
  var failure: String? { state.withLock { $0.failure } }
  var isHealthy: Bool { state.withLock { $0.failure == nil && !$0.isClosed } }
  var uncommitted: Int { state.withLock { $0.uncommitted } }

  // MARK: the hot path's side

  func enqueue(_ record: JournalRecord) -> Bool {
    let (taken, wake) = state.withLock { state -> (Bool, Wake) in
      // A journal that failed still has its queue: what waits there is written once it is well again.
      guard !state.isClosed else {
        state.counters.refusedClosed += 1
        return (false, .nobody)
      }
      guard record.sequence == state.last + 1 else {
        state.counters.refusedSequence += 1
        return (false, .nobody)
      }
      guard state.uncommitted < capacity else {
        state.counters.refusedFull += 1
        return (false, .nobody)
      }
      state.waiting.append(record)
      state.last = record.sequence
      state.counters.enqueued += 1
      state.counters.highWater = max(state.counters.highWater, state.uncommitted)
      return (true, whomToWake(&state, isHurried: state.waiting.count >= gatherLimit))
    }
    perform(wake)
    return taken
  }

  /// Hands the continuation its answer once it is known.
  func awaitDurable(_ sequence: UInt64, _ continuation: CheckedContinuation<Bool, Never>) {
    let (answer, wake) = state.withLock { state -> (Bool?, Wake) in
      if sequence <= state.committed { return (true, .nobody) }
      if state.failure != nil || state.isFinished || sequence > state.last || state.durableWaiters.count >= capacity {
        return (false, .nobody)
      }
      state.durableWaiters.append((sequence, continuation))
      return (nil, whomToWake(&state, isHurried: true))
    }
    perform(wake)
    if let answer { continuation.resume(returning: answer) }
  }

  func awaitRoom(_ continuation: CheckedContinuation<Void, Never>) {
    let (hasRoom, wake) = state.withLock { state -> (Bool, Wake) in
      if state.uncommitted <= capacity / 2 || state.failure != nil || state.isClosed { return (true, .nobody) }
      state.roomWaiters.append(continuation)
      return (false, whomToWake(&state, isHurried: true))
    }
    perform(wake)
    if hasRoom { continuation.resume() }
  }

  func close() {
    let wake = state.withLock { state -> Wake in
      state.isClosed = true
      return whomToWake(&state, isHurried: true)
    }
    perform(wake)
  }

  private enum Wake {
    case nobody, gatherer
    case worker(CheckedContinuation<Bool, Never>, goesOn: Bool)
  }

  private func whomToWake(_ state: inout State, isHurried: Bool) -> Wake {
    if let worker = state.worker, !state.isIdle || state.isClosed {
      state.worker = nil
      return .worker(worker, goesOn: !state.isClosed)
    }
    guard state.isGathering, isHurried else { return .nobody }
    state.isGathering = false
    return .gatherer
  }

  private func perform(_ wake: Wake) {
    switch wake {
    case .nobody: break
    case .gatherer: signal.signal()
    case .worker(let continuation, let goesOn): continuation.resume(returning: goesOn)
    }
  }

  // MARK: the writer's side

  /// Resumes with true when records wait, with false when the mailroom is closed.
  func awaitWork(_ continuation: CheckedContinuation<Bool, Never>) {
    let answer = state.withLock { state -> Bool? in
      if state.isClosed { return false }
      if !state.isIdle { return true }
      state.worker = continuation
      return nil
    }
    if let answer { continuation.resume(returning: answer) }
  }

  /// Blocks the calling thread until the batch is worth a commit: enough records, somebody who waits, or the time is up.
  func gather(millis: Int) {
    let mustWait = state.withLock { state -> Bool in
      guard millis > 0, state.waiting.count < gatherLimit, !state.isHurried else { return false }
      state.isGathering = true
      return true
    }
    guard mustWait, signal.wait(timeout: .now() + .milliseconds(millis)) == .timedOut else { return }
    let wasSignalled = state.withLock { state -> Bool in
      defer { state.isGathering = false }
      return !state.isGathering
    }
    // The signal came between the time-out and the lock: take it, so that it does not end the next wait.
    if wasSignalled { signal.wait() }
  }

  /// All that waits, into an empty array whose memory is used for the next ones.
  func take(into batch: inout [JournalRecord]) {
    state.withLock { state in
      guard state.failure == nil else { return }
      swap(&batch, &state.waiting)
      state.inFlight += batch.count
    }
  }

  /// Records up to `committed` are safe.
  func commit(through committed: UInt64, batch: Int, micros: UInt64) {
    let (durable, room) = state.withLock { state in
      settle(&state, through: committed)
      state.counters.batches += 1
      state.counters.largestBatch = max(state.counters.largestBatch, batch)
      state.counters.lastCommitMicros = micros
      state.counters.maxCommitMicros = max(state.counters.maxCommitMicros, micros)
      state.counters.totalCommitMicros += micros
      return (releaseDurable(&state), state.uncommitted <= capacity / 2 ? releaseRoom(&state) : [])
    }
    for continuation in durable { continuation.resume(returning: true) }
    for continuation in room { continuation.resume() }
  }

  private func settle(_ state: inout State, through committed: UInt64) {
    let count = committed - state.committed
    state.committed = committed
    state.inFlight -= Int(count)
    state.counters.committed += count
  }

  private func releaseDurable(_ state: inout State) -> [CheckedContinuation<Bool, Never>] {
    let committed = state.committed
    let ready = state.durableWaiters.filter { $0.sequence <= committed }.map(\.continuation)
    if !ready.isEmpty { state.durableWaiters.removeAll { $0.sequence <= committed } }
    return ready
  }

  private func releaseRoom(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    defer { state.roomWaiters = [] }
    return state.roomWaiters
  }

  /// The journal failed; records up to `committed` are safe. Everybody who waits learns it.
  func fail(_ reason: String, committed: UInt64) {
    endWaits(committed: committed) { state in
      state.failure = reason
      state.counters.failures += 1
    }
  }

  /// What became of rotations so far.
  func note(rotations: Int, deferred: Int) {
    state.withLock { state in
      state.counters.rotations = rotations
      state.counters.deferredRotations = deferred
    }
  }

  /// Nothing will be committed any more.
  func finish(committed: UInt64) {
    endWaits(committed: committed) { state in
      state.isClosed = true
      state.isFinished = true
    }
  }

  private func endWaits(committed: UInt64, _ mark: (inout State) -> Void) {
    let (durable, lost, room) = state.withLock { state in
      settle(&state, through: committed)
      mark(&state)
      let durable = releaseDurable(&state)
      defer { state.durableWaiters = [] }
      return (durable, state.durableWaiters.map(\.continuation), releaseRoom(&state))
    }
    for continuation in durable { continuation.resume(returning: true) }
    for continuation in lost { continuation.resume(returning: false) }
    for continuation in room { continuation.resume() }
  }

  /// The journal is well again; records up to `committed` are safe.
  func heal(committed: UInt64) {
    let wake = state.withLock { state -> Wake in
      settle(&state, through: committed)
      state.failure = nil
      state.counters.recoveries += 1
      return whomToWake(&state, isHurried: false)
    }
    perform(wake)
  }
}
