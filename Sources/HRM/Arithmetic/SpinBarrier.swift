import Glibc
import Kernels
import Synchronization

/// Lets a fixed number of threads wait for one another. Most waits inside a forward pass are shorter than a microsecond,
/// so a waiting thread spins at first; then it lets others have its core, among which may be who it waits for; after
/// some tens of microseconds, about what waking it takes, it blocks.
final class SpinBarrier: @unchecked Sendable {
  /// Looks with a pause between them, of 15 to 50 ns.
  private static let pauses = 300
  /// Looks after that, with a call of the system between them.
  private static let yields = 60
  private let parties: Int
  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(parties: Int) {
    self.parties = parties
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Returns when all parties have called it. What each wrote before is visible to all after.
  func wait() {
    if parties == 1 { return }
    let current = generation.load(ordering: .acquiring)
    if arrived.add(1, ordering: .acquiringAndReleasing).newValue == parties {
      arrived.store(0, ordering: .relaxed)
      generation.store(current &+ 1, ordering: .sequentiallyConsistent)
      // A sleeper announces itself before it looks at the generation, so one of the two sees the other.
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 { wake() }
      return
    }
    for _ in 0..<Self.pauses {
      if generation.load(ordering: .acquiring) != current { return }
      kernels_pause()
    }
    for _ in 0..<Self.yields {
      if generation.load(ordering: .acquiring) != current { return }
      sched_yield()
    }
    block(until: current)
  }

  private func wake() {
    pthread_mutex_lock(mutex)
    pthread_cond_broadcast(condition)
    pthread_mutex_unlock(mutex)
  }

  private func block(until current: Int) {
    pthread_mutex_lock(mutex)
    sleepers.add(1, ordering: .sequentiallyConsistent)
    while generation.load(ordering: .sequentiallyConsistent) == current { pthread_cond_wait(condition, mutex) }
    sleepers.subtract(1, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(mutex)
  }
}
