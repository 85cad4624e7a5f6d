import Core
import Execution

// The keys stand in their order, so that the bytes are those of a sorting encoder, which wrote the journals before. It took
// a third of a millisecond at every change of state. The tests hold each type against its synthesised coding: a field
// that is added and not written here is found.

extension CanonicalJSON {
  mutating func value(_ state: ExecutionState) {
    object { json in
      json.key("cashQuote")
      json.value(state.cashQuote)
      json.key("counters")
      json.value(state.counters)
      json.key("ended")
      json.array { json in for element in state.ended { json.value(element) } }
      json.key("feesQuote")
      json.value(state.feesQuote)
      json.key("isTied")
      json.value(state.isTied)
      json.key("isUnreconciled")
      json.value(state.isUnreconciled)
      json.member("lastDecision", state.lastDecision) { $0.value($1) }
      json.key("orders")
      json.array { json in for element in state.orders { json.value(element) } }
      json.member("plan", state.plan) { $0.value($1) }
      json.key("positions")
      json.array { json in for element in state.positions { json.value(element) } }
      json.key("protections")
      json.array { json in for element in state.protections { json.value(element) } }
      json.key("symbols")
      json.array { json in for element in state.symbols { json.value(element) } }
      json.key("trades")
      json.value(state.trades)
    }
  }

  mutating func value(_ counters: ExecutionCounters) {
    object { json in
      json.key("anomalies")
      json.value(counters.anomalies)
      json.key("cancelled")
      json.value(counters.cancelled)
      json.key("differences")
      json.value(counters.differences)
      json.key("duplicateFills")
      json.value(counters.duplicateFills)
      json.key("duplicateIntents")
      json.value(counters.duplicateIntents)
      json.key("expired")
      json.value(counters.expired)
      json.key("filled")
      json.value(counters.filled)
      json.key("fills")
      json.value(counters.fills)
      json.key("fillsAfterEnd")
      json.value(counters.fillsAfterEnd)
      json.key("foreignFills")
      json.value(counters.foreignFills)
      json.key("foreignReports")
      json.value(counters.foreignReports)
      json.key("gateRefusals")
      json.value(counters.gateRefusals)
      json.key("guardFills")
      json.value(counters.guardFills)
      json.key("intents")
      json.value(counters.intents)
      json.key("malformedFills")
      json.value(counters.malformedFills)
      json.key("overFills")
      json.value(counters.overFills)
      json.key("reconciliations")
      json.value(counters.reconciliations)
      json.key("rejected")
      json.value(counters.rejected)
      json.key("repeatedReports")
      json.value(counters.repeatedReports)
      json.key("staleFills")
      json.value(counters.staleFills)
      json.key("stopsPlaced")
      json.value(counters.stopsPlaced)
      json.key("stopsRefused")
      json.value(counters.stopsRefused)
      json.key("unknownOutcomes")
      json.value(counters.unknownOutcomes)
    }
  }

  mutating func value(_ trades: TradeLog) {
    object { json in
      json.key("floor")
      json.value(trades.floor)
      json.key("recent")
      json.array { json in for element in trades.recent { json.value(element) } }
    }
  }

  mutating func value(_ protection: Protection) {
    object { json in
      json.member("distance", protection.distance) { $0.value($1) }
      json.key("isBlocked")
      json.value(protection.isBlocked)
      json.member("isPairBlocked", protection.isPairBlocked) { $0.value($1) }
      json.member("isTakeProfitBlocked", protection.isTakeProfitBlocked) { $0.value($1) }
      json.key("nextAttempt")
      json.value(protection.nextAttempt)
      json.member("nextTakeProfit", protection.nextTakeProfit) { $0.value($1) }
      json.key("sequence")
      json.value(protection.sequence)
      json.member("takeProfitDistance", protection.takeProfitDistance) { $0.value($1) }
      json.key("unaskedEnds")
      json.value(protection.unaskedEnds)
      json.key("wish")
      json.value(protection.wish.rawValue)
    }
  }

  mutating func value(_ plan: StopPlan) {
    object { json in
      json.key("level")
      json.value(plan.level.rawValue)
      json.key("nextAttempt")
      json.value(plan.nextAttempt)
      json.member("repricings", plan.repricings) { $0.value($1) }
      json.key("sequence")
      json.value(plan.sequence)
    }
  }

  mutating func value(_ order: TrackedOrder) {
    let (kind, price) = order.request.kind.parts
    object { json in
      json.key("acknowledged")
      json.value(order.isAcknowledged)
      json.key("cancelRequested")
      json.value(order.isCancelRequested)
      json.key("decidedAt")
      json.value(order.decidedAt.milliseconds)
      if order.isEndUnconfirmed {
        json.key("endUnconfirmed")
        json.value(true)
      }
      json.member("endsAs", order.endsAs) { $0.value($1.rawValue) }
      json.key("filled")
      json.value(order.filledQuantity)
      json.key("id")
      json.value(order.id.description)
      json.key("instrument")
      json.value(order.request.instrument)
      json.key("kind")
      json.value(kind)
      json.key("neverPlaced")
      json.value(order.isNeverPlaced)
      json.member("pair", order.pair) { $0.value($1.description) }
      json.member("price", price) { $0.value($1) }
      json.key("quantity")
      json.value(order.request.quantity)
      json.key("reduceOnly")
      json.value(order.request.isReduceOnly)
      json.key("reservePrice")
      json.value(order.reservePrice)
      json.key("side")
      json.value(order.request.side.rawValue)
      json.key("state")
      json.value(order.state.rawValue)
      json.member("stopDistance", order.stopDistance) { $0.value($1) }
      json.member("takeProfitDistance", order.takeProfitDistance) { $0.value($1) }
      json.key("venueFilled")
      json.value(order.venueFilledQuantity)
    }
  }
}
