import Core
import Execution
import Testing

@Suite struct StopAndGateTests {
  private let last = Desk.price("100")

  @Test func gateByTradingState() throws {
    let stage = Desk.stage()
    let entry = OutboundOrder.approved(Desk.entry(1))
    let exit = OutboundOrder.approved(Desk.exit(2))
    let position = PositionView(
      side: .long, quantity: Desk.quantity("1"), totalCostQuote: Desk.money("100"), entryTime: nil)
    let flatten = OutboundOrder.protective(
      try #require(
        ProtectiveOrder(
          sequence: 9, role: .flatten, instrument: Desk.zero, position: position, kind: .limit(Desk.price("99")))))
    let allowed = { (order: OutboundOrder, state: TradingState) in
      stage.isSendAllowed(order, tradingState: state, lastPrice: last)
    }
    #expect(allowed(entry, .active) && !allowed(entry, .reducing) && !allowed(entry, .halted))
    #expect(allowed(exit, .active) && allowed(exit, .reducing) && !allowed(exit, .halted))
    // Without a plan of its own, a halted bot sends no protective order either.
    #expect(allowed(flatten, .active) && allowed(flatten, .reducing) && !allowed(flatten, .halted))
  }

  @Test func gateAtTheCollar() {
    let stage = Desk.stage()
    let allowed = { (side: Side, price: String?) in
      stage.isSendAllowed(
        .approved(Desk.entry(1, side)), tradingState: .active, lastPrice: price.map { Desk.price($0) })
    }
    #expect(allowed(.buy, "101") && !allowed(.buy, "101.01"))
    #expect(allowed(.sell, "99") && !allowed(.sell, "98.99"))
    #expect(!allowed(.buy, nil))
  }

  @Test func anOrderIsReleasedOnce() {
    var stage = Desk.stage()
    let order = Desk.entry(1)
    let outbound = OutboundOrder.approved(order)
    #expect(!stage.release(outbound, tradingState: .active, lastPrice: last, at: Desk.time(0)).isReleased)
    _ = stage.submit(order, at: Desk.time(0))
    let first = stage.release(outbound, tradingState: .active, lastPrice: last, at: Desk.time(0))
    #expect(first.isReleased && first.effects == [.orderChanged(Desk.id(1), .submitted)])
    #expect(!stage.release(outbound, tradingState: .active, lastPrice: last, at: Desk.time(0)).isReleased)
  }

  @Test func aStopBetweenIntentAndWireHoldsTheOrderBack() {
    var stage = Desk.stage()
    let order = Desk.entry(1)
    _ = stage.submit(order, at: Desk.time(0))
    let effects = stage.stop(.stop, sequence: 2, prices: [last], at: Desk.time(0))
    #expect(effects == [.cancel(Desk.id(1)), .orderChanged(Desk.id(1), .pendingCancel)])
    let release = stage.release(.approved(order), tradingState: .halted, lastPrice: last, at: Desk.time(0))
    #expect(!release.isReleased && release.effects == [.orderChanged(Desk.id(1), .cancelled)])
    #expect(stage.openOrders == 0)
    #expect(stage.receive(.notOpen, ofCancel: Desk.id(1), at: Desk.time(0)).isEmpty)
    #expect(stage.submit(Desk.entry(3), at: Desk.time(1)).intents.isEmpty)
  }

  @Test func reduceCancelsEntriesAndKeepsStops() {
    var stage = Desk.stage(2)
    _ = stage.open(Desk.entry(1))
    _ = stage.receive(.accepted, of: Desk.id(1, .protectiveStop), at: Desk.time(1))
    _ = stage.submit(Desk.entry(2, instrument: 1), at: Desk.time(1))
    let effects = stage.stop(.reduce, sequence: 3, prices: [last, last], at: Desk.time(2))
    #expect(effects == [.cancel(Desk.id(2)), .orderChanged(Desk.id(2), .pendingCancel)])
    #expect(stage.submit(Desk.entry(4), at: Desk.time(3)).intents.isEmpty)
    #expect(stage.submit(Desk.exit(5), at: Desk.time(3)).intents.count == 1)
    #expect(!stage.hasUnprotectedPosition)
  }

  @Test func flattenCancelsThenClosesInsideTheCollar() throws {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1))
    _ = stage.receive(.accepted, of: Desk.id(1, .protectiveStop), at: Desk.time(1))
    let effects = stage.stop(.flatten, sequence: 7, prices: [Desk.price("100.01")], at: Desk.time(2))
    #expect(effects.first == .cancel(Desk.id(1, .protectiveStop)))
    let order = try #require(effects.intents.first)
    // 100.01 · 0.99 = 99.0099
    let request = OrderRequest(
      clientID: Desk.id(7, .flatten), instrument: Desk.zero, side: .sell, kind: .limit(Desk.price("99.01")),
      quantity: Desk.quantity("1"), isReduceOnly: true)
    #expect(effects.intents.map(\.request) == [request])
    #expect(stage.isSendAllowed(order, tradingState: .halted, lastPrice: last))
    // The confirmed cancel brings no new stop: the plan sends nothing else.
    #expect(stage.receive(.cancelled(Desk.id(1, .protectiveStop), at: Desk.time(3))).intents.isEmpty)
    #expect(stage.hasUnprotectedPosition)
    // Asked again: the resting order goes first, its replacement comes when it is gone.
    let again = stage.stop(.flatten, sequence: 8, prices: [Desk.price("97")], at: Desk.time(4))
    #expect(again.first == .cancel(Desk.id(7, .flatten)) && again.intents.isEmpty)
    #expect(!stage.isSendAllowed(order, tradingState: .halted, lastPrice: last))
    _ = stage.receive(.cancelled(Desk.id(7, .flatten), at: Desk.time(5)))
    let third = stage.stop(.flatten, sequence: 9, prices: [Desk.price("97")], at: Desk.time(6))
    #expect(third.intents.map(\.request.kind) == [.limit(Desk.price("95.06"))], "a wider collar")
    _ = stage.receive(.filled(Desk.fill(2, Desk.id(9, .flatten), .sell, "1", at: "96.5")))
    #expect(stage.position(of: Desk.zero) == .flat && stage.openOrders == 0)
  }

  @Test func aLowerStopChangesNothingAndResumeBringsTheStopsBack() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1))
    _ = stage.stop(.stop, sequence: 2, prices: [last], at: Desk.time(2))
    #expect(stage.stop(.reduce, sequence: 3, prices: [last], at: Desk.time(2)).isEmpty)
    #expect(stage.state.plan?.level == .stop)
    _ = stage.receive(.cancelled(Desk.id(1, .protectiveStop), at: Desk.time(3)))
    let effects = stage.resume(at: Desk.time(4))
    #expect(effects.intents.map(\.request.clientID) == [Desk.id(1, .protectiveStop, 1)])
  }

  @Test func withoutAPriceNothingIsFlattenedBlindly() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1))
    let effects = stage.stop(.flatten, sequence: 2, prices: [nil], at: Desk.time(2))
    #expect(effects.intents.isEmpty && effects.alerts == 1)
  }
}
