/// Market complexity of one instrument, bar by bar.
///
/// It is 1 (think longest, trade smallest) until every part has its whole history: 2,160 earlier values to rank
/// against.
package struct ComplexityTracker: Sendable {
  private static let rankBars = 2160
  private static let entropyCloses = 128
  private static let trendReturns = 256
  private static let smoothing = 2.0 / (6 + 1)

  private var volatilities = RollingRank(capacity: rankBars)
  private var entropies = RollingRank(capacity: rankBars)
  private var closes = TrailingValues(oldestAge: 2)
  private var patterns: [UInt8] = []
  private var oldestPattern = 0
  private var patternCounts = [Int](repeating: 0, count: MarketComplexity.patternCodes)
  private var logCloses = TrailingValues(oldestAge: MarketComplexity.hurstScales[4])
  /// Moments of the sums of k returns within the last `trendReturns`, one a scale.
  private var sumMoments = MarketComplexity.hurstScales.map { WindowMoments(length: trendReturns - $0 + 1) }
  private var sumVariances: [Double] = []
  private var detector = ChangeDetector()
  private var smoothed: Double?

  package init() {}

  /// Takes a bar's close with its logarithm, log return and volatilities (nil: not known yet); the complexity in [0,
  /// 1].
  package mutating func receive(
    close: Double, logClose: Double, logReturn: Double?, volatility24: Double?, volatility168: Double?
  ) -> Double {
    let disorder = absorb(close: close).flatMap { Self.rank($0, &entropies) }
    let volatility = volatility24.flatMap { Self.rank($0, &volatilities) }
    let hasTrend = absorb(logClose: logClose)
    var change: Double?
    if let logReturn, let volatility168 { change = detector.receive(ratio(logReturn, volatility168)) }
    guard let volatility, let disorder, let change, hasTrend else { return 1 }
    // Returns without spread have no exponent: that counts as ambiguous.
    let hurst = MarketComplexity.hurstExponent(variances: sumVariances)
    let value = MarketComplexity.blend(
      volatility: volatility, disorder: disorder,
      trendAmbiguity: hurst.map(MarketComplexity.trendAmbiguity) ?? 1, change: change)
    let next = smoothed.map { $0 + (value - $0) * Self.smoothing } ?? value
    smoothed = next
    return next
  }

  /// Mid-rank among a full history of earlier values, nil before; then the value joins the history.
  private static func rank(_ value: Double, _ history: inout RollingRank) -> Double? {
    guard let place = history.receive(value), place.count == rankBars else { return nil }
    return place.midRank
  }

  private mutating func absorb(close: Double) -> Double? {
    closes.receive(close)
    guard closes.count >= 3 else { return nil }
    let pattern = MarketComplexity.pattern(closes.value(age: 2), closes.value(age: 1), closes.value(age: 0))
    patternCounts[pattern] += 1
    if patterns.count < Self.entropyCloses - 2 {
      patterns.append(UInt8(pattern))
    } else {
      patternCounts[Int(patterns[oldestPattern])] -= 1
      patterns[oldestPattern] = UInt8(pattern)
      oldestPattern = oldestPattern + 1 == patterns.count ? 0 : oldestPattern + 1
    }
    return patterns.count == Self.entropyCloses - 2 ? MarketComplexity.permutationEntropy(counts: patternCounts) : nil
  }

  /// A sum of k returns is the difference of two logarithms. Whether every scale has its window full.
  private mutating func absorb(logClose: Double) -> Bool {
    logCloses.receive(logClose)
    sumVariances.removeAll(keepingCapacity: true)
    for (index, scale) in MarketComplexity.hurstScales.enumerated() where logCloses.count > scale {
      let sum = logClose - logCloses.value(age: scale)
      guard let moments = sumMoments[index].receive(sum) else { continue }
      let count = Double(sumMoments[index].length)
      sumVariances.append(moments.variance * count / (count - 1))
    }
    return sumVariances.count == MarketComplexity.hurstScales.count
  }
}
