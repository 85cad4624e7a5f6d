import Core

/// When to connect again: soon, then later and later, never in step with others, and never too often.
package struct ReconnectSchedule: Sendable {
  /// Longest wait, in milliseconds.
  package static let longestMillis = 30_000
  /// Attempts within any minute.
  package static let attemptsPerMinute = 10
  /// A session that has stood so long starts the waits anew, in nanoseconds.
  package static let soundNanoseconds: UInt64 = 10_000_000_000
  private static let firstMillis = 200
  private static let minute: UInt64 = 60_000_000_000

  private var random: CounterRandom
  private var failures = 0
  private var attempts: [UInt64] = []

  /// A schedule whose jitter comes from `random`.
  package init(random: CounterRandom) { self.random = random }

  /// Notes an attempt at a moment of the monotonic clock.
  package mutating func attempted(at nanoseconds: UInt64) {
    attempts.append(nanoseconds)
    if attempts.count > Self.attemptsPerMinute { attempts.removeFirst() }
  }

  /// Notes that a session has ended which stood for so long (0: it never came about).
  package mutating func ended(after nanoseconds: UInt64) {
    failures = nanoseconds >= Self.soundNanoseconds ? 0 : failures + 1
  }

  /// The moment of the next attempt.
  package mutating func next(at nanoseconds: UInt64) -> UInt64 {
    let most = min(Self.longestMillis, Self.firstMillis << min(failures, 12))
    let millis = most / 2 + random.below(most / 2 + 1)
    var due = nanoseconds &+ UInt64(millis) * 1_000_000
    if attempts.count == Self.attemptsPerMinute { due = max(due, attempts[0] &+ Self.minute) }
    return due
  }
}
