import Core
import Exchange
import Execution

/// A venue that says anything in any order, to an execution that a policy gives orders.
enum ReportsFuzz {
  /// Longest walk, in steps.
  private static let maximumSteps = 400

  static let seeds: [[UInt8]] = [
    // An order, its acceptance and fill; then books, a stop of every level, a resume.
    [0, 0, 10, 1, 3, 0, 2, 9, 6, 15, 0, 105, 130, 9, 3, 6, 3, 0, 9, 7, 1, 8, 0, 7, 2, 10, 4, 6, 7, 8],
    // The same at a venue that takes pairs.
    [2, 0, 10, 1, 3, 0, 2, 9, 6, 15, 0, 105, 130, 9, 1, 0, 200, 3, 6, 3, 0, 9, 7, 1, 8, 0, 7, 2, 10, 4, 6, 7, 8],
    [3, 1, 0, 200, 4, 0, 0, 4, 0, 1, 2, 4, 5, 6, 7, 8, 9, 6, 0, 1, 1, 6, 1, 0, 8, 0, 3, 0, 9],
    (0..<120).map { UInt8(truncatingIfNeeded: $0 * 37) },
    (0..<250).map { UInt8(truncatingIfNeeded: $0 * $0 * 7 + $0) },
    Array(repeating: 6, count: 64), Array(repeating: 255, count: 64),
  ]

  static func run(_ input: [UInt8]) -> FuzzOutcome {
    var choices = ByteChoices(input)
    let start = choices.byte()
    var walk =
      start & 1 == 1 ? ExecutionWalk.withPosition(hasPairs: start & 2 == 2) : ExecutionWalk(hasPairs: start & 2 == 2)
    var steps = 0
    while !choices.isAtEnd, steps < maximumSteps {
      steps += 1
      walk.step(&choices)
      if let finding = walk.finding { return .finding("step \(steps): \(finding)") }
    }
    return steps > 0 ? .taken : .refused
  }
}

extension ExecutionWalk {
  mutating func step(_ choices: inout ByteChoices) {
    switch choices.below(12) {
    case 0: decide(choices.pick([.buy, .sell]), FuzzWorld.quantity(Int64(choices.byte()) + 1))
    case 1: release(choices.pick([.active, .active, .active, .reducing, .halted]), choices.price())
    case 2: hear(.report(sequence: choices.number(), report(&choices)))
    case 3: hear(.report(sequence: choices.number(), .filled(fill(&choices))))
    case 4: outcome(choices.pick(outcomes), of: id(&choices), at: choices.moment())
    case 5: cancelled(choices.pick([.cancelled, .pending, .notOpen, .unknown(cause: "")]), id(&choices))
    case 6:
      let asked = id(&choices)
      answer(choices.flag() ? snapshot(&choices) : nil, about: asked, at: choices.moment())
    case 7:
      let orders = (0..<choices.below(3)).map { _ in snapshot(&choices) }
      let fills = (0..<choices.below(3)).map { _ in fill(&choices) }
      reconcile(account(&choices), orders, fills, at: choices.moment())
    case 8: stop(choices.pick(StopLevel.allCases), choices.number(), choices.flag() ? choices.price() : nil)
    case 9: resume()
    case 10: adopt(account(&choices))
    default: look(at: choices.moment())
    }
  }

  private var outcomes: [SubmitOutcome] { [.accepted, .rejected(.tick), .rejected(.reduceOnly), .unknown(cause: "")] }

  /// One of our own orders more often than not: only news of those reaches deep.
  private func id(_ choices: inout ByteChoices) -> ClientOrderID {
    let known = stage.state.orders.map(\.id) + stage.state.ended.suffix(3).map(\.id)
    return known.isEmpty || choices.below(8) == 7 ? choices.clientID() : choices.pick(known)
  }

  private func report(_ choices: inout ByteChoices) -> ExecutionReport {
    let id = id(&choices)
    switch choices.below(4) {
    case 0: return .accepted(id, at: choices.moment())
    case 1: return .cancelled(id, at: choices.moment())
    case 2: return .expired(id, at: choices.moment())
    default: return .rejected(id, choices.pick(RejectReason.allCases), at: choices.moment())
    }
  }

  func fill(_ choices: inout ByteChoices) -> Fill {
    let id = id(&choices)
    let quantity = choices.quantity()
    return Fill(
      tradeID: choices.number(), clientID: id,
      instrument: choices.flag() ? choices.instrument() : InstrumentID(index: 0),
      side: choices.pick([.buy, .sell]), quantity: quantity, price: choices.price(), feeQuote: choices.money(),
      feeBase: choices.below(4) == 3 ? choices.quantity() : .zero, isMaker: choices.flag(), time: choices.moment())
  }

  func snapshot(_ choices: inout ByteChoices) -> OrderSnapshot {
    let kind: OrderKind = [.market, .limit(choices.price()), .stopMarket(trigger: choices.price())][choices.below(3)]
    let request = OrderRequest(
      clientID: id(&choices), instrument: choices.instrument(), side: choices.pick([.buy, .sell]), kind: kind,
      quantity: choices.quantity(), isReduceOnly: choices.flag())
    return OrderSnapshot(
      request: request, state: choices.pick(OrderState.allCases), filledQuantity: choices.quantity())
  }

  func account(_ choices: inout ByteChoices) -> AccountSnapshot {
    // Our own account, changed in places: only such a one is compared to the end.
    let positions = stage.positions.map { position -> PositionView in
      switch choices.below(4) {
      case 0:
        PositionView(
          side: choices.pick([.long, .short]), quantity: choices.quantity(), totalCostQuote: choices.money(),
          entryTime: choices.flag() ? choices.moment() : nil)
      case 1: .flat
      default: position
      }
    }
    return AccountSnapshot(
      cashQuote: choices.flag() ? choices.money() : stage.cashQuote, positions: positions,
      feesQuote: choices.money(), lastTradeID: choices.flag() ? choices.number() : stage.state.trades.highest)
  }
}
