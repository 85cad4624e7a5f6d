import Core

/// A SYNTHETIC market whose best policy is known: a signal x that anybody can see moves the next return a little.
///
/// x[t+1] = φ x[t] + √(1-φ²) e[t], r[t] = σ (κ x[t] + √(1-κ²) n[t]); x[t] is visible at decision t, r[t] is what the
/// decision earns. Source: `training.md` § 10 of the design.
package struct PlantedMarket: Codable, Equatable, Sendable {
  /// φ: how long the signal lasts.
  package var persistence: Double
  /// κ: how much of a return it explains.
  package var strength: Double
  /// σ: standard deviation of a return.
  package var deviation: Double
  /// Cost of one unit of turnover.
  package var cost: Double

  /// A market as given.
  package init(persistence: Double, strength: Double, deviation: Double = 0.006, cost: Double = 0.0012) {
    self.persistence = persistence
    self.strength = strength
    self.deviation = deviation
    self.cost = cost
  }

  /// The markets that have names.
  package static let named: [(name: String, market: PlantedMarket)] = [
    ("easy", PlantedMarket(persistence: 0.98, strength: 0.15)),
    ("thin", PlantedMarket(persistence: 0.99, strength: 0.06)),
    ("fast_not_worth_it", PlantedMarket(persistence: 0.5, strength: 0.06)),
    ("pure_noise", PlantedMarket(persistence: 0.98, strength: 0)),
  ]

  /// A path of the market.
  package struct Path: Sendable {
    /// x: the signal at each bar.
    package var signal: [Double]
    /// r: what a decision at each bar earns.
    package var returns: [Double]
  }

  /// The path of a seed. Draws in the order x[0], then per bar n and e, from one stream.
  package func path(seed: UInt64, bars: Int) -> Path {
    var random = CounterRandom(key: seed)
    var signal = random.normal()
    var path = Path(signal: [], returns: [])
    path.signal.reserveCapacity(bars)
    path.returns.reserveCapacity(bars)
    let fresh = (1 - persistence * persistence).squareRoot()
    let noise = (1 - strength * strength).squareRoot()
    for _ in 0..<bars {
      path.signal.append(signal)
      path.returns.append(deviation * (strength * signal + noise * random.normal()))
      signal = persistence * signal + fresh * random.normal()
    }
    return path
  }

  /// What a decision at each bar earns on average, knowing the signal.
  package func expectedReturns(_ path: Path) -> [Double] { path.signal.map { deviation * strength * $0 } }

  /// A path as a trainer sees it: at each bar the signal and the return of the bar before, in units of σ, and features
  /// that mean nothing.
  ///
  /// - Parameters:
  ///   - returns: what a decision earns; nil takes the path's own.
  ///   - distractors: further features, half of them as slow as the signal.
  package func series(
    _ path: Path, seed: UInt64, returns: [Double]? = nil, distractors: Int = 0, windowBars: Int
  ) -> TradingSeries {
    let count = path.signal.count
    let width = 2 + distractors
    var features = [Float](repeating: 0, count: count * width)
    for bar in 0..<count {
      features[bar * width] = Self.clip(path.signal[bar])
      features[bar * width + 1] = bar == 0 ? 0 : Self.clip(path.returns[bar - 1] / deviation)
    }
    for distractor in 0..<distractors {
      var random = CounterRandom(seed: seed, purpose: .plantedMarket, lane: UInt64(distractor))
      let keep = distractor % 2 == 0 ? persistence : 0
      let fresh = (1 - keep * keep).squareRoot()
      var value = random.normal()
      for bar in 0..<count {
        features[bar * width + 2 + distractor] = Self.clip(value)
        value = keep * value + fresh * random.normal()
      }
    }
    return TradingSeries(
      name: "SYNTHETIC", featureCount: width, features: features, clock: [Float](repeating: 0, count: 4 * count),
      returns: returns ?? path.returns, deviations: [Double](repeating: deviation, count: count),
      complexity: [Double](repeating: 0, count: count),
      isDecidable: (0..<count).map { $0 >= windowBars - 1 })
  }

  private static func clip(_ value: Double) -> Float { Float(max(-5, min(5, value))) }
}
