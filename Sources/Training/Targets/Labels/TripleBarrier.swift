import Core
import Foundation

/// Open, high, low and close of one bar, as a label reads them.
public struct PriceBar: Hashable, Sendable {
  /// Prices of the bar.
  public var open: Double, high: Double, low: Double, close: Double

  /// A bar as given.
  public init(open: Double, high: Double, low: Double, close: Double) {
    self.open = open
    self.high = high
    self.low = low
    self.close = close
  }
}

/// Which of three barriers a trade meets first: a price above, a price below or the end of its time. López de Prado,
/// "Advances in Financial Machine Learning" (2018), chapter 3, with entry at the next open and the adverse barrier first.
public struct TripleBarrier: Hashable, Sendable {
  /// 1: the barrier above; -1: the one below; 0: time ran out.
  public let label: Int
  /// Bar of the exit; the label depends on bars up to it.
  public let exitBar: Int
  /// Price of the entry, the open of the bar after the decision.
  public let entry: Double
  /// Price of the exit: the barrier, the open of a bar that gaps through it, or the close of the last bar.
  public let exit: Double
  /// The barriers: entry · exp(up · s) and entry · exp(-down · s).
  public let upper: Double, lower: Double

  /// The label of a decision at the close of `bar`; nil where the bars end before it is known.
  ///
  /// - Parameters:
  ///   - side: whose adverse barrier counts where a bar touches both.
  ///   - deviation: s, what a trade's logarithm is expected to move: σ·√H.
  ///   - up: distance of the barrier above in units of s; `down`: that of the one below.
  ///   - horizon: bars after the decision within which a barrier can be met, H.
  public init?(
    _ bars: [PriceBar], at bar: Int, side: PositionSide = .long, deviation: Double, up: Double, down: Double,
    horizon: Int
  ) {
    guard bar >= 0, horizon > 0, bar < bars.count - 1 else { return nil }
    entry = bars[bar + 1].open
    upper = entry * exp(up * deviation)
    lower = entry * exp(-down * deviation)
    let last = min(bars.count - 1 - bar, horizon)
    for place in bar + 1...bar + last {
      let now = bars[place]
      let (rises, falls) = (now.high >= upper, now.low <= lower)
      guard rises || falls else { continue }
      label = rises && falls ? (side == .short ? 1 : -1) : rises ? 1 : -1
      exitBar = place
      exit = label > 0 ? max(upper, now.open) : min(lower, now.open)
      return
    }
    guard last == horizon else { return nil }
    (label, exitBar, exit) = (0, bar + horizon, bars[bar + horizon].close)
  }

  /// What a trade of a side earned, net of a turnover each way, as a share of the entry.
  public func netReturn(of side: PositionSide, turnoverCost: Double) -> Double {
    Double(side.rawValue) * (exit / entry - 1) - 2 * turnoverCost
  }

  /// The position to be in after a decision, from the labels of both sides: that of the side whose own barrier was met,
  /// unless its net return is below a round trip's cost.
  public static func wanted(long: TripleBarrier, short: TripleBarrier?, turnoverCost: Double) -> PositionSide {
    if long.label > 0, long.netReturn(of: .long, turnoverCost: turnoverCost) >= 2 * turnoverCost { return .long }
    if let short, short.label < 0, short.netReturn(of: .short, turnoverCost: turnoverCost) >= 2 * turnoverCost {
      return .short
    }
    return .flat
  }

  /// The action that leads from a position towards another: a reversal closes first.
  public static func action(from position: PositionSide, towards wanted: PositionSide) -> Action {
    switch (position, wanted) {
    case (.long, .long), (.short, .short), (.flat, .flat): .hold
    case (.long, _): .closeLong
    case (.short, _): .closeShort
    case (.flat, .long): .buyLong
    case (.flat, .short): .sellShort
    }
  }
}

/// How far the price moves after a decision, net of costs and in units of what it is expected to move.
public enum ForwardReturn {
  /// Values are cut to -limit...limit.
  public static let limit = 5.0

  /// (ln(open[t+1+H] / open[t+1]) - 2c · its sign) / (σ√H), cut; nil where the opens end before or σ is not above 0.
  public static func riskAdjusted(
    opens: [Double], at bar: Int, horizon: Int, deviation: Double, turnoverCost: Double
  ) -> Double? {
    guard bar >= 0, horizon > 0, bar + 1 + horizon < opens.count, deviation > 0 else { return nil }
    let move = log(opens[bar + 1 + horizon] / opens[bar + 1])
    guard move.isFinite else { return nil }
    let sign: Double = move > 0 ? 1 : move < 0 ? -1 : 0
    let value = (move - 2 * turnoverCost * sign) / (deviation * Double(horizon).squareRoot())
    return min(max(value, -limit), limit)
  }
}
