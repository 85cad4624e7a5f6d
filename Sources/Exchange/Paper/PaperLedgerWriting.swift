import Core
import GRDB

extension PaperLedger {
  /// One transaction's content: new orders, fills, ends, then account and the positions that changed.
  func write(_ exchange: PaperExchange, since saved: PaperLedgerMark, database: Database) throws {
    let state = exchange.state
    let mark = PaperLedgerMark(exchange.memory)
    let endedNow = Int(mark.ended - saved.ended)
    let filledNow = Int(mark.trades - saved.trades)
    guard endedNow <= state.endedOrders.count, filledNow <= state.recentFills.count else {
      throw PaperLedgerError(
        file: path, detail: "\(filledNow) fills and \(endedNow) ended orders wait, more than memory keeps",
        remedy: "Raise PaperLimits.recentFills and .endedOrders")
    }
    let table = exchange.instruments
    for order in state.memory.open {
      if order.number > saved.orders {
        try insert(order, table, endedNumber: nil, database)
      } else if order.lastTradeID > saved.trades || order.isTriggered {
        try update(order, endedNumber: nil, database)
      }
    }
    var endedNumber = saved.ended
    for order in state.endedOrders.suffix(endedNow) {
      endedNumber += 1
      if order.number > saved.orders {
        try insert(order, table, endedNumber: endedNumber, database)
      } else {
        try update(order, endedNumber: endedNumber, database)
      }
    }
    var touched = Set<InstrumentID>()
    for fill in state.recentFills.suffix(filledNow) {
      try insert(fill, table, database)
      if touched.insert(fill.instrument).inserted {
        try put(state.positions[Int(fill.instrument.index)], table[fill.instrument].symbol, database)
      }
    }
    try put(state, database)
  }

  private func insert(
    _ order: PaperOrder, _ table: InstrumentTable, endedNumber: UInt64?, _ database: Database
  ) throws {
    let request = order.request
    let (kind, price) = PaperLedgerCode.text(of: request.kind)
    let statement = try database.cachedStatement(
      sql: "INSERT INTO orders VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
    try statement.execute(arguments: [
      Int64(order.number), request.clientID.description, table[request.instrument].symbol,
      Int64(request.clientID.sequence), request.clientID.role.rawValue, Int64(request.clientID.attempt),
      request.side.rawValue, kind, price, request.quantity.description, request.isReduceOnly ? 1 : 0,
      order.acceptedAt.milliseconds, order.reservedQuote.description, order.state.rawValue,
      order.filledQuantity.description, endedNumber.map { Int64($0) }, order.pair?.description,
      order.isPostOnly ? 1 : 0, order.isTriggered ? 1 : 0, Int64(order.lastTradeID),
      Price(raw: order.claim.price).description, Quantity(raw: order.claim.opening).description,
      Quantity(raw: order.claim.base).description,
    ])
  }

  private func update(_ order: PaperOrder, endedNumber: UInt64?, _ database: Database) throws {
    let statement = try database.cachedStatement(
      sql: """
        UPDATE orders SET state = ?, filled = ?, ended_number = ?, reserved = ?, pair = ?, triggered = ?,
          last_trade_id = ?, opening = ?, locked_base = ? WHERE number = ?
        """)
    try statement.execute(arguments: [
      order.state.rawValue, order.filledQuantity.description, endedNumber.map { Int64($0) },
      order.reservedQuote.description, order.pair?.description, order.isTriggered ? 1 : 0, Int64(order.lastTradeID),
      Quantity(raw: order.claim.opening).description, Quantity(raw: order.claim.base).description,
      Int64(order.number),
    ])
  }

  private func insert(_ fill: Fill, _ table: InstrumentTable, _ database: Database) throws {
    let statement = try database.cachedStatement(sql: "INSERT INTO fills VALUES (?,?,?,?,?,?,?,?,?,?)")
    try statement.execute(arguments: [
      Int64(fill.tradeID), fill.clientID.description, table[fill.instrument].symbol, fill.side.rawValue,
      fill.quantity.description, fill.price.description, fill.feeQuote.description, fill.isMaker ? 1 : 0,
      fill.time.milliseconds, fill.feeBase.description,
    ])
  }

  private func put(_ position: PositionView, _ symbol: String, _ database: Database) throws {
    let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO positions VALUES (?,?,?,?,?)")
    try statement.execute(arguments: [
      symbol, Int64(position.side.rawValue), position.quantity.description, position.totalCostQuote.description,
      position.entryTime?.milliseconds,
    ])
  }

  /// Writes the account row.
  func put(_ state: PaperExchangeState, _ database: Database) throws {
    let statement = try database.cachedStatement(sql: "INSERT OR REPLACE INTO account VALUES (1,?,?,?,?,?,?,?,?)")
    try statement.execute(arguments: [
      state.cashQuote.description, state.feesQuote.description, state.realisedQuote.description,
      Int64(state.nextTradeID), Int64(state.nextOrderNumber), Int64(state.endedCount), state.clock.milliseconds,
      state.deadline?.milliseconds,
    ])
  }
}
