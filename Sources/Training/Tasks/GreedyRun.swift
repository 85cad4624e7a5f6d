import Core
import HRM

/// What the surest action at every bar would have earned, from a real position, bar after bar.
package struct GreedyRun: Sendable {
  /// What each decision earned, net, in the order of the bars that could be decided.
  package var rewards: [Double] = []
  /// Their bars in the series.
  package var bars: [Int] = []
  /// Bars in a position, and units of turnover.
  package var heldBars = 0, turnover = 0

  /// Mean and standard error over all decisions of several runs, and how much they traded.
  package static func validation(_ runs: [GreedyRun]) -> Validation {
    let rewards = runs.flatMap(\.rewards)
    let count = Double(max(1, rewards.count))
    let mean = rewards.reduce(0, +) / count
    let variance = rewards.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, count - 1)
    return Validation(
      score: mean, standardError: (variance / count).squareRoot(),
      figures: [
        LossPart("payoff_bp", mean * 1e4),
        LossPart("exposure", Double(runs.reduce(0) { $0 + $1.heldBars }) / count),
        LossPart("turnover", Double(runs.reduce(0) { $0 + $1.turnover }) / count),
        LossPart("decisions", Double(rewards.count)),
      ])
  }
}

/// Lets a network decide along series.
package final class GreedyRunner {
  private let batches: DecisionBatches
  private let maxSegments: Int

  /// A runner on given weights, every decision `maxSegments` deep.
  package init(parameters: HRMParameters, maxSegments: Int, threads: Int) {
    batches = DecisionBatches(parameters: parameters, threads: threads)
    self.maxSegments = maxSegments
  }

  /// The surest legal action of each bar from each position: [bars, 3].
  ///
  /// - Parameter range: bars to be decided; others hold.
  package func actions(_ series: TradingSeries, bars range: Range<Int>, isUnknown: Bool = false) -> [Action] {
    var actions = [Action](repeating: .hold, count: series.count * TradingStep.positions)
    batches.each(series, range, isUnknown: isUnknown, progress: { _ in }) { bars in
      var outputs = batches.network.forward()
      for _ in 1..<max(1, maxSegments) { outputs = batches.network.forward() }
      for row in 0..<(bars.count * TradingStep.positions) {
        let mask = LegalMask(
          position: PositionSide.inOrder[row % TradingStep.positions], isShortable: series.isShortable)
        actions[bars.lowerBound * TradingStep.positions + row] = TradingTask.best(outputs.policy, row: row, mask)
      }
    }
    return actions
  }

  /// What the surest actions earn along a series. A stretch that cannot be decided is met flat: a position is closed
  /// before it, at its cost.
  package func run(
    _ series: TradingSeries, bars: Range<Int>, costs: TradingCosts, isUnknown: Bool = false
  ) -> GreedyRun {
    let actions = actions(series, bars: bars, isUnknown: isUnknown)
    return Self.walk(series, bars: bars, costs: costs) { bar, position in
      actions[bar * TradingStep.positions + position.place]
    }
  }

  /// The same for any rule.
  package static func walk(
    _ series: TradingSeries, bars: Range<Int>? = nil, costs: TradingCosts, _ decide: (Int, PositionSide) -> Action
  ) -> GreedyRun {
    var run = GreedyRun()
    var position = PositionSide.flat
    for bar in bars ?? 0..<series.count {
      guard series.isDecidable[bar] else {
        if position != .flat, !run.rewards.isEmpty {
          run.rewards[run.rewards.count - 1] -= costs.turnover
          run.turnover += 1
        }
        position = .flat
        continue
      }
      let action = decide(bar, position)
      run.rewards.append(
        TradingStep.reward(from: position, action, change: series.returns[bar], costs: costs))
      run.bars.append(bar)
      if action != .hold { run.turnover += 1 }
      position = position.after(action)
      if position != .flat { run.heldBars += 1 }
    }
    return run
  }
}
