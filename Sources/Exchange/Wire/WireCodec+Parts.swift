import Core

extension WireCodec {
  /// Members of an order: also of a snapshot, which has more.
  static let orderKeys = ["client_id", "kind", "price", "quantity", "reduce_only", "side", "symbol"]

  func write(_ order: OrderRequest, to json: inout CanonicalJSON) {
    json.key("client_id")
    json.value(order.clientID.description)
    json.key("kind")
    switch order.kind {
    case .market: json.value(literal: "market")
    case .limit(let price):
      json.value(literal: "limit")
      json.key("price")
      json.value(price)
    case .stopMarket(let trigger):
      json.value(literal: "stop_market")
      json.key("price")
      json.value(trigger)
    }
    json.key("quantity")
    json.value(order.quantity)
    json.key("reduce_only")
    json.value(order.isReduceOnly)
    json.key("side")
    json.value(order.side.rawValue)
    json.key("symbol")
    json.value(symbol(order.instrument))
  }

  func order(_ fields: WireFields) throws(WireFault) -> OrderRequest {
    let kind: OrderKind
    switch try fields.text("kind") {
    case "market" where fields.isNull("price"): kind = .market
    case "limit": kind = .limit(try fields.decimal("price"))
    case "stop_market": kind = .stopMarket(trigger: try fields.decimal("price"))
    default: throw WireFault(.invalid, "kind: no such order, or a price where none belongs")
    }
    return OrderRequest(
      clientID: try fields.clientID(), instrument: place(try fields.text("symbol")), side: try fields.choice("side"),
      kind: kind, quantity: try fields.decimal("quantity"), isReduceOnly: try fields.flag("reduce_only"))
  }

  func order(_ tree: JSONTree) throws(WireFault) -> OrderRequest { try order(WireFields(tree, only: Self.orderKeys)) }

  func write(_ snapshot: OrderSnapshot, to json: inout CanonicalJSON) {
    json.object { json in
      write(snapshot.request, to: &json)
      json.key("filled")
      json.value(snapshot.filledQuantity)
      json.key("state")
      json.value(snapshot.state.rawValue)
    }
  }

  func snapshot(_ tree: JSONTree) throws(WireFault) -> OrderSnapshot {
    let fields = try WireFields(tree, only: Self.orderKeys + ["filled", "state"])
    let snapshot = OrderSnapshot(
      request: try order(fields), state: try fields.choice("state"), filledQuantity: try fields.decimal("filled"))
    guard snapshot.isPossible else {
      throw WireFault(.invalid, "order: quantity and price must be positive, what is filled not negative")
    }
    return snapshot
  }

  static let fillKeys = [
    "client_id", "fee", "fee_base", "maker", "price", "quantity", "side", "symbol", "time", "trade_id",
  ]

  func write(_ fill: Fill, to json: inout CanonicalJSON) {
    json.key("client_id")
    json.value(fill.clientID.description)
    json.key("fee")
    json.value(fill.feeQuote)
    json.key("fee_base")
    json.value(fill.feeBase)
    json.key("maker")
    json.value(fill.isMaker)
    json.key("price")
    json.value(fill.price)
    json.key("quantity")
    json.value(fill.quantity)
    json.key("side")
    json.value(fill.side.rawValue)
    json.key("symbol")
    json.value(symbol(fill.instrument))
    json.key("time")
    json.value(fill.time.milliseconds)
    json.key("trade_id")
    json.value(fill.tradeID)
  }

  func fill(_ fields: WireFields) throws(WireFault) -> Fill {
    Fill(
      tradeID: try fields.unsigned("trade_id"), clientID: try fields.clientID(),
      instrument: place(try fields.text("symbol")), side: try fields.choice("side"),
      quantity: try fields.decimal("quantity"), price: try fields.decimal("price"), feeQuote: try fields.decimal("fee"),
      feeBase: try fields.decimal("fee_base"),
      isMaker: try fields.flag("maker"), time: try fields.moment("time"))
  }

  static let barKeys = ["close", "high", "low", "open", "symbol", "time", "timeframe", "volume"]

  package func write(_ bar: Bar, to json: inout CanonicalJSON) {
    json.key("close")
    json.value(bar.close)
    json.key("high")
    json.value(bar.high)
    json.key("low")
    json.value(bar.low)
    json.key("open")
    json.value(bar.open)
    json.key("symbol")
    json.value(symbol(bar.instrument))
    json.key("time")
    json.value(bar.openTime.milliseconds)
    json.key("timeframe")
    json.value(bar.timeframe.description)
    json.key("volume")
    json.value(bar.volume)
  }

  func bar(_ fields: WireFields) throws(WireFault) -> Bar {
    Bar(
      instrument: try knownPlace(try fields.text("symbol")), timeframe: try fields.timeframe("timeframe"),
      openTime: try fields.moment("time"), open: try fields.decimal("open"), high: try fields.decimal("high"),
      low: try fields.decimal("low"), close: try fields.decimal("close"), volume: try fields.decimal("volume"))
  }

  func write(_ account: AccountSnapshot, to json: inout CanonicalJSON) {
    json.key("cash")
    json.value(account.cashQuote)
    json.key("fees")
    json.value(account.feesQuote)
    json.key("last_trade_id")
    json.value(account.lastTradeID)
    json.key("positions")
    json.array { json in
      for (index, position) in account.positions.enumerated() where position.side != .flat {
        json.object { json in
          json.key("cost")
          json.value(position.totalCostQuote)
          json.key("entry_time")
          if let time = position.entryTime { json.value(time.milliseconds) } else { json.null() }
          json.key("quantity")
          json.value(position.quantity)
          json.key("side")
          json.value(literal: position.side == .long ? "long" : "short")
          json.key("symbol")
          json.value(symbol(InstrumentID(index: UInt16(clamping: index))))
        }
      }
    }
  }

  private static func positionSide(_ fields: WireFields) throws(WireFault) -> PositionSide {
    switch try fields.text("side") {
    case "long": .long
    case "short": .short
    default: throw WireFault(.invalid, "side: long or short")
    }
  }

  func account(_ fields: WireFields) throws(WireFault) -> AccountSnapshot {
    var positions = symbols.map { _ in PositionView.flat }
    _ = try fields.list("positions", atMost: InstrumentTable.capacity) { tree throws(WireFault) in
      let fields = try WireFields(tree, only: ["cost", "entry_time", "quantity", "side", "symbol"])
      let place = try knownPlace(try fields.text("symbol"))
      let position = PositionView(
        side: try Self.positionSide(fields), quantity: try fields.decimal("quantity"),
        totalCostQuote: try fields.decimal("cost"),
        entryTime: fields.isNull("entry_time") ? nil : try fields.moment("entry_time"))
      guard position.isPossible else {
        throw WireFault(.invalid, "positions: quantity must be positive, cost not negative")
      }
      positions[Int(place.index)] = position
    }
    return AccountSnapshot(
      cashQuote: try fields.decimal("cash"), positions: positions, feesQuote: try fields.decimal("fees"),
      lastTradeID: try fields.unsigned("last_trade_id"))
  }
}
