import Core

/// `OracleValues` of the window that begins at each bar of a long series, for its first decision only.
public struct OracleLabels: Sendable {
  /// Bars of each window, H.
  public let horizon: Int
  /// Q of the first decision: [bars, 3, 5], nan where an action is not legal or the label is not known.
  public let actionValues: [Double]
  /// Whether the whole window of a bar lies within the series, every number in it known.
  public let isKnown: [Bool]

  /// Labels of a series, in time proportional to bars times horizon.
  ///
  /// - Parameter deviations: σ of each bar; read only where risk costs something.
  public init(
    changes: [Double], deviations: [Double], horizon: Int, costs: TradingCosts, isShortable: Bool = true,
    discount: Double = 1
  ) {
    precondition(horizon > 0, "a window without bars")
    precondition(changes.count == deviations.count, "series of different lengths")
    self.horizon = horizon
    let count = changes.count
    func carries(_ side: PositionSide) -> [Double] {
      (0..<count).map { bar in
        let variance = costs.riskAversion == 0 ? 0 : deviations[bar] * deviations[bar]
        return TradingStep.carry(of: side, change: changes[bar], variance: variance, costs: costs)
      }
    }
    let (longs, shorts) = (carries(.long), carries(.short))
    isKnown = Self.known(longs, horizon)
    var table = [Double](repeating: .nan, count: count * TradingStep.rowsWidth)
    for bar in 0..<count where isKnown[bar] {
      // Values of standing flat, long and short behind the bar that is looked at.
      var (flat, long, short) = (0.0, -costs.turnover, -costs.turnover)
      for place in stride(from: bar + horizon - 1, to: bar, by: -1) {
        let (stay, up, down) = (discount * flat, longs[place] + discount * long, shorts[place] + discount * short)
        flat = max(stay, up - costs.turnover)
        if isShortable { flat = max(flat, down - costs.turnover) }
        long = max(up, stay - costs.turnover)
        short = max(down, stay - costs.turnover)
      }
      let worth = [discount * flat, longs[bar] + discount * long, shorts[bar] + discount * short]
      Self.write(worth, costs.turnover, isShortable, at: bar * TradingStep.rowsWidth, into: &table)
    }
    actionValues = table
  }

  private static func write(
    _ worth: [Double], _ cost: Double, _ isShortable: Bool, at first: Int, into table: inout [Double]
  ) {
    let destinations = isShortable ? TradingStep.destinations : TradingStep.destinationsWithoutShorts
    for (index, next) in destinations.enumerated() where next != TradingStep.illegal {
      table[first + index] = next == index / Action.count ? worth[next] : worth[next] - cost
    }
  }

  /// Where `horizon` finite numbers stand from a bar on.
  private static func known(_ carries: [Double], _ horizon: Int) -> [Bool] {
    var run = 0
    var known = [Bool](repeating: false, count: carries.count)
    for bar in stride(from: carries.count - 1, through: 0, by: -1) {
      run = carries[bar].isFinite ? run + 1 : 0
      known[bar] = run >= horizon
    }
    return known
  }

  /// The bars that the label of a decision depends on: it is closed at the open of the last of them.
  public func span(of bar: Int) -> ClosedRange<Int> { bar...bar + horizon + 1 }

  /// The five values of one bar from one position, in the order of `Action`.
  public func row(_ bar: Int, _ position: PositionSide) -> ArraySlice<Double> {
    let first = (bar * TradingStep.positions + position.place) * Action.count
    return actionValues[first..<first + Action.count]
  }
}
