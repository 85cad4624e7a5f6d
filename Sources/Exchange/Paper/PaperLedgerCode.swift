import Core
import GRDB

/// How values stand in the ledger's columns.
enum PaperLedgerCode {
  static func text(of kind: OrderKind) -> (kind: String, price: String?) {
    switch kind {
    case .market: ("market", nil)
    case .limit(let price): ("limit", price.description)
    case .stopMarket(let trigger): ("stop_market", trigger.description)
    }
  }

  static func kind(_ text: String, price: Price?) -> OrderKind? {
    switch (text, price) {
    case ("market", nil): .market
    case ("limit", let price?): .limit(price)
    case ("stop_market", let trigger?): .stopMarket(trigger: trigger)
    default: nil
    }
  }
}

/// Reads one row; every value that does not parse is an error with file, column and value.
struct PaperLedgerRow {
  let row: Row
  let file: String

  private func damaged(_ column: String) -> PaperLedgerError {
    let value = (row[column] as DatabaseValue?)?.description ?? "nothing"
    return PaperLedgerError(
      file: file, detail: "column \(column) holds \(value), which this program never writes",
      remedy: "Restore the file from a backup, or move it away to start a new account")
  }

  func text(_ column: String) throws -> String {
    guard let value: String = row[column] else { throw damaged(column) }
    return value
  }

  func integer(_ column: String) throws -> Int64 {
    guard let value: Int64 = row[column] else { throw damaged(column) }
    return value
  }

  func counter(_ column: String) throws -> UInt64 {
    guard let value = UInt64(exactly: try integer(column)) else { throw damaged(column) }
    return value
  }

  func time(_ column: String) throws -> Timestamp { Timestamp(milliseconds: try integer(column)) }

  func optionalTime(_ column: String) -> Timestamp? {
    (row[column] as Int64?).map { Timestamp(milliseconds: $0) }
  }

  func amount<Amount: FixedPoint>(_ column: String) throws -> Amount {
    guard let value = try? Amount(try text(column)) else { throw damaged(column) }
    return value
  }

  func coded<Value: RawRepresentable>(_ column: String) throws -> Value where Value.RawValue == String {
    guard let value = Value(rawValue: try text(column)) else { throw damaged(column) }
    return value
  }

  func clientID() throws -> ClientOrderID {
    guard let id = ClientOrderID(try text("client_id")) else { throw damaged("client_id") }
    return id
  }

  private func pair() throws -> ClientOrderID? {
    guard let text: String = row["pair"] else { return nil }
    guard let id = ClientOrderID(text) else { throw damaged("pair") }
    return id
  }

  func order(_ instrument: InstrumentID) throws -> PaperOrder {
    let price: Price? = (row["price"] as String?) == nil ? nil : try amount("price")
    guard let kind = PaperLedgerCode.kind(try text("kind"), price: price) else { throw damaged("kind") }
    let request = OrderRequest(
      clientID: try clientID(), instrument: instrument, side: try coded("side"), kind: kind,
      quantity: try amount("quantity"), isReduceOnly: try integer("reduce_only") == 1)
    let reserved: Money = try amount("reserved")
    let claimPrice: Price = try amount("claim_price")
    let opening: Quantity = try amount("opening"), lockedBase: Quantity = try amount("locked_base")
    return PaperOrder(
      number: try counter("number"), request: request, acceptedAt: try time("accepted_at"),
      claim: OrderClaim(price: claimPrice.raw, opening: opening.raw, quote: reserved.raw, base: lockedBase.raw),
      pair: try pair(), isPostOnly: try integer("post_only") == 1, isTriggered: try integer("triggered") == 1,
      state: try coded("state"), filledQuantity: try amount("filled"), lastTradeID: try counter("last_trade_id"))
  }

  func fill(_ instrument: InstrumentID) throws -> Fill {
    Fill(
      tradeID: try counter("trade_id"), clientID: try clientID(), instrument: instrument, side: try coded("side"),
      quantity: try amount("quantity"), price: try amount("price"), feeQuote: try amount("fee"),
      feeBase: try amount("fee_base"), isMaker: try integer("is_maker") == 1, time: try time("time"))
  }

  func position() throws -> PositionView {
    guard let side = PositionSide(rawValue: Int8(truncatingIfNeeded: try integer("side"))) else {
      throw damaged("side")
    }
    return PositionView(
      side: side, quantity: try amount("quantity"), totalCostQuote: try amount("total_cost"),
      entryTime: optionalTime("entry_time"))
  }
}
