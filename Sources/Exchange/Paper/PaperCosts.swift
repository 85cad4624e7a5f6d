import Core

/// What trading costs on paper beyond the fees of the instrument's rules.
public struct PaperCosts: Hashable, Sendable {
  /// Distance from best bid to best offer, as a share of the price; a market order pays half of it.
  public let spread: Rate
  /// What a market order pays beyond the spread, as a share of the price.
  public let slippage: Rate
  /// Largest share of a bar's volume that orders get; what is left of them works on. nil: all that they want. A bar
  /// without volume then trades nothing.
  public let maximumVolumeShare: Rate?

  /// Costs as given. Spread and slippage must be at least 0 and below one half, the share above 0 and at most one.
  public init(spread: Rate, slippage: Rate, maximumVolumeShare: Rate? = nil) {
    let half = Rate.unit / 2
    precondition((0..<half).contains(spread.raw) && (0..<half).contains(slippage.raw))
    precondition(maximumVolumeShare.map { $0.isPositive && $0 <= .one } ?? true)
    self.spread = spread
    self.slippage = slippage
    self.maximumVolumeShare = maximumVolumeShare
  }

  /// No spread, no slippage.
  public static let none = PaperCosts(spread: .zero, slippage: .zero)

  /// The price at which a market order trades when the market stands at `price`: half the spread and the slippage
  /// worse, brought to the tick against the trader, never below one tick. Throws `DecimalError.overflow`.
  func marketPrice(at price: Price, side: Side, tick: Price) throws -> Price {
    try shifted(price, side: side, tick: tick, doubledRate: spread.raw + 2 * slippage.raw)
  }

  /// The price at which a stop trades when the market touches `trigger` inside a bar: the slippage worse.
  func touchedPrice(trigger: Price, side: Side, tick: Price) throws -> Price {
    try shifted(trigger, side: side, tick: tick, doubledRate: 2 * slippage.raw)
  }

  /// `price · (1 ± doubledRate / 2)`, rounded once, to the tick.
  private func shifted(_ price: Price, side: Side, tick: Price, doubledRate: Int64) throws -> Price {
    if doubledRate == 0 && price.isMultiple(of: tick) { return price }
    let two = 2 * Int128(Rate.unit)
    let factor = side == .buy ? two + Int128(doubledRate) : two - Int128(doubledRate)
    let ticks = try (Int128(price.raw) * factor)
      .divided(by: two * Int128(tick.raw), rounding: side == .buy ? .up : .down)
    guard let raw = Int64(exactly: max(ticks, 1) * Int128(tick.raw)) else { throw DecimalError.overflow }
    return Price(raw: raw)
  }
}

/// Limits on what the paper venue holds in memory.
public struct PaperLimits: Hashable, Sendable {
  /// Orders that may rest at once; one more is refused.
  public let openOrders: Int
  /// Newest fills kept in memory; the ledger keeps all.
  public let recentFills: Int
  /// Newest ended orders kept in memory; the ledger keeps all.
  public let endedOrders: Int

  /// Limits as given; all positive.
  public init(openOrders: Int = 256, recentFills: Int = 10_000, endedOrders: Int = 4096) {
    precondition(openOrders > 0 && recentFills > 0 && endedOrders > 0)
    self.openOrders = openOrders
    self.recentFills = recentFills
    self.endedOrders = endedOrders
  }
}
