import Core

extension CanonicalJSON {
  /// A key with what `write` writes of a value; nothing at all for nil, so that older versions read newer states.
  @inline(__always) mutating func member<Value>(
    _ key: StaticString, _ value: Value?, _ write: (inout CanonicalJSON, Value) -> Void
  ) {
    guard let value else { return }
    self.key(key)
    write(&self, value)
  }

  mutating func value(_ position: PositionView) {
    object { json in
      json.member("entryTime", position.entryTime) { $0.value($1.milliseconds) }
      json.key("quantity")
      json.value(position.quantity)
      json.key("side")
      json.value(Int64(position.side.rawValue))
      json.key("totalCostQuote")
      json.value(position.totalCostQuote)
    }
  }

  mutating func value(_ instrument: InstrumentID) {
    object { json in
      json.key("index")
      json.value(Int64(instrument.index))
    }
  }
}

extension OrderKind {
  /// The name in records, and the price where there is one.
  var parts: (String, Price?) {
    switch self {
    case .market: ("market", nil)
    case .limit(let price): ("limit", price)
    case .stopMarket(let trigger): ("stop_market", trigger)
    }
  }
}
