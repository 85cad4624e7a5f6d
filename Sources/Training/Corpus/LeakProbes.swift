import Core

/// Changes to a series that a sound pipeline answers in a known way: `training.md` § 5.
extension TradingSeries {
  /// The series with what every decision is about to earn shown in one of its features, as its sign: a trainer that sees
  /// its features must become rich on it.
  package func showingOutcome(inFeature feature: Int) -> TradingSeries {
    precondition((0..<featureCount).contains(feature))
    var series = self
    for bar in 0..<count {
      let outcome = returns[bar]
      series.features[bar * featureCount + feature] = outcome > 0 ? 1 : outcome < 0 ? -1 : 0
    }
    return series
  }

  /// The series with the outcomes of decidable bars permuted within each calendar month (UTC; all of them where there are no
  /// times): nothing is left to learn beyond a month's drift. `lane` tells several series apart.
  package func shufflingOutcomes(seed: UInt64, lane: Int = 0) -> TradingSeries {
    var series = self
    let months = closeTimes.isEmpty ? [Int32](repeating: 0, count: count) : CorpusSampler.months(of: closeTimes)
    var first = 0
    while first < count {
      let end = months[first...].firstIndex { $0 != months[first] } ?? count
      let places = (first..<end).filter { isDecidable[$0] }
      var random = CounterRandom(
        seed: seed, purpose: .outcomeShuffle, step: UInt64(months[first]), lane: UInt64(lane))
      var order = places
      for index in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(index, random.below(index + 1)) }
      for (place, from) in zip(places, order) { series.returns[place] = returns[from] }
      first = end
    }
    return series
  }

  /// The series with every bar's features one bar late: what was an edge because of a look at the same bar is gone. A bar
  /// whose features were not whole a bar ago is no decision any more.
  package func delayingFeatures() -> TradingSeries {
    var series = self
    guard count > 0 else { return series }
    series.features = [Float](repeating: 0, count: featureCount) + features.dropLast(featureCount)
    for bar in stride(from: count - 1, to: 0, by: -1) {
      series.isDecidable[bar] = isDecidable[bar] && isDecidable[bar - 1]
    }
    series.isDecidable[0] = false
    return series
  }
}
