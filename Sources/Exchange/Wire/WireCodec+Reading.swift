import Core

extension WireCodec {
  /// Reads one line of the exchange without its newline. Throws `WireFault`.
  package func message(_ line: some Collection<UInt8>) throws(WireFault) -> WireMessage {
    let tree = try Self.parse(line)
    switch tree["push"]?.string {
    case "bar": return .bar(try bar(WireFields(tree, only: Self.barKeys + ["push"])))
    case "report":
      guard let sequence = tree["sequence"]?.unsigned, sequence > 0 else {
        throw WireFault(.invalid, "sequence: expected a whole number above 0")
      }
      return .report(sequence: sequence, try report(tree))
    case nil:
      guard let id = tree["answer"]?.unsigned else { throw WireFault(.invalid, "neither an answer nor a push") }
      return .answer(id: id, try answer(tree))
    default: throw WireFault(.invalid, "push: nothing of this name")
    }
  }

  private func report(_ tree: JSONTree) throws(WireFault) -> ExecutionReport {
    let envelope = ["push", "sequence", "type"]
    let type = tree["type"]?.string
    if type == "filled" {
      let fill = try fill(WireFields(tree, only: Self.fillKeys + envelope))
      return .filled(fill)
    }
    let fields = try WireFields(tree, only: ["client_id", "reason", "time"] + envelope)
    let id = try fields.clientID()
    let time = try fields.moment("time")
    switch type {
    case "accepted": return .accepted(id, at: time)
    case "cancelled": return .cancelled(id, at: time)
    case "expired": return .expired(id, at: time)
    case "rejected": return .rejected(id, try fields.choice("reason"), at: time)
    default: throw WireFault(.invalid, "type: no such report")
    }
  }

  private func answer(_ tree: JSONTree) throws(WireFault) -> WireAnswer {
    func fields(_ keys: [String] = []) throws(WireFault) -> WireFields {
      try WireFields(tree, only: ["answer", "type"] + keys)
    }
    switch tree["type"]?.string {
    case "welcome": return .welcome(try welcome(tree))
    case "instruments": return .instruments(try WireInstruments.list(fields(["instruments"])))
    case "capabilities": return .capabilities(hasPairs: try fields(["pairs"]).flag("pairs"))
    case "bars":
      return .bars(
        try fields(["bars"]).list("bars", atMost: WireLimits.barsInAnswer) { tree throws(WireFault) in
          try bar(WireFields(tree, only: Self.barKeys))
        })
    case "refused": return .refused(try fields(["reason"]).choice("reason"))
    case "cancelled_all": return .cancelledAll(Int(clamping: try fields(["count"]).unsigned("count")))
    case "armed": return .armed(millis: Int64(clamping: try fields(["millis"]).unsigned("millis")))
    case "order":
      let fields = try fields(["order"])
      let value = try fields.value("order")
      return .order(value.isNull ? nil : try snapshot(value))
    case "open_orders":
      return .openOrders(
        try fields(["orders"]).list("orders", atMost: 100_000) { tree throws(WireFault) in try snapshot(tree) })
    case "fills":
      let fields = try fields(["complete", "fills"])
      let fills = try fields.list("fills", atMost: WireLimits.fillsInAnswer) { tree throws(WireFault) in
        try fill(WireFields(tree, only: Self.fillKeys))
      }
      return .fills(fills, isComplete: try fields.flag("complete"))
    case "account": return .account(try account(fields(["cash", "fees", "last_trade_id", "positions"])))
    case "time": return .time(try fields(["time"]).moment("time"))
    case "fault":
      let fields = try fields(["code", "detail"])
      return .fault(WireFault(try fields.choice("code"), try fields.text("detail")))
    case let word?:
      _ = try fields()
      let plain: [String: WireAnswer] = [
        "subscribed": .subscribed, "placed": .placed, "cancelled": .cancelled, "not_open": .notOpen,
      ]
      guard let answer = plain[word] else { throw WireFault(.invalid, "type: no such answer") }
      return answer
    case nil: throw WireFault(.invalid, "type: expected a text")
    }
  }

  private func welcome(_ tree: JSONTree) throws(WireFault) -> WireWelcome {
    let fields = try WireFields(
      tree, only: ["answer", "type", "market", "report_sequence", "start", "time", "timeframe", "version"])
    return WireWelcome(
      version: try fields.unsigned("version"), start: try fields.unsigned("start"),
      reportSequence: try fields.unsigned("report_sequence"), market: try fields.text("market"),
      timeframe: try fields.timeframe("timeframe"), time: try fields.moment("time"))
  }
}
