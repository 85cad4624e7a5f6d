import HRM

/// How much thinking a run took, and how fast it went.
package struct NetworkWork: Sendable {
  /// Answers worked out, and those found in the cache.
  package private(set) var computed = 0
  package var reused = 0
  /// Segments of the answers worked out, and the operations of their products (`SegmentCost`).
  package private(set) var segments = 0
  package private(set) var operations = 0.0
  /// Time on the wall that this took.
  package var nanoseconds: UInt64 = 0
  /// Threads that shared it, and the precision of the weights.
  package let threads: Int
  package let precision: HRMPrecision

  init(threads: Int, precision: HRMPrecision) { (self.threads, self.precision) = (threads, precision) }

  mutating func add(segments count: Int, cost: SegmentCost) {
    computed += 1
    guard count > 0 else { return }
    segments += count
    operations += Double(count - 1) * cost.operations + cost.lastOperations
  }

  /// The same in seconds.
  package var seconds: Double { Double(nanoseconds) / 1e9 }
}
