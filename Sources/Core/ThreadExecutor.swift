import Foundation
import Synchronization

/// A serial executor with a thread of its own. The hot path's actors share one, so that a hop between them is a function
/// call; slow things (journal, network) have their own.
public final class ThreadExecutor: SerialExecutor, @unchecked Sendable {
  private let condition = NSCondition()
  private var jobs: [UnownedJob] = []
  private var isStopped = false
  /// The thread, by its number: holding the object would be a cycle that outlives `stop`.
  private let thread = Atomic<pthread_t>(0)

  /// Starts the thread.
  public init(name: String) {
    // The thread keeps the executor alive until `stop`: actors hold it unowned.
    Thread.start(named: name, stackBytes: 8 << 20) { self.run() }
  }

  /// Puts a job in line; jobs run one at a time, in order.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    condition.lock()
    jobs.append(job)
    if jobs.count == 1 { condition.signal() }
    condition.unlock()
  }

  /// Traps unless called on this executor's thread.
  public func checkIsolated() {
    precondition(pthread_self() == thread.load(ordering: .relaxed), "not on the executor's thread")
  }

  private func run() {
    thread.store(pthread_self(), ordering: .relaxed)
    var batch: [UnownedJob] = []
    while true {
      condition.lock()
      while jobs.isEmpty && !isStopped { condition.wait() }
      if jobs.isEmpty && isStopped {
        condition.unlock()
        return
      }
      swap(&batch, &jobs)
      condition.unlock()
      for job in batch { job.runSynchronously(on: asUnownedSerialExecutor()) }
      batch.removeAll(keepingCapacity: true)
    }
  }

  /// Ends the thread once its jobs are done. Nothing may be enqueued afterwards.
  public func stop() {
    condition.lock()
    isStopped = true
    condition.signal()
    condition.unlock()
  }
}
