import Core
import Exchange
import Testing

/// The engine against a second one that was written from the rules alone: the same random operations, every event, every
/// balance.
@Suite struct DifferentialTests {
  static let operations = 125_000

  @Test(arguments: UInt64(1)...8)
  func everyEventAndEveryBalance(seed: UInt64) throws {
    var walk = EngineWalk(seed: seed)
    var naive = NaiveEngine(walk.engine.instruments)
    for account in 0..<EngineWalk.accounts { naive.openAccount(walk.engine.totalCash(of: AccountID(account))) }
    for account in 0..<EngineWalk.accounts {
      for index in naive.instruments.indices {
        naive.accounts[account].positions[index] = walk.engine.position(
          of: AccountID(account), in: InstrumentID(index: UInt16(index)))
      }
    }
    for step in 0..<Self.operations {
      let operation = walk.nextOperation()
      let outcome = walk.play(operation)
      naive.events.removeAll(keepingCapacity: true)
      naive.now = walk.time
      let other = naive.play(operation)
      let place = { "seed \(seed), step \(step): \(operation)" }
      guard walk.events == naive.events, outcome == other else {
        Issue.record("\(place())\nengine \(walk.events) \(outcome)\nnaive  \(naive.events) \(other)")
        return
      }
      guard let difference = walk.difference(from: naive, orders: step % 64 == 0) else { continue }
      Issue.record("\(place()): \(difference)")
      return
    }
    #expect(walk.engine.tradeCount > 10_000, "seed \(seed): too few trades to prove anything")
    for kind in EngineWalk.Kind.allCases { #expect(walk.met.contains(kind), "seed \(seed): no \(kind)") }
  }
}

extension NaiveEngine {
  mutating func play(_ operation: EngineWalk.Operation) -> EngineWalk.Outcome {
    switch operation {
    case .submit(let order):
      submit(order)
      return .none
    case .pair(let limit, let stop):
      submitPair(limit, stop)
      return .none
    case .cancel(let account, let key): return .cancelled(cancel(account, key))
    case .cancelAll(let account, let instrument):
      cancelAll(account, instrument)
      return .none
    case .replace(let key, let order, let mode): return .replaced(replace(key, order, mode))
    case .deposit(let account, let cash):
      accounts[Int(account.index)].cash += cash.raw
      return .none
    }
  }
}

extension EngineWalk {
  /// The first difference between the accounts of the two; nil if there is none.
  func difference(from naive: NaiveEngine, orders: Bool) -> String? {
    for index in 0..<Self.accounts {
      let account = AccountID(index)
      let other = naive.accounts[index]
      if engine.totalCash(of: account).raw != other.cash { return "cash of \(index)" }
      if engine.feesPaid(by: account).raw != other.fees { return "fees of \(index)" }
      if engine.cash(of: account).free.raw != naive.available(index) { return "free cash of \(index)" }
      for place in naive.instruments.indices {
        let instrument = InstrumentID(index: UInt16(place))
        if engine.position(of: account, in: instrument) != other.positions[place] { return "position of \(index)" }
        if engine.lockedBase(of: account, in: instrument).raw != other.lockedBase[place] { return "base of \(index)" }
      }
      guard orders else { continue }
      let open = engine.openOrders(of: account)
      let expected = naive.orders.filter { $0.sent.account == account }
      guard open.map(\.number) == expected.map(\.number) else { return "open orders of \(index)" }
      for (left, right) in zip(open, expected) {
        guard left.order == right.sent || left.order.isPostOnly, left.lockedQuote.raw == right.lockedQuote,
          left.lockedBase.raw == right.lockedBase,
          left.filledQuantity.raw == right.sent.quantity.raw - right.left
        else { return "order \(left.number): \(left) is not \(right)" }
      }
    }
    return nil
  }
}
