import Core
import Execution
import Testing

@Suite struct ReconciliationTests {
  private func account(_ cash: String, _ position: PositionView = .flat, trade: UInt64, fees: String = "0")
    -> AccountSnapshot
  {
    AccountSnapshot(
      cashQuote: Desk.money(cash), positions: [position], feesQuote: Desk.money(fees), lastTradeID: trade)
  }

  private func long(_ quantity: String, _ cost: String) -> PositionView {
    PositionView(
      side: .long, quantity: Desk.quantity(quantity), totalCostQuote: Desk.money(cost), entryTime: Desk.time(0))
  }

  @Test func aFreshStateTakesTheVenuesAccountOver() {
    var stage = Desk.stage(cash: "5")
    _ = stage.reconcile(
      account: account("777", long("1", "100"), trade: 9), openOrders: [], fills: [], at: Desk.time(0))
    #expect(stage.cashQuote == Desk.money("777"))
    #expect(stage.position(of: Desk.zero) == long("1", "100"))
    // Nobody knows its stop distance.
    #expect(stage.hasUnprotectedPosition)
    #expect(stage.lastReconciliation?.isClean == true)
    #expect(stage.reconcileAfter == 9)
  }

  @Test func missingFillsAreRecovered() {
    var stage = Desk.stage()
    _ = stage.submit(Desk.entry(1, .buy, "2"), at: Desk.time(0))
    _ = stage.receive(.filled(Desk.fill(1, Desk.id(1))))
    var restarted = ExecutionStage(instruments: stage.instruments, state: stage.state)
    let fills = [Desk.fill(1, Desk.id(1)), Desk.fill(2, Desk.id(1))]
    let effects = restarted.reconcile(
      account: account("9799.8", long("2", "200"), trade: 2), openOrders: [], fills: fills, at: Desk.time(3))
    #expect(restarted.lastReconciliation?.recoveredFills == 1)
    #expect(restarted.position(of: Desk.zero) == long("2", "200"))
    #expect(restarted.order(Desk.id(1))?.state == .filled)
    #expect(!restarted.isUnreconciled && !restarted.needsReconciliation)
    // The old stop of one coin was never confirmed: it is asked about before a new one is sent.
    #expect(effects.contains(.query(Desk.id(1, .protectiveStop))))
    #expect(effects.intents.isEmpty)
    let answered = restarted.receive(query: nil, of: Desk.id(1, .protectiveStop), at: Desk.time(4))
    #expect(answered.intents.map(\.request.quantity) == [Desk.quantity("2")])
  }

