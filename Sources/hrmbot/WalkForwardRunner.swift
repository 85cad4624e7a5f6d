import Backtest
import Bot
import Core
import Foundation
import Synchronization

/// Runs the backtests of a walk-forward test, each in a process of its own, as many at a time as there are processors.
struct WalkForwardRunner: Sendable {
  /// Options that all runs share.
  let arguments: [String]
  let tell: @Sendable (_ done: Int, _ all: Int) -> Void

  /// A runner that repeats this process's own command without what concerns the walk.
  init(tell: @escaping @Sendable (_ done: Int, _ all: Int) -> Void) {
    self.tell = tell
    var kept: [String] = []
    var isSkipping = false
    for argument in CommandLine.arguments.dropFirst() {
      if isSkipping {
        isSkipping = false
        continue
      }
      let name = argument.prefix { $0 != "=" }
      switch name {
      case "--walk-forward", "--grid", "--from", "--to", "--report", "--figures": isSkipping = name == argument
      case "--json", "--baselines", "--no-trial": break
      default: kept.append(argument)
      }
    }
    arguments = kept
  }

  /// Works through all folds. Throws `StartError` with the words of a run that failed.
  func run(_ folds: [WalkForwardPlan.Fold], _ candidates: [WalkForward.Candidate]) async throws -> [WalkForward.Turn] {
    let done = Mutex(0)
    let all = folds.count * (candidates.count + 1)
    let note: @Sendable () -> Void = {
      tell(
        done.withLock {
          $0 += 1
          return $0
        }, all)
    }
    let jobs = folds.indices.flatMap { fold in candidates.indices.map { (fold, $0) } }
    let validations = try await Self.spread(jobs.count) { index in
      defer { note() }
      let (fold, candidate) = jobs[index]
      return try outcome(candidates[candidate], folds[fold].validate)
    }
    let validated = folds.indices.map { fold in
      Array(validations[(fold * candidates.count)..<((fold + 1) * candidates.count)])
    }
    let chosen = validated.map { candidates[WalkForward.choice($0.map(\.sharpe))] }
    let tests = try await Self.spread(folds.count) { fold in
      defer { note() }
      return try outcome(chosen[fold], folds[fold].test)
    }
    return folds.indices.map {
      WalkForward.Turn(fold: folds[$0], validations: validated[$0], chosen: chosen[$0], test: tests[$0])
    }
  }

  /// Runs `count` jobs, no more at a time than there are processors; results in the order of the jobs.
  private static func spread<Result: Sendable>(
    _ count: Int, _ job: @escaping @Sendable (Int) throws -> Result
  ) async throws -> [Result] {
    try await withThrowingTaskGroup(of: (Int, Result).self) { group in
      var next = 0
      var results: [Int: Result] = [:]
      while next < min(count, ProcessInfo.processInfo.activeProcessorCount) {
        let index = next
        group.addTask { (index, try job(index)) }
        next += 1
      }
      while let (index, result) = try await group.next() {
        results[index] = result
        guard next < count else { continue }
        let following = next
        group.addTask { (following, try job(following)) }
        next += 1
      }
      return (0..<count).compactMap { results[$0] }
    }
  }

  private func outcome(_ candidate: WalkForward.Candidate, _ span: Range<Timestamp>) throws -> WalkForward.Outcome {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let days = ["--from", "\(CalendarDay(span.lowerBound))", "--to", "\(CalendarDay(span.upperBound))"]
    process.arguments = arguments + candidate.arguments + days + ["--json", "--daily", "--no-trial"]
    let output = Pipe()
    let errors = Pipe()
    (process.standardOutput, process.standardError) = (output, errors)
    do { try process.run() } catch { throw StartError("walk-forward: \(error)", exitCode: 75) }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    let words = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0, let result = try? JSONDecoder().decode(Daily.self, from: bytes) else {
      throw StartError(
        "walk-forward: the run of \(candidate.name) over \(days.joined(separator: " ")) failed: \(words)",
        exitCode: process.terminationStatus == 0 ? 65 : process.terminationStatus)
    }
    return WalkForward.Outcome(
      times: result.daily_times.map { Timestamp(milliseconds: $0) }, returns: result.daily_returns,
      trades: result.closed_trades,
      source: result.trial.map {
        TrialSource(
          settings: $0.settings, from: Timestamp(milliseconds: $0.from), to: Timestamp(milliseconds: $0.to))
      })
  }

  private struct Daily: Decodable {
    var daily_times: [Int64]
    var daily_returns: [Double]
    var closed_trades: Int
    var trial: Trial?

    struct Trial: Decodable {
      var from: Int64
      var settings: String
      var to: Int64
    }
  }
}
