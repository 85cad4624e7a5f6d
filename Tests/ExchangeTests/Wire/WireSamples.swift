import Core
import Exchange

/// One message of every kind, for the tests of the protocol.
enum WireSamples {
  static let codec = WireCodec(symbols: ["SYM0", "SYM1"])
  static let time = Timestamp(milliseconds: 1_767_225_600_123)

  static let orders: [OrderRequest] = [
    World.order(World.id(1), .buy, "0.001"),
    World.order(World.id(7, .exit, 3), .sell, "12.345678901", .limit(World.price("0.01")), instrument: 1),
    World.order(
      World.id(.max, .protectiveStop, .max), .sell, "9223372036.854775807",
      .stopMarket(trigger: World.price("9223372036.854775807")), reduceOnly: true),
  ]
  static let fill = Fill(
    tradeID: 9, clientID: World.id(1), instrument: InstrumentID(index: 1), side: .sell,
    quantity: World.quantity("0.000000001"), price: World.price("98765.4321"),
    feeQuote: World.money("-0.000000000000000001"), feeBase: World.quantity("0.000000001"), isMaker: true, time: time)
  static let bar = Bar(
    instrument: InstrumentID(index: 0), timeframe: Timeframe(milliseconds: 50), openTime: time,
    open: World.price("100"), high: World.price("100.02"), low: World.price("99.99"), close: World.price("100.01"),
    volume: Measure(raw: 12_345_678_901_234_567))
  static let account = AccountSnapshot(
    cashQuote: World.money("-12345678901234567890.123456789012345678"),
    positions: [
      PositionView(
        side: .short, quantity: World.quantity("1.5"), totalCostQuote: World.money("150.000000000000000001"),
        entryTime: time), .flat,
    ], feesQuote: World.money("0.1"), lastTradeID: .max)

  static let requests: [WireRequest] =
    [
      .hello(version: 1, client: "bot-1.a_Z", account: "main"), .instruments, .capabilities,
      .history(InstrumentID(index: 1), count: 2000), .subscribe(after: time), .submitPair(orders[0], orders[2]),
      .cancel(World.id(5)), .cancelAll, .cancelAllAfter(millis: 86_400_000), .order(World.id(6, .flatten, 2)),
      .openOrders, .fills(after: .max), .account, .time,
    ] + orders.map { .submit($0) }

  static let answers: [WireAnswer] = [
    .welcome(
      WireWelcome(
        version: 1, start: 3, reportSequence: 4, market: "a \"market\"\n\u{7F}ü", timeframe: .oneSecond, time: time)),
    .instruments([World.instrument(0), World.instrument(1, shortable: false)]), .capabilities(hasPairs: true),
    .capabilities(hasPairs: false), .bars([bar, bar]), .subscribed, .placed,
    .refused(.insufficientBalance), .cancelled, .notOpen, .cancelledAll(3), .armed(millis: 5), .order(nil),
    .order(OrderSnapshot(request: orders[1], state: .partiallyFilled, filledQuantity: World.quantity("1"))),
    .openOrders(orders.map { OrderSnapshot(request: $0, state: .accepted, filledQuantity: .zero) }),
    .fills([fill], isComplete: false), .account(account), .time(time), .fault(WireFault(.unknown, "who knows")),
  ]

  static let reports: [ExecutionReport] = [
    .accepted(World.id(1), at: time), .filled(fill), .cancelled(World.id(2), at: time), .expired(World.id(3), at: time),
    .rejected(World.id(4), .tick, at: time),
  ]

  static let messages: [WireMessage] =
    answers.enumerated().map { .answer(id: UInt64($0) + 1, $1) } + [.bar(bar)]
    + reports.enumerated().map { .report(sequence: UInt64($0) + 1, $1) }
}
