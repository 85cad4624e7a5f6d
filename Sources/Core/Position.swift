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

  /// Whether anybody could hold this: what a venue says it holds may be anything.
  public var isPossible: Bool {
    side == .flat
      ? quantity.isZero && totalCostQuote.isZero : quantity.isPositive && !totalCostQuote.isNegative
  }

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
  @inlinable public func marketValueQuote(at price: Price) -> Money {
    let value = price * quantity
    return side == .short ? value.negated : value
  }

  /// The position after a fill, and the result that it realised, without fees in quote currency. Throws
  /// `DecimalError.overflow`.
  ///
  /// A fee taken from what was bought makes the rest dearer: the position grows, or a short shrinks, by the quantity less
  /// the fee, for the whole price. `decidedAt` stands in for the fill's time as the time of entry.
  public func applying(_ fill: Fill, decidedAt: Timestamp? = nil) throws -> (
    position: PositionView, realisedQuote: Money
  ) {
    let time = decidedAt ?? fill.time
    guard fill.side == .buy, fill.feeBase.isPositive else {
      return try applying(fill.side, fill.quantity, at: fill.price, time: time)
    }
    let paid = fill.price * fill.quantity
    let received = try fill.quantity.subtracting(fill.feeBase)
    // The fee took everything: what was paid is lost.
    guard received.isPositive else { return (self, paid.negated) }
    if side != .short {
      let grown = PositionView(
        side: .long, quantity: try quantity.adding(received), totalCostQuote: try totalCostQuote.adding(paid),
        entryTime: entryTime ?? time)
      return (grown, .zero)
    }
    let closed = min(received, quantity)
    let paidToClose = closed == received ? paid : try paid.scaled(by: closed, over: received, rounding: .halfEven)
    let brought =
      closed == quantity
      ? totalCostQuote : try totalCostQuote.scaled(by: closed, over: quantity, rounding: .halfEven)
    let realised = try brought.subtracting(paidToClose)
    let left = try quantity.subtracting(closed), over = try received.subtracting(closed)
    if over.isPositive {
      let cost = try paid.subtracting(paidToClose)
      return (PositionView(side: .long, quantity: over, totalCostQuote: cost, entryTime: time), realised)
    }
    if left.isZero { return (.flat, realised) }
    let cost = try totalCostQuote.subtracting(brought)
    return (PositionView(side: .short, quantity: left, totalCostQuote: cost, entryTime: entryTime), realised)
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

extension PositionView {
  /// What of the position can be traded: itself, or flat when it is dust, less than the smallest order. Fees taken from
  /// what was bought leave dust; it stays in the books, and the next purchase takes it along.
  public func tradable(under rules: InstrumentRules?) -> PositionView {
    guard let rules, side != .flat, tradableQuantity(lot: rules.lot) < max(rules.minimumQuantity, rules.lot) else {
      return self
    }
    return .flat
  }

  /// The whole lots of the position.
  public func tradableQuantity(lot: Quantity) -> Quantity {
    guard lot.isPositive else { return quantity }
    return Quantity(raw: quantity.raw - quantity.raw % lot.raw)
  }
}
