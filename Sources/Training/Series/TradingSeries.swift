import Core

/// One instrument in one timeframe, bar by bar, as the trainer reads it.
///
/// Decision `t` sees features of bars ≤ t, is filled at the open of bar t + 1 and earns, per unit of position, what the
/// price moves from there to the open of bar t + 2.
public struct TradingSeries: Sendable {
  /// Who this is, for messages and records, for example `BTCUSDT 1h`.
  public var name: String
  /// Rows of the network's tables; 0 is unknown.
  public var instrumentRow: Int, timeframeRow: Int
  /// Whether the account may sell short.
  public var isShortable: Bool
  /// Features of one bar.
  public let featureCount: Int
  /// [bars, featureCount], normalised and clipped, oldest bar first. What is not known yet is 0.
  public var features: [Float]
  /// [bars, 4]: the circles of time of day and of week at the bar's close, as `FeatureSchema.contextNames` ends.
  public var clock: [Float]
  /// What a decision at a bar earns per unit of position: open[t+2] / open[t+1] - 1. Not finite where a decision has no
  /// outcome.
  public var returns: [Double]
  /// Root mean square of the last 168 one-bar log returns.
  public var deviations: [Double]
  /// How hard the market is at each bar, 0...1; 1 where the history is missing.
  public var complexity: [Double]
  /// Where a decision can be learnt from: a whole window lies before it, without a gap, and its outcome is known.
  public var isDecidable: [Bool]
  /// Close times of the bars; empty for a market without a calendar.
  public var closeTimes: [Timestamp]

  /// Number of bars.
  public var count: Int { returns.count }

  /// A series as given. Traps unless the arrays have one length.
  public init(
    name: String, instrumentRow: Int = 0, timeframeRow: Int = 0, isShortable: Bool = true, featureCount: Int,
    features: [Float], clock: [Float], returns: [Double], deviations: [Double], complexity: [Double],
    isDecidable: [Bool], closeTimes: [Timestamp] = []
  ) {
    let count = returns.count
    precondition(
      features.count == count * featureCount && clock.count == 4 * count && deviations.count == count
        && complexity.count == count && isDecidable.count == count && (closeTimes.isEmpty || closeTimes.count == count),
      "arrays of \(name) differ in length")
    self.name = name
    self.instrumentRow = instrumentRow
    self.timeframeRow = timeframeRow
    self.isShortable = isShortable
    self.featureCount = featureCount
    self.features = features
    self.clock = clock
    self.returns = returns
    self.deviations = deviations
    self.complexity = complexity
    self.isDecidable = isDecidable
    self.closeTimes = closeTimes
  }
}
