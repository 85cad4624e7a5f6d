import Glibc
import Kernels
import Synchronization

/// Lets a fixed number of threads wait for one another. A waiting thread spins for some tens of microseconds, since most
/// waits inside a forward pass are shorter than one, and then blocks.
///
/// Where spinning did not help, as on a machine with fewer free cores than threads, the next waits spin less: a thread
/// that spins may be what keeps the other from its core.
final class SpinBarrier: @unchecked Sendable {
  /// Spins before blocking; one takes 15 to 50 ns.
  private static let spins = 25...1600
  private let parties: Int
  private let arrived = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let budget = Atomic<Int>(spins.upperBound)
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
    let allowed = budget.load(ordering: .relaxed)
    for _ in 0..<allowed {
      if generation.load(ordering: .acquiring) != current {
        if allowed < Self.spins.upperBound { setBudget(2 * allowed) }
        return
      }
      kernels_pause()
    }
    setBudget(allowed / 2)
    block(until: current)
  }

  private func setBudget(_ spins: Int) {
    budget.store(min(max(spins, Self.spins.lowerBound), Self.spins.upperBound), ordering: .relaxed)
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
