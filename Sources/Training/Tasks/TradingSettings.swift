/// What a trading policy is trained towards.
package struct TradingSettings: Codable, Equatable, Sendable {
  /// Bars of a window L: a lane holds three rows of the network for each.
  package var windowBars = 64
  /// Cost of one unit of turnover.
  package var turnoverCost = 0.0012
  /// Cost of a bar in a position: what breaks the tie between holding and being flat where nothing is to be earned.
  package var holdingCost = 0.0
  /// λ.
  package var riskAversion = 2.0
  /// Share of a row's weight that is spread evenly over positions.
  package var evenShare = 0.2
  /// Factor of the entropy at the beginning; falls to 0 at the end of the run.
  package var entropyWeight = 0.003
  /// Factor of the oracle's labels at the beginning; falls to 0 at half of the run.
  package var oracleWeight = 0.0
  /// Bars that the oracle sees.
  package var oracleBars = 24
  /// λ_v and λ_q of the value and quantity heads.
  package var valueWeight = 0.25, quantityWeight = 0.1
  /// Added to the policy head's HOLD bias of fresh weights.
  package var holdBias = 4.0
  /// λ_c: price of one more segment, as a probability.
  package var segmentPrice = 0.005
  /// Weight of the regret target where the end is not known.
  package var regretWeight = 0.25
  /// Segments that the market's complexity asks for at least; nil asks for none.
  package var complexityFloor: Int?

  /// The defaults.
  package init() {}

  /// The costs of a step.
  package var costs: TradingCosts {
    TradingCosts(turnover: turnoverCost, holding: holdingCost, riskAversion: riskAversion)
  }
}
