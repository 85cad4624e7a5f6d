/// A position as the stages see it.
public struct PositionView: Hashable, Sendable, Codable {
  /// Long, short or flat.
  public var side: PositionSide
  /// Held amount, never negative.
  public var quantity: Quantity
  /// What the held amount cost (long) or brought (short), without fees, never negative.
  public var totalCostQuote: Money
  /// Close time of the bar at which the position was decided; nil when flat.
  public var entryTime: Timestamp?

  /// A view as given.
  public init(side: PositionSide, quantity: Quantity, totalCostQuote: Money, entryTime: Timestamp?) {
    self.side = side
    self.quantity = quantity
    self.totalCostQuote = totalCostQuote
    self.entryTime = entryTime
  }

  /// No position.
  public static let flat = PositionView(side: .flat, quantity: .zero, totalCostQuote: .zero, entryTime: nil)

  /// Average entry price rounded half-even, for display and stop distances; nil when flat.
  public var averagePrice: Price? {
    quantity.isZero ? nil : try? totalCostQuote.price(per: quantity, rounding: .halfEven)
  }

  /// Gain or loss of the open position at `price`, without fees.
  public func unrealisedQuote(at price: Price) -> Money {
    let value = price * quantity
    switch side {
    case .flat: return .zero
    case .long: return Self.difference(value, totalCostQuote)
    case .short: return Self.difference(totalCostQuote, value)
    }
  }

  /// Exact for every position that trades make; one read from damaged data (a negative cost) ends at the largest loss.
  private static func difference(_ left: Money, _ right: Money) -> Money {
    let (difference, overflow) = left.raw.subtractingReportingOverflow(right.raw)
    return overflow ? Money(raw: .min) : Money(raw: difference)
  }

  /// Signed market value at `price`: negative for a short.
  public func marketValueQuote(at price: Price) -> Money {
    let value = price * quantity
    return side == .short ? value.negated : value
  }

  /// The position after a trade, and the result that the trade realised, without fees. Throws `DecimalError.overflow`.
  public func applying(_ side: Side, _ traded: Quantity, at price: Price, time: Timestamp) throws -> (
    position: PositionView, realisedQuote: Money
  ) {
    precondition(traded.isPositive)
    let direction: PositionSide = side == .buy ? .long : .short
    if self.side == .flat || self.side == direction {
      let grown = PositionView(
        side: direction, quantity: try quantity.adding(traded),
        totalCostQuote: try totalCostQuote.adding(price * traded), entryTime: entryTime ?? time)
      return (grown, .zero)
    }
    let closed = min(traded, quantity)
    // The cost share of a partial close is rounded once, here, and the rest keeps the remainder: nothing is lost.
    let cost =
      closed == quantity
      ? totalCostQuote : try totalCostQuote.scaled(by: closed, over: quantity, rounding: .halfEven)
    let proceeds = price * closed
    let realised = self.side == .long ? try proceeds.subtracting(cost) : try cost.subtracting(proceeds)
    let left = try quantity.subtracting(closed)
    let over = try traded.subtracting(closed)
    if over.isPositive {
      return (
        PositionView(side: direction, quantity: over, totalCostQuote: price * over, entryTime: time), realised
      )
    }
    if left.isZero { return (.flat, realised) }
    return (
      PositionView(
        side: self.side, quantity: left, totalCostQuote: try totalCostQuote.subtracting(cost), entryTime: entryTime),
      realised
    )
  }
}
