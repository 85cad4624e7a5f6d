import Core

/// Rules between two values, each of which is right by itself.
struct CrossCheck: Sendable {
  /// The value that is blamed.
  var key: String
  /// The value that it must agree with.
  var other: String
  var problem: String
  var holds: @Sendable (BotSettings) -> Bool

  static let all: [CrossCheck] = [
    CrossCheck(key: "policy.sma_fast_bars", other: "policy.sma_slow_bars", problem: "must be below") {
      $0.policy.smaFastBars < $0.policy.smaSlowBars
    },
    CrossCheck(key: "policy.deadline_millis", other: "rollback.latency_p99_millis", problem: "must be below") {
      $0.policy.deadlineMillis < $0.rollback.latencyP99Millis
    },
    CrossCheck(key: "policy.name", other: "policy.mlp_directory", problem: "needs a directory in") {
      $0.policy.name != "mlp" || !$0.policy.mlpDirectory.isEmpty
    },
    CrossCheck(key: "policy.fallback", other: "policy.mlp_directory", problem: "needs a directory in") {
      $0.policy.fallback != "mlp" || !$0.policy.mlpDirectory.isEmpty
    },
    CrossCheck(
      key: "hierarchical_reasoning_model.output_heads.quantity_min",
      other: "hierarchical_reasoning_model.output_heads.quantity_max", problem: "must not be above"
    ) { $0.hierarchicalReasoningModel.quantityMin <= $0.hierarchicalReasoningModel.quantityMax },
    CrossCheck(
      key: "hierarchical_reasoning_model.act.M_min", other: "hierarchical_reasoning_model.act.M_max",
      problem: "must not be above"
    ) { $0.hierarchicalReasoningModel.actMin <= $0.hierarchicalReasoningModel.actMax },
    CrossCheck(
      key: "risk.max_order_notional_quote", other: "risk.max_position_notional_quote", problem: "must not be above"
    ) { $0.risk.maxOrderNotionalQuote <= $0.risk.maxPositionNotionalQuote },
    CrossCheck(
      key: "risk.max_position_notional_quote", other: "risk.max_gross_exposure_quote", problem: "must not be above"
    ) { $0.risk.maxPositionNotionalQuote <= $0.risk.maxGrossExposureQuote },
    CrossCheck(key: "risk.risk_per_trade", other: "risk.max_daily_loss", problem: "must not be above") {
      $0.risk.riskPerTrade <= $0.risk.maxDailyLoss
    },
    CrossCheck(key: "risk.max_daily_loss", other: "risk.max_drawdown", problem: "must not be above") {
      $0.risk.maxDailyLoss <= $0.risk.maxDrawdown
    },
  ]
}
