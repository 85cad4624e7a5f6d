/// How many of the waiting requests the network takes together, and how long it may think about them.
public struct BatchShare: Sendable, Equatable {
  /// Requests to take, from the oldest on; at least one.
  public var count: Int
  /// Time for them; nil without a deadline.
  public var deadlineNanoseconds: UInt64?

  /// As many as fit: as fill `capacity`, and as are expected to get their first segment before the deadline of the
  /// oldest. If more wait than that, the time left is divided by the number of batches that it must do for.
  ///
  /// - Parameters:
  ///   - waiting: requests waiting, at least one.
  ///   - remainingNanoseconds: time left for the oldest; nil without a deadline.
  ///   - prediction: nanoseconds that a segment of so many requests is expected to take; nil if that is unknown.
  public init(waiting: Int, capacity: Int, remainingNanoseconds: UInt64?, prediction: (Int) -> Double?) {
    let most = max(1, min(waiting, capacity))
    guard let remainingNanoseconds else {
      count = most
      return
    }
    // One alone is computed however late it is: its answer may still be of use to the record.
    count = (2...max(2, most)).last { $0 <= most && (prediction($0) ?? 0) <= Double(remainingNanoseconds) } ?? 1
    deadlineNanoseconds = remainingNanoseconds / UInt64((max(waiting, 1) + count - 1) / count)
  }
}
