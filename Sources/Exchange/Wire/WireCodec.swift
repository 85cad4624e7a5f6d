import Core

/// Turns messages into lines and back. Symbols stand on the wire, places in the table of instruments in memory.
package struct WireCodec: Sendable {
  let symbols: [String]
  private let places: [String: InstrumentID]
  /// What stands for a symbol that is not in the table: no instrument has it.
  package static let noInstrument = InstrumentID(index: .max)

  /// A codec for a table of symbols; empty until a client knows the exchange's instruments.
  package init(symbols: [String] = []) {
    self.symbols = symbols
    places = Dictionary(
      symbols.enumerated().map { ($1, InstrumentID(index: UInt16(clamping: $0))) },
      uniquingKeysWith: { first, _ in first })
  }

  func symbol(_ instrument: InstrumentID) -> String {
    Int(instrument.index) < symbols.count ? symbols[Int(instrument.index)] : ""
  }

  func place(_ symbol: String) -> InstrumentID { places[symbol] ?? Self.noInstrument }

  func knownPlace(_ symbol: String) throws(WireFault) -> InstrumentID {
    guard let place = places[symbol] else { throw WireFault(.invalid, "\(symbol.prefix(40)) is not traded here") }
    return place
  }

  static func parse(_ line: some Collection<UInt8>) throws(WireFault) -> JSONTree {
    do { return try JSONTree.parse(Array(line)) } catch { throw WireFault(.invalid, "\(error)") }
  }

  static func line(_ body: (inout CanonicalJSON) -> Void) -> [UInt8] {
    var json = CanonicalJSON(capacity: 256)
    json.object(body)
    return json.bytes + [10]
  }
}
