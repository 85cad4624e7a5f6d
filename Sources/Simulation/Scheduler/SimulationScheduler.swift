import Core
import Foundation

/// Runs every job of a simulated world on one thread, in an order drawn from a seed, in virtual time: while any lane has a
/// job, one of them runs; when none has, the clock jumps to the next timer.
///
/// A job enqueued from another thread would come at a moment that no seed decides: it ends the program.
package final class SimulationScheduler: @unchecked Sendable {
  private let thread = pthread_self()
  private var random: CounterRandom
  private var lanes: [any SimulationQueue] = []
  /// Where tasks run that are in no actor.
  private(set) var tasks: SimulationTasks! = nil
  /// Indices of the lanes that have jobs, in no order that means anything.
  private var ready: [Int] = []
  private var timers = TimerHeap()
  /// Jobs run so far.
  private(set) var jobs: UInt64 = 0
  /// Virtual nanoseconds since the beginning.
  package private(set) var now: UInt64 = 0

  /// A scheduler for the calling thread. Its choices are a stream of `seed`.
  package init(seed: UInt64) {
    random = CounterRandom(seed: seed, purpose: .simulationSchedule)
    tasks = SimulationTasks(index: 0, scheduler: self)
    lanes.append(tasks)
  }

  /// A lane: the executor of one actor. The scheduler must outlive what runs on it.
  package func makeLane() -> SimulationLane {
    let lane = SimulationLane(index: lanes.count, scheduler: self)
    lanes.append(lane)
    return lane
  }

  /// Forgets the lanes made since there were `count`; they must be empty, and nothing may run on them again.
  func dropLanes(downTo count: Int) {
    precondition(lanes[count...].allSatisfy { $0.count == 0 }, "a lane with jobs cannot be dropped")
    lanes.removeSubrange(count...)
  }

  /// Lanes so far.
  var laneCount: Int { lanes.count }

  /// A lane has got its first job.
  func becameReady(_ index: Int) { ready.append(index) }

  /// Traps on any other thread than the scheduler's.
  func checkThread() {
    precondition(pthread_self() == thread, "simulation: a job came from a foreign thread; its order is no seed's")
  }

  /// Runs jobs until no lane has any.
  package func runReady() {
    while !ready.isEmpty {
      let place = ready.count == 1 ? 0 : random.below(ready.count)
      let lane = lanes[ready[place]]
      // Taken off before it runs: the job may enqueue on its own lane.
      if lane.count == 1 {
        ready.swapAt(place, ready.count - 1)
        ready.removeLast()
      }
      jobs += 1
      lane.runNext()
    }
  }

  /// Runs `work` as a task, with everything that it sets off, to its end; nil if it waits for something that only time
  /// brings.
  package func finish<Result: Sendable>(_ work: @escaping @Sendable () async -> Result) -> Result? {
    let box = ResultBox<Result>()
    _ = Task(executorPreference: tasks) { box.result = await work() }
    runReady()
    return box.result
  }

  /// Runs `action` after so many virtual nanoseconds.
  package func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) {
    timers.push(due: now &+ nanoseconds, action)
  }

  /// Moves the clock to the next timer and runs it; false when there is none.
  package func advance() -> Bool {
    guard let timer = timers.pop() else { return false }
    now = max(now, timer.due)
    timer.action()
    return true
  }

  /// Forgets all timers: what they hold on to holds on to the world.
  func dropTimers() { timers = TimerHeap() }
}

/// What a finished task has left. Everything happens on the scheduler's thread.
private final class ResultBox<Result: Sendable>: @unchecked Sendable {
  var result: Result?
}

/// Timers by time, equal times in the order in which they were set.
struct TimerHeap {
  struct Timer {
    let due: UInt64
    let order: UInt64
    let action: () -> Void

    static func < (left: Timer, right: Timer) -> Bool { (left.due, left.order) < (right.due, right.order) }
  }
  private var heap: [Timer] = []
  private var order: UInt64 = 0

  mutating func push(due: UInt64, _ action: @escaping () -> Void) {
    order += 1
    heap.append(Timer(due: due, order: order, action: action))
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func pop() -> Timer? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < heap.count else { return first }
      let right = left + 1
      let child = right < heap.count && heap[right] < heap[left] ? right : left
      guard heap[child] < heap[parent] else { return first }
      heap.swapAt(parent, child)
      parent = child
    }
  }
}
