import Core

extension RiskCheck {
  /// The check in words, for a sentence like "vetoed by …".
  var words: String {
    switch self {
    case .tradingState: "trading state"
    case .stopLatch: "emergency stop"
    case .legalAction: "action allowed in this position"
    case .inputMissing: "all inputs present"
    case .dataAge: "age of the data"
    case .dataGap: "gap in the data"
    case .clockSkew: "clock skew"
    case .calendar: "trading hours"
    case .priceCollar: "price collar"
    case .orderQuantity: "order quantity"
    case .orderNotional: "order value"
    case .lotAndTick: "lot and tick size"
    case .positionLimit: "position limit"
    case .grossExposure: "gross exposure"
    case .availableBalance: "available balance"
    case .riskPerTrade: "risk per trade"
    case .dailyLoss: "daily loss"
    case .drawdown: "drawdown from the peak"
    case .consecutiveLosses: "consecutive losses"
    case .coolDown: "cool-down after losses"
    case .orderRate: "order rate"
    case .repeatedExecution: "repeated executions"
    case .spread: "spread"
    case .volatility: "volatility"
    case .modelConfidence: "confidence of the policy"
    case .deadlineMiss: "decision deadline"
    case .journalHealthy: "journal writable"
    case .venueReady: "venue ready"
    case .unknownOrders: "orders of unknown fate"
    }
  }
}

extension RiskCheck {
  /// What measured value and limit count; nil for plain numbers.
  var unit: String? {
    switch self {
    case .dataAge, .clockSkew: "ms"
    case .orderNotional, .positionLimit, .grossExposure, .availableBalance, .riskPerTrade, .dailyLoss, .drawdown:
      "quote currency"
    case .orderRate: "a minute"
    default: nil
    }
  }

  /// Why a check without a measured value says no.
  var refusal: String {
    switch self {
    case .tradingState: "the bot only reduces its positions, or is halted"
    case .stopLatch: "a stop is latched; `hrmbot resume` shows it"
    case .legalAction: "not possible with the present position, or an order of it is still on its way"
    case .dataGap: "bars are missing just before this one"
    case .calendar: "the market is closed, or too close to its close"
    case .journalHealthy: "the journal cannot be written"
    case .venueReady: "the venue is not connected, or the books have not been compared yet"
    case .coolDown: "the pause after a losing streak is not over"
    case .lotAndTick: "no whole number of lots or ticks"
    default: "the input is missing"
    }
  }
}

extension Action {
  /// The action in words.
  var words: String {
    switch self {
    case .buyLong: "buy (open a long position)"
    case .sellShort: "sell short (open a short position)"
    case .closeLong: "sell (close the long position)"
    case .closeShort: "buy back (close the short position)"
    case .hold: "hold (do nothing)"
    }
  }
}

extension HaltReason {
  var words: String {
    switch self {
    case .q: "its halting head judged further thought useless"
    case .converged: "its state no longer changed"
    case .max: "the most segments allowed were used"
    case .deadline: "the deadline left no time for another"
    }
  }
}

extension FallbackReason {
  var words: String {
    switch self {
    case .latency: "the policy in charge did not answer in time"
    case .nonFinite: "the policy in charge gave numbers that are not finite"
    case .loadFailed: "the policy in charge could not be loaded or failed"
    case .staleData: "the data was too poor to decide on"
    case .manual: "a person switched the policy"
    }
  }
}
