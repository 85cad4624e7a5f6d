import Core
import Statistics

/// By how much one way of deciding earns more than another on the same decisions, and how much of that is chance.
package struct PairedGain: Codable, Equatable, Sendable {
  /// Decisions of the comparison.
  package var decisions: Int
  /// Mean difference of a decision in basis points.
  package var gainBp: Double
  /// Ends of the 95 % interval of the resampled means; nil with fewer than two periods.
  package var lowBp: Double?
  package var highBp: Double?
  /// One-sided p for "no more": (1 + number of Δ* - Δ ≥ Δ) / (draws + 1); nil with fewer than two periods.
  package var p: Double?

  /// A gain of which nothing more is known.
  package init(decisions: Int, gainBp: Double) { (self.decisions, self.gainBp) = (decisions, gainBp) }
}

/// Differences between two ways of deciding, added up by period and group. Decisions of one period (of instruments that
/// move together) are never resampled apart.
package struct PairedPeriods: Sendable {
  /// Resamples.
  package static let draws = 2000
  /// Number of groups, and of periods in their order in time.
  package let groups: Int
  package let periods: Int
  /// [periods, groups].
  private var sums: [Double]
  private var counts: [Double]

  /// No difference yet.
  package init(groups: Int, periods: Int) {
    (self.groups, self.periods) = (groups, periods)
    sums = [Double](repeating: 0, count: groups * periods)
    counts = sums
  }

  /// Adds the difference of one decision.
  package mutating func add(_ difference: Double, group: Int, period: Int) {
    sums[period * groups + group] += difference
    counts[period * groups + group] += 1
  }

  /// The gain of each group, by the stationary bootstrap over periods; all groups share their resamples. Throws
  /// `StatisticsError` for more periods than are resampled.
  ///
  /// - Parameter meanBlock: in periods; nil takes the cube root of their number.
  package func gains(seed: UInt64, meanBlock: Double? = nil, draws: Int = draws) throws -> [PairedGain] {
    let all = mean(of: 0..<periods)
    var gains = (0..<groups).map { group in
      PairedGain(decisions: Int(all.counts[group]), gainBp: 1e4 * (all.means[group] ?? 0))
    }
    guard periods > 1 else { return gains }
    try StatisticsLimits.checkBootstrap(draws: draws, periods: periods, series: groups)
    var bootstrap = try StationaryBootstrap(
      periods: periods, meanBlock: meanBlock ?? ReturnIntervals.usualMeanBlock(periods: periods),
      random: CounterRandom(seed: seed, purpose: .diagnosisIntervals))
    var indices = [Int](repeating: 0, count: periods)
    var resampled = [[Double]](repeating: [], count: groups)
    for _ in 0..<draws {
      bootstrap.next(into: &indices)
      let drawn = mean(of: indices)
      // A resample without a decision of the group says nothing about it.
      for group in 0..<groups { if let mean = drawn.means[group] { resampled[group].append(mean) } }
    }
    for group in 0..<groups where !resampled[group].isEmpty {
      let own = all.means[group] ?? 0
      let sorted = resampled[group].sorted()
      gains[group].lowBp = Quantile.of(sorted: sorted, share: 0.025).map { $0 * 1e4 }
      gains[group].highBp = Quantile.of(sorted: sorted, share: 0.975).map { $0 * 1e4 }
      gains[group].p = Double(1 + sorted.count { $0 - own >= own }) / Double(sorted.count + 1)
    }
    return gains
  }

  private func mean(of indices: some Sequence<Int>) -> (means: [Double?], counts: [Double]) {
    var total = [Double](repeating: 0, count: groups)
    var number = total
    for period in indices {
      let first = period * groups
      for group in 0..<groups {
        total[group] += sums[first + group]
        number[group] += counts[first + group]
      }
    }
    return (zip(total, number).map { $1 > 0 ? $0 / $1 : nil }, number)
  }
}
