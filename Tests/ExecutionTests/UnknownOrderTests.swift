import Core
import Execution
import Foundation
import Testing

@Suite struct UnknownOrderTests {
  private func unknown() -> ExecutionStage {
    var stage = Desk.stage()
    let order = Desk.entry(1, .buy, "2")
    _ = stage.submit(order, at: Desk.time(0))
    #expect(
      stage.release(.approved(order), tradingState: .active, lastPrice: Desk.price("100"), at: Desk.time(0)).isReleased)
    let effects = stage.receive(.unknown(cause: "timeout"), of: Desk.id(1), at: Desk.time(0))
    #expect(effects.withoutAlerts == [.orderChanged(Desk.id(1), .unknown), .query(Desk.id(1))])
    return stage
  }

  @Test func exposureStaysReservedUntilEvidence() {
    var stage = unknown()
    // The collar is 101, two coins.
    #expect(stage.reservedQuote == Desk.money("202"))
    #expect(stage.unknownOrders == 1)
    #expect(stage.resend() == [.query(Desk.id(1))])
    // Asking for the end of it is no evidence.
    _ = stage.stop(.reduce, sequence: 2, prices: [], at: Desk.time(1))
    _ = stage.receive(.unknown(cause: "timeout"), ofCancel: Desk.id(1), at: Desk.time(1))
    _ = stage.receive(.notOpen, ofCancel: Desk.id(1), at: Desk.time(1))
    #expect(stage.reservedQuote == Desk.money("202") && stage.unknownOrders == 1)
    #expect(stage.receive(query: nil, of: Desk.id(1), at: Desk.time(2)) == [.orderChanged(Desk.id(1), .rejected)])
    #expect(stage.reservedQuote.isZero && stage.openOrders == 0)
  }

  @Test func aShortReservesAtTheReferencePrice() {
    var stage = Desk.stage()
    _ = stage.submit(Desk.entry(1, .sell, "2"), at: Desk.time(0), reference: Desk.price("100"))
    #expect(stage.reservedQuote == Desk.money("200"))
    _ = stage.receive(.filled(Desk.fill(1, Desk.id(1), .sell, "0.5")))
    #expect(stage.reservedQuote == Desk.money("150"))
  }

  @Test func foundOpenOrFilled() {
    var stage = unknown()
    let request = Desk.entry(1, .buy, "2").request
    var snapshot = OrderSnapshot(request: request, state: .accepted, filledQuantity: .zero)
    var open = stage
    #expect(open.receive(query: snapshot, of: Desk.id(1), at: Desk.time(1)) == [.orderChanged(Desk.id(1), .accepted)])
    #expect(open.reservedQuote == Desk.money("202"))
    // Filled, says the venue: the order waits for its fills, with the exposure reserved.
    snapshot.state = .filled
    snapshot.filledQuantity = Desk.quantity("2")
    _ = stage.receive(query: snapshot, of: Desk.id(1), at: Desk.time(1))
    #expect(stage.openOrders == 1 && stage.needsReconciliation && stage.reservedQuote == Desk.money("202"))
    _ = stage.receive(.filled(Desk.fill(1, Desk.id(1), .buy, "2")))
    #expect(stage.order(Desk.id(1))?.state == .filled)
    #expect(stage.reservedQuote.isZero)
  }

  @Test func cancelledAfterAPartThatWasNotReported() {
    var stage = unknown()
    let snapshot = OrderSnapshot(
      request: Desk.entry(1, .buy, "2").request, state: .cancelled, filledQuantity: Desk.quantity("0.5"))
    _ = stage.receive(query: snapshot, of: Desk.id(1), at: Desk.time(1))
    #expect(stage.order(Desk.id(1))?.state == .accepted)
    _ = stage.receive(.filled(Desk.fill(1, Desk.id(1), .buy, "0.5")))
    #expect(stage.order(Desk.id(1))?.state == .cancelled)
  }

  @Test func anOrderThatRisesIsEndedAndFlagged() {
    var stage = unknown()
    _ = stage.receive(query: nil, of: Desk.id(1), at: Desk.time(1))
    let effects = stage.receive(.accepted(Desk.id(1), at: Desk.time(2)))
    #expect(effects.withoutAlerts == [.cancel(Desk.id(1))])
    #expect(stage.isUnreconciled)
    #expect(stage.order(Desk.id(1))?.state == .rejected)
  }

  @Test func rejectionsEndWithAReason() {
    var stage = Desk.stage()
    _ = stage.submit(Desk.entry(1), at: Desk.time(0))
    let effects = stage.receive(.rejected(.insufficientBalance), of: Desk.id(1), at: Desk.time(0))
    #expect(effects.withoutAlerts == [.orderChanged(Desk.id(1), .rejected)] && effects.alerts == 1)
  }

  /// What is on its way in two instruments takes up its limit after a restart too: each order at its own price.
  @Test func exposureOfTwoInstrumentsIsReservedAfterARestart() throws {
    var stage = Desk.stage(2)
    _ = stage.submit(Desk.entry(1, .buy, "2"), at: Desk.time(0), reference: Desk.price("100"))
    _ = stage.submit(
      Desk.entry(2, .buy, "3", collar: "51", instrument: 1), at: Desk.time(0), reference: Desk.price("50"))
    _ = stage.receive(.unknown(cause: "lost"), of: Desk.id(1), at: Desk.time(0))
    let reserved = stage.state.orders.map(\.reservedQuote)
    #expect(reserved.count == 2 && reserved.allSatisfy(\.isPositive))
    #expect(stage.reservedQuote == (try reserved[0].adding(reserved[1])))
    let text = try JSONEncoder().encode(stage.state)
    let state = try JSONDecoder().decode(ExecutionState.self, from: text)
    let restored = ExecutionStage(instruments: stage.instruments, state: state)
    #expect(restored.reservedQuote == stage.reservedQuote && restored.unknownOrders == stage.unknownOrders)
    // With one of them gone from the list, its order cannot be judged, and nothing is opened.
    let moved = ExecutionStage(instruments: Desk.instruments(1), state: state)
    #expect(moved.isUnreconciled && moved.reservedQuote == reserved[0])
  }

  /// A bug that was: with another list of instruments it was forgotten that nobody knew how an order had ended.
  @Test func anotherListOfInstrumentsKeepsAllOfAnOrder() {
    var stage = Desk.stage()
    _ = stage.submit(Desk.entry(1, .buy, "3", stop: nil), at: Desk.time(0))
    _ = stage.receive(.accepted, of: Desk.id(1), at: Desk.time(0))
    #expect(stage.receive(.cancelled(Desk.id(1), at: Desk.time(1))) == [.query(Desk.id(1))])
    let moved = ExecutionStage(instruments: Desk.instruments(2), state: stage.state)
    #expect(moved.state.orders == stage.state.orders && moved.resend() == [.query(Desk.id(1))])
  }

  @Test func stateSurvivesItsText() throws {
    var stage = unknown()
    _ = stage.submit(Desk.entry(2), at: Desk.time(1))
    _ = stage.receive(.filled(Desk.fill(7, Desk.id(2))))
    _ = stage.stop(.reduce, sequence: 3, prices: [], at: Desk.time(2))
    let text = try JSONEncoder().encode(stage.state)
    let restored = try JSONDecoder().decode(ExecutionState.self, from: text)
    #expect(restored == stage.state)
    #expect(ExecutionStage(instruments: stage.instruments, state: restored).state == stage.state)
    // Another list of instruments keeps what it can, by symbol, and says what it cannot.
    let moved = ExecutionStage(instruments: Desk.instruments(2), state: restored)
    #expect(moved.position(of: Desk.zero) == stage.position(of: Desk.zero) && !moved.isUnreconciled)
    #expect(ExecutionStage(instruments: Desk.instruments(0), state: restored).isUnreconciled)
  }
}
