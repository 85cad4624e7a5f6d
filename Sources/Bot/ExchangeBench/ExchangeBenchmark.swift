import Core
import Exchange

/// Measures the matching engine: orders, matches, cancels, bars. One thread, no ledger, no protocol.
package enum ExchangeBenchmark {
  /// What was measured.
  package struct Result: Sendable {
    package var operations: Int
    package var seed: UInt64
    /// A mix like a busy market's: mostly limits and cancels near the touch, some markets.
    package var ordersPerSecond: Double
    package var trades: Int
    package var restNanoseconds: Double
    package var cancelNanoseconds: Double
    package var matchNanoseconds: Double
    package var emptyBarsPerSecond: Double
    package var barsWithOrdersPerSecond: Double

    /// In words.
    package var text: String {
      let millions = { (value: Double) in "\((value / 10_000).rounded() / 100) million" }
      let nanoseconds = { (value: Double) in "\((value * 10).rounded() / 10) ns" }
      return """
        matching engine, one thread, \(operations) operations, seed \(seed)
          mixed operations   \(millions(ordersPerSecond)) a second, with \(trades) trades
          limit that rests   \(nanoseconds(restNanoseconds))
          cancel             \(nanoseconds(cancelNanoseconds))
          match              \(nanoseconds(matchNanoseconds))
          bars, no order     \(millions(emptyBarsPerSecond)) a second
          bars, two orders   \(millions(barsWithOrdersPerSecond)) a second
        """
    }

    /// One JSON object.
    package func json() -> CanonicalJSON {
      var out = CanonicalJSON()
      out.object { out in
        out.key("bars_per_second")
        out.value(emptyBarsPerSecond)
        out.key("bars_with_orders_per_second")
        out.value(barsWithOrdersPerSecond)
        out.key("cancel_ns")
        out.value(cancelNanoseconds)
        out.key("match_ns")
        out.value(matchNanoseconds)
        out.key("mixed_per_second")
        out.value(ordersPerSecond)
        out.key("operations")
        out.value(operations)
        out.key("rest_ns")
        out.value(restNanoseconds)
        out.key("seed")
        out.value(seed)
        out.key("trades")
        out.value(trades)
      }
      return out
    }
  }

  /// Measures with so many operations a part; each part is the best of three, because a neighbour can only slow it.
  package static func run(operations: Int, seed: UInt64) -> Result {
    let mixed = best { MixedLoad(seed: seed).run(operations) }
    let phases = (0..<max(3, operations / 50_000)).map { _ in PhaseLoad().run(8192) }
    let bars = { (orders: Int) in best { BarLoad(orders: orders).run(operations) }.seconds / Double(operations) }
    return Result(
      operations: operations, seed: seed, ordersPerSecond: Double(operations) / mixed.seconds, trades: mixed.trades,
      restNanoseconds: phases.map(\.rest).min() ?? 0, cancelNanoseconds: phases.map(\.cancel).min() ?? 0,
      matchNanoseconds: phases.map(\.match).min() ?? 0, emptyBarsPerSecond: 1 / bars(0),
      barsWithOrdersPerSecond: 1 / bars(2))
  }

  private static func best(_ body: () -> (seconds: Double, trades: Int)) -> (seconds: Double, trades: Int) {
    (0..<3).map { _ in body() }.min { $0.seconds < $1.seconds } ?? (1, 0)
  }

  static func seconds(_ body: () -> Void) -> Double {
    let elapsed = ContinuousClock().measure(body).components
    return Double(elapsed.seconds) + Double(elapsed.attoseconds) * 1e-18
  }

  static func engine(accounts: Int, liquidity: LiquiditySource = .orders) -> MatchingEngine {
    let rules = InstrumentRules(
      effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 10_000_000), lot: Quantity(raw: 1_000_000),
      minimumQuantity: Quantity(raw: 1_000_000), minimumNotionalQuote: Money(raw: 1_000_000_000_000_000_000),
      makerFee: Rate(basisPoints: 5), takerFee: Rate(basisPoints: 10))
    let instrument = Instrument(
      id: InstrumentID(index: 0), symbol: "SIM", venue: "simulated", kind: .cryptoPerpetual, isShortable: true,
      calendar: .alwaysOpen, rules: [rules])
    var engine = MatchingEngine(instruments: [EngineInstrument(instrument, liquidity: liquidity)])
    for _ in 0..<accounts {
      _ = engine.openAccount(cashQuote: Money(raw: 1_000_000_000_000 * Money.unit))
    }
    engine.reserve(openOrders: 1 << 16)
    return engine
  }

  static func limit(_ sequence: UInt64, _ account: Int, _ side: Side, ticks: Int, lots: Int) -> EngineOrder {
    EngineOrder(
      account: AccountID(account), key: ClientKey(high: sequence, low: 0), instrument: InstrumentID(index: 0),
      side: side, type: .limit(Price(raw: Int64(ticks) * 10_000_000)), quantity: Quantity(raw: Int64(lots) * 1_000_000))
  }
}
