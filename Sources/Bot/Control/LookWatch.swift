/// Finds out that nobody looks for stops any more. A value: looks go in, and questions with their moments.
struct LookWatch {
  /// How long there may be no look, in nanoseconds: longer than a busy machine keeps a thread waiting.
  static let patienceNanoseconds: UInt64 = 2_000_000_000

  /// Whether there was no look for too long when somebody asked last.
  private(set) var isStalled = false
  private var hasLooked = false
  private var since: UInt64?

  /// Somebody looks; whether that ends a stall.
  mutating func look() -> Bool {
    defer { isStalled = false }
    hasLooked = true
    return isStalled
  }

  /// Asks at a moment; whether a stall begins with the answer. The time counts from question to question, so that a process
  /// that was held as a whole is not taken for one whose looks have ended.
  mutating func ask(at now: UInt64) -> Bool {
    guard !hasLooked else {
      (hasLooked, since) = (false, nil)
      return false
    }
    let start = since ?? now
    since = start
    guard !isStalled, now &- start > Self.patienceNanoseconds else { return false }
    isStalled = true
    return true
  }
}
