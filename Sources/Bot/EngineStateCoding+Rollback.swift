import Agent
import Core

extension CanonicalJSON {
  mutating func value(_ state: RollbackState) {
    object { json in
      json.key("consecutiveFailures")
      json.value(state.consecutiveFailures)
      if let coolDownUntil = state.coolDownUntil {
        json.key("coolDownUntil")
        json.value(coolDownUntil.milliseconds)
      }
      if let drift = state.drift {
        json.key("drift")
        json.value(drift)
      }
      if let errors = state.errors {
        json.key("errors")
        json.value(errors)
      }
      if let evidence = state.evidence {
        json.key("evidence")
        json.value(evidence)
      }
      json.key("policyInCharge")
      json.value(state.policyInCharge)
      if let previous = state.previous {
        json.key("previous")
        json.value(previous)
      }
      if let reason = state.reason {
        json.key("reason")
        json.value(reason.rawValue)
      }
      if let since = state.since {
        json.key("since")
        json.value(since.milliseconds)
      }
      if let trades = state.trades {
        json.key("trades")
        json.value(trades)
      }
      if let trigger = state.trigger {
        json.key("trigger")
        json.value(trigger.rawValue)
      }
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
