import Core

/// What every action of a window of bars is worth to somebody who knows the prices of the whole window and acts as well
/// as can be from there on.
///
/// Finite horizon on purpose: over a whole history the label of a decision would look at all of it, and no split could
/// keep training and test apart.
public struct OracleValues: Sendable {
  /// Values that lie closer than this count as equal: rounding is no reason to trade.
  static let tie = 1e-12

  /// Bars of the window.
  public let bars: Int
  /// Q: [bars, 3, 5], positions in the order of `PositionSide.inOrder`; nan where an action is not legal.
  public let actionValues: [Double]
  /// V: [bars + 1, 3], the last three those behind the window.
  public let values: [Double]

  /// Values of a window of `changes` (what a decision at each bar earns per unit of position).
  ///
  /// - Parameters:
  ///   - variances: of the return of each bar; empty where risk costs nothing.
  ///   - discount: γ, worth of a reward one bar later.
  ///   - endsFlat: whether a position that is open behind the last bar is closed at the cost of a turnover.
  public init(
    changes: ArraySlice<Double>, variances: ArraySlice<Double> = [], costs: TradingCosts, isShortable: Bool = true,
    discount: Double = 1, endsFlat: Bool = true
  ) {
    precondition(variances.isEmpty || variances.count == changes.count, "variances of another window")
    bars = changes.count
    let end = endsFlat ? -costs.turnover : 0
    var values = [Double](repeating: 0, count: (bars + 1) * TradingStep.positions)
    var actionValues = [Double](repeating: .nan, count: bars * TradingStep.rowsWidth)
    values.replaceSubrange((bars * TradingStep.positions)..., with: [0, end, end])
    for bar in stride(from: bars - 1, through: 0, by: -1) {
      for position in PositionSide.inOrder {
        let row = bar * TradingStep.positions + position.place
        let mask = LegalMask(position: position, isShortable: isShortable)
        var best = -Double.infinity
        for action in Action.allCases where mask.contains(action) {
          let reward = TradingStep.reward(
            from: position, action, change: changes[changes.startIndex + bar],
            variance: variances.isEmpty ? 0 : variances[variances.startIndex + bar], costs: costs)
          let value = reward + discount * values[(bar + 1) * TradingStep.positions + position.after(action).place]
          actionValues[row * Action.count + Int(action.rawValue)] = value
          best = max(best, value)
        }
        values[row] = best
      }
    }
    self.values = values
    self.actionValues = actionValues
  }

  /// The five values of one bar from one position, in the order of `Action`.
  public func row(_ bar: Int, _ position: PositionSide) -> ArraySlice<Double> {
    let first = (bar * TradingStep.positions + position.place) * Action.count
    return actionValues[first..<first + Action.count]
  }

  /// The best actions one after the other from a position, and where each leads.
  public func path(from start: PositionSide = .flat) -> [(action: Action, position: PositionSide)] {
    var position = start
    return (0..<bars).map { bar in
      let action = Self.best(row(bar, position))
      position = position.after(action)
      return (action, position)
    }
  }

  /// The best of the five values of a row, nan being no choice. Of equal ones hold goes first, then closing, then opening.
  public static func best(_ row: ArraySlice<Double>) -> Action {
    let order: [Action] = [.hold, .closeLong, .closeShort, .buyLong, .sellShort]
    func value(_ action: Action) -> Double { row[row.startIndex + Int(action.rawValue)] }
    var best = Action.hold
    for action in order where value(action) > value(best) + tie { best = action }
    return best
  }
}
