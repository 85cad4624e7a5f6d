import Core

/// A trade from flat to flat.
public struct RoundTrip: Hashable, Sendable {
  /// Symbol of what was traded.
  public var instrument: String
  /// Long or short.
  public var side: PositionSide
  /// Record of its newest fill; of a finished trade, the one that ended it.
  public var lastSequence: UInt64
  /// The order that opened it.
  public var openedBy: ClientOrderID
  /// The order of its newest fill; of a finished trade, the one that closed it.
  public var closedBy: ClientOrderID
  /// When it was opened.
  public var openedAt: Timestamp
  /// When its newest fill was; of a finished trade, its end.
  public var closedAt: Timestamp
  /// The largest position.
  public var quantity: Quantity
  /// Prices times quantities of the fills that opened it.
  public var entryQuote = Money.zero
  /// Prices times quantities of the fills that closed it.
  public var exitQuote = Money.zero
  /// Its result, fees not taken off.
  public var realisedQuote = Money.zero
  /// Fees of its fills.
  public var feesQuote = Money.zero
  /// Its result with fees taken off.
  public var netQuote = Money.zero
  /// Its fills.
  public var fills = 0

  init(openedBy fill: FillRecord, side: PositionSide) {
    instrument = fill.instrument
    self.side = side
    lastSequence = fill.sequence
    (openedBy, closedBy) = (fill.orderID, fill.orderID)
    (openedAt, closedAt) = (fill.at, fill.at)
    quantity = .zero
  }

  /// Whether what is left is too little to count: fees taken from what was bought leave a rest that cannot be sold.
  func isOver(_ position: PositionView) -> Bool {
    guard position.side == side else { return true }
    return position.quantity.raw < quantity.raw / 100
  }

  mutating func add(_ fill: FillRecord) throws {
    let isOpening = (fill.side == .buy) == (side == .long)
    // Of a fill that turns the position over, what is held afterwards is the next trade's.
    let isTurning = fill.positionAfter.side != side && fill.positionAfter.side != .flat
    let value = try (fill.price * fill.quantity).subtracting(isTurning ? fill.positionAfter.totalCostQuote : .zero)
    if isOpening { entryQuote = try entryQuote.adding(value) } else { exitQuote = try exitQuote.adding(value) }
    if fill.positionAfter.side == side { quantity = max(quantity, fill.positionAfter.quantity) }
    realisedQuote = try realisedQuote.adding(fill.realisedQuote)
    feesQuote = try feesQuote.adding(fill.feeQuote)
    netQuote = try realisedQuote.subtracting(feesQuote)
    (lastSequence, closedBy, closedAt) = (fill.sequence, fill.orderID, fill.at)
    fills += 1
  }
}
