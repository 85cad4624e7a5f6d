import Core
import Foundation
import Testing

@Suite struct OrderTests {
  @Test func idsReadBack() throws {
    for role in OrderRole.allCases {
      for (sequence, attempt) in [(0, 0), (42, 1), (UInt64.max, UInt16.max)] as [(UInt64, UInt16)] {
        let id = ClientOrderID(sequence: sequence, role: role, attempt: attempt)
        #expect(ClientOrderID(id.description) == id)
        #expect(id.description.utf8.count <= 36)
        #expect(id.description.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        let data = try JSONEncoder().encode([id])
        #expect(try JSONDecoder().decode([ClientOrderID].self, from: data) == [id])
      }
    }
    #expect(ClientOrderID(sequence: 42, role: .entry).description == "h42-e0")
    #expect(Set(OrderRole.allCases.map(\.letter)).count == OrderRole.allCases.count)
  }

  @Test(arguments: [
    "", "h", "h42", "h42-", "h42-e", "h42-q0", "x42-e0", "h-e0", "h42-e0-", "h042-e0", "h+42-e0", "h42-e+0", "h42-e00",
    "h42-e65536", "h18446744073709551616-e0", " h42-e0", "h42-e0\n", "h42-é0", "H42-e0",
  ])
  func noIDs(_ text: String) {
    #expect(ClientOrderID(text) == nil)
    let data = try? JSONEncoder().encode([text])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([ClientOrderID].self, from: data ?? Data()) }
  }

  @Test func idsHaveAnOrder() {
    let ids = [
      ClientOrderID(sequence: 1, role: .entry), ClientOrderID(sequence: 1, role: .entry, attempt: 1),
      ClientOrderID(sequence: 1, role: .flatten), ClientOrderID(sequence: 2, role: .entry),
    ]
    #expect(ids.reversed().sorted() == ids)
  }

  @Test func decisionsHaveNames() {
    #expect(DecisionID(sequence: 42).description == "D-42")
    #expect(DecisionID("D-42") == DecisionID(sequence: 42) && DecisionID("42") == DecisionID(sequence: 42))
    for text in ["", "D-", "D-x", "D--1", "D-+1", "+1", "-1", "d-1", "D-18446744073709551616"] {
      #expect(DecisionID(text) == nil, "\(text)")
    }
  }

  @Test func protectiveOrdersOnlyShrinkPositions() throws {
    let kinds: [OrderKind] = [.market, .limit(try Price("5")), .stopMarket(trigger: try Price("5"))]
    for side in [PositionSide.short, .flat, .long] {
      for role in OrderRole.allCases {
        for kind in kinds {
          for quantity in [Quantity(raw: -5), .zero, try Quantity("3")] {
            let position = PositionView(side: side, quantity: quantity, totalCostQuote: .zero, entryTime: nil)
            let order = ProtectiveOrder(
              sequence: 9, role: role, attempt: 2, instrument: InstrumentID(index: 1), position: position, kind: kind)
            let isAllowed =
              side != .flat && quantity.isPositive
              && (role == .protectiveStop || role == .takeProfit || role == .flatten || role == .guardFlatten)
            #expect((order != nil) == isAllowed)
            guard let request = order?.request else { continue }
            #expect(request.isReduceOnly && request.quantity == quantity && request.kind == kind)
            #expect(request.side == (side == .long ? .sell : .buy))
            #expect(request.clientID == ClientOrderID(sequence: 9, role: role, attempt: 2))
          }
        }
      }
    }
  }

  @Test func aPairIsAStopAndATakeProfitForTheSame() throws {
    let long = PositionView(side: .long, quantity: try Quantity("3"), totalCostQuote: .zero, entryTime: nil)
    var short = long, larger = long
    short.side = .short
    larger.quantity = try Quantity("4")
    let low = try Price("5"), high = try Price("7")
    func order(
      _ role: OrderRole, _ kind: OrderKind, _ position: PositionView = long, instrument: UInt16 = 1
    ) throws -> ProtectiveOrder {
      try #require(
        ProtectiveOrder(
          sequence: 9, role: role, instrument: InstrumentID(index: instrument), position: position, kind: kind))
    }
    let limit = try order(.takeProfit, .limit(high)), stop = try order(.protectiveStop, .stopMarket(trigger: low))
    let pair = try #require(ProtectivePair(limit: limit, stop: stop))
    #expect(pair.requests == [stop.request, limit.request])
    #expect(
      ProtectivePair(
        limit: try order(.takeProfit, .limit(low), short),
        stop: try order(.protectiveStop, .stopMarket(trigger: high), short)) != nil)
    for (first, second) in [
      (stop, limit), (limit, limit), (try order(.flatten, .limit(high)), stop),
      (try order(.takeProfit, .limit(low)), stop), (try order(.takeProfit, .market), stop),
      (limit, try order(.protectiveStop, .stopMarket(trigger: high))), (limit, try order(.protectiveStop, .limit(low))),
      (limit, try order(.protectiveStop, .stopMarket(trigger: low), short)),
      (limit, try order(.protectiveStop, .stopMarket(trigger: low), larger)),
      (limit, try order(.protectiveStop, .stopMarket(trigger: low), instrument: 0)),
    ] { #expect(ProtectivePair(limit: first, stop: second) == nil, "\(first) \(second)") }
  }

  @Test func approvedOrdersCarryTheirTerms() throws {
    let request = OrderRequest(
      clientID: ClientOrderID(sequence: 1, role: .entry), instrument: InstrumentID(index: 0), side: .buy, kind: .market,
      quantity: try Quantity("1"), isReduceOnly: false)
    let order = ApprovedOrder(request: request, collar: try Price("101"), stopDistance: try Price("2"))
    #expect(order.request == request && order.collar.description == "101" && order.stopDistance?.description == "2")
  }

  @Test func onlyFourStatesAreFinal() {
    #expect(OrderState.allCases.filter(\.isTerminal) == [.filled, .cancelled, .rejected, .expired])
    #expect(OrderState.pendingCancel.rawValue == "pending_cancel")
  }

  @Test func reportsNameTheirOrder() throws {
    let id = ClientOrderID(sequence: 3, role: .exit)
    let at = Timestamp(milliseconds: 0)
    let fill = Fill(
      tradeID: 1, clientID: id, instrument: InstrumentID(index: 0), side: .sell, quantity: try Quantity("1"),
      price: try Price("2"), feeQuote: .zero, isMaker: false, time: at)
    let reports: [ExecutionReport] = [
      .accepted(id, at: at), .filled(fill), .cancelled(id, at: at), .expired(id, at: at), .rejected(id, .tick, at: at),
    ]
    #expect(reports.allSatisfy { $0.clientID == id })
    let snapshot = OrderSnapshot(
      request: OrderRequest(
        clientID: id, instrument: InstrumentID(index: 0), side: .sell, kind: .market, quantity: try Quantity("1"),
        isReduceOnly: true), state: .partiallyFilled, filledQuantity: try Quantity("0.5"))
    #expect(snapshot.request.clientID == id && snapshot.state == .partiallyFilled)
    let account = AccountSnapshot(cashQuote: .max, positions: [.flat], feesQuote: .zero, lastTradeID: 7)
    #expect(account.positions == [.flat] && account.lastTradeID == 7)
  }
}
