import Glibc

/// Threads that run the same function on the same data, each on its own share, and meet at barriers. The caller is
/// thread 0. Shares depend on the number of threads, results must not: a share only decides who computes an element.
final class WorkerTeam {
  /// Most threads of a team.
  static let maxCount = 16
  let count: Int
  private let core: Core
  /// The core's: see `TeamMember`.
  private let barrierReference: Unmanaged<SpinBarrier>
  private var threads: [pthread_t] = []

  /// What the threads share; it outlives none of them.
  private final class Core: @unchecked Sendable {
    let barrier: SpinBarrier
    var body: ((Int) -> Void)?
    init(parties: Int) { barrier = SpinBarrier(parties: parties) }
  }

  private final class Start {
    let core: Core
    let thread: Int
    init(core: Core, thread: Int) {
      self.core = core
      self.thread = thread
    }
  }

  /// Starts `count` - 1 threads; traps if the system grants none.
  init(count wanted: Int) {
    let wanted = max(1, min(wanted, Self.maxCount))
    let core = Core(parties: wanted)
    var started: [pthread_t] = []
    for thread in 1..<wanted {
      var handle = pthread_t()
      let start = Unmanaged.passRetained(Start(core: core, thread: thread))
      let result = pthread_create(
        &handle, nil,
        { argument in
          let start = Unmanaged<Start>.fromOpaque(argument!).takeRetainedValue()
          WorkerTeam.work(start.core, thread: start.thread)
          return nil
        }, start.toOpaque())
      precondition(result == 0, "the system grants no thread: \(String(cString: strerror(result)))")
      started.append(handle)
    }
    count = wanted
    self.core = core
    barrierReference = Unmanaged.passUnretained(core.barrier)
    threads = started
  }

  deinit {
    core.body = nil
    core.barrier.wait()
    for thread in threads { pthread_join(thread, nil) }
  }

  private static func work(_ core: Core, thread: Int) {
    repeat { core.barrier.wait() } while runBody(core, thread: thread)
  }

  /// A function of its own, so that no reference to the body is left when the last barrier lets the caller of `run` go.
  @inline(never) private static func callBody(_ core: Core, thread: Int) -> Bool {
    guard let body = core.body else { return false }
    body(thread)
    return true
  }

  private static func runBody(_ core: Core, thread: Int) -> Bool {
    guard callBody(core, thread: thread) else { return false }
    core.barrier.wait()
    return true
  }

  /// Runs `body(thread)` on all threads and returns when all are done.
  func run(_ body: (Int) -> Void) {
    if count == 1 { return body(0) }
    withoutActuallyEscaping(body) { body in
      core.body = body
      core.barrier.wait()
      body(0)
      core.barrier.wait()
      core.body = nil
    }
  }

  /// Inside `run`: what a thread of the team needs of it. Valid as long as the team.
  func member(_ thread: Int) -> TeamMember {
    TeamMember(thread: thread, count: count, barrierReference: barrierReference)
  }

  /// Inside `run`: waits for all threads.
  func barrier() { barrierReference._withUnsafeGuaranteedRef { $0.wait() } }

  /// The part of 0..<total that a thread computes.
  func share(of total: Int, thread: Int) -> Range<Int> { (total * thread / count)..<(total * (thread + 1) / count) }
}

/// One thread's view of its team: free of references, whose counts all threads would write to one cache line.
struct TeamMember {
  let thread: Int
  let count: Int
  fileprivate let barrierReference: Unmanaged<SpinBarrier>

  /// Waits for all threads.
  @inline(__always)
  func barrier() { barrierReference._withUnsafeGuaranteedRef { $0.wait() } }

  /// The part of 0..<total that this thread computes.
  @inline(__always)
  func share(of total: Int) -> Range<Int> { (total * thread / count)..<(total * (thread + 1) / count) }
}
