import Control
import Core
import Foundation
import Journal
import Synchronization

/// A bot on paper in a home of its own, run as any other, and watched from outside: by what it shows, says and records.
final class DrillBot: Sendable {
  /// What was seen of it.
  struct Seen: Sendable {
    var snapshot: StatusSnapshot?
    var snapshotAt: UInt64 = 0
    var decision: DecisionEvent?
    var decisionAt: UInt64 = 0
    var decisions = 0
  }

  let home: StateDirectory
  private let run: PaperRun
  private let seen: Watched
  private let time: SystemTime
  private let task: Task<RunSummary, any Error>

  private final class Watched: Sendable {
    let state = Mutex(Seen())
  }

  /// Starts a bot.
  init(_ plan: RunPlan) {
    let (seen, time) = (Watched(), SystemTime())
    var display = Display()
    display.snapshot = { snapshot in
      seen.state.withLock { ($0.snapshot, $0.snapshotAt) = (snapshot, time.monotonicNanoseconds) }
    }
    display.decision = { event in
      seen.state.withLock {
        ($0.decision, $0.decisionAt) = (event, time.monotonicNanoseconds)
        $0.decisions += 1
      }
    }
    let run = PaperRun(
      plan: plan, display: display, log: EventLog(path: plan.home.path + ".log", minimum: .debug),
      service: ServiceManager(environment: [:]))
    (self.home, self.run, self.seen, self.time) = (plan.home, run, seen, time)
    task = Task { try await run.run() }
  }

  /// Now, in nanoseconds of the clock that everything seen is stamped with.
  var now: UInt64 { time.monotonicNanoseconds }
  /// What was seen last.
  var last: Seen { seen.state.withLock { $0 } }

  /// Waits until something is seen; milliseconds from `start` until then.
  ///
  /// - Throws: `DrillFailure` when it is not seen in time, or the bot ends before.
  @discardableResult func wait(
    _ what: String, since start: UInt64, seconds: Double = 20, until isSeen: @Sendable (Seen) -> Bool
  ) async throws -> Double {
    let limit = now &+ UInt64(seconds * 1e9)
    while true {
      let seen = last
      if isSeen(seen) { return Double(now &- start) / 1e6 }
      guard now < limit else {
        throw DrillFailure(description: "\(what) was not seen within \(Int(seconds)) s; the log is \(home.path).log")
      }
      guard !run.hasEnded else {
        let outcome = await task.result
        throw DrillFailure(description: "the bot ended before \(what): \(outcome)")
      }
      try await Task.sleep(for: .milliseconds(1))
    }
  }

  /// Ends it and gives back its journal.
  func end() async throws -> JournalQuery {
    run.requestStop("drill")
    _ = try await task.value
    return try JournalQuery(directory: home.journalPath)
  }

  /// Ends it, whatever became of it.
  func abandon() async {
    run.requestStop("drill")
    _ = await task.result
  }
}

extension JournalQuery {
  /// Payloads of the newest records of a kind with their numbers, newest first.
  func texts(_ kind: RecordKind, after sequence: UInt64 = 0) throws -> [(sequence: UInt64, text: String)] {
    var found: [(sequence: UInt64, text: String)] = []
    try each(kind, after: sequence) { found.append(($0.sequence, String(decoding: $0.payload, as: UTF8.self))) }
    return found.reversed()
  }
}
