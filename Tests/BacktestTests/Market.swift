import Agent
import Backtest
import Core
import Exchange
import Features
import Risk

/// SYNTHETIC markets and plans of the tests.
enum Market {
  /// The plan of the exact results, or one with the limits given.
  static func plan(
    _ count: Int, policy: any Policy = try! SMACrossPolicy(fast: 10, slow: 50), limits: RiskLimits? = nil,
    scope: FeatureScope = .price, cash: Int64 = 1_000_000, costs: PaperCosts = .none
  ) -> BacktestPlan {
    var none = RiskLimits.none
    none.maxOrderNotionalQuote = Money(raw: 10_000 * Money.unit)
    none.priceCollar = .zero
    return BacktestPlan(
      instruments: BacktestBenchmark.instruments(count), timeframe: .oneMinute,
      policies: [("tested", policy), ("flat", FlatPolicy())],
      cashQuote: Money(raw: Int128(cash) * Money.unit), costs: costs, limits: limits ?? none, scope: scope)
  }

  /// Bars of several instruments by time, of the seeds that the exact results name.
  static func bars(_ count: Int, each: Int, seed: UInt64? = nil) -> [Bar] {
    BacktestBenchmark.bars(count, each: each, seed: seed)
  }
}
