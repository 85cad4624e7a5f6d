import Core

extension PolicyEvaluation {
  /// What the window is worth behind its last bar.
  public enum End: Hashable, Sendable {
    /// An open position is closed at the cost of a turnover.
    case closed
    /// The window is cut in mid-stream: the value of standing there in each position, in units of return.
    case cut(flat: Double, long: Double, short: Double)
  }

  /// How the gradient is formed.
  public struct Objective: Hashable, Sendable {
    /// What a reward is measured in: the median of σ·√24 over the training span.
    public var unit: Double
    /// Share of the weight of a row that is spread evenly over the positions, so that rare ones keep learning.
    public var evenShare: Double
    /// Factor of the entropy that is taken off the loss.
    public var entropyWeight: Double
    /// γ: worth of a reward one bar later. The gradient is that of the payoff for 1 only.
    public var discount: Double

    /// An objective as given.
    public init(unit: Double, evenShare: Double = 0.2, entropyWeight: Double = 0, discount: Double = 1) {
      self.unit = unit
      self.evenShare = evenShare
      self.entropyWeight = entropyWeight
      self.discount = discount
    }
  }

  /// What came of one window. Not finite if an input is not: then the gradient is not to be used either.
  public struct Parts: Hashable, Sendable {
    /// Expected sum of rewards from the start position, in units of return, with what the end is worth.
    public var payoff = 0.0
    /// -payoff / (bars · unit). Its gradient is `gradient` with an even share and an entropy weight of 0.
    public var loss = 0.0
    /// Mean over the bars of the entropy of the rows, in nats, weighted as the gradient is.
    public var entropy = 0.0
    /// Expected share of bars in a position.
    public var exposure = 0.0
    /// Expected turnover per bar, in units of the position.
    public var turnover = 0.0

    /// Nothing earned, nothing held.
    public init() {}
  }

  /// What a window is made of besides the policy.
  public struct Window: Sendable {
    /// What a decision at each bar earns per unit of position, as `TradingSeries.returns`.
    public var changes: ArraySlice<Double>
    /// σ of each bar, as `TradingSeries.deviations`.
    public var deviations: ArraySlice<Double>
    /// What trading costs.
    public var costs: TradingCosts
    /// Whether the account may sell short.
    public var isShortable: Bool
    /// Where the window begins.
    public var start: PositionSide
    /// What it is worth behind its last bar.
    public var end: End

    /// A window as given.
    public init(
      changes: ArraySlice<Double>, deviations: ArraySlice<Double>, costs: TradingCosts, isShortable: Bool = true,
      start: PositionSide = .flat, end: End = .closed
    ) {
      self.changes = changes
      self.deviations = deviations
      self.costs = costs
      self.isShortable = isShortable
      self.start = start
      self.end = end
    }
  }
}
