/// What a trading policy is trained towards.
public struct TradingSettings: Codable, Equatable, Sendable {
  /// Bars of a window L: a lane holds three rows of the network for each.
  public var windowBars = 64
  /// Cost of one unit of turnover.
  public var turnoverCost = 0.0012
  /// Cost of a bar in a position: what breaks the tie between holding and being flat where nothing is to be earned.
  public var holdingCost = 0.0
  /// λ.
  public var riskAversion = 2.0
  /// Share of a row's weight that is spread evenly over positions.
  public var evenShare = 0.2
  /// Factor of the entropy at the beginning; falls to 0 at the end of the run.
  public var entropyWeight = 0.003
  /// Factor of the oracle's labels at the beginning; falls to 0 at half of the run.
  public var oracleWeight = 0.0
  /// Bars that the oracle sees.
  public var oracleBars = 24
  /// λ_v and λ_q of the value and quantity heads.
  public var valueWeight = 0.25, quantityWeight = 0.1
  /// Added to the policy head's HOLD bias of fresh weights.
  public var holdBias = 4.0
  /// λ_c: price of one more segment, as a probability.
  public var segmentPrice = 0.005
  /// Weight of the regret target where the end is not known.
  public var regretWeight = 0.25
  /// Segments that the market's complexity asks for at least; nil asks for none.
  public var complexityFloor: Int?

  /// The defaults.
  public init() {}

  /// The costs of a step.
  public var costs: TradingCosts {
    TradingCosts(turnover: turnoverCost, holding: holdingCost, riskAversion: riskAversion)
  }
}
