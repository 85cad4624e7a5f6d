import Core
import Foundation

extension VenueState {
  /// An order in journal records.
  fileprivate struct OrderRecord: Codable {
    var client_id: ClientOrderID
    var filled: Quantity
    var instrument: InstrumentID
    var kind: String
    var price: Price?
    var quantity: Quantity
    var reduce_only: Bool
    var side: Side
    var state: OrderState

    init(_ order: OrderSnapshot) {
      let request = order.request
      client_id = request.clientID
      filled = order.filledQuantity
      instrument = request.instrument
      (kind, price) = request.kind.parts
      quantity = request.quantity
      reduce_only = request.isReduceOnly
      side = request.side
      state = order.state
    }

    func snapshot() throws -> OrderSnapshot {
      guard let kind = OrderKind(name: kind, price: price) else {
        throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "order kind \(kind)"))
      }
      let request = OrderRequest(
        clientID: client_id, instrument: instrument, side: side, kind: kind, quantity: quantity,
        isReduceOnly: reduce_only)
      return OrderSnapshot(request: request, state: state, filledQuantity: filled)
    }
  }

  /// The form in journal records: decimals as text, keys sorted.
  private struct Record: Codable {
    struct Execution: Codable {
      var client_id: ClientOrderID
      /// Left out when zero, as in records of before there were such fees.
      var fee_base: Quantity?
      var fee_quote: Money
      var instrument: InstrumentID
      var maker: Bool
      var price: Price
      var quantity: Quantity
      var side: Side
      var time: Timestamp
      var trade_id: UInt64
    }
    var at: Timestamp
    var cash_quote: Money
    var fees_quote: Money
    var fills: [Execution]
    var last_trade_id: UInt64
    var open_orders: [OrderRecord]
    var positions: [PositionView]
  }

  /// The journal record of books that came in at `now`: canonical JSON.
  package func encoded(at now: Timestamp) -> [UInt8] {
    let record = Record(
      at: now, cash_quote: account.cashQuote, fees_quote: account.feesQuote,
      fills: fills.map {
        Record.Execution(
          client_id: $0.clientID, fee_base: $0.feeBase.isZero ? nil : $0.feeBase, fee_quote: $0.feeQuote,
          instrument: $0.instrument, maker: $0.isMaker, price: $0.price, quantity: $0.quantity, side: $0.side,
          time: $0.time, trade_id: $0.tradeID)
      },
      last_trade_id: account.lastTradeID,
      open_orders: openOrders.map(OrderRecord.init),
      positions: account.positions)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Encoding can only fail for floating-point numbers that are not finite, and there are none.
    return (try? encoder.encode(record)).map(Array.init) ?? []
  }

  /// Reads what `encoded` wrote, and when the books came in. Throws `DecodingError`.
  package static func decode(_ bytes: [UInt8]) throws -> (state: VenueState, at: Timestamp) {
    let record = try JSONDecoder().decode(Record.self, from: Data(bytes))
    let state = VenueState(
      account: AccountSnapshot(
        cashQuote: record.cash_quote, positions: record.positions, feesQuote: record.fees_quote,
        lastTradeID: record.last_trade_id),
      openOrders: try record.open_orders.map { try $0.snapshot() },
      fills: record.fills.map {
        Fill(
          tradeID: $0.trade_id, clientID: $0.client_id, instrument: $0.instrument, side: $0.side,
          quantity: $0.quantity, price: $0.price, feeQuote: $0.fee_quote, feeBase: $0.fee_base ?? .zero,
          isMaker: $0.maker, time: $0.time)
      })
    return (state, record.at)
  }
}

extension OrderAnswer {
  private struct Record: Codable {
    var answer_to: ClientOrderID
    var at: Timestamp
    var order: VenueState.OrderRecord?
  }

  /// The journal record of an answer that came in at `now`: canonical JSON.
  package func encoded(at now: Timestamp) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let record = Record(answer_to: id, at: now, order: snapshot.map(VenueState.OrderRecord.init))
    return (try? encoder.encode(record)).map(Array.init) ?? []
  }

  /// Reads what `encoded` wrote; nil when the bytes are no answer about one order.
  package static func decode(_ bytes: [UInt8]) -> (answer: OrderAnswer, at: Timestamp)? {
    guard let record = try? JSONDecoder().decode(Record.self, from: Data(bytes)) else { return nil }
    guard let order = record.order else { return (OrderAnswer(id: record.answer_to, snapshot: nil), record.at) }
    // An order that cannot be read is not one that the venue does not know.
    return (try? order.snapshot()).map { (OrderAnswer(id: record.answer_to, snapshot: $0), record.at) }
  }
}

extension OrderKind {
  fileprivate var parts: (String, Price?) {
    switch self {
    case .market: ("market", nil)
    case .limit(let price): ("limit", price)
    case .stopMarket(let trigger): ("stop_market", trigger)
    }
  }

  fileprivate init?(name: String, price: Price?) {
    switch (name, price) {
    case ("market", nil): self = .market
    case ("limit", let price?): self = .limit(price)
    case ("stop_market", let price?): self = .stopMarket(trigger: price)
    default: return nil
    }
  }
}
