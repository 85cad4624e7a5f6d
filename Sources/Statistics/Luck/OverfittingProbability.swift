import Foundation

/// Probability of backtest overfitting: how often the strategy that was best on one half of the data is below the median on
/// the other half, over all ways to halve the data by blocks.
///
/// Source: Bailey, Borwein, López de Prado and Zhu, "The probability of backtest overfitting" (2017), by combinatorially
/// symmetric cross-validation. Measure: Sharpe per period; 0 for a half without variation.
package struct OverfittingProbability: Hashable, Sendable {
  /// What one way to halve the data gave.
  package struct Split: Hashable, Sendable {
    /// ln(ω / (1 - ω)), ω the relative rank out of sample of the strategy that was best in sample; above 0 is above the
    /// median. Ties get their mean rank.
    package let logit: Double
    /// Its Sharpe in sample.
    package let inSample: Double
    /// Its Sharpe out of sample.
    package let outOfSample: Double
  }

  /// All splits, in the lexicographic order of the blocks in sample.
  package let splits: [Split]
  /// Share of the splits with a logit of at most 0.
  package let probability: Double
  /// Share of the splits in which the best in sample lost money out of sample.
  package let lossProbability: Double
  /// Slope of the out-of-sample Sharpe of the best over its Sharpe in sample; nil if all of those are equal.
  package let degradationSlope: Double?
  /// Intercept of the same line.
  package let degradationIntercept: Double?

  /// Returns by period (rows) and strategy (columns), cut into an even number of blocks of equal length; rows too many are
  /// dropped at the start. Of equally good strategies in sample the first counts. Throws `StatisticsError` for rows of
  /// different length, fewer than two strategies, too few rows, an odd number of blocks, or more work than is done.
  package init(rows: [[Double]], blocks: Int) throws {
    let strategies = rows.first?.count ?? 0
    try Self.check(rows, blocks: blocks, strategies: strategies)
    let length = rows.count / blocks
    let surplus = rows.count - length * blocks
    let table = (0..<strategies).map { strategy in
      (0..<blocks).map { block in
        BlockMoments(rows[(surplus + block * length)..<(surplus + (block + 1) * length)].map { $0[strategy] })
      }
    }
    var splits: [Split] = []
    var chosen = Array(0..<(blocks / 2))
    repeat {
      let others = (0..<blocks).filter { !chosen.contains($0) }
      splits.append(Self.split(table, inside: chosen, outside: others))
    } while Self.advance(&chosen, below: blocks)
    self.splits = splits
    probability = Double(splits.count { $0.logit <= 0 }) / Double(splits.count)
    lossProbability = Double(splits.count { $0.outOfSample < 0 }) / Double(splits.count)
    let line = StraightLine(x: splits.map(\.inSample), y: splits.map(\.outOfSample))
    degradationSlope = line?.slope
    degradationIntercept = line?.intercept
  }

  private static func check(_ rows: [[Double]], blocks: Int, strategies: Int) throws {
    guard blocks >= 2, blocks % 2 == 0, blocks <= 64 else {
      throw StatisticsError("s: \(blocks) blocks; an even number of at least 2 is needed")
    }
    guard strategies >= 2 else { throw StatisticsError("returns: at least two strategies are needed") }
    guard rows.count >= max(blocks, 4) else {
      throw StatisticsError("returns: \(rows.count) rows are too few for \(blocks) blocks")
    }
    for (index, row) in rows.enumerated() {
      guard row.count == strategies else {
        throw StatisticsError("returns[\(index)]: has \(row.count) values, the first row has \(strategies)")
      }
      try StatisticsLimits.check(row, named: "returns[\(index)]")
    }
    let splits = (1...(blocks / 2)).reduce(1.0) { $0 * Double(blocks / 2 + $1) / Double($1) }.rounded()
    guard splits <= Double(StatisticsLimits.splits),
      splits * Double(strategies) * Double(blocks) <= Double(StatisticsLimits.splitWork)
    else { throw StatisticsError("s: \(blocks) blocks of \(strategies) strategies are more splits than are computed") }
  }

  /// The next choice of blocks in lexicographic order; false after the last.
  private static func advance(_ chosen: inout [Int], below count: Int) -> Bool {
    guard let place = chosen.indices.last(where: { chosen[$0] < count - chosen.count + $0 }) else { return false }
    chosen[place] += 1
    for next in chosen.indices where next > place { chosen[next] = chosen[next - 1] + 1 }
    return true
  }

  private static func split(_ table: [[BlockMoments]], inside: [Int], outside: [Int]) -> Split {
    var best = 0
    var bestSharpe = -Double.infinity
    for (strategy, moments) in table.enumerated() {
      let sharpe = BlockMoments.sharpe(moments, of: inside)
      if sharpe > bestSharpe { (best, bestSharpe) = (strategy, sharpe) }
    }
    let outer = table.map { BlockMoments.sharpe($0, of: outside) }
    let own = outer[best]
    let rank = Double(outer.count { $0 < own }) + Double(outer.count { $0 == own } + 1) / 2
    let relative = rank / Double(table.count + 1)
    return Split(logit: log(relative / (1 - relative)), inSample: bestSharpe, outOfSample: own)
  }
}

/// Mean and sum of squares about it of one strategy in one block, from which those of several blocks follow.
private struct BlockMoments {
  let count: Double
  let mean: Double
  let squares: Double

  init(_ values: [Double]) {
    let moments = Moments(values)!
    let deviation = moments.standardDeviation ?? 0
    count = Double(values.count)
    mean = moments.mean
    squares = deviation * deviation * (count - 1)
  }

  static func sharpe(_ all: [BlockMoments], of blocks: [Int]) -> Double {
    var sum = 0.0
    for block in blocks { sum += all[block].mean }
    let mean = sum / Double(blocks.count)
    var (squares, count) = (0.0, 0.0)
    for block in blocks {
      let deviation = all[block].mean - mean
      squares += all[block].squares + all[block].count * deviation * deviation
      count += all[block].count
    }
    // Equal values in all blocks leave at most what rounding of their mean leaves.
    guard count > 1, squares > count * mean * mean * 1e-30 else { return 0 }
    return mean / (squares / (count - 1)).squareRoot()
  }
}
