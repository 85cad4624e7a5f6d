import Core
import Features
import Foundation
import Statistics

/// How hard a market is: the parts of complexity, also with settings that the features do not use.
package enum ComplexityCases {
  /// Largest order of permutation entropy: 10! patterns.
  private static let largestOrder = 10
  private static let largestDepth = 1_000_000

  static func entropy(_ input: CaseInput) throws -> [CaseField] {
    let order = input.has("order") ? try input.integer("order", in: 2...largestOrder) : 3
    let delay = input.has("delay") ? try input.integer("delay", in: 1...largestDepth) : 1
    let values = try input.numbers("x")
    let entropy =
      order == 3 && delay == 1
      ? MarketComplexity.permutationEntropy(values) : permutationEntropy(values, order: order, delay: delay)
    return [CaseField("pe", .number(entropy))]
  }

  /// Entropy of the orders of `order` values that lie `delay` apart, over its largest; nil for too few values.
  package static func permutationEntropy(_ values: [Double], order: Int, delay: Int) -> Double? {
    let reach = (order - 1) * delay
    guard values.count > reach else { return nil }
    // Of equal values the earlier counts as smaller. The rank of each value among those before it tells the order.
    let patterns = (0..<values.count - reach).map { first in
      (1..<order).reduce(0) { code, place in
        let below = (0..<place).count { values[first + $0 * delay] <= values[first + place * delay] }
        return code * (place + 1) + below
      }
    }.sorted()
    var (entropy, start) = (0.0, 0)
    for index in 1...patterns.count where index == patterns.count || patterns[index] != patterns[start] {
      let share = Double(index - start) / Double(patterns.count)
      entropy -= share * log(share)
      start = index
    }
    return entropy / log((2...order).reduce(1.0) { $0 * Double($1) })
  }

  static func hurst(_ input: CaseInput) throws -> [CaseField] {
    let returns = try input.numbers("r")
    let scales =
      input.has("scales")
      ? try input.numbers("scales").enumerated().map { index, number in
        guard let scale = Int(exactly: number), scale >= 1, scale <= largestDepth else {
          throw StatisticsError("scales[\(index)]: \(number) is not a number of returns")
        }
        return scale
      } : MarketComplexity.hurstScales
    guard Set(scales).count == scales.count, scales.count >= 2 else {
      throw StatisticsError("scales: a slope needs at least 2 different ones")
    }
    let exponent =
      scales == MarketComplexity.hurstScales
      ? MarketComplexity.hurstExponent(returns: returns) : hurstExponent(returns, scales: scales)
    return [CaseField("h", .number(exponent))]
  }

  /// Slope of ln(sample standard deviation) of the overlapping sums of k returns against ln k; nil for too few returns.
  package static func hurstExponent(_ returns: [Double], scales: [Int]) -> Double? {
    var points: [(x: Double, y: Double)] = []
    for scale in scales {
      guard returns.count - scale >= 1 else { return nil }
      var sum = returns[..<scale].reduce(0, +)
      var sums = [sum]
      for end in scale..<returns.count {
        sum += returns[end] - returns[end - scale]
        sums.append(sum)
      }
      let mean = sums.reduce(0, +) / Double(sums.count)
      let variance = sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sums.count - 1)
      guard variance > 0 else { return nil }
      points.append((log(Double(scale)), 0.5 * log(variance)))
    }
    let x = points.reduce(0) { $0 + $1.x } / Double(points.count)
    let y = points.reduce(0) { $0 + $1.y } / Double(points.count)
    let spread = points.reduce(0) { $0 + ($1.x - x) * ($1.x - x) }
    return points.reduce(0) { $0 + ($1.x - x) * ($1.y - y) } / spread
  }

  static func rank(_ input: CaseInput) throws -> [CaseField] {
    [CaseField("rank", .number(MarketComplexity.midRank(of: try input.number("x"), in: try input.numbers("hist"))))]
  }

  static func change(_ input: CaseInput) throws -> [CaseField] {
    let threshold = try input.number("h", else: 5)
    guard threshold > 0 else { throw StatisticsError("h: \(threshold) is not above 0") }
    var detector = ChangeDetector(slack: try input.number("k", else: 0.5), threshold: threshold)
    var alarms: [Int] = []
    let scores = try input.numbers("z").enumerated().map { index, value in
      let score = detector.receive(value)
      if detector.hasAlarm { alarms.append(index) }
      return score
    }
    return [CaseField("score", .numbers(scores)), CaseField("alarms", .list(alarms.map { .count($0) }))]
  }

  static func depth(_ input: CaseInput) throws -> [CaseField] {
    let floor = input.has("m_floor") ? try input.integer("m_floor", in: 0...largestDepth) : 1
    let segments = MinimumDepth.segments(
      complexity: try input.number("complexity"), floor: floor,
      maximum: try input.integer("m_max", in: 0...largestDepth))
    return [CaseField("m_min", .count(segments))]
  }
}