  @Test func anOrderThatIsNotOpenIsQueriedNotForgotten() {
    var stage = Desk.stage()
    _ = stage.submit(Desk.entry(1), at: Desk.time(0))
    var restarted = ExecutionStage(instruments: stage.instruments, state: stage.state)
    let effects = restarted.reconcile(
      account: account("10000", trade: 0), openOrders: [], fills: [], at: Desk.time(1))
    #expect(effects == [.orderChanged(Desk.id(1), .unknown), .query(Desk.id(1))])
    #expect(restarted.reservedQuote == Desk.money("101"))
    #expect(restarted.lastReconciliation?.isClean == false)
    // In the process that is sending it, it is simply under way.
    #expect(
      stage.reconcile(account: account("10000", trade: 0), openOrders: [], fills: [], at: Desk.time(1)).isEmpty)
  }

  @Test func missingReportIsNotFlat() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1, stop: nil))
    let effects = stage.reconcile(account: account("10000", trade: 1), openOrders: [], fills: [], at: Desk.time(2))
    #expect(effects.alerts == 2 && stage.isUnreconciled)
    #expect(stage.position(of: Desk.zero).side == .long)
    #expect(stage.lastReconciliation?.differences.count == 2)
    // Agreement later lifts the flag; a person's word does as well.
    var agreed = stage
    _ = agreed.reconcile(
      account: account("9899.9", long("1", "100"), trade: 1), openOrders: [], fills: [], at: Desk.time(3))
    #expect(!agreed.isUnreconciled)
    _ = stage.adopt(account("10000", trade: 1), at: Desk.time(3))
    #expect(!stage.isUnreconciled && stage.position(of: Desk.zero) == .flat)
  }

  @Test func aSnapshotOfAnotherMomentIsNoDifferenceUntilItStays() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1, stop: nil))
    for look in 1...3 {
      _ = stage.reconcile(account: account("10000", trade: 0), openOrders: [], fills: [], at: Desk.time(2))
      #expect(stage.needsReconciliation && stage.isUnreconciled == (look == 3))
    }
  }

  @Test func strangersAreReservedAndEnded() {
    var stage = Desk.stage()
    let stranger = OrderSnapshot(
      request: OrderRequest(
        clientID: Desk.id(40), instrument: Desk.zero, side: .buy, kind: .limit(Desk.price("90")),
        quantity: Desk.quantity("2"), isReduceOnly: false), state: .accepted, filledQuantity: .zero)
    let effects = stage.reconcile(
      account: account("10000", trade: 0), openOrders: [stranger], fills: [], at: Desk.time(0))
    #expect(effects.contains(.cancel(Desk.id(40))))
    #expect(stage.reservedQuote == Desk.money("180"))
    // Its decision counts as taken on.
    #expect(stage.submit(Desk.entry(40), at: Desk.time(1)).intents.isEmpty)
  }

  @Test func aStrangersStopShowsTheDistance() {
    var stage = Desk.stage()
    let stop = OrderSnapshot(
      request: OrderRequest(
        clientID: Desk.id(12, .protectiveStop, 3), instrument: Desk.zero, side: .sell,
        kind: .stopMarket(trigger: Desk.price("95")), quantity: Desk.quantity("1"), isReduceOnly: true),
      state: .accepted, filledQuantity: .zero)
    let effects = stage.reconcile(
      account: account("9900", long("1", "100"), trade: 4), openOrders: [stop], fills: [], at: Desk.time(0))
    #expect(!stage.hasUnprotectedPosition && effects.intents.isEmpty)
    _ = stage.receive(.expired(Desk.id(12, .protectiveStop, 3), at: Desk.time(1)))
    #expect(stage.order(Desk.id(12, .protectiveStop, 4))?.request.kind == .stopMarket(trigger: Desk.price("95")))
  }

  /// A venue can say anything. What nobody can hold is taken over by nobody, and no order follows from it.
  @Test(arguments: [
    PositionView(side: .long, quantity: Desk.quantity("-1"), totalCostQuote: Desk.money("100"), entryTime: nil),
    PositionView(side: .long, quantity: Desk.quantity("1"), totalCostQuote: Desk.money("-100"), entryTime: nil),
    PositionView(side: .short, quantity: .zero, totalCostQuote: .zero, entryTime: nil),
    PositionView(side: .flat, quantity: Desk.quantity("1"), totalCostQuote: .zero, entryTime: nil),
  ])
  func anAccountThatCannotBeIsNoEvidence(_ position: PositionView) {
    var stage = Desk.stage()
    let first = stage.reconcile(
      account: account("777", position, trade: 9), openOrders: [], fills: [], at: Desk.time(0))
    #expect(first.intents.isEmpty && first.alerts > 0)
    #expect(stage.isUnreconciled && stage.cashQuote == Desk.money("10000") && stage.positions == [.flat])
    _ = stage.open(Desk.entry(1))
    let effects = stage.adopt(account("777", position, trade: 9), at: Desk.time(1))
    #expect(effects.intents.isEmpty)
    #expect(stage.isUnreconciled && stage.position(of: Desk.zero) == long("1", "100"))
  }

  /// Fills below nothing made the exposure of an order overflow; a price below nothing lowered what is reserved.
  @Test func ordersThatCannotBeAreNoEvidence() {
    let request = Desk.entry(5).request
    var negative = OrderSnapshot(request: request, state: .accepted, filledQuantity: Quantity(raw: .min))
    negative.request.quantity = .max
    var free = OrderSnapshot(request: request, state: .accepted, filledQuantity: .zero)
    free.request.kind = .limit(Desk.price("-100"))
    for snapshot in [negative, free] {
      var stage = Desk.stage()
      _ = stage.reconcile(account: account("1", trade: 0), openOrders: [snapshot], fills: [], at: Desk.time(0))
      #expect(stage.openOrders == 0 && stage.reservedQuote == .zero)
      #expect(stage.isUnreconciled && stage.lastReconciliation?.isClean == false)
      _ = stage.submit(Desk.entry(5), at: Desk.time(1))
      _ = stage.receive(query: snapshot, of: Desk.id(5), at: Desk.time(1))
      #expect(stage.order(Desk.id(5))?.state == .intended && stage.state.counters.anomalies == 1)
    }
  }

  /// A stranger's stop far on the wrong side gives a distance that no longer fits once the average has moved.
  @Test func noStopIsPlacedBelowATick() throws {
    let short = PositionView(
      side: .short, quantity: Desk.quantity("1"), totalCostQuote: Desk.money("5"), entryTime: nil)
    let trigger = try ExecutionStage.trigger(short, distance: Desk.price("-100"), tick: Desk.price("0.01"))
    #expect(trigger == Desk.price("0.01"))
  }
}
