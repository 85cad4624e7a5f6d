import Bot
import Core
import Execution

/// Reads a payload as a venue's books, and as its word on one order, as a replay does. What is understood and written
/// again must read back the same, and an execution that hears it must make no order of its own.
enum BooksFuzz {
  static func run(_ input: [UInt8]) -> FuzzOutcome {
    do {
      let tree = try JSONTree.parse(input)
      var walk = ExecutionWalk.withPosition(hasPairs: input.count % 2 == 0)
      if let (answer, at) = OrderAnswer.decode(tree) {
        guard let again = OrderAnswer.decode(answer.encoded(at: at)), again.answer == answer, again.at == at else {
          return .finding("an answer, written again, reads otherwise")
        }
        walk.answer(answer.snapshot, about: answer.id, at: at)
      } else {
        let (books, at) = try VenueState.decode(tree)
        guard let again = try? VenueState.decode(books.encoded(at: at)), again.state == books, again.at == at else {
          return .finding("books, written again, read otherwise")
        }
        // Twice: the second time nothing is new.
        for _ in 0..<2 { walk.reconcile(books.account, books.openOrders, books.fills, at: at) }
      }
      return walk.finding.map { .finding($0) } ?? .taken
    } catch {
      return error is JSONTreeError || error is VenueRecordError ? .refused : .finding("\(error)")
    }
  }

  /// Books with every kind of order and fill, and answers about each order.
  static var seeds: [[UInt8]] {
    let time = FuzzWorld.time
    let held = PositionView(
      side: .long, quantity: FuzzWorld.quantity(1000), totalCostQuote: Money(raw: 100 * Money.unit), entryTime: time)
    let states: [OrderState] = [.accepted, .partiallyFilled, .pendingCancel]
    let orders = zip(FuzzWorld.orders, states).map {
      OrderSnapshot(request: $0, state: $1, filledQuantity: FuzzWorld.quantity($1 == .partiallyFilled ? 1 : 0))
    }
    var dear = FuzzWorld.fill
    dear.tradeID = 2
    dear.feeQuote = .zero
    dear.feeBase = FuzzWorld.quantity(1)
    let books = [
      ([held, .flat], orders, [FuzzWorld.fill, dear]), ([], [], []), ([.flat, held], [orders[2]], [dear]),
    ].map { positions, orders, fills in
      VenueState(
        account: AccountSnapshot(
          cashQuote: Money(raw: -1), positions: positions, feesQuote: Money(raw: 1), lastTradeID: 9),
        openOrders: orders, fills: fills)
    }
    let answers = orders.map { OrderAnswer(id: $0.request.clientID, snapshot: $0) }
    return books.map { $0.encoded(at: time) } + answers.map { $0.encoded(at: time) }
      + [OrderAnswer(id: FuzzWorld.id(1, .protectiveStop), snapshot: nil).encoded(at: time)]
  }
}
