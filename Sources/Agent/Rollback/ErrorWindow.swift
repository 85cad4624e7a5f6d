import Core

/// Which of the last decisions failed. Only failures are kept, so that it stays small.
public struct ErrorWindow: Hashable, Sendable, Codable {
  /// Decisions so far.
  public private(set) var decisions: UInt64
  /// Numbers of the failed ones among the last, rising.
  public private(set) var failures: [UInt64]

  /// No decisions.
  public init() { (decisions, failures) = (0, []) }

  /// Counts the next decision, after `successes` that were not told one by one.
  mutating func append(successes: UInt64, hasFailed: Bool, capacity: Int) {
    decisions += successes + 1
    if hasFailed { failures.append(decisions) }
    // One too many is enough to know: what a switched-off trigger leaves must not grow.
    let oldest = decisions > UInt64(capacity) ? decisions - UInt64(capacity) : 0
    let expired = failures.prefix { $0 <= oldest }.count
    if expired > 0 { failures.removeFirst(expired) }
  }

  /// Whether more than `share` of the last `capacity` decisions failed, whatever the ones to come bring.
  func exceeds(_ share: Rate, of capacity: Int) -> Bool {
    Int128(failures.count) * Int128(Rate.unit) > Int128(share.raw) * Int128(capacity)
  }
}
