import Core

/// The same request under other assumptions: how much of a result hangs on them.
package enum Variation: Sendable, Equatable {
  /// Fees, spread and slippage in tenths of what they are.
  case costs(tenths: Int)
  /// Every decision so many bars late.
  case delay(bars: Int)
  /// This share of the approved openings never reaches the market.
  case missedFills(Rate)

  /// Name on a screen: `costs 1.5x`.
  package var name: String {
    switch self {
    case .costs(let tenths): "costs \(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)")x"
    case .delay(let bars): "delay \(bars) bar\(bars == 1 ? "" : "s")"
    case .missedFills(let share): "missed fills \(Measure(raw: Measure(share).raw * 100)) %"
    }
  }

  /// The request under the assumption.
  package func applied(to request: BacktestRequest) -> BacktestRequest {
    var other = request
    switch self {
    case .costs(let tenths): other.costTenths = tenths
    case .delay(let bars): other.delayBars = bars
    case .missedFills(let share): other.missedFills = share
    }
    return other
  }

  /// The variations of a check by its name, the plain run first; nil for a name that is none: `costs`, `delay`,
  /// `missed-fills` with a share such as `5%`.
  package static func list(_ name: String, share: String? = nil) -> [Variation]? {
    switch name {
    case "costs": return [.costs(tenths: 10), .costs(tenths: 15), .costs(tenths: 20)]
    case "delay": return [.delay(bars: 0), .delay(bars: 1)]
    case "missed-fills":
      let text = share ?? "5%"
      guard text.hasSuffix("%"), let percent = try? Rate(String(text.dropLast())), percent.isPositive,
        percent.raw <= 100 * Rate.unit
      else { return nil }
      return [.missedFills(.zero), .missedFills(Rate(raw: percent.raw / 100))]
    default: return nil
    }
  }
}
