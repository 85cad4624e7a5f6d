import Foundation

/// How good probabilities of a yes-or-no outcome are.
package struct ForecastQuality: Hashable, Sendable {
  /// Probability that a yes got more than a no, ties counted half; nil without one of each.
  package let areaUnderCurve: Double?
  /// Mean square of probability minus outcome.
  package let brier: Double
  /// Expected calibration error: mean |probability - frequency| over equal-width bins, weighted by their counts.
  package let calibrationError: Double
  /// Mean of -ln(probability of what happened); infinite after a certainty that was wrong.
  package let logLoss: Double

  /// Probabilities with what happened. Throws `StatisticsError` for none, lists of different length, probabilities outside
  /// of 0 to 1 and bins outside of 1 to 10,000. A probability of 1 belongs to the last bin.
  package init(probabilities: [Double], outcomes: [Bool], bins: Int) throws {
    try StatisticsLimits.check(probabilities, named: "p")
    guard probabilities.count == outcomes.count else {
      throw StatisticsError("p has \(probabilities.count) values and y \(outcomes.count)")
    }
    guard (1...10_000).contains(bins) else { throw StatisticsError("bins: \(bins) is not 1 to 10000") }
    if let index = probabilities.firstIndex(where: { !(0...1).contains($0) }) {
      throw StatisticsError("p[\(index)]: \(probabilities[index]) is no probability")
    }
    let pairs = Array(zip(probabilities, outcomes))
    let count = Double(pairs.count)
    areaUnderCurve = Self.areaUnderCurve(pairs)
    brier = ExactSum.of(pairs.lazy.map { ($0 - ($1 ? 1 : 0)) * ($0 - ($1 ? 1 : 0)) }) / count
    let losses = pairs.map { -log($1 ? $0 : 1 - $0) }
    logLoss = losses.contains(.infinity) ? .infinity : ExactSum.of(losses) / count
    var gaps = [ExactSum](repeating: ExactSum(), count: bins)
    for (probability, outcome) in pairs {
      gaps[min(Int(probability * Double(bins)), bins - 1)].add(probability)
      if outcome { gaps[min(Int(probability * Double(bins)), bins - 1)].add(-1) }
    }
    calibrationError = ExactSum.of(gaps.lazy.map { abs($0.value) }) / count
  }

  /// By ranks; ties get their mean rank.
  private static func areaUnderCurve(_ pairs: [(Double, Bool)]) -> Double? {
    let positives = pairs.count { $0.1 }
    let negatives = pairs.count - positives
    guard positives > 0, negatives > 0 else { return nil }
    let sorted = pairs.sorted { $0.0 < $1.0 }
    var (rankSum, start) = (0.0, 0)
    while start < sorted.count {
      var end = start
      while end < sorted.count, sorted[end].0 == sorted[start].0 { end += 1 }
      rankSum += Double(sorted[start..<end].count { $0.1 }) * Double(start + 1 + end) / 2
      start = end
    }
    let least = Double(positives) * Double(positives + 1) / 2
    return (rankSum - least) / (Double(positives) * Double(negatives))
  }
}

/// Population stability index: how far the distribution of a number has moved, Σ (actual - expected) ln(actual / expected)
/// over the shares in bins. From 0.1 watch, from 0.25 act.
package enum PopulationStability {
  /// Least share of a bin: an empty bin would make the index infinite.
  package static let leastShare = 1e-6

  /// The index over the bins between ascending `edges`, open at both ends; a value on an edge belongs to the bin above.
  /// Throws `StatisticsError` for no values and for edges that do not ascend.
  package static func index(expected: [Double], actual: [Double], edges: [Double]) throws -> Double {
    try StatisticsLimits.check(expected, named: "expected")
    try StatisticsLimits.check(actual, named: "actual")
    try StatisticsLimits.check(edges, named: "edges")
    guard zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }) else { throw StatisticsError("edges: must ascend") }
    let shares = [expected, actual].map { values in
      var counts = [Int](repeating: 0, count: edges.count + 1)
      for value in values { counts[edges.partitioningIndex { $0 > value }] += 1 }
      return counts.map { max(Double($0) / Double(values.count), leastShare) }
    }
    return ExactSum.of(zip(shares[0], shares[1]).lazy.map { ($1 - $0) * log($1 / $0) })
  }
}

extension Array {
  /// Index of the first element for which `belongsAbove` holds, of an array in which it holds from some element on.
  func partitioningIndex(where belongsAbove: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if belongsAbove(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
