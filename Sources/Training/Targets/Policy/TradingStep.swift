import Core

/// What trading costs, in shares of the price.
public struct TradingCosts: Hashable, Sendable {
  /// Cost of one unit of turnover: fee, half the spread and slippage; 0.0012 is 12 basis points a side.
  public var turnover: Double
  /// Cost of holding a position for one bar: funding or borrowing.
  public var holding: Double
  /// λ: half of it times the variance of one bar is taken off for every bar in a position.
  public var riskAversion: Double

  /// Costs as given.
  public init(turnover: Double = 0.0012, holding: Double = 0, riskAversion: Double = 0) {
    self.turnover = turnover
    self.holding = holding
    self.riskAversion = riskAversion
  }
}

extension PositionSide {
  /// The positions in the order of the network's context features, `FeatureSchema.contextNames`: flat, long, short.
  public static let inOrder: [PositionSide] = [.flat, .long, .short]

  /// Place in `inOrder`.
  @inlinable public var place: Int {
    switch self {
    case .flat: 0
    case .long: 1
    case .short: 2
    }
  }

  /// The position that a legal action leads to.
  @inlinable public func after(_ action: Action) -> PositionSide {
    switch action {
    case .buyLong: .long
    case .sellShort: .short
    case .closeLong, .closeShort: .flat
    case .hold: self
    }
  }
}

/// One decision and what it earns. Decision t is filled at the open of bar t + 1, so the price moves from there to the
/// open of bar t + 2 while the new position is held.
public enum TradingStep {
  /// Number of positions: flat, long, short.
  public static let positions = 3
  /// Numbers of one bar where every position has one for every action: [positions, actions].
  public static let rowsWidth = positions * Action.count
  /// In `destinations`: an action that is not legal.
  public static let illegal = -1

  /// Where each action leads from each position: [positions, actions], a place in `PositionSide.inOrder` or `illegal`.
  public static let destinations = destinations(isShortable: true)
  /// The same for an account that cannot sell short: a short that is there all the same may be closed.
  public static let destinationsWithoutShorts = destinations(isShortable: false)

  private static func destinations(isShortable: Bool) -> [Int] {
    PositionSide.inOrder.flatMap { position in
      let mask = LegalMask(position: position, isShortable: isShortable)
      return Action.allCases.map { mask.contains($0) ? position.after($0).place : illegal }
    }
  }

  /// What holding a position over one bar earns, without the cost of getting into it.
  ///
  /// - Parameters:
  ///   - change: what the price moves in the bar, as a share.
  ///   - variance: of the return of one bar.
  @inlinable public static func carry(
    of position: PositionSide, change: Double, variance: Double, costs: TradingCosts
  ) -> Double {
    if position == .flat { return 0 }
    return Double(position.rawValue) * change - costs.holding - costs.riskAversion / 2 * variance
  }

  /// R: what an action earns from a position, net of everything; the action is taken to be legal.
  public static func reward(
    from position: PositionSide, _ action: Action, change: Double, variance: Double = 0, costs: TradingCosts
  ) -> Double {
    let next = position.after(action)
    return carry(of: next, change: change, variance: variance, costs: costs)
      - costs.turnover * abs(Double(next.rawValue) - Double(position.rawValue))
  }
}
