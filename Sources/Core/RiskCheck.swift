/// The checks of the risk veto. Names are part of records: never rename one.
public enum RiskCheck: String, Sendable, Codable, CaseIterable {
  case tradingState = "trading_state"
  case stopLatch = "stop_latch"
  case legalAction = "legal_action"
  case inputMissing = "input_missing"
  case dataAge = "data_age"
  case dataGap = "data_gap"
  case clockSkew = "clock_skew"
  case calendar
  case priceCollar = "price_collar"
  case orderQuantity = "order_quantity"
  case orderNotional = "order_notional"
  case lotAndTick = "lot_and_tick"
  case positionLimit = "position_limit"
  case grossExposure = "gross_exposure"
  case availableBalance = "available_balance"
  case riskPerTrade = "risk_per_trade"
  case dailyLoss = "daily_loss"
  case drawdown
  case consecutiveLosses = "consecutive_losses"
  case coolDown = "cool_down"
  case orderRate = "order_rate"
  case repeatedExecution = "repeated_execution"
  case spread
  case volatility
  case modelConfidence = "model_confidence"
  case deadlineMiss = "deadline_miss"
  case journalHealthy = "journal_healthy"
  case venueReady = "venue_ready"
  case unknownOrders = "unknown_orders"
}

/// How one check ended.
public enum CheckOutcome: String, Sendable, Codable {
  case pass, veto
  /// The check does not concern this decision or this market, and says so.
  case notApplicable = "n/a"
}

/// One check, with what it looked at.
public struct CheckResult: Hashable, Sendable {
  /// Which check.
  public var check: RiskCheck
  /// How it ended.
  public var outcome: CheckOutcome
  /// What was measured; nil: it was missing, or there is nothing to measure.
  public var input: Measure?
  /// What it was measured against.
  public var limit: Measure?
  /// Distance left to the limit, negative beyond it.
  public var margin: Measure?

  /// A result as given.
  @inlinable public init(
    check: RiskCheck, outcome: CheckOutcome, input: Measure? = nil, limit: Measure? = nil, margin: Measure? = nil
  ) {
    self.check = check
    self.outcome = outcome
    self.input = input
    self.limit = limit
    self.margin = margin
  }
}

/// Why a candidate led to no order: an enum, never free text.
public enum SkipReason: Hashable, Sendable {
  case policyHold
  case belowMinimumQuantity
  case veto(RiskCheck)

  /// Name in records.
  public var name: String {
    switch self {
    case .policyHold: "policy_hold"
    case .belowMinimumQuantity: "below_min_qty"
    case .veto(let check): "veto_\(check.rawValue)"
    }
  }
}

/// The risk veto's judgement of one decision.
public struct Verdict: Sendable {
  /// The decision that was judged.
  public var decisionSequence: UInt64
  /// What may be done: the decision's action, or hold.
  public var finalAction: Action
  /// What may be traded; zero for hold.
  public var finalQuantity: Quantity
  /// Why there is no order; nil when there is one.
  public var skipReason: SkipReason?
  /// Every check, in list order.
  public var checks: [CheckResult]
  /// The one form in which an order can leave; nil when nothing may.
  public var order: ApprovedOrder?

  /// A verdict as given.
  public init(
    decisionSequence: UInt64, finalAction: Action, finalQuantity: Quantity, skipReason: SkipReason?,
    checks: [CheckResult], order: ApprovedOrder?
  ) {
    self.decisionSequence = decisionSequence
    self.finalAction = finalAction
    self.finalQuantity = finalQuantity
    self.skipReason = skipReason
    self.checks = checks
    self.order = order
  }
}
