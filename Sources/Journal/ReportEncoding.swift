import Core

extension RecordEncoder {
  /// News of an order from the venue.
  public static func report(_ record: ReportRecord, instruments: InstrumentTable) -> [UInt8] {
    var json = CanonicalJSON(capacity: 384)
    switch record.report {
    case .filled(let fill):
      json.object { json in
        received(record, "filled", into: &json)
        feeBase(of: fill, into: &json)
        json.key("fee_quote")
        json.value(fill.feeQuote)
        json.key("instrument")
        json.value(instruments[fill.instrument].symbol)
        json.key("liquidity")
        json.value(liquidity(fill))
        json.key("price")
        json.value(fill.price)
        json.key("qty")
        json.value(fill.quantity)
        json.key("side")
        json.value(fill.side.rawValue)
        json.key("trade_id")
        json.value(fill.tradeID)
        json.key("ts")
        json.value(fill.time.milliseconds)
      }
    case .accepted(_, let time): simple(record, "accepted", time, into: &json)
    case .cancelled(_, let time): simple(record, "cancelled", time, into: &json)
    case .expired(_, let time): simple(record, "expired", time, into: &json)
    case .rejected(_, let reason, let time):
      json.object { json in
        received(record, "rejected", into: &json)
        json.key("reason")
        json.value(reason.rawValue)
        json.key("ts")
        json.value(time.milliseconds)
      }
    }
    return json.bytes
  }

  static func liquidity(_ fill: Fill) -> String { fill.isMaker ? "maker" : "taker" }

  private static func received(_ record: ReportRecord, _ event: StaticString, into json: inout CanonicalJSON) {
    json.key("at")
    json.value(record.at.milliseconds)
    json.key("client_id")
    json.value(record.report.clientID.description)
    json.key("event")
    json.value(literal: event)
  }

  private static func simple(
    _ record: ReportRecord, _ event: StaticString, _ time: Timestamp, into json: inout CanonicalJSON
  ) {
    json.object { json in
      received(record, event, into: &json)
      json.key("ts")
      json.value(time.milliseconds)
    }
  }
}
