import Core
import Exchange

/// One line of every kind, and sessions of several.
enum WireSeeds {
  static var all: [[UInt8]] {
    let codec = WireCodec(symbols: FuzzWorld.symbols)
    let requests = requests.enumerated().map { codec.encode($1, id: UInt64($0) + 1) }
    let messages = messages.map(codec.encode)
    return requests + messages + [reports.flatMap(codec.encode), messages.suffix(8).flatMap { $0 }]
  }

  private static var requests: [WireRequest] {
    let orders = FuzzWorld.orders
    return [
      .hello(version: 1, client: "bot-1.a_Z", account: "main"), .instruments, .capabilities,
      .history(InstrumentID(index: 1), count: 2000), .subscribe(after: FuzzWorld.time),
      .submitPair(orders[0], orders[2]), .cancel(FuzzWorld.id(5)), .cancelAll, .cancelAllAfter(millis: 86_400_000),
      .order(FuzzWorld.id(6, .flatten, 2)), .openOrders, .fills(after: .max), .account, .time,
    ] + orders.map { .submit($0) }
  }

  private static var answers: [WireAnswer] {
    let orders = FuzzWorld.orders.map { OrderSnapshot(request: $0, state: .accepted, filledQuantity: .zero) }
    let welcome = WireWelcome(
      version: 1, start: 3, reportSequence: 4, market: "a \"market\"\n", timeframe: .oneSecond, time: FuzzWorld.time)
    let held = PositionView(
      side: .short, quantity: FuzzWorld.quantity(1500), totalCostQuote: Money(raw: 150 * Money.unit),
      entryTime: FuzzWorld.time)
    return [
      .welcome(welcome), .instruments(FuzzWorld.table.instruments), .capabilities(hasPairs: true),
      .bars([FuzzWorld.bar(), FuzzWorld.bar()]),
      .subscribed, .placed, .refused(.insufficientBalance), .cancelled, .notOpen, .cancelledAll(3), .armed(millis: 5),
      .order(nil), .order(orders[1]), .openOrders(orders), .fills([FuzzWorld.fill], isComplete: false),
      .account(
        AccountSnapshot(
          cashQuote: Money(raw: -1), positions: [held, .flat], feesQuote: Money(raw: 1), lastTradeID: 9)),
      .time(FuzzWorld.time), .fault(WireFault(.unknown, "who knows")),
    ]
  }

  private static var reports: [WireMessage] {
    let stop = FuzzWorld.id(1, .protectiveStop)
    let news: [ExecutionReport] = [
      .accepted(FuzzWorld.id(1), at: FuzzWorld.time), .filled(FuzzWorld.fill), .cancelled(stop, at: FuzzWorld.time),
      .expired(stop, at: FuzzWorld.time), .rejected(stop, .tick, at: FuzzWorld.time),
    ]
    return news.enumerated().map { .report(sequence: UInt64($0) + 1, $1) }
  }

  private static var messages: [WireMessage] {
    answers.enumerated().map { .answer(id: UInt64($0) + 1, $1) } + [.bar(FuzzWorld.bar())] + reports
  }
}
