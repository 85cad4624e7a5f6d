import Core
import HRM
import Statistics

/// What chosen weights earn over the whole validation span, day by day: one trial.
package struct ValidationRecord: Sendable {
  /// Days with a decision, in UTC, and the mean over the series of what each earned, net, per unit of position.
  package private(set) var days: [CalendarDay] = []
  package private(set) var returns: [Double] = []
  /// Payoff, exposure, turnover of all decisions.
  package let validation: Validation

  /// Runs along the validation bars of a task.
  package init(
    _ task: TradingTask, bars: [Range<Int>], parameters: HRMParameters, maxSegments: Int, threads: Int,
    isUnknown: Bool = false, progress: (Int, Int) -> Void = { _, _ in }
  ) {
    let runner = GreedyRunner(parameters: parameters, maxSegments: maxSegments, threads: threads)
    let costs = TradingCosts(turnover: task.settings.turnoverCost)
    var runs: [GreedyRun] = []
    for (index, series) in task.validation.enumerated() {
      progress(index, task.validation.count)
      runs.append(runner.run(series, bars: bars[index], costs: costs, isUnknown: isUnknown))
    }
    validation = GreedyRun.validation(runs)
    var sums: [Int: (sum: Double, series: Int)] = [:]
    for (run, series) in zip(runs, task.validation) where !series.closeTimes.isEmpty {
      var own: [Int: Double] = [:]
      for (bar, reward) in zip(run.bars, run.rewards) {
        own[CalendarDay(closing: series.closeTimes[bar]).daysSinceEpoch, default: 0] += reward
      }
      for (day, sum) in own {
        sums[day, default: (0, 0)].sum += sum
        sums[day, default: (0, 0)].series += 1
      }
    }
    for day in sums.keys.sorted() {
      guard let entry = sums[day] else { continue }
      days.append(CalendarDay(daysSinceEpoch: day))
      returns.append(entry.sum / Double(entry.series))
    }
  }

  /// Mean over standard deviation of the daily returns, times the root of 365; nil without variation.
  package var annualSharpe: Double? { Moments(returns)?.sharpe.map { $0 * Double(365).squareRoot() } }

  /// The trial that this was.
  package func trial(settings: String, dataHashes: [String], at created: Timestamp) throws -> TrialRecord? {
    guard let first = days.first, let last = days.last else { return nil }
    return try TrialRecord(
      kind: "training", settings: settings, dataHashes: dataHashes, from: first.start, to: last.start,
      returns: returns, created: created)
  }
}
