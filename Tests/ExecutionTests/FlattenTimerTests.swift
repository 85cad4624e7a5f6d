import Core
import Execution
import Testing

@Suite("A flattening stop that no bar helps along")
struct FlattenTimerTests {
  private let last = Desk.price("100")

  private func price(_ effects: [ExecutionEffect]) -> Price? {
    guard case .limit(let price)? = effects.intents.first?.request.kind else { return nil }
    return price
  }

  @Test func itIsDueOnlyForWhatIsLeftOrRests() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1, stop: nil))
    #expect(!stage.isFlattenDue(at: Desk.time(1)), "no stop, nothing due")
    let effects = stage.stop(.flatten, sequence: 9, prices: [last], at: Desk.time(1))
    #expect(price(effects) == Desk.price("99"))
    let id = effects.intents[0].request.clientID
    _ = stage.release(effects.intents[0], tradingState: .halted, lastPrice: last, at: Desk.time(1))
    _ = stage.receive(.accepted, of: id, at: Desk.time(1))
    #expect(!stage.isFlattenDue(at: Desk.time(1)))
    let due = Desk.time(1).adding(milliseconds: ExecutionStage.flattenRestMillis)
    #expect(!stage.isFlattenDue(at: due.adding(milliseconds: -1)) && stage.isFlattenDue(at: due))
    // It rested: cancelled first, and replaced once it is gone, at a wider collar.
    #expect(stage.stop(.flatten, sequence: 20, prices: [last], at: due).intents.isEmpty)
    #expect(!stage.isFlattenDue(at: due), "a cancel is under way")
    _ = stage.receive(.cancelled(id, at: due))
    #expect(stage.isFlattenDue(at: due), "a position is left that nothing closes")
    #expect(price(stage.stop(.flatten, sequence: 21, prices: [last], at: due)) == Desk.price("98"))
  }

  @Test func theCollarWidensUpToItsBound() {
    let collars = (0..<8).map { ExecutionStage.flattenCollar(after: $0) }
    #expect(collars == [100, 200, 300, 400, 500, 500, 500, 500].map { Rate(basisPoints: $0) })
    #expect(ExecutionStage.flattenCollar(after: .max) == ExecutionStage.widestFlattenCollar)
    #expect(ExecutionStage.flattenCollar(after: -1) == ExecutionStage.flattenCollar)
  }

  @Test func aNewStopStartsNarrowAgain() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1, stop: nil))
    for sequence in UInt64(9)..<14 { _ = stage.stop(.flatten, sequence: sequence, prices: [nil], at: Desk.time(1)) }
    #expect(stage.state.plan?.repricings == nil, "what could not be priced does not widen anything")
    #expect(price(stage.stop(.flatten, sequence: 14, prices: [last], at: Desk.time(1))) == Desk.price("99"))
    #expect(stage.state.plan?.repricings == 1)
    _ = stage.receive(query: nil, of: Desk.id(14, .flatten), at: Desk.time(2))
    _ = stage.resume(at: Desk.time(2))
    #expect(price(stage.stop(.flatten, sequence: 30, prices: [last], at: Desk.time(3))) == Desk.price("99"))
  }

  @Test func theGuardsFillsAreKnownAndItsNumbersAreNoDecisions() {
    var stage = Desk.stage()
    _ = stage.open(Desk.entry(1, stop: nil))
    let id = Desk.id(1_700_000_000_000, .guardFlatten)
    _ = stage.receive(.filled(Desk.fill(2, id, .sell)))
    #expect(stage.position(of: Desk.zero).side == .flat)
    #expect(stage.state.counters.guardFills == 1 && stage.state.counters.foreignFills == 0)
    #expect(!stage.isUnreconciled)
    // An order of the guard's that still rests is ended, and does not block later decisions.
    let resting = OrderSnapshot(
      request: OrderRequest(
        clientID: Desk.id(1_700_000_000_001, .guardFlatten), instrument: Desk.zero, side: .sell,
        kind: .limit(last), quantity: Desk.quantity("1"), isReduceOnly: true),
      state: .accepted, filledQuantity: .zero)
    let account = AccountSnapshot(
      cashQuote: stage.cashQuote, positions: [.flat], feesQuote: stage.state.feesQuote, lastTradeID: 2)
    let effects = stage.reconcile(account: account, openOrders: [resting], fills: [], at: Desk.time(2))
    #expect(effects.contains(.cancel(resting.request.clientID)))
    #expect(stage.lastReconciliation?.differences.isEmpty == true)
    #expect(stage.submit(Desk.entry(2, stop: nil), at: Desk.time(3)).intents.count == 1)
  }
}
