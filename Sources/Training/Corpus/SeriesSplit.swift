import Core
import Features

/// Which decisions of a series train and which validate, as ranges of bars. Whether one of them can be learnt from is
/// `TradingSeries.isDecidable`'s to say.
package struct SeriesSplit: Equatable, Codable, Sendable {
  /// Bars whose decisions train.
  package var train: Range<Int>
  /// Bars whose decisions validate.
  package var validation: Range<Int>
  /// Bars whose decisions test; empty outside a walk-forward.
  package var test = 0..<0

  /// Ranges as given.
  package init(train: Range<Int>, validation: Range<Int>, test: Range<Int> = 0..<0) {
    self.train = train
    self.validation = validation
    self.test = test
  }
}

/// How a series is cut in time so that nothing learnt has seen what it is judged on: `training.md` § 4.
///
/// The label of decision t depends on prices up to the open of bar t + `horizonBars` + 1. A decision before a later block is
/// dropped when that reaches the block's hull, which begins `lookbackBars` before the block. All instruments and lengths of
/// bars are cut at the same moment.
package struct SplitRule: Equatable, Codable, Sendable {
  /// Bars that a label looks ahead of the fill.
  package var horizonBars: Int
  /// Bars that the features of a decision look back.
  package var lookbackBars: Int

  /// A rule as given. `horizonBars` is at least 1: what a decision earns is known one bar after its fill.
  package init(horizonBars: Int = 24, lookbackBars: Int = FeatureSchema.warmUpBars) {
    precondition(horizonBars >= 1 && lookbackBars >= 0)
    self.horizonBars = horizonBars
    self.lookbackBars = lookbackBars
  }

  /// Bars of which decisions may train on everything before `cut`, and those from `cut` on.
  package func split(closeTimes: [Timestamp], timeframe: Timeframe, at cut: Timestamp) -> SeriesSplit {
    let first = Self.firstBar(closeTimes, timeframe, from: cut)
    return SeriesSplit(train: before(first, in: closeTimes.count, from: 0), validation: first..<closeTimes.count)
  }

  /// The parts of a fold of a walk-forward. Both training and validation keep clear of what comes after them.
  package func split(closeTimes: [Timestamp], timeframe: Timeframe, fold: CorpusFold) -> SeriesSplit {
    let place = { Self.firstBar(closeTimes, timeframe, from: $0) }
    let count = closeTimes.count
    let validated = place(fold.validate.lowerBound), tested = place(fold.test.lowerBound)
    return SeriesSplit(
      train: before(validated, in: count, from: place(fold.train.lowerBound)),
      validation: before(tested, in: count, from: validated),
      test: tested..<place(fold.test.upperBound))
  }

  /// The bars from `start` on whose labels end before the hull of a block that begins at `block`, and exist.
  private func before(_ block: Int, in count: Int, from start: Int) -> Range<Int> {
    let reach = horizonBars + 1
    let end = block < count ? min(block - lookbackBars, count) - reach : count - reach
    return start..<max(start, end)
  }

  /// The first bar that opens at `moment` or later; the number of bars where there is none.
  package static func firstBar(_ closeTimes: [Timestamp], _ timeframe: Timeframe, from moment: Timestamp) -> Int {
    let earliest = moment.adding(milliseconds: timeframe.milliseconds)
    var low = 0, high = closeTimes.count
    while low < high {
      let middle = (low + high) / 2
      if closeTimes[middle] < earliest { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
