import Synchronization

/// Holds up bars for an exercise, as a feed that falls silent does.
package final class FeedValve: Sendable {
  private let state = Atomic(false)

  /// An open valve.
  package init() {}
  /// Whether nothing passes.
  package var isShut: Bool { state.load(ordering: .relaxed) }
  /// Lets nothing pass from now on.
  package func shut() { state.store(true, ordering: .relaxed) }
  /// Lets everything pass again.
  package func open() { state.store(false, ordering: .relaxed) }
}
