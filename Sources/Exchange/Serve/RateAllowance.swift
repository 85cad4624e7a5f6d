/// How many requests a session may make: so many at once, and so many a second after that.
package struct RateAllowance: Sendable {
  private let perSecond: UInt64
  private let burst: UInt64
  /// In billionths of a request.
  private var left: UInt64
  private var asOf: UInt64

  /// A full allowance at a moment of the monotonic clock.
  package init(perSecond: UInt64, burst: UInt64, at nanoseconds: UInt64) {
    self.perSecond = perSecond
    self.burst = burst
    left = burst * 1_000_000_000
    asOf = nanoseconds
  }

  /// Whether one more request is allowed now; if so it is counted.
  package mutating func take(at nanoseconds: UInt64) -> Bool {
    // A second fills more than any pause should: longer ones would overflow.
    let elapsed = min(nanoseconds > asOf ? nanoseconds - asOf : 0, 60_000_000_000)
    asOf = max(asOf, nanoseconds)
    left = min(left + elapsed * perSecond, burst * 1_000_000_000)
    guard left >= 1_000_000_000 else { return false }
    left -= 1_000_000_000
    return true
  }
}
