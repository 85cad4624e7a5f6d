import Bot
import Core
import Execution

/// Reads a payload as a venue's books, and as its word on one order, as a replay does. What is understood and written
/// again must read back the same, and an execution that hears it must make no order of its own. An input that is no text
/// is choices: of books with any values, which must survive being written.
enum BooksFuzz {
  /// Books and answers in a walk of choices at most.
  private static let maximumSteps = 32

  static func run(_ input: [UInt8]) -> FuzzOutcome {
    var walk = ExecutionWalk.withPosition(hasPairs: input.count % 2 == 0)
    guard input.first == UInt8(ascii: "{") else { return run(ByteChoices(input), &walk) }
    do {
      let tree = try JSONTree.parse(input)
      let finding: String?
      if let (answer, at) = OrderAnswer.decode(tree) {
        finding = hear(answer, at, &walk)
      } else {
        let (books, at) = try VenueState.decode(tree)
        finding = hear(books, at, &walk)
      }
      return finding.map { .finding($0) } ?? .taken
    } catch {
      return error is JSONTreeError || error is VenueRecordError ? .refused : .finding("\(error)")
    }
  }

  private static func run(_ choices: ByteChoices, _ walk: inout ExecutionWalk) -> FuzzOutcome {
    var choices = choices
    var steps = 0
    while !choices.isAtEnd, steps < maximumSteps {
      steps += 1
      let finding: String?
      if choices.flag() {
        let orders = (0..<choices.below(3)).map { _ in walk.snapshot(&choices) }
        let fills = (0..<choices.below(3)).map { _ in walk.fill(&choices) }
        let books = VenueState(account: walk.account(&choices), openOrders: orders, fills: fills)
        finding = hear(books, choices.moment(), &walk)
      } else {
        let snapshot = walk.snapshot(&choices)
        let answer = OrderAnswer(id: snapshot.request.clientID, snapshot: choices.flag() ? snapshot : nil)
        finding = hear(answer, choices.moment(), &walk)
      }
      if let finding { return .finding("step \(steps): \(finding)") }
    }
    return steps > 0 ? .taken : .refused
  }

  private static func hear(_ answer: OrderAnswer, _ at: Timestamp, _ walk: inout ExecutionWalk) -> String? {
    guard let again = OrderAnswer.decode(answer.encoded(at: at)), again.answer == answer, again.at == at else {
      return "an answer, written again, reads otherwise: \(answer)"
    }
    walk.answer(answer.snapshot, about: answer.id, at: at)
    return walk.finding
  }

  private static func hear(_ books: VenueState, _ at: Timestamp, _ walk: inout ExecutionWalk) -> String? {
    guard let again = try? VenueState.decode(books.encoded(at: at)), again.state == books, again.at == at else {
      return "books, written again, read otherwise: \(books)"
    }
    // Twice: the second time nothing is new.
    for _ in 0..<2 { walk.reconcile(books.account, books.openOrders, books.fills, at: at) }
    return walk.finding
  }

  /// Books with every kind of order and fill, and answers about each order; then walks of choices.
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
      + [
        (0..<120).map { UInt8(truncatingIfNeeded: $0 * 37) },
        (0..<250).map { UInt8(truncatingIfNeeded: $0 * $0 * 7 + $0) },
      ]
  }
}
