import Core

/// A fill as the journal has it.
public struct FillRecord: Hashable, Sendable {
  /// Number of the record.
  public var sequence: UInt64
  /// The venue's name of the execution.
  public var tradeID: UInt64
  /// The bot's name of the order.
  public var orderID: ClientOrderID
  /// Symbol of what was traded.
  public var instrument: String
  /// Whether it was bought or sold.
  public var side: Side
  /// How much was traded.
  public var quantity: Quantity
  /// At what price.
  public var price: Price
  /// Fee in quote currency.
  public var feeQuote: Money
  /// Fee taken from what was bought; it is part of the position's cost, not of `feeQuote`.
  public var feeBase: Quantity
  /// Whether the order waited in the book.
  public var isMaker: Bool
  /// Result that the fill realised, fees not taken off.
  public var realisedQuote: Money
  /// The position after it.
  public var positionAfter: PositionView
  /// When it was executed.
  public var at: Timestamp

  /// Reads a `fill` record. Throws `RecordError`.
  public init(_ record: JournalRecord) throws {
    let fields = try RecordFields(record, expecting: .fill)
    let position = try fields.object("position_after")
    guard let side = try position.value("side").integer.flatMap({ Int8(exactly: $0) }).flatMap(PositionSide.init)
    else { throw position.fault("side", position.shown("side"), "expected -1, 0 or 1") }
    sequence = record.sequence
    tradeID = try fields.unsigned("trade_id")
    orderID = try fields.clientID("order_id")
    instrument = try fields.text("instrument")
    self.side = try fields.choice("side")
    quantity = try fields.decimal("qty")
    price = try fields.decimal("price")
    feeQuote = try fields.decimal("fee_quote")
    feeBase = fields.tree["fee_base"] == nil ? .zero : try fields.decimal("fee_base")
    isMaker = try fields.text("liquidity") == "maker"
    realisedQuote = try fields.decimal("realised_quote")
    at = try fields.moment("ts")
    positionAfter = PositionView(
      side: side, quantity: try position.decimal("qty"), totalCostQuote: try position.decimal("entry_cost"),
      entryTime: nil)
  }
}
