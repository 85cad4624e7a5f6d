import Core
import Risk

extension CanonicalJSON {
  mutating func value(_ counters: RiskCounters) {
    object { json in
      json.key("consecutiveLosses")
      json.value(counters.consecutiveLosses)
      json.member("coolDownUntil", counters.coolDownUntil) { $0.value($1.milliseconds) }
      json.key("dayStartEquityQuote")
      json.value(counters.dayStartEquityQuote)
      json.key("equityPeakQuote")
      json.value(counters.equityPeakQuote)
      json.key("instruments")
      json.array { json in for element in counters.instruments { json.value(element) } }
      json.key("isAccountKnown")
      json.value(counters.isAccountKnown)
      json.key("isDailyLossTripped")
      json.value(counters.isDailyLossTripped)
      json.key("isDayStartKnown")
      json.value(counters.isDayStartKnown)
      json.key("isDrawdownTripped")
      json.value(counters.isDrawdownTripped)
      json.key("isPeakKnown")
      json.value(counters.isPeakKnown)
      json.key("isThrottled")
      json.value(counters.isThrottled)
      json.key("lastSequence")
      json.value(counters.lastSequence)
      json.key("latchRequests")
      json.array { json in for element in counters.latchRequests { json.value(element) } }
      json.member("latestMoment", counters.latestMoment) { $0.value($1.milliseconds) }
      json.key("orderTimes")
      json.array { json in for element in counters.orderTimes { json.value(element.milliseconds) } }
      json.key("realisedQuote")
      json.value(counters.realisedQuote)
      json.key("refusedEvents")
      json.value(counters.refusedEvents)
      json.key("symbols")
      json.array { json in for element in counters.symbols { json.value(element) } }
      json.member("tradingDay", counters.tradingDay) { $0.value($1) }
    }
  }

  mutating func value(_ counters: InstrumentCounters) {
    object { json in
      json.member("entry", counters.entry) { $0.value($1) }
      json.member("exit", counters.exit) { $0.value($1) }
      json.member("lastClose", counters.lastClose) { $0.value($1) }
      json.member("lastCloseTime", counters.lastCloseTime) { $0.value($1.milliseconds) }
      json.key("position")
      json.value(counters.position)
      json.key("repeatedCount")
      json.value(counters.repeatedCount)
      json.member("repeatedOrder", counters.repeatedOrder) { $0.value($1.description) }
      json.member("repeatedSide", counters.repeatedSide) { $0.value($1.rawValue) }
      json.key("tradeResultQuote")
      json.value(counters.tradeResultQuote)
    }
  }

  mutating func value(_ order: PendingOrder) {
    object { json in
      json.key("id")
      json.value(order.id.description)
      json.key("openQuantity")
      json.value(order.openQuantity)
    }
  }

  mutating func value(_ request: LatchRequest) {
    object { json in
      json.key("check")
      json.value(request.check.rawValue)
      json.key("level")
      json.value(request.level.rawValue)
      json.key("reason")
      json.value(request.reason)
      json.key("source")
      json.value(request.source.rawValue)
    }
  }
}
