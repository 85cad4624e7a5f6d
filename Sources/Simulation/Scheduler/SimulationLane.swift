/// Jobs that wait for their turn, in order.
struct JobQueue {
  private var jobs: [UnownedJob] = []
  private var next = 0

  var count: Int { jobs.count - next }

  mutating func append(_ job: UnownedJob) { jobs.append(job) }

  mutating func take() -> UnownedJob {
    let job = jobs[next]
    next += 1
    if next == jobs.count {
      jobs.removeAll(keepingCapacity: true)
      next = 0
    }
    return job
  }
}

/// Something whose jobs the scheduler runs one at a time.
protocol SimulationQueue: AnyObject {
  var count: Int { get }
  func runNext()
}

/// The executor of one actor in a simulated world: its jobs run in their order; whose turn it is the scheduler draws.
package final class SimulationLane: SerialExecutor, SimulationQueue, @unchecked Sendable {
  private let index: Int
  // The scheduler owns its lanes and outlives them; counting references at every job took its time.
  private unowned(unsafe) let scheduler: SimulationScheduler
  private var queue = JobQueue()

  init(index: Int, scheduler: SimulationScheduler) {
    self.index = index
    self.scheduler = scheduler
  }

  var count: Int { queue.count }

  package func enqueue(_ job: consuming ExecutorJob) {
    scheduler.checkThread()
    queue.append(UnownedJob(job))
    if queue.count == 1 { scheduler.becameReady(index) }
  }

  func runNext() {
    queue.take().runSynchronously(
      isolatedTo: asUnownedSerialExecutor(), taskExecutor: scheduler.tasks.asUnownedTaskExecutor())
  }

  package func checkIsolated() { scheduler.checkThread() }
}

/// The executor of tasks while they are in no actor.
final class SimulationTasks: TaskExecutor, SimulationQueue, @unchecked Sendable {
  private let index: Int
  private unowned(unsafe) let scheduler: SimulationScheduler
  private var queue = JobQueue()

  init(index: Int, scheduler: SimulationScheduler) {
    self.index = index
    self.scheduler = scheduler
  }

  var count: Int { queue.count }

  func enqueue(_ job: consuming ExecutorJob) {
    scheduler.checkThread()
    queue.append(UnownedJob(job))
    if queue.count == 1 { scheduler.becameReady(index) }
  }

  func runNext() { queue.take().runSynchronously(on: asUnownedTaskExecutor()) }
}
