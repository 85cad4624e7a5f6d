/// Calls of one simulated process that wait for an answer from outside. When the process dies, all of them end, so that
/// nothing of it stays behind.
///
/// Everything happens on the scheduler's thread.
final class Calls<Answer: Sendable>: @unchecked Sendable {
  private var waiting: [UInt64: CheckedContinuation<Answer, Never>] = [:]
  private var last: UInt64 = 0
  private var ending: Answer?

  /// Waits for the answer to the call that `start` sets off; `start` gets the call's name.
  nonisolated(nonsending) func wait(_ start: (UInt64) -> Void) async -> Answer {
    if let ending { return ending }
    last += 1
    let name = last
    return await withCheckedContinuation { continuation in
      waiting[name] = continuation
      start(name)
    }
  }

  /// Answers a call; a second answer, and one after the end, change nothing.
  func answer(_ name: UInt64, _ answer: Answer) { waiting.removeValue(forKey: name)?.resume(returning: answer) }

  /// Answers what waits now.
  func answerAll(_ answer: Answer) {
    let all = waiting.sorted { $0.key < $1.key }
    waiting.removeAll()
    for (_, continuation) in all { continuation.resume(returning: answer) }
  }

  /// Ends everything that waits or will ever ask.
  func end(_ answer: Answer) {
    ending = answer
    answerAll(answer)
  }
}
