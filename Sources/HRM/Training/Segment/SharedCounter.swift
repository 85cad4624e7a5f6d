import Synchronization

/// Hands out the numbers of pieces of work, each once, to whichever thread asks first.
final class SharedCounter: Sendable {
  private let counter = Atomic<Int>(0)

  /// The next number; nil when all below `count` are taken.
  func next(below count: Int) -> Int? {
    let index = counter.add(1, ordering: .relaxed).oldValue
    return index < count ? index : nil
  }
}
