/// Which numbered reports have come, in bounded memory.
package struct ReportSequence: Sendable {
  /// What a number means.
  package enum Verdict: Hashable, Sendable { case new, duplicate }

  /// The highest number so far.
  package private(set) var highest: UInt64
  /// Numbers below it that have not come, with the moment at which that showed, rising.
  private var missing: [(number: UInt64, since: UInt64)] = []
  /// So many may be missing before the gap counts as one.
  package static let capacity = 1024
  /// A report that is out of order may be late by so much, in nanoseconds.
  package static let patienceNanoseconds: UInt64 = 1_000_000_000

  /// A sequence that goes on after `last`.
  package init(after last: UInt64) { highest = last }

  /// Notes a number at a moment of the monotonic clock.
  package mutating func receive(_ number: UInt64, at nanoseconds: UInt64) -> Verdict {
    if number > highest {
      // However far the number jumps, the work has an end. The length of a range of such numbers may fit no Int.
      let room = UInt64(Self.capacity + 1 - missing.count)
      let skipped = min(number - highest - 1, room)
      for distance in 0..<skipped { missing.append((highest + 1 + distance, nanoseconds)) }
      highest = number
      return .new
    }
    guard let place = missing.firstIndex(where: { $0.number == number }) else { return .duplicate }
    missing.remove(at: place)
    return .new
  }

  /// Whether reports are missing for good, as far as anybody can tell.
  package func hasGap(at nanoseconds: UInt64) -> Bool {
    guard let oldest = missing.map(\.since).min() else { return false }
    if missing.count > Self.capacity { return true }
    return nanoseconds > oldest && nanoseconds - oldest > Self.patienceNanoseconds
  }
}
