import Agent
import Core
import Exchange
import Features
import Risk

/// What a backtest assumes, besides the bars: the account, the policy, the limits and what trading costs.
package struct BacktestPlan: Sendable {
  /// What is traded.
  package var instruments: InstrumentTable
  /// Length of the bars.
  package var timeframe: Timeframe
  /// Policies by name; the first is in charge.
  package var policies: [(name: String, policy: any Policy)]
  /// Cash at the start, in quote currency.
  package var cashQuote: Money
  /// Spread, slippage and share of the volume; fees are the instruments' own.
  package var costs: PaperCosts
  /// Limits of the risk veto.
  package var limits: RiskLimits
  /// Triggers that put the fallback in charge; nil: none.
  package var rollback: RollbackLimits?
  /// A feed silent for so many bars of open market is stale.
  package var staleAfterBars: Int
  /// What observations carry.
  package var scope: FeatureScope
  /// Bars by which every decision comes late; a check of how much a result owes to being quick.
  package var delayBars: Int
  /// Share of approved opening orders that are never sent, drawn by `seed`; a check of how much a result owes to luck.
  package var missedFills: Rate
  /// Seed of `missedFills`.
  package var seed: UInt64
  /// Whether a stop for the loss of a day ends with the day. On paper only a person ends it.
  package var resumesNextDay: Bool
  /// Bars that open before it warm the features and are not traded; nil: all are traded.
  package var tradesFrom: Timestamp?

  /// A plan of one policy without extras.
  package init(
    instruments: InstrumentTable, timeframe: Timeframe, policies: [(name: String, policy: any Policy)],
    cashQuote: Money, costs: PaperCosts, limits: RiskLimits, rollback: RollbackLimits? = nil,
    staleAfterBars: Int = 3, scope: FeatureScope = .sizing, delayBars: Int = 0, missedFills: Rate = .zero,
    seed: UInt64 = 1, resumesNextDay: Bool = false, tradesFrom: Timestamp? = nil
  ) {
    precondition(!policies.isEmpty && delayBars >= 0)
    self.instruments = instruments
    self.timeframe = timeframe
    self.policies = policies
    self.cashQuote = cashQuote
    self.costs = costs
    self.limits = limits
    self.rollback = rollback
    self.staleAfterBars = staleAfterBars
    self.scope = scope
    self.delayBars = delayBars
    self.missedFills = missedFills
    self.seed = seed
    self.resumesNextDay = resumesNextDay
    self.tradesFrom = tradesFrom
  }
}

extension RiskLimits {
  /// No limit on losses, sizes, rates or volatility: only what an account and a venue force.
  package static var none: RiskLimits {
    var limits = RiskLimits()
    limits.maxOrderNotionalQuote = .max
    limits.maxPositionNotionalQuote = .max
    limits.maxGrossExposureQuote = .max
    limits.maxPositionShare = .one
    limits.riskPerTrade = .one
    limits.targetVolatility = .zero
    limits.maxDailyLoss = .one
    limits.maxDrawdown = .one
    limits.maxConsecutiveLosses = .max
    limits.maxOrdersPerMinute = .max
    limits.maxRepeatedExecutions = .max
    limits.maxSpread = .one
    limits.maxVolatilityRank = .one
    limits.stopATR = .zero
    limits.takeProfitATR = .zero
    limits.needsIndicators = false
    return limits
  }
}
