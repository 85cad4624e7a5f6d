/// Finds out that nobody looks for stops any more. A value: how many looks there were goes in with the moment of asking.
struct LookWatch {
  /// How long there may be no look, in nanoseconds: longer than a busy machine keeps a thread waiting.
  static let patienceNanoseconds: UInt64 = 2_000_000_000

  private var looks: UInt64 = 0
  private var since: UInt64?

  /// Whether there was no look for too long. The time counts from question to question, so that a process that was held
  /// as a whole is not taken for one whose looks have ended.
  mutating func isStalled(looks: UInt64, at now: UInt64) -> Bool {
    guard looks == self.looks else {
      (self.looks, since) = (looks, nil)
      return false
    }
    let start = since ?? now
    since = start
    return now &- start > Self.patienceNanoseconds
  }
}
