/// Which numbered reports have come, in bounded memory.
struct ReportSequence: Sendable {
  /// What a number means.
  enum Verdict: Hashable, Sendable { case new, duplicate }

  /// The highest number so far.
  private(set) var highest: UInt64
  /// Numbers below it that have not come, with the moment at which that showed, rising.
  private var missing: [(number: UInt64, since: UInt64)] = []
  /// So many may be missing before the gap counts as one.
  static let capacity = 1024
  /// A report that is out of order may be late by so much, in nanoseconds.
  static let patienceNanoseconds: UInt64 = 1_000_000_000

  /// A sequence that goes on after `last`.
  init(after last: UInt64) { highest = last }

  /// Notes a number at a moment of the monotonic clock.
  mutating func receive(_ number: UInt64, at nanoseconds: UInt64) -> Verdict {
    if number > highest {
      for skipped in (highest + 1)..<number where missing.count <= Self.capacity {
        missing.append((skipped, nanoseconds))
      }
      highest = number
      return .new
    }
    guard let place = missing.firstIndex(where: { $0.number == number }) else { return .duplicate }
    missing.remove(at: place)
    return .new
  }

  /// Whether reports are missing for good, as far as anybody can tell.
  func hasGap(at nanoseconds: UInt64) -> Bool {
    guard let oldest = missing.map(\.since).min() else { return false }
    return missing.count > Self.capacity || nanoseconds &- oldest > Self.patienceNanoseconds
  }
}
