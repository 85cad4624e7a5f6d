import Core
import Hummingbird
import Journal

/// What was traded: orders, fills, finished trades, and their results.
struct TradeRoutes: Sendable {
  let board: StatusBoard
  let journal: JournalDesk

  func add<Context: RequestContext>(to router: Router<Context>) {
    router.get("/api/v1/orders") { request, _ in
      let page = try Page(request, maximum: 200)
      let orders = try await journal.ask { try OrderList($0, page) }.orders
      return page.answer("orders", orders, sequence: \.sequence) { $0.write(&$1) }
    }
    router.get("/api/v1/fills") { request, _ in
      let page = try Page(request)
      let fills = try await journal.ask { query in
        try query.newest(.fill, before: page.before, limit: page.limit).map(FillRecord.init)
      }
      return page.answer("fills", fills, sequence: \.sequence) { $0.write(&$1) }
    }
    router.get("/api/v1/trades") { request, _ in
      let page = try Page(request)
      let trips = try await journal.results().trips.reversed().drop { $0.lastSequence >= page.before }
      return page.answer("trades", Array(trips.prefix(page.limit)), sequence: \.lastSequence) { $0.write(&$1) }
    }
    router.get("/api/v1/profit") { _, _ in try await profit() }
    router.get("/api/v1/daily") { request, _ in
      let page = try Page(request)
      let days = try await journal.results().days.suffix(page.limit).reversed()
      return try list("days", Array(days)) { day, out in
        out.key("day")
        out.value(day.day.description)
        try day.sums.write(&out)
      }
    }
    router.get("/api/v1/performance") { _, _ in
      try await list("instruments", journal.results().instruments) { instrument, out in
        out.key("instrument")
        out.value(instrument.symbol)
        try instrument.sums.write(&out)
      }
    }
  }

  private func profit() async throws -> Response {
    let results = try await journal.results()
    let open = board.latest.snapshot?.instruments.map(\.unrealisedQuote)
    let unrealised = try open?.reduce(Money.zero) { try $0.adding($1) }
    let best = results.trips.max { $0.netQuote < $1.netQuote }, worst = results.trips.min { $0.netQuote < $1.netQuote }
    return try object { out in
      for (key, trip) in [("best_trade", best), ("worst_trade", worst)] {
        out.key(escaping: key)
        if let trip { out.object { trip.write(&$0) } } else { out.null() }
      }
      out.key("unrealised_quote")
      out.optional(unrealised?.description)
      try results.total.write(&out)
    }
  }

  private func list<Item>(
    _ name: String, _ items: [Item], _ write: (Item, inout CanonicalJSON) throws -> Void
  ) throws -> Response {
    let written = try items.map { item in
      var out = CanonicalJSON()
      try out.throwingObject { try write(item, &$0) }
      return out.bytes
    }
    return Reply.json { out in
      out.key(escaping: name)
      out.array { out in for item in written { out.raw(item) } }
    }
  }

  private func object(_ write: (inout CanonicalJSON) throws -> Void) throws -> Response {
    var out = CanonicalJSON()
    try out.throwingObject(write)
    return Reply.json(out.bytes)
  }
}

extension CanonicalJSON {
  /// An object whose members may turn out not to exist.
  fileprivate mutating func throwingObject(_ write: (inout CanonicalJSON) throws -> Void) throws {
    var failure: (any Error)?
    object { out in do { try write(&out) } catch { failure = error } }
    if let failure { throw failure }
  }
}

extension TradeSums {
  fileprivate func write(_ out: inout CanonicalJSON) throws {
    out.key("fees_quote")
    out.value(feesQuote)
    out.key("fills")
    out.value(fills)
    out.key("losses")
    out.value(losses)
    out.key("net_quote")
    out.value(try netQuote())
    out.key("realised_quote")
    out.value(realisedQuote)
    out.key("trades")
    out.value(trades)
    out.key("turnover_quote")
    out.value(turnoverQuote)
    out.key("wins")
    out.value(wins)
  }
}

extension RoundTrip {
  fileprivate func write(_ out: inout CanonicalJSON) {
    out.key("closed_at")
    out.value(closedAt.description)
    out.key("closed_by")
    out.value(closedBy.description)
    out.key("entry_quote")
    out.value(entryQuote)
    out.key("exit_quote")
    out.value(exitQuote)
    out.key("fees_quote")
    out.value(feesQuote)
    out.key("fills")
    out.value(fills)
    out.key("instrument")
    out.value(instrument)
    out.key("net_quote")
    out.value(netQuote)
    out.key("opened_at")
    out.value(openedAt.description)
    out.key("opened_by")
    out.value(openedBy.description)
    out.key("quantity")
    out.value(quantity)
    out.key("realised_quote")
    out.value(realisedQuote)
    out.key("sequence")
    out.value(lastSequence)
    out.key("side")
    out.value(side.name)
  }
}

extension FillRecord {
  func write(_ out: inout CanonicalJSON) {
    out.key("at")
    out.value(at.description)
    out.key("fee_base")
    out.value(feeBase)
    out.key("fee_quote")
    out.value(feeQuote)
    out.key("instrument")
    out.value(instrument)
    out.key("liquidity")
    out.value(isMaker ? "maker" : "taker")
    out.key("order_id")
    out.value(orderID.description)
    out.key("position_after")
    out.object { out in
      out.key("quantity")
      out.value(positionAfter.quantity)
      out.key("side")
      out.value(positionAfter.side.name)
    }
    out.key("price")
    out.value(price)
    out.key("quantity")
    out.value(quantity)
    out.key("realised_quote")
    out.value(realisedQuote)
    out.key("sequence")
    out.value(sequence)
    out.key("side")
    out.value(side.rawValue)
    out.key("trade_id")
    out.value(tradeID)
  }
}

extension PositionSide {
  /// The word for it.
  var name: String {
    switch self {
    case .flat: "flat"
    case .long: "long"
    case .short: "short"
    }
  }
}
