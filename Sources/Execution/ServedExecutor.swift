import Core
import Exchange
import Foundation
import Glibc
import Synchronization

/// A serial executor whose thread also waits for one file: jobs and the news of a socket come on one thread, in turn.
public final class ServedExecutor: SerialExecutor, @unchecked Sendable {
  /// What the thread should wait for besides jobs.
  struct Wish: Sendable {
    /// The file; below 0: none.
    var file: Int32 = -1
    /// Whether there are bytes to write, or a connection to be finished.
    var isWriting = false
    /// Longest wait, in milliseconds; nil: without an end.
    var timeoutMillis: Int32?
  }

  private struct State {
    var jobs: [UnownedJob] = []
    var isStopped = false
  }
  private let state = Mutex(State())
  private let wake = WakePipe()
  private let thread = Atomic<pthread_t>(0)
  /// Touched on the thread only.
  private var wish: () -> Wish = { Wish() }
  private var turn: (_ canRead: Bool, _ canWrite: Bool) -> Void = { _, _ in }

  /// Starts the thread. It keeps the executor alive until `stop`.
  public init(name: String) {
    Thread.start(named: name, stackBytes: 1 << 20) { self.run() }
  }

  /// Names what to wait for and whom to tell. Called once, on the thread.
  func drive(wish: @escaping () -> Wish, turn: @escaping (_ canRead: Bool, _ canWrite: Bool) -> Void) {
    checkIsolated()
    self.wish = wish
    self.turn = turn
  }

  /// Puts a job in line; jobs run one at a time, in order.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let isFirst = state.withLock { state in
      state.jobs.append(job)
      return state.jobs.count == 1
    }
    if isFirst { wake.wake() }
  }

  /// Traps unless called on this executor's thread.
  public func checkIsolated() {
    precondition(pthread_self() == thread.load(ordering: .relaxed), "not on the executor's thread")
  }

  /// Ends the thread once its jobs are done. Nothing may be enqueued afterwards.
  public func stop() {
    state.withLock { $0.isStopped = true }
    wake.wake()
  }

  private func run() {
    thread.store(pthread_self(), ordering: .relaxed)
    while true {
      let (jobs, isStopped) = state.withLock { state in
        defer { state.jobs.removeAll() }
        return (state.jobs, state.isStopped)
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      if isStopped && jobs.isEmpty { break }
      wait()
    }
    wish = { Wish() }
    turn = { _, _ in }
  }

  private func wait() {
    let wish = wish()
    var files = [
      pollfd(fd: wake.file, events: Int16(POLLIN), revents: 0),
      pollfd(fd: wish.file, events: Int16(POLLIN) | (wish.isWriting ? Int16(POLLOUT) : 0), revents: 0),
    ]
    poll(&files, 2, wish.timeoutMillis ?? -1)
    if files[0].revents != 0 { wake.drain() }
    let found = Int32(files[1].revents)
    let isBroken = found & (POLLERR | POLLHUP | POLLNVAL) != 0
    turn(found & POLLIN != 0 || isBroken, found & POLLOUT != 0 || isBroken)
  }
}
