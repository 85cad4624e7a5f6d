import Core
import Exchange
import Foundation

/// Instruments, bars and orders for the tests of this target.
enum World {
  static func price(_ text: String) -> Price { try! Price(text) }
  static func quantity(_ text: String) -> Quantity { try! Quantity(text) }
  static func money(_ text: String) -> Money { try! Money(text) }

  static func instrument(
    _ index: UInt16, shortable: Bool = true, tick: String = "0.01", lot: String = "0.001", minimum: String = "0.001",
    notional: String = "10", maker: Int64 = 5, taker: Int64 = 10
  ) -> Instrument {
    let rules = InstrumentRules(
      effectiveFrom: Timestamp(milliseconds: 0), tick: price(tick), lot: quantity(lot),
      minimumQuantity: quantity(minimum), minimumNotionalQuote: money(notional),
      makerFee: Rate(basisPoints: maker), takerFee: Rate(basisPoints: taker))
    return Instrument(
      id: InstrumentID(index: index), symbol: "SYM\(index)", venue: "simulated",
      kind: shortable ? .cryptoPerpetual : .cryptoSpot, isShortable: shortable, calendar: .alwaysOpen, rules: [rules])
  }

  /// A spot instrument whose fees are taken from what is received.
  static func baseFee(_ index: UInt16) -> Instrument {
    let plain = instrument(index, shortable: false, notional: "1")
    return Instrument(
      id: plain.id, symbol: plain.symbol, venue: plain.venue, kind: plain.kind, isShortable: false,
      calendar: plain.calendar, rules: plain.rules, feeAsset: .base)
  }

  static func exchange(
    _ instruments: [Instrument] = [instrument(0)], cash: String = "10000", costs: PaperCosts = .none,
    limits: PaperLimits = PaperLimits()
  ) -> PaperExchange {
    PaperExchange(
      instruments: InstrumentTable(instruments), cashQuote: money(cash), costs: costs, limits: limits)
  }

  static func bar(
    _ minute: Int64, _ open: String, _ high: String, _ low: String, _ close: String, instrument: UInt16 = 0
  ) -> Bar {
    Bar(
      instrument: InstrumentID(index: instrument), timeframe: .oneMinute,
      openTime: Timestamp(milliseconds: minute * 60_000), open: price(open), high: price(high), low: price(low),
      close: price(close), volume: Measure(1))
  }

  static func id(_ sequence: UInt64, _ role: OrderRole = .entry, _ attempt: UInt16 = 0) -> ClientOrderID {
    ClientOrderID(sequence: sequence, role: role, attempt: attempt)
  }

  static func order(
    _ id: ClientOrderID, _ side: Side, _ quantity: String, _ kind: OrderKind = .market, reduceOnly: Bool = false,
    instrument: UInt16 = 0
  ) -> OrderRequest {
    OrderRequest(
      clientID: id, instrument: InstrumentID(index: instrument), side: side, kind: kind,
      quantity: self.quantity(quantity), isReduceOnly: reduceOnly)
  }

  static func temporaryFile() -> String {
    FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID().uuidString).sqlite").path
  }

  static func remove(_ path: String) {
    for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
  }
}

extension PaperExchange {
  /// Sends an order at the venue's time.
  mutating func send(_ request: OrderRequest) -> ExecutionReport { submit(request, at: clock)[0] }

  func position(_ index: Int = 0) -> PositionView { state.positions[index] }
}

extension ExecutionReport {
  var fill: Fill? { if case .filled(let fill) = self { fill } else { nil } }
  var reason: RejectReason? { if case .rejected(_, let reason, _) = self { reason } else { nil } }
}
