import Core

// Books of the venue are the largest of the inputs and come with every reconnect, so they are written and read without an
// encoder that looks at types at run time: it cost a fifth of a simulated day. The bytes are those that it made.

extension VenueState {
  /// The journal record of books that came in at `now`: canonical JSON.
  package func encoded(at now: Timestamp) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256 + 256 * (fills.count + openOrders.count) + 96 * account.positions.count)
    json.object { json in
      json.key("at")
      json.value(now.milliseconds)
      json.key("cash_quote")
      json.value(account.cashQuote)
      json.key("fees_quote")
      json.value(account.feesQuote)
      json.key("fills")
      json.array { json in for fill in fills { json.value(fill) } }
      json.key("last_trade_id")
      json.value(account.lastTradeID)
      json.key("open_orders")
      json.array { json in for order in openOrders { json.value(order) } }
      json.key("positions")
      json.array { json in for position in account.positions { json.value(position) } }
    }
    return json.bytes
  }

  /// Reads what `encoded` wrote, and when the books came in. Throws `JSONTreeError` and `VenueRecordError`.
  package static func decode(_ bytes: [UInt8]) throws -> (state: VenueState, at: Timestamp) {
    try decode(JSONTree.parse(bytes))
  }

  /// The same from text that is read already. Throws `VenueRecordError`.
  package static func decode(_ tree: JSONTree) throws -> (state: VenueState, at: Timestamp) {
    let fields = VenueFields(tree)
    let account = AccountSnapshot(
      cashQuote: try fields.decimal("cash_quote"), positions: try fields.objects("positions").map { try $0.position() },
      feesQuote: try fields.decimal("fees_quote"), lastTradeID: try fields.unsigned("last_trade_id"))
    let state = VenueState(
      account: account, openOrders: try fields.objects("open_orders").map { try $0.order() },
      fills: try fields.objects("fills").map { try $0.fill() })
    return (state, try fields.moment("at"))
  }
}

extension OrderAnswer {
  /// The journal record of an answer that came in at `now`: canonical JSON.
  package func encoded(at now: Timestamp) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.object { json in
      json.key("answer_to")
      json.value(id.description)
      json.key("at")
      json.value(now.milliseconds)
      if let snapshot {
        json.key("order")
        json.value(snapshot)
      }
    }
    return json.bytes
  }

  /// Reads what `encoded` wrote; nil when the bytes are no answer about one order.
  package static func decode(_ bytes: [UInt8]) -> (answer: OrderAnswer, at: Timestamp)? {
    (try? JSONTree.parse(bytes)).flatMap(decode)
  }

  /// The same from text that is read already.
  package static func decode(_ tree: JSONTree) -> (answer: OrderAnswer, at: Timestamp)? {
    let fields = VenueFields(tree)
    guard let id = try? fields.clientID("answer_to"), let at = try? fields.moment("at") else { return nil }
    guard let order = fields.present("order") else { return (OrderAnswer(id: id, snapshot: nil), at) }
    // An order that cannot be read is not one that the venue does not know.
    return (try? VenueFields(order).order()).map { (OrderAnswer(id: id, snapshot: $0), at) }
  }
}

extension CanonicalJSON {
  mutating func value(_ fill: Fill) {
    object { json in
      json.key("client_id")
      json.value(fill.clientID.description)
      // Left out when zero, as in records of before there were such fees.
      if !fill.feeBase.isZero {
        json.key("fee_base")
        json.value(fill.feeBase)
      }
      json.key("fee_quote")
      json.value(fill.feeQuote)
      json.key("instrument")
      json.value(fill.instrument)
      json.key("maker")
      json.value(fill.isMaker)
      json.key("price")
      json.value(fill.price)
      json.key("quantity")
      json.value(fill.quantity)
      json.key("side")
      json.value(fill.side.rawValue)
      json.key("time")
      json.value(fill.time.milliseconds)
      json.key("trade_id")
      json.value(fill.tradeID)
    }
  }

  mutating func value(_ order: OrderSnapshot) {
    let request = order.request
    let (kind, price) = request.kind.parts
    object { json in
      json.key("client_id")
      json.value(request.clientID.description)
      json.key("filled")
      json.value(order.filledQuantity)
      json.key("instrument")
      json.value(request.instrument)
      json.key("kind")
      json.value(kind)
      if let price {
        json.key("price")
        json.value(price)
      }
      json.key("quantity")
      json.value(request.quantity)
      json.key("reduce_only")
      json.value(request.isReduceOnly)
      json.key("side")
      json.value(request.side.rawValue)
      json.key("state")
      json.value(order.state.rawValue)
    }
  }
}
