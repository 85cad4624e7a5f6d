import Agent
import Backtest
import Core
import Exchange
import Features
import Risk

/// SYNTHETIC markets and plans of the tests.
enum Market {
  static func instruments(_ count: Int, isShortable: Bool = true) -> InstrumentTable {
    InstrumentTable(
      (0..<count).map { index in
        Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: index < 10 ? "I0\(index)" : "I\(index)", venue: "unlisted",
          kind: .cryptoPerpetual, isShortable: isShortable, calendar: .alwaysOpen,
          rules: [
            InstrumentRules(
              effectiveFrom: .earliest, tick: Price(raw: 10), lot: Quantity(raw: 1000),
              minimumQuantity: Quantity(raw: 1000), minimumNotionalQuote: .zero, makerFee: Rate(basisPoints: 10),
              takerFee: Rate(basisPoints: 10))
          ])
      })
  }

  /// The plan of the exact results, or one with the limits given.
  static func plan(
    _ count: Int, policy: any Policy = try! SMACrossPolicy(fast: 10, slow: 50), limits: RiskLimits? = nil,
    scope: FeatureScope = .price, cash: Int64 = 1_000_000, costs: PaperCosts = .none
  ) -> BacktestPlan {
    var none = RiskLimits.none
    none.maxOrderNotionalQuote = Money(raw: 10_000 * Money.unit)
    none.priceCollar = .zero
    return BacktestPlan(
      instruments: instruments(count), timeframe: .oneMinute, policies: [("tested", policy), ("flat", FlatPolicy())],
      cashQuote: Money(raw: Int128(cash) * Money.unit), costs: costs, limits: limits ?? none, scope: scope)
  }

  /// Bars of several instruments by time, of the seeds that the exact results name.
  static func bars(_ count: Int, each: Int, seed: UInt64? = nil) -> [Bar] {
    var sources = (0..<count).map { index in
      SyntheticBars(
        instrument: InstrumentID(index: UInt16(index)),
        seed: seed.map { $0 &+ UInt64(index) } ?? (count == 1 ? 7 : 7000 + UInt64(index)), count: each)
    }
    var bars: [Bar] = []
    for _ in 0..<each { for index in sources.indices { if let bar = sources[index].next() { bars.append(bar) } } }
    return bars
  }
}
