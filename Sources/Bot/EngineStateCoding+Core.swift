import Core

extension CanonicalJSON {
  mutating func value(_ position: PositionView) {
    object { json in
      if let entryTime = position.entryTime {
        json.key("entryTime")
        json.value(entryTime.milliseconds)
      }
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
