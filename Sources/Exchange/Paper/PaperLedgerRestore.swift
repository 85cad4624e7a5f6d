import Core
import GRDB

extension PaperLedger {
  /// The venue as the file has it, equal in `state` to the one that was saved; a new account with `cashQuote` when the
  /// file is new, saved at once. Throws `PaperLedgerError` for an account that these instruments cannot hold.
  public func restore(
    instruments: InstrumentTable, cashQuote: Money, costs: PaperCosts, limits: PaperLimits = PaperLimits()
  ) throws -> PaperExchange {
    let found = try queue.read { database in
      try Row.fetchOne(database, sql: "SELECT * FROM account").map {
        try state(PaperLedgerRow(row: $0, file: path), instruments, limits, database)
      }
    }
    let exchange = PaperExchange(
      instruments: instruments, cashQuote: cashQuote, costs: costs, limits: limits, state: found)
    if found == nil { try queue.write { try put(exchange.state, $0) } }
    saved = PaperLedgerMark(exchange.memory)
    return exchange
  }

  private func state(
    _ account: PaperLedgerRow, _ instruments: InstrumentTable, _ limits: PaperLimits, _ database: Database
  ) throws -> PaperExchangeState {
    var state = PaperExchangeState(
      instrumentCount: instruments.count, cashQuote: try account.amount("cash"), limits: limits)
    state.feesQuote = try account.amount("fees")
    state.realisedQuote = try account.amount("realised")
    state.memory.nextTradeID = try account.counter("next_trade_id")
    state.memory.nextOrderNumber = try account.counter("next_order_number")
    state.memory.endedCount = try account.counter("ended_count")
    state.memory.clock = try account.time("clock")
    state.memory.deadline = account.optionalTime("deadline")
    try restorePositions(&state, instruments, database)
    try restoreOrders(&state, instruments, limits, database)
    let sql = "SELECT * FROM (SELECT * FROM fills ORDER BY trade_id DESC LIMIT ?) ORDER BY trade_id"
    for row in try rows(sql, [limits.recentFills], database) {
      guard let instrument = try instrument(row, instruments) else { continue }
      state.memory.recentFills.append(try row.fill(instrument))
    }
    return state
  }

  private func restorePositions(
    _ state: inout PaperExchangeState, _ instruments: InstrumentTable, _ database: Database
  ) throws {
    for row in try rows("SELECT * FROM positions", [], database) {
      let position = try row.position()
      guard let instrument = try instrument(row, instruments) else {
        if position.side == .flat { continue }
        throw try missing(row, "holds a position")
      }
      state.positions[Int(instrument.index)] = position
    }
  }

  private func restoreOrders(
    _ state: inout PaperExchangeState, _ instruments: InstrumentTable, _ limits: PaperLimits, _ database: Database
  ) throws {
    let open = "SELECT * FROM orders WHERE ended_number IS NULL ORDER BY number"
    for row in try rows(open, [], database) {
      guard let instrument = try instrument(row, instruments) else { throw try missing(row, "has an open order") }
      let order = try row.order(instrument)
      state.memory.open.append(order)
      state.memory.usedIDs.insert(order.request.clientID, of: instrument)
    }
    let ended = """
      SELECT * FROM (SELECT * FROM orders WHERE ended_number IS NOT NULL ORDER BY ended_number DESC LIMIT ?)
      ORDER BY ended_number
      """
    for row in try rows(ended, [limits.endedOrders], database) {
      guard let instrument = try instrument(row, instruments) else { continue }
      let order = try row.order(instrument)
      state.memory.endedOrders.append(order)
      state.memory.usedIDs.insert(order.request.clientID, of: instrument)
    }
    let newest = "SELECT * FROM orders WHERE symbol = ? AND role = ? ORDER BY sequence DESC, attempt DESC LIMIT 1"
    for instrument in instruments.instruments {
      for role in OrderRole.allCases {
        for row in try rows(newest, [instrument.symbol, role.rawValue], database) {
          state.memory.usedIDs.raise(try row.clientID(), of: instrument.id)
        }
      }
    }
  }

  /// The order of an id, open or ended however long ago; nil if the ledger never had it.
  public func order(_ id: ClientOrderID, instruments: InstrumentTable) throws -> OrderSnapshot? {
    try queue.read { database in
      let found = try rows("SELECT * FROM orders WHERE client_id = ?", [id.description], database).first
      guard let found, let instrument = try instrument(found, instruments) else { return nil }
      return try found.order(instrument).snapshot
    }
  }

  /// Fills with ids above `tradeID`, oldest first, at most `limit`.
  public func fills(after tradeID: UInt64, limit: Int, instruments: InstrumentTable) throws -> [Fill] {
    try queue.read { database in
      let sql = "SELECT * FROM fills WHERE trade_id > ? ORDER BY trade_id LIMIT ?"
      return try rows(sql, [Int64(clamping: tradeID), limit], database).compactMap { row in
        try instrument(row, instruments).map { try row.fill($0) }
      }
    }
  }

  private func rows(_ sql: String, _ arguments: StatementArguments, _ database: Database) throws -> [PaperLedgerRow] {
    try Row.fetchAll(database, sql: sql, arguments: arguments).map { PaperLedgerRow(row: $0, file: path) }
  }

  private func instrument(_ row: PaperLedgerRow, _ instruments: InstrumentTable) throws -> InstrumentID? {
    instruments.instrument(symbol: try row.text("symbol"))?.id
  }

  private func missing(_ row: PaperLedgerRow, _ what: String) throws -> PaperLedgerError {
    PaperLedgerError(
      file: path, detail: "\(try row.text("symbol")) \(what) but is not among this run's instruments",
      remedy: "Add the instrument to the settings, or move the file away to start a new account")
  }
}
