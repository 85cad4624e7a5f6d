import Agent
import Core

/// Policies that know less of a planted market than its best one does.
package enum PlantedRules {
  /// In the direction of the signal, whatever a turn costs.
  package static func sign(_ signal: Double, from position: PositionSide) -> Action {
    switch position {
    case .flat: signal > 0 ? .buyLong : signal < 0 ? .sellShort : .hold
    case .long: signal > 0 ? .hold : .closeLong
    case .short: signal < 0 ? .hold : .closeShort
    }
  }
}

/// A straight line through the features of a bar as forecast of what a decision earns, and two thresholds on it that
/// did best on the bars it was fitted to.
package struct PlantedLine: Sendable {
  private static let ridge = 1e-3
  private let weights: [Double]
  private let openAbove: Double, holdAbove: Double

  /// Fits the line, then the thresholds.
  package init(_ series: TradingSeries, cost: Double) {
    let weights = Self.fit(series)
    let forecasts = (0..<series.count).map { Self.forecast(series, $0, weights) }
    let spread = (forecasts.reduce(0) { $0 + $1 * $1 } / Double(max(1, forecasts.count))).squareRoot()
    let costs = TradingCosts(turnover: cost)
    var best = (score: 0.0, open: Double.infinity, hold: Double.infinity)
    for open in stride(from: 0.0, through: 2, by: 0.1) {
      for hold in stride(from: -1.0, through: open, by: 0.1) {
        let run = GreedyRunner.walk(series, costs: costs) { bar, position in
          Self.action(forecasts[bar], from: position, open: open * spread, hold: hold * spread)
        }
        let score = run.rewards.reduce(0, +)
        if score > best.score { best = (score, open * spread, hold * spread) }
      }
    }
    self.weights = weights
    (openAbove, holdAbove) = (best.open, best.hold)
  }

  /// The action at a bar from a position.
  package func action(_ series: TradingSeries, bar: Int, from position: PositionSide) -> Action {
    Self.action(Self.forecast(series, bar, weights), from: position, open: openAbove, hold: holdAbove)
  }

  private static func action(_ forecast: Double, from position: PositionSide, open: Double, hold: Double) -> Action {
    switch position {
    case .flat: forecast > open ? .buyLong : forecast < -open ? .sellShort : .hold
    case .long: forecast > hold ? .hold : .closeLong
    case .short: forecast < -hold ? .hold : .closeShort
    }
  }

  private static func forecast(_ series: TradingSeries, _ bar: Int, _ weights: [Double]) -> Double {
    var sum = 0.0
    for feature in weights.indices {
      sum += weights[feature] * Double(series.features[bar * series.featureCount + feature])
    }
    return sum
  }

  private static func fit(_ series: TradingSeries) -> [Double] {
    var regression = RidgeRegression(width: series.featureCount)
    for bar in 0..<series.count where series.isDecidable[bar] && series.returns[bar].isFinite {
      let features = (bar * series.featureCount)..<((bar + 1) * series.featureCount)
      regression.add(series.features[features].map(Double.init), series.returns[bar])
    }
    return regression.weights(ridge: ridge * Double(series.count))
      ?? [Double](repeating: 0, count: series.featureCount)
  }
}
