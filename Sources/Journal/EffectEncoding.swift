import Core

extension RecordEncoder {
  /// The decision that an order belongs to; nil for orders of a stop, whose ids derive from a control record.
  private static func decisionID(_ id: ClientOrderID) -> String? {
    id.role == .flatten ? nil : DecisionID(sequence: id.sequence).description
  }

  /// An order that is about to leave. `pair` is the other order of its pair; no key without one, as in records of before
  /// there were pairs.
  public static func intent(
    _ request: OrderRequest, symbol: String, at: Timestamp, pair: ClientOrderID? = nil
  ) -> [UInt8] {
    var json = CanonicalJSON(capacity: 384)
    json.object { json in
      json.key("at")
      json.value(at.milliseconds)
      json.key("client_id")
      json.value(request.clientID.description)
      json.key("decision_id")
      json.optional(decisionID(request.clientID))
      json.key("instrument")
      json.value(symbol)
      json.key("kind")
      let price: Price?
      switch request.kind {
      case .market:
        json.value(literal: "market")
        price = nil
      case .limit(let limit):
        json.value(literal: "limit")
        price = limit
      case .stopMarket(let trigger):
        json.value(literal: "stop_market")
        price = trigger
      }
      if let pair {
        json.key("pair")
        json.value(pair.description)
      }
      json.key("price")
      json.optional(price)
      json.key("qty")
      json.value(request.quantity)
      json.key("reduce_only")
      json.value(request.isReduceOnly)
      json.key("role")
      json.value(request.clientID.role.rawValue)
      json.key("side")
      json.value(request.side.rawValue)
    }
    return json.bytes
  }

  /// A fee taken from what was bought; no key without one, as in records of before there were such fees.
  static func feeBase(of fill: Fill, into json: inout CanonicalJSON) {
    guard !fill.feeBase.isZero else { return }
    json.key("fee_base")
    json.value(fill.feeBase)
  }

  /// An execution, with the position after it and the result that it realised (fees not taken off).
  public static func fill(
    _ fill: Fill, symbol: String, positionAfter: PositionView, realisedQuote: Money
  ) -> [UInt8] {
    var json = CanonicalJSON(capacity: 512)
    json.object { json in
      json.key("decision_id")
      json.optional(decisionID(fill.clientID))
      feeBase(of: fill, into: &json)
      json.key("fee_quote")
      json.value(fill.feeQuote)
      json.key("instrument")
      json.value(symbol)
      json.key("liquidity")
      json.value(liquidity(fill))
      json.key("order_id")
      json.value(fill.clientID.description)
      json.key("position_after")
      position(positionAfter, into: &json)
      json.key("price")
      json.value(fill.price)
      json.key("qty")
      json.value(fill.quantity)
      json.key("realised_quote")
      json.value(realisedQuote)
      json.key("side")
      json.value(fill.side.rawValue)
      json.key("trade_id")
      json.value(fill.tradeID)
      json.key("ts")
      json.value(fill.time.milliseconds)
    }
    return json.bytes
  }

  /// A change of an order's state. `isHeldBack`: the order never left, because its intent did not become durable.
  public static func order(
    _ id: ClientOrderID, _ state: OrderState, at: Timestamp, isHeldBack: Bool = false
  ) -> [UInt8] {
    var json = CanonicalJSON(capacity: 96)
    json.object { json in
      json.key("at")
      json.value(at.milliseconds)
      json.key("client_id")
      json.value(id.description)
      if isHeldBack {
        json.key("held_back")
        json.value(true)
      }
      json.key("state")
      json.value(state.rawValue)
    }
    return json.bytes
  }

  /// A change of the policy in charge.
  public static func policy(
    from: String, to: String, trigger: String, evidence: String, at: Timestamp
  ) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.object { json in
      json.key("at")
      json.value(at.milliseconds)
      json.key("evidence")
      json.value(evidence)
      json.key("from")
      json.value(from)
      json.key("to")
      json.value(to)
      json.key("trigger")
      json.value(trigger)
    }
    return json.bytes
  }

  /// A latch that was set or cleared, and by whom.
  public static func latch(_ latch: StopLatch, isSet: Bool, by: String?, at: Timestamp) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.object { json in
      json.key("at")
      json.value(at.milliseconds)
      json.key("by")
      json.optional(by)
      json.key("change")
      if isSet { json.value(literal: "set") } else { json.value(literal: "cleared") }
      json.key("id")
      json.value(latch.id)
      json.key("level")
      json.value(latch.level.rawValue)
      json.key("reason")
      json.value(latch.reason)
      json.key("source")
      json.value(latch.source.rawValue)
    }
    return json.bytes
  }

  /// What a comparison with the venue found.
  public static func reconciliation(evidence: [String], at: Timestamp) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.object { json in
      json.key("at")
      json.value(at.milliseconds)
      json.key("evidence")
      json.strings(evidence)
    }
    return json.bytes
  }

  /// The orderly end of a run. `positions` in the order of the instrument table.
  public static func end(
    reason: String, records: UInt64, cashQuote: Money, equityQuote: Money,
    positions: [(symbol: String, position: PositionView)], at: Timestamp
  ) -> [UInt8] {
    var json = CanonicalJSON(capacity: 512)
    json.object { json in
      json.key("at")
      json.value(at.milliseconds)
      json.key("cash")
      json.value(cashQuote)
      json.key("equity")
      json.value(equityQuote)
      json.key("positions")
      json.array { json in
        for (symbol, position) in positions {
          json.object { json in
            json.key("entry_cost")
            json.value(position.totalCostQuote)
            json.key("instrument")
            json.value(symbol)
            json.key("qty")
            json.value(position.quantity)
            json.key("side")
            json.value(position.side.rawValue)
          }
        }
      }
      json.key("reason")
      json.value(reason)
      json.key("records")
      json.value(records)
    }
    return json.bytes
  }
}
