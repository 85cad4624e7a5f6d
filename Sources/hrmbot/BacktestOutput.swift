import Backtest
import Core
import Foundation
import HRM
import Statistics

/// Backtests as JSON and text.
enum BacktestOutput {
  /// One run: its account, and the figures under `figures`. The same run gives the same bytes.
  static func json(
    _ run: BacktestRun, _ assessment: Assessment, _ request: BacktestRequest, choices: [SelectionLuck]
  ) -> String {
    var out = CanonicalJSON(capacity: 1 << 14)
    out.object { out in
      write(run, assessment, request, &out)
      out.key("selection")
      SelectionJSON.write(choices, into: &out)
    }
    return out.text
  }

  /// The same for a process that gathers runs: with returns by day, and with what the run is as a trial.
  static func dailyJSON(_ run: BacktestRun, _ assessment: Assessment, _ request: BacktestRequest) -> String {
    var out = CanonicalJSON(capacity: 1 << 14)
    out.object { out in
      write(run, assessment, request, &out)
      out.key("daily_returns")
      out.array { out in for value in assessment.curve?.returns ?? [] { out.value(value) } }
      out.key("daily_times")
      out.array { out in for time in assessment.curve?.times.dropFirst() ?? [] { out.value(time.milliseconds) } }
      guard let trial = TrialSource(run, request) else { return }
      out.key("trial")
      out.object { out in
        out.key("from")
        out.value(trial.from.milliseconds)
        out.key("settings")
        out.value(trial.settings)
        out.key("to")
        out.value(trial.to.milliseconds)
      }
    }
    return out.text
  }

  /// Several runs by name.
  static func json(
    _ rows: [(name: String, run: BacktestRun, assessment: Assessment)], _ request: BacktestRequest,
    choices: [SelectionLuck]
  ) -> String {
    var out = CanonicalJSON(capacity: 1 << 16)
    out.object { out in
      out.key("runs")
      out.array { out in
        for row in rows {
          out.object { out in
            out.key("name")
            out.value(row.name)
            out.key("result")
            out.object { write(row.run, row.assessment, request, &$0) }
          }
        }
      }
      out.key("selection")
      SelectionJSON.write(choices, into: &out)
    }
    return out.text
  }

  private static func write(
    _ run: BacktestRun, _ assessment: Assessment, _ request: BacktestRequest, _ out: inout CanonicalJSON
  ) {
    BacktestJSON(run.book, tallies: run.tallies).write(into: &out)
    out.key("figures")
    out.object { AssessmentJSON(assessment).write(into: &$0) }
    if run.isUntrained {
      out.key("is_untrained")
      out.value(true)
    }
    out.key("limits")
    out.value(request.isUnlimited ? "none" : "settings")
    out.key("policy")
    out.value(run.policy)
    out.key("rows_refused")
    out.value(run.quality.rows - run.quality.bars)
    out.key("timeframe")
    out.value("\(run.timeframe)")
  }

  /// How fast a network was, beside what the machine can do at best, which takes a second to find out.
  static func text(_ work: NetworkWork) -> String {
    let reused = work.reused > 0 ? ", \(work.reused) from the cache" : ""
    let head = "\(work.computed) network decisions\(reused)"
    guard work.computed > 0, work.seconds > 0.1 else { return head }
    let peak = MachinePeak(threads: work.threads) { DispatchTime.now().uptimeNanoseconds }
    let (name, best) =
      switch work.precision {
      case .float32, .bfloat16: ("sgemm of OpenBLAS", peak.multiplicationsPerSecond())
      case .int8: ("8-bit products in registers", peak.operationsPerSecond(work.precision))
      }
    let reached = work.operations / work.seconds
    return head
      + String(
        format: ", %.0f a second, %.2f segments each: %.1f GFLOP/s, %.0f %% of %@ on %d thread%@",
        Double(work.computed) / work.seconds, Double(work.segments) / Double(work.computed), reached / 1e9,
        100 * reached / best, name, work.threads, work.threads == 1 ? "" : "s")
  }

  static func json(_ check: LookaheadCheck) -> String {
    var out = CanonicalJSON()
    out.object { out in
      out.key("compared")
      out.value(check.compared)
      out.key("leaks")
      out.array { out in for leak in check.leaks { out.value("\(leak.cut)") } }
      out.key("samples")
      out.value(check.cuts.count)
    }
    return out.text
  }

  static func text(_ check: LookaheadCheck) -> String {
    guard let leak = check.leaks.first else {
      return
        "no decision changed: \(check.cuts.count) moments with another future, \(check.compared) decisions compared"
    }
    return """
      LOOKAHEAD: with another future after \(leak.cut), a decision before it changed (\(check.leaks.count) of \
      \(check.cuts.count) moments)
        true data      \(leak.expected.map(line) ?? "no decision")
        other future   \(leak.found.map(line) ?? "no decision")
      """
  }

  private static func line(_ seen: ActorRun.SeenDecision) -> String {
    "\(seen.bar): \(seen.wished.name) → \(seen.final.name) \(seen.quantity)"
  }
}
