import Agent
import Core
import Risk
import Settings

extension RiskLimits {
  /// The limits that settings name.
  package init(_ settings: BotSettings) {
    let risk = settings.risk
    self.init()
    maxOrderNotionalQuote = risk.maxOrderNotionalQuote
    maxPositionNotionalQuote = risk.maxPositionNotionalQuote
    maxGrossExposureQuote = risk.maxGrossExposureQuote
    maxPositionShare = risk.maxPositionShare
    riskPerTrade = risk.riskPerTrade
    targetVolatility = risk.targetVolatility
    maxDailyLoss = risk.maxDailyLoss
    maxDrawdown = risk.maxDrawdown
    maxConsecutiveLosses = risk.maxConsecutiveLosses
    coolDownSeconds = risk.coolDownSeconds
    maxOrdersPerMinute = risk.maxOrdersPerMinute
    maxRepeatedExecutions = risk.maxRepeatedExecutions
    priceCollar = risk.priceCollar
    maxSpread = risk.maxSpread
    maxVolatilityRank = risk.maxVolatilityRank
    maxDataAgeMillis = risk.maxDataAgeMillis
    maxClockSkewMillis = risk.maxClockSkewMillis
    dayZone = risk.dayZone
    minimumConfidence = settings.policy.minimumConfidence
    stopATR = settings.execution.protectiveStopATR
    takeProfitATR = settings.execution.takeProfitATR
  }
}

extension RollbackLimits {
  /// The triggers that settings name.
  package init(_ settings: RollbackSettings) {
    self.init(
      isEnabled: settings.isEnabled, consecutiveFailures: settings.consecutiveFailures,
      latencyP99Millis: settings.latencyP99Millis, latencyWindow: settings.latencyWindow,
      coolDownSeconds: settings.coolDownSeconds, errorRate: settings.errorRate, errorWindow: settings.errorWindow,
      memoryMebibytes: settings.memoryMebibytes, performanceShortfall: settings.performanceShortfall,
      performanceTrades: settings.performanceTrades, driftIndex: settings.driftIndex)
  }
}
