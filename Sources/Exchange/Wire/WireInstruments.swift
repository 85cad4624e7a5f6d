import Core

/// Instruments and their rules on the wire, and in the records of a session that got them from there. They trade always.
package enum WireInstruments {
  /// Writes an array of instruments.
  package static func write(_ instruments: [Instrument], to json: inout CanonicalJSON) {
    json.array { json in
      for instrument in instruments {
        json.object { json in
          json.key("fee_asset")
          json.value(instrument.feeAsset.rawValue)
          json.key("kind")
          json.value(instrument.kind.rawValue)
          json.key("rules")
          json.array { json in instrument.rules.forEach { write($0, to: &json) } }
          json.key("shortable")
          json.value(instrument.isShortable)
          json.key("symbol")
          json.value(instrument.symbol)
          json.key("venue")
          json.value(instrument.venue)
        }
      }
    }
  }

  private static func write(_ rules: InstrumentRules, to json: inout CanonicalJSON) {
    json.object { json in
      json.key("from")
      json.value(rules.effectiveFrom.milliseconds)
      json.key("lot")
      json.value(rules.lot)
      json.key("maker_fee")
      json.value(rules.makerFee)
      json.key("minimum_notional")
      json.value(rules.minimumNotionalQuote)
      json.key("minimum_quantity")
      json.value(rules.minimumQuantity)
      json.key("taker_fee")
      json.value(rules.takerFee)
      json.key("tick")
      json.value(rules.tick)
    }
  }

  /// One JSON object with the instruments, for a record.
  package static func object(_ instruments: [Instrument]) -> [UInt8] {
    var json = CanonicalJSON()
    json.object { json in
      json.key("instruments")
      write(instruments, to: &json)
    }
    return json.bytes
  }

  /// Reads what `object` wrote. Throws `WireFault`.
  package static func read(_ object: [UInt8]) throws(WireFault) -> [Instrument] {
    try list(WireFields(try WireCodec.parse(object), only: ["instruments"]))
  }

  /// The member `instruments`, with places in the order of the list.
  static func list(_ fields: WireFields) throws(WireFault) -> [Instrument] {
    var index = 0
    let found = try fields.list("instruments", atMost: InstrumentTable.capacity) {
      tree throws(WireFault) -> Instrument in
      defer { index += 1 }
      return try instrument(tree, InstrumentID(index: UInt16(index)))
    }
    guard Set(found.map(\.symbol)).count == found.count, !found.isEmpty else {
      throw WireFault(.invalid, "instruments: none, or one twice")
    }
    return found
  }

  private static func instrument(_ tree: JSONTree, _ id: InstrumentID) throws(WireFault) -> Instrument {
    let fields = try WireFields(tree, only: ["fee_asset", "kind", "rules", "shortable", "symbol", "venue"])
    let rules = try fields.list("rules", atMost: 64) { tree throws(WireFault) in try self.rules(tree) }
    guard !rules.isEmpty else { throw WireFault(.invalid, "rules: none") }
    return Instrument(
      id: id, symbol: try fields.name("symbol"), venue: try fields.name("venue"), kind: try fields.choice("kind"),
      isShortable: try fields.flag("shortable"), calendar: .alwaysOpen, rules: rules,
      feeAsset: try fields.choice("fee_asset"))
  }

  /// Rules that cannot be rules (a tick of zero) would make every size calculation trap or lie.
  private static func rules(_ tree: JSONTree) throws(WireFault) -> InstrumentRules {
    let fields = try WireFields(
      tree, only: ["from", "lot", "maker_fee", "minimum_notional", "minimum_quantity", "taker_fee", "tick"])
    let rules = InstrumentRules(
      effectiveFrom: try fields.moment("from"), tick: try fields.decimal("tick"), lot: try fields.decimal("lot"),
      minimumQuantity: try fields.decimal("minimum_quantity"),
      minimumNotionalQuote: try fields.decimal("minimum_notional"), makerFee: try fields.decimal("maker_fee"),
      takerFee: try fields.decimal("taker_fee"))
    let half = Rate.unit / 2
    guard rules.tick.isPositive, rules.lot.isPositive, rules.minimumQuantity.raw >= 0,
      rules.minimumNotionalQuote.raw >= 0, abs(rules.makerFee.raw) < half, abs(rules.takerFee.raw) < half
    else { throw WireFault(.invalid, "rules: tick and lot must be positive, minima not negative, fees below one half") }
    return rules
  }
}
