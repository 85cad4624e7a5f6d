import Core
import Execution
import Exchange
import Foundation

/// Instruments, orders and fills for the tests of this target.
enum Desk {
  static func price(_ text: String) -> Price { try! Price(text) }
  static func quantity(_ text: String) -> Quantity { try! Quantity(text) }
  static func money(_ text: String) -> Money { try! Money(text) }
  static func time(_ minute: Int64) -> Timestamp { Timestamp(milliseconds: minute * 60_000) }
  static let zero = InstrumentID(index: 0)

  static func instruments(_ count: Int = 1, shortable: Bool = true) -> InstrumentTable {
    InstrumentTable(
      (0..<count).map { index in
        let rules = InstrumentRules(
          effectiveFrom: Timestamp(milliseconds: 0), tick: price("0.01"), lot: quantity("0.001"),
          minimumQuantity: quantity("0.001"), minimumNotionalQuote: money("1"), makerFee: Rate(basisPoints: 5),
          takerFee: Rate(basisPoints: 10))
        return Instrument(
          id: InstrumentID(index: UInt16(index)), symbol: "SYM\(index)", venue: "simulated", kind: .cryptoPerpetual,
          isShortable: shortable, calendar: .alwaysOpen, rules: [rules])
      })
  }

  static func stage(_ count: Int = 1, cash: String = "10000") -> ExecutionStage {
    ExecutionStage(instruments: instruments(count), cashQuote: money(cash))
  }

  static func entry(
    _ sequence: UInt64, _ side: Side = .buy, _ quantity: String = "1", stop: String? = "2", collar: String? = nil,
    instrument: UInt16 = 0
  ) -> ApprovedOrder {
    ApprovedOrder(
      request: OrderRequest(
        clientID: ClientOrderID(sequence: sequence, role: .entry), instrument: InstrumentID(index: instrument),
        side: side, kind: .market, quantity: self.quantity(quantity), isReduceOnly: false),
      collar: price(collar ?? (side == .buy ? "101" : "99")), stopDistance: stop.map { price($0) })
  }

  static func exit(_ sequence: UInt64, _ side: Side = .sell, _ quantity: String = "1") -> ApprovedOrder {
    ApprovedOrder(
      request: OrderRequest(
        clientID: ClientOrderID(sequence: sequence, role: .exit), instrument: zero, side: side, kind: .market,
        quantity: self.quantity(quantity), isReduceOnly: true),
      collar: price(side == .buy ? "200" : "1"), stopDistance: nil)
  }

  static func id(_ sequence: UInt64, _ role: OrderRole = .entry, _ attempt: UInt16 = 0) -> ClientOrderID {
    ClientOrderID(sequence: sequence, role: role, attempt: attempt)
  }

  static func fill(
    _ trade: UInt64, _ id: ClientOrderID, _ side: Side = .buy, _ quantity: String = "1", at price: String = "100",
    fee: String = "0.1"
  ) -> Fill {
    Fill(
      tradeID: trade, clientID: id, instrument: zero, side: side, quantity: self.quantity(quantity),
      price: self.price(price), feeQuote: money(fee), isMaker: false, time: time(1))
  }

  /// The venue's word on an order.
  static func snapshot(_ order: ApprovedOrder, _ state: OrderState, filled: String = "0") -> OrderSnapshot {
    OrderSnapshot(request: order.request, state: state, filledQuantity: quantity(filled))
  }

  static func bar(_ minute: Int64, _ price: String, instrument: UInt16 = 0) -> Bar {
    let price = self.price(price)
    return Bar(
      instrument: InstrumentID(index: instrument), timeframe: .oneMinute, openTime: time(minute), open: price,
      high: price, low: price, close: price, volume: Measure(1))
  }
}

extension ExecutionEffect {
  var intent: OutboundOrder? { if case .intent(let order) = self { order } else { nil } }
  var isAlert: Bool { if case .alert = self { true } else { false } }
}

extension [ExecutionEffect] {
  var intents: [OutboundOrder] { compactMap(\.intent) }
  var withoutAlerts: [ExecutionEffect] { filter { !$0.isAlert } }
  var alerts: Int { count - withoutAlerts.count }
}

extension ExecutionStage {
  /// Takes an entry on and fills it whole; returns the effects of the fill.
  mutating func open(_ order: ApprovedOrder, trade: UInt64 = 1, at price: String = "100") -> [ExecutionEffect] {
    _ = submit(order, at: Desk.time(0))
    _ = receive(.accepted, of: order.request.clientID, at: Desk.time(0))
    return receive(
      .filled(
        Fill(
          tradeID: trade, clientID: order.request.clientID, instrument: order.request.instrument,
          side: order.request.side, quantity: order.request.quantity, price: Desk.price(price),
          feeQuote: Desk.money("0.1"), isMaker: false, time: Desk.time(1))))
  }
}
