import Control
import Core
import Exchange
import Execution
import Glibc

/// The account of a served exchange as it shows itself to anybody who asks.
package struct ExchangeView: Sendable {
  package var symbols: [String]
  package var account: AccountSnapshot
  package var openOrders: [OrderSnapshot]
  /// Every execution; nil: not asked for.
  package var fills: [Fill]?
  package var market: String
  /// Local clock minus the exchange's.
  package var clockSkewMillis: Int

  /// Asks the exchange at an address. Throws `VenueError`.
  package static func read(_ address: VenueAddress, withFills: Bool) async throws -> ExchangeView {
    let time = SystemTime()
    let venue = ServedVenue(
      address: address, client: "view-\(getpid())", executor: ServedExecutor(name: "view"), time: time,
      random: CounterRandom(seed: time.monotonicNanoseconds, purpose: .reconnectJitter)
    ) { _ in true }
    do {
      try await venue.open()
      let market = try await venue.market()
      let skew = Int(clamping: time.now.millisecondsSince(try await venue.serverTime()))
      // The account and the orders of one moment: asked for again until no trade came in between.
      while true {
        let before = try await venue.account()
        let orders = try await venue.openOrders()
        let fills = withFills ? try await venue.fills(after: 0) : nil
        guard try await venue.account() == before else { continue }
        await venue.close()
        return ExchangeView(
          symbols: market.instruments.map(\.symbol), account: before, openOrders: orders, fills: fills,
          market: market.name, clockSkewMillis: skew)
      }
    } catch {
      await venue.close()
      throw error
    }
  }

  /// In words.
  package var text: String {
    let held = zip(symbols, account.positions).filter { $0.1.side != .flat }
    return """
      market      \(market)
      cash        \(account.cashQuote)
      fees        \(account.feesQuote)
      trades      \(account.lastTradeID)
      positions   \(held.isEmpty ? "none" : held.map { "\($0.0) \($0.1.side) \($0.1.quantity) costing \($0.1.totalCostQuote)" }.joined(separator: ", "))
      open orders \(openOrders.isEmpty ? "none" : openOrders.map { "\($0.request.clientID)" }.joined(separator: ", "))
      """
  }

  /// One JSON object.
  package func json() -> CanonicalJSON {
    var out = CanonicalJSON()
    out.object { out in
      out.key("cash_quote")
      out.value(account.cashQuote)
      out.key("fees_quote")
      out.value(account.feesQuote)
      if let fills {
        out.key("fills")
        out.array { out in fills.forEach { write($0, to: &out) } }
      }
      out.key("last_trade_id")
      out.value(account.lastTradeID)
      out.key("market")
      out.value(market)
      out.key("open_orders")
      out.array { out in
        for order in openOrders { out.value(order.request.clientID.description) }
      }
      out.key("positions")
      out.array { out in
        for (symbol, position) in zip(symbols, account.positions) { write(symbol, position, to: &out) }
      }
    }
    return out
  }

  private func write(_ fill: Fill, to out: inout CanonicalJSON) {
    out.object { out in
      out.key("client_id")
      out.value(fill.clientID.description)
      out.key("fee_quote")
      out.value(fill.feeQuote)
      out.key("price")
      out.value(fill.price)
      out.key("quantity")
      out.value(fill.quantity)
      out.key("side")
      out.value(fill.side.rawValue)
      out.key("symbol")
      out.value(symbols[Int(fill.instrument.index)])
      out.key("trade_id")
      out.value(fill.tradeID)
    }
  }

  private func write(_ symbol: String, _ position: PositionView, to out: inout CanonicalJSON) {
    out.object { out in
      out.key("quantity")
      out.value(position.quantity)
      out.key("side")
      out.value("\(position.side)")
      out.key("symbol")
      out.value(symbol)
      out.key("total_cost_quote")
      out.value(position.totalCostQuote)
    }
  }
}
