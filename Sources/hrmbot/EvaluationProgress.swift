import Synchronization
import Training

/// How far an evaluation is, with the time left, on standard error: a line that is written over on a terminal, else a line
/// for every tenth.
final class EvaluationProgress: Sendable {
  private struct State {
    var phaseStart: UInt64
    var isTesting = false
    var lastShown: UInt64 = 0
    var lastTenth = 0
  }
  private let state: Mutex<State>
  private static let interval: UInt64 = 200_000_000

  /// A display that begins at a monotonic time in nanoseconds.
  init(since start: UInt64) { state = Mutex(State(phaseStart: start)) }

  /// Shows a step, at most five times a second.
  func show(_ progress: EvaluationRun.Progress, at now: UInt64) {
    let line = state.withLock { state -> String? in
      let (done, all, isTesting, noun) =
        switch progress {
        case .files(let done, let all): (done, all, false, "files looked at")
        case .bars(let done, let all): (done, all, true, "bars")
        }
      if isTesting != state.isTesting {
        (state.isTesting, state.phaseStart, state.lastTenth) = (isTesting, now, 0)
      }
      guard all > 0, now >= state.lastShown + Self.interval || done == all else { return nil }
      let share = Double(done) / Double(all)
      if !ProgressLine.isWanted {
        guard isTesting, Int(share * 10) > state.lastTenth else { return nil }
        state.lastTenth = Int(share * 10)
      }
      state.lastShown = now
      let left = ProgressLine.left(share, elapsedSeconds: Double(now &- state.phaseStart) / 1e9)
      return "\(ProgressLine.bar(share)) \(done) of \(all) \(noun)\(left)"
    }
    guard let line else { return }
    if ProgressLine.isWanted { ProgressLine.show(line) } else { Console.note(line) }
  }
}
