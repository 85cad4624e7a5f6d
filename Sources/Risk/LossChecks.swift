import Core

// Checks of what was lost lately.
extension RiskStage {
  func checkLosses(_ now: Timestamp, _ list: inout CheckList) {
    if let loss = dailyLossQuote {
      list.atMost(.dailyLoss, Measure(loss), Measure(dailyLossLimit))
    } else {
      list.missing(.dailyLoss, limit: Measure(dailyLossLimit))
    }
    if let fall = drawdownQuote {
      list.atMost(.drawdown, Measure(fall), Measure(drawdownLimit))
    } else {
      list.missing(.drawdown, limit: Measure(drawdownLimit))
    }
    list.below(
      .consecutiveLosses, Measure(counters.consecutiveLosses), Measure(limits.maxConsecutiveLosses))
    if let until = counters.coolDownUntil {
      // Input and limit in milliseconds since 1970.
      list.atLeast(.coolDown, Measure(Int(now.milliseconds)), Measure(Int(until.milliseconds)))
    } else {
      list.require(.coolDown, true)
    }
  }
}
