import Bot
import Core

/// One JSON line per order and fill, for logs. Its trace is that of the decision's line.
enum TradeLine {
  static func json(_ event: TradeEvent, _ labels: DecisionLine.Labels) -> CanonicalJSON {
    let members = members(event, labels.traces).merging(["mode": labels.mode]) { event, _ in event }
    var out = CanonicalJSON(capacity: 384)
    out.object { out in
      for key in (members.keys + ["synthetic"]).sorted() {
        out.key(escaping: key)
        if let text = members[key] { out.value(text) } else { out.value(labels.isSynthetic) }
      }
    }
    return out
  }

  private static func members(_ event: TradeEvent, _ traces: TraceNames) -> [String: String] {
    switch event {
    case .intent(let request, let symbol, let at):
      order(request.clientID, traces, "intent", at).merging([
        "instrument": symbol, "quantity": "\(request.quantity)", "side": request.side.rawValue,
      ]) { $1 }
    case .order(let id, let state, let at): order(id, traces, "order", at).merging(["state": state.rawValue]) { $1 }
    case .fill(let fill, let symbol):
      order(fill.clientID, traces, "fill", fill.time).merging([
        "fee_quote": "\(fill.feeQuote)", "instrument": symbol, "parent_span_id": traces.order(fill.clientID),
        "price": "\(fill.price)", "quantity": "\(fill.quantity)", "side": fill.side.rawValue,
        "span_id": traces.fill(fill.tradeID, of: fill.clientID), "trade_id": "\(fill.tradeID)",
      ]) { $1 }
    }
  }

  private static func order(
    _ id: ClientOrderID, _ traces: TraceNames, _ event: String, _ at: Timestamp
  ) -> [String: String] {
    [
      "at": at.description, "client_order_id": id.description,
      "decision_id": DecisionID(sequence: id.sequence).description, "event": event,
      "parent_span_id": traces.decision(id.sequence), "span_id": traces.order(id),
      "trace_id": traces.trace(id.sequence),
    ]
  }
}
