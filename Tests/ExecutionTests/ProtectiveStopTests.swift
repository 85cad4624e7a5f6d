import Core
import Execution
import Testing

@Suite struct ProtectiveStopTests {
  private func stop(_ attempt: UInt16, _ quantity: String, _ trigger: String, side: Side = .sell) -> OrderRequest {
    OrderRequest(
      clientID: Desk.id(1, .protectiveStop, attempt), instrument: Desk.zero, side: side,
      kind: .stopMarket(trigger: Desk.price(trigger)), quantity: Desk.quantity(quantity), isReduceOnly: true)
  }

  @Test func aFillGetsAStopForItsQuantity() {
    var stage = Desk.stage()
    #expect(stage.open(Desk.entry(1)).intents.map(\.request) == [stop(0, "1", "98")])
    var short = Desk.stage()
    #expect(short.open(Desk.entry(1, .sell)).intents.map(\.request) == [stop(0, "1", "102", side: .buy)])
    var bare = Desk.stage()
    #expect(bare.open(Desk.entry(1, stop: nil)).intents.isEmpty)
    #expect(!bare.hasUnprotectedPosition)
  }

  @Test func aNewStopComesOnlyAfterTheOldOneIsGone() {
    var stage = Desk.stage()
    _ = stage.submit(Desk.entry(1, .buy, "2"), at: Desk.time(0))
    #expect(stage.receive(.filled(Desk.fill(1, Desk.id(1)))).intents.map(\.request) == [stop(0, "1", "98")])
    _ = stage.receive(.accepted, of: Desk.id(1, .protectiveStop), at: Desk.time(1))
    let more = stage.receive(.filled(Desk.fill(2, Desk.id(1), .buy, "1", at: "101")))
    #expect(more.contains(.cancel(Desk.id(1, .protectiveStop))) && more.intents.isEmpty)
    // Neither an answer that nobody can trust nor a repeated fill brings a second stop.
    #expect(stage.receive(.unknown(cause: "timeout"), ofCancel: Desk.id(1, .protectiveStop), at: Desk.time(1)).isEmpty)
    #expect(stage.receive(.filled(Desk.fill(2, Desk.id(1), .buy, "1", at: "101"))).isEmpty)
    #expect(stage.resend() == [.cancel(Desk.id(1, .protectiveStop))])
    // Average entry 100.5
    let after = stage.receive(.cancelled(Desk.id(1, .protectiveStop), at: Desk.time(2)))
    #expect(after.intents.map(\.request) == [stop(1, "2", "98.5")])
  }

  @Test func whenFlatTheStopGoes() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1))
    _ = stage.receive(.accepted, of: Desk.id(1, .protectiveStop), at: Desk.time(1))
    _ = stage.submit(Desk.exit(2), at: Desk.time(2))
    let effects = stage.receive(.filled(Desk.fill(2, Desk.id(2, .exit), .sell)))
    #expect(effects.contains(.cancel(Desk.id(1, .protectiveStop))))
    #expect(stage.receive(.cancelled, ofCancel: Desk.id(1, .protectiveStop), at: Desk.time(3)).intents.isEmpty)
    #expect(stage.openOrders == 0)
  }

  @Test func aPartlyFilledStopStillFits() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1, .buy, "2"))
    _ = stage.receive(.accepted, of: Desk.id(1, .protectiveStop), at: Desk.time(1))
    let effects = stage.receive(.filled(Desk.fill(2, Desk.id(1, .protectiveStop), .sell, "0.5", at: "98")))
    #expect(!effects.contains { if case .cancel = $0 { true } else { false } })
    #expect(stage.position(of: Desk.zero).quantity == Desk.quantity("1.5"))
  }

  @Test func aRefusedStopIsFlaggedUntilTheNextFill() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1, .buy, "2"))
    let effects = stage.receive(.rejected(.reduceOnly), of: Desk.id(1, .protectiveStop), at: Desk.time(1))
    #expect(effects.alerts == 2 && effects.intents.isEmpty)
    #expect(stage.hasUnprotectedPosition && stage.unprotectedInstruments == [Desk.zero])
    _ = stage.submit(Desk.exit(2, .sell, "1"), at: Desk.time(2))
    let next = stage.receive(.filled(Desk.fill(2, Desk.id(2, .exit), .sell)))
    #expect(next.intents.map(\.request) == [stop(1, "1", "98")])
    #expect(!stage.hasUnprotectedPosition)
  }

  @Test func aStopEndedAgainAndAgainIsGivenUpLoudly() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1))
    for attempt in UInt16(0)..<2 {
      let effects = stage.receive(.expired(Desk.id(1, .protectiveStop, attempt), at: Desk.time(1)))
      #expect(effects.intents.count == 1)
    }
    #expect(stage.receive(.expired(Desk.id(1, .protectiveStop, 2), at: Desk.time(1))).intents.isEmpty)
    #expect(stage.hasUnprotectedPosition)
  }

  @Test func triggersAreRoundedAwayFromTheMarket() throws {
    let third = PositionView(
      side: .long, quantity: Desk.quantity("3"), totalCostQuote: Desk.money("100"), entryTime: nil)
    let tick = Desk.price("0.01")
    // 33.333333333 - 1.111 = 32.222333333
    #expect(try ExecutionStage.trigger(third, distance: Desk.price("1.111"), tick: tick) == Desk.price("32.22"))
    var short = third
    short.side = .short
    // 33.333333333 + 1.111 = 34.444333333
    #expect(try ExecutionStage.trigger(short, distance: Desk.price("1.111"), tick: tick) == Desk.price("34.45"))
    #expect(try ExecutionStage.trigger(third, distance: Desk.price("50"), tick: tick) == tick)
  }
}
