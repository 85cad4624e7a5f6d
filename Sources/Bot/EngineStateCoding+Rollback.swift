import Agent
import Core

extension CanonicalJSON {
  mutating func value(_ state: RollbackState) {
    object { json in
      json.key("consecutiveFailures")
      json.value(state.consecutiveFailures)
      json.member("coolDownUntil", state.coolDownUntil) { $0.value($1.milliseconds) }
      json.member("drift", state.drift) { $0.value($1) }
      json.member("errors", state.errors) { $0.value($1) }
      json.member("evidence", state.evidence) { $0.value($1) }
      json.key("policyInCharge")
      json.value(state.policyInCharge)
      json.member("previous", state.previous) { $0.value($1) }
      json.member("reason", state.reason) { $0.value($1.rawValue) }
      json.member("since", state.since) { $0.value($1.milliseconds) }
      json.member("trades", state.trades) { $0.value($1) }
      json.member("trigger", state.trigger) { $0.value($1.rawValue) }
    }
  }
  mutating func value(_ window: DriftWindow) {
    object { json in
      json.key("instruments")
      json.array { json in
        for element in window.instruments {
          json.object { json in
            json.key("counts")
            json.object { json in
              json.key("bars")
              json.value(element.counts.bars)
              json.key("counts")
              json.array { json in for count in element.counts.counts { json.value(count) } }
            }
            json.key("instrument")
            json.value(element.instrument)
          }
        }
      }
    }
  }

  mutating func value(_ window: ErrorWindow) {
    object { json in
      json.key("decisions")
      json.value(window.decisions)
      json.key("failures")
      json.array { json in for number in window.failures { json.value(number) } }
    }
  }

  mutating func value(_ window: TradeWindow) {
    object { json in
      json.key("open")
      json.array { json in
        for trade in window.open {
          json.object { json in
            json.key("costQuote")
            json.value(trade.costQuote)
            json.key("instrument")
            json.value(trade.instrument)
            json.key("isOwn")
            json.value(trade.isOwn)
            json.key("resultQuote")
            json.value(trade.resultQuote)
            json.key("side")
            json.value(Int64(trade.side.rawValue))
          }
        }
      }
      json.key("returns")
      json.array { json in for share in window.returns { json.value(share) } }
    }
  }
}
