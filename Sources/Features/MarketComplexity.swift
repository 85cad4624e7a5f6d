import Foundation

/// How hard a market is to read: the parts of complexity, as pure functions. All look only at the past.
public enum MarketComplexity {
  static let patternCodes = 8

  /// Permutation entropy of order 3, delay 1, over its largest value ln 6: 0 for a straight line, about 1 for noise. Of
  /// equal neighbours the earlier counts as smaller. nil for fewer than 3 values.
  ///
  /// Bandt and Pompe, "Permutation entropy" (2002).
  public static func permutationEntropy(_ values: [Double]) -> Double? {
    guard values.count >= 3 else { return nil }
    var counts = [Int](repeating: 0, count: patternCodes)
    for index in 2..<values.count { counts[pattern(values[index - 2], values[index - 1], values[index])] += 1 }
    return permutationEntropy(counts: counts)
  }

  /// Which of the six orders three values stand in, as three comparisons; two of the eight codes cannot occur.
  static func pattern(_ first: Double, _ second: Double, _ third: Double) -> Int {
    (first <= second ? 4 : 0) + (second <= third ? 2 : 0) + (first <= third ? 1 : 0)
  }

  static func permutationEntropy(counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    let entropy = counts.reduce(0.0) { sum, count in
      count == 0 ? sum : sum - Double(count) / total * log(Double(count) / total)
    }
    return entropy / log(6)
  }

  /// Sums of k returns that the Hurst exponent compares.
  public static let hurstScales = [1, 2, 4, 8, 16]

  /// Hurst exponent: slope of ln(sample standard deviation) of the overlapping sums of k returns against ln k. About
  /// 0.5 for a random walk. nil when there are too few returns, or a deviation is 0.
  public static func hurstExponent(returns: [Double]) -> Double? {
    var variances: [Double] = []
    for scale in hurstScales {
      let sums = stride(from: 0, through: returns.count - scale, by: 1).map { returns[$0..<$0 + scale].reduce(0, +) }
      guard sums.count >= 2 else { return nil }
      let mean = sums.reduce(0, +) / Double(sums.count)
      variances.append(sums.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(sums.count - 1))
    }
    return hurstExponent(variances: variances)
  }

  /// The slope from the sample variances at `hurstScales`; nil if one is 0.
  static func hurstExponent(variances: [Double]) -> Double? {
    // ln k of the scales is 0 to 4 times ln 2: least squares with x = -2, -1, 0, 1, 2.
    guard variances.allSatisfy({ $0 > 0 }) else { return nil }
    let rise = log(variances[4] / variances[0]) * 2 + log(variances[3] / variances[1])
    return 0.5 * rise / (10 * log(2))
  }

  /// Share of `history` below `value` plus half the share equal to it; nil without history.
  public static func midRank(of value: Double, in history: [Double]) -> Double? {
    guard !history.isEmpty else { return nil }
    let below = history.count { $0 < value }
    let equal = history.count { $0 == value }
    return (Double(below) + 0.5 * Double(equal)) / Double(history.count)
  }

  /// `1 - min(1, 4·|H - 0.5|)`: 1 where returns neither persist nor revert.
  public static func trendAmbiguity(hurst: Double) -> Double { 1 - min(1, 4 * abs(hurst - 0.5)) }

  /// Complexity from its four parts, each in [0, 1].
  public static func blend(volatility: Double, disorder: Double, trendAmbiguity: Double, change: Double) -> Double {
    0.4 * volatility + 0.2 * disorder + 0.2 * trendAmbiguity + 0.2 * change
  }
}

/// Two-sided cumulative sum test for a shift of the mean of standardised values (Page 1954).
public struct ChangeDetector: Hashable, Sendable {
  private let slack: Double
  private let threshold: Double
  private var upper = 0.0
  private var lower = 0.0
  /// Whether the value taken last crossed the threshold; both sums began anew then.
  public private(set) var hasAlarm = false

  /// A detector with slack k and threshold h, in standard deviations.
  public init(slack: Double = 0.5, threshold: Double = 5) {
    self.slack = slack
    self.threshold = threshold
  }

  /// Takes a standardised value; the larger sum over the threshold, at most 1.
  public mutating func receive(_ value: Double) -> Double {
    upper = max(0, upper + value - slack)
    lower = max(0, lower - value - slack)
    let largest = max(upper, lower)
    hasAlarm = largest > threshold
    if hasAlarm {
      upper = 0
      lower = 0
    }
    return min(1, largest / threshold)
  }
}
