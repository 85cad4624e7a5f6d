import Core
import Foundation

/// Whether the best of several strategies beats a benchmark by more than the best of so many would by chance: White's
/// reality check and Hansen's test of superior predictive ability.
///
/// Sources: White, "A reality check for data snooping" (2000); Hansen, "A test for superior predictive ability" (2005).
/// Resamples by the stationary bootstrap; ω is the bootstrap's own standard deviation of √n times a mean.
package struct SuperiorAbility: Hashable, Sendable {
  /// Hansen's p by how strategies worse than the benchmark are centred.
  package struct PValues: Hashable, Sendable {
    /// All that are worse are left out: a lower bound.
    package let lower: Double
    /// Those clearly worse are left out: the one to quote.
    package let consistent: Double
    /// All count as equal to the benchmark: White's choice, an upper bound.
    package let upper: Double
  }

  /// Mean differential of each strategy.
  package let means: [Double]
  /// Standard deviation of √n times the mean, by the bootstrap.
  package let deviations: [Double]
  /// Largest √n mean.
  package let realityStatistic: Double
  /// p of the reality check.
  package let realityP: Double
  /// Largest studentised √n mean, at least 0.
  package let statistic: Double
  /// Hansen's p.
  package let p: PValues
  /// Mean below which a strategy counts as clearly worse: -ω √(2 ln ln n / n).
  package let thresholds: [Double]

  /// Differentials (strategy minus benchmark; or losses of the benchmark minus losses) by period (rows) and strategy
  /// (columns). A strategy that never differs from the benchmark counts for nothing. Throws `StatisticsError` for rows of
  /// different length, fewer than three rows, no strategy, and beyond the limits.
  package init(differentials rows: [[Double]], meanBlock: Double, draws: Int, random: CounterRandom) throws {
    let strategies = rows.first?.count ?? 0
    try Self.check(rows, strategies: strategies, draws: draws)
    let count = rows.count
    let columns = (0..<strategies).map { strategy in rows.map { $0[strategy] } }
    let means = columns.map { ExactSum.mean(of: $0)! }
    var bootstrap = try StationaryBootstrap(periods: count, meanBlock: meanBlock, random: random)
    var indices = [Int](repeating: 0, count: count)
    let resampled = (0..<draws).map { _ in
      bootstrap.next(into: &indices)
      return columns.map { Resample.mean($0, at: indices) }
    }
    let root = Double(count).squareRoot()
    let deviations = means.indices.map { strategy in
      // A column of one value varies in rounding only.
      guard columns[strategy].contains(where: { $0 != columns[strategy][0] }) else { return 0.0 }
      let squares = ExactSum.of(resampled.lazy.map { pow($0[strategy] - means[strategy], 2) })
      return (Double(count) * squares / Double(draws)).squareRoot()
    }
    let thresholds = deviations.map { -$0 * (2 * log(log(Double(count))) / Double(count)).squareRoot() }

    let studentised = Studentised(means: means, deviations: deviations, root: root, resampled: resampled)
    self.means = means
    self.deviations = deviations
    self.thresholds = thresholds
    let reality = means.map { root * $0 }.max()!
    realityStatistic = reality
    let reached = resampled.count { draw in
      draw.indices.map { root * (draw[$0] - means[$0]) }.max()! >= reality
    }
    realityP = Double(1 + reached) / Double(draws + 1)
    statistic = studentised.statistic
    p = PValues(
      lower: studentised.p(centres: means.map { max($0, 0) }),
      consistent: studentised.p(centres: means.indices.map { means[$0] >= thresholds[$0] ? means[$0] : 0 }),
      upper: studentised.p(centres: means))
  }

  private static func check(_ rows: [[Double]], strategies: Int, draws: Int) throws {
    guard strategies >= 1 else { throw StatisticsError("d: no strategy") }
    guard rows.count >= 3 else { throw StatisticsError("d: \(rows.count) rows, at least 3 are needed") }
    for (index, row) in rows.enumerated() {
      guard row.count == strategies else {
        throw StatisticsError("d[\(index)]: has \(row.count) values, the first row has \(strategies)")
      }
      try StatisticsLimits.check(row, named: "d[\(index)]")
    }
    try StatisticsLimits.checkBootstrap(draws: draws, periods: rows.count, series: strategies)
    guard draws * strategies <= StatisticsLimits.keptMeans else {
      throw StatisticsError("\(draws) draws of \(strategies) strategies are more than is kept")
    }
  }
}

/// Hansen's statistic and its distribution under different centres.
private struct Studentised {
  let means: [Double]
  let deviations: [Double]
  let root: Double
  let resampled: [[Double]]

  /// √n times a mean in units of its deviation. Without variation there is no unit: a constant gain is beyond any doubt,
  /// anything else counts for nothing.
  private func studentise(_ mean: Double, _ strategy: Int) -> Double {
    guard deviations[strategy] > 0 else { return 0 }
    return root * mean / deviations[strategy]
  }

  var statistic: Double {
    means.indices.reduce(0) {
      max($0, deviations[$1] == 0 && means[$1] > 0 ? .infinity : studentise(means[$1], $1))
    }
  }

  func p(centres: [Double]) -> Double {
    let statistic = statistic
    let reached = resampled.count { draw in
      draw.indices.reduce(0) { max($0, studentise(draw[$1] - centres[$1], $1)) } >= statistic
    }
    return Double(1 + reached) / Double(resampled.count + 1)
  }
}
