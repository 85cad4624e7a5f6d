import Core
import Execution
import Exchange
import Synchronization
import Testing

@Suite(.serialized) struct ServedVenueTests {
  private let exchange: FakeExchange
  private let news = NewsLog()
  private let order = OutboundOrder.approved(Desk.entry(1))

  init() throws { exchange = try FakeExchange() }

  private func venue(
    _ change: (inout ServedLimits) -> Void = { _ in }, news: NewsLog? = nil,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) -> ServedVenue {
    var limits = ServedLimits()
    limits.probeMillis = 100_000
    change(&limits)
    let log = news ?? self.news
    return ServedVenue(
      address: exchange.address, client: "bot", executor: ServedExecutor(name: "test"), time: MachineTime(),
      random: CounterRandom(seed: 1, purpose: .reconnectJitter), limits: limits, isStopped: isStopped
    ) { log.take($0) }
  }

  /// A venue with a session that knows the market.
  private func opened(_ change: (inout ServedLimits) -> Void = { _ in }, news: NewsLog? = nil) async throws
    -> ServedVenue
  {
    let venue = venue(change, news: news)
    async let greeted: Void = exchange.play { exchange in
      try exchange.greet()
      let (id, request) = try exchange.next()
      guard request == .instruments else { throw WireFault(.invalid, "\(request)") }
      exchange.write(.answer(id: id, .instruments(Desk.instruments().instruments)))
    }
    try await venue.open()
    _ = try await venue.market()
    try await greeted
    return venue
  }

  private func answering(_ part: @escaping @Sendable (FakeExchange) throws -> Void) async throws -> SubmitOutcome {
    let venue = try await opened { $0.answerMillis = 300 }
    async let played: Void = exchange.play(part)
    let outcome = await venue.submit(order)
    try await played
    await venue.close()
    return outcome
  }

  @Test func outcomesAreTold() async throws {
    for (answer, outcome) in [
      (WireAnswer.placed, SubmitOutcome.accepted), (.refused(.tick), .rejected(.tick)),
      (.fault(WireFault(.rate, "slow down")), .rejected(.invalid)),
      (.fault(WireFault(.unknown, "lost")), .unknown(cause: "unknown: lost")),
      (.fault(WireFault(.unavailable, "disk")), .unknown(cause: "unavailable: disk")),
      (.notOpen, .unknown(cause: "an answer of another kind")),
    ] {
      let found = try await answering { exchange in
        let (id, request) = try exchange.next()
        guard request == .submit(Desk.entry(1).request) else { throw WireFault(.invalid, "\(request)") }
        exchange.write(.answer(id: id, answer))
      }
      #expect(found == outcome)
    }
  }

  private let pair: ProtectivePair = {
    let position = PositionView(
      side: .long, quantity: Desk.quantity("1"), totalCostQuote: Desk.money("100"), entryTime: nil)
    func order(_ role: OrderRole, _ kind: OrderKind) -> ProtectiveOrder {
      ProtectiveOrder(sequence: 1, role: role, instrument: Desk.zero, position: position, kind: kind)!
    }
    return ProtectivePair(
      limit: order(.takeProfit, .limit(Desk.price("105"))),
      stop: order(.protectiveStop, .stopMarket(trigger: Desk.price("98"))))!
  }()

  /// A pair is one request, with one answer for both, and never sent a second time.
  @Test func aPairIsOneRequest() async throws {
    let pair = pair
    for (answer, outcome) in [
      (WireAnswer.placed, SubmitOutcome.accepted), (.refused(.invalid), .rejected(.invalid)),
      (.fault(WireFault(.unsupported, "no pairs")), .rejected(.invalid)),
      (.fault(WireFault(.unknown, "lost")), .unknown(cause: "unknown: lost")),
      (nil, .unknown(cause: "no answer within 300 ms")),
    ] as [(WireAnswer?, SubmitOutcome)] {
      let venue = try await opened { $0.answerMillis = 300 }
      async let played: Void = exchange.play { exchange in
        let (id, request) = try exchange.next()
        guard request == .submitPair(pair.limit.request, pair.stop.request) else {
          throw WireFault(.invalid, "\(request)")
        }
        if let answer { exchange.write(.answer(id: id, answer)) }
      }
      #expect(await venue.submit(.pair(pair)) == outcome)
      try await played
      let requests = await venue.counters.requests
      #expect(await venue.submit(.pair(pair), through: ClosedGate()) == .rejected(.stopLatch))
      #expect(await venue.counters.requests == requests, "nothing is sent through a closed gate")
      await venue.close()
    }
  }

  private struct ClosedGate: LastGate {
    func pass(_ request: OrderRequest, _ handOver: () -> Void) -> Bool { false }
  }

  @Test func capabilitiesAreAskedForAndNotTakenForGranted() async throws {
    for (answer, hasPairs) in [
      (WireAnswer.capabilities(hasPairs: true), true), (.capabilities(hasPairs: false), false),
      // As an exchange of before there was the question has it.
      (.fault(WireFault(.invalid, "op: no such request")), false), (.fault(WireFault(.unknown, "lost")), nil),
      (.placed, nil),
    ] as [(WireAnswer, Bool?)] {
      let venue = try await opened()
      async let played: Void = exchange.play { exchange in
        let (id, request) = try exchange.next()
        guard request == .capabilities else { throw WireFault(.invalid, "\(request)") }
        exchange.write(.answer(id: id, answer))
      }
      #expect((try? await venue.capabilities())?.hasPairs == hasPairs)
      try await played
      await venue.close()
    }
  }

  @Test func silenceIsUnknown() async throws {
    let outcome = try await answering { _ = try $0.next() }
    #expect(outcome == .unknown(cause: "no answer within 300 ms"))
  }

  @Test func aLossInMidAnswerIsUnknownAndTheVenueComesBack() async throws {
    let venue = try await opened()
    let order = order
    async let outcome = venue.submit(order)
    try await exchange.play { exchange in
      let (id, _) = try exchange.next()
      exchange.write(Array(exchange.codec.encode(.answer(id: id, .placed)).prefix(9)))
      exchange.hangUp()
    }
    #expect(await outcome == .unknown(cause: "the exchange closed the session"))
    #expect(await venue.submit(order) == .unknown(cause: "not connected"))
    try await exchange.play { exchange in
      try exchange.greet()
      let (id, request) = try exchange.next()
      guard request == .instruments else { throw WireFault(.invalid, "\(request)") }
      exchange.write(.answer(id: id, .instruments(Desk.instruments().instruments)))
    }
    #expect(await news.wait { $0.contains(.connected(epoch: 2)) })
    #expect(
      news.all == [
        .connected(epoch: 1), .disconnected(cause: "the exchange closed the session"), .connected(epoch: 2),
      ])
    await venue.close()
  }

  /// S5: whatever else is owed, the first thing that a stopped bot says is that every order must end.
  @Test func aSessionUnderAStopBeginsWithTheEndOfAllOrders() async throws {
    let isStopped = Atomic(false)
    let venue = venue(isStopped: { isStopped.load(ordering: .acquiring) })
    async let greeted: Void = exchange.play { exchange in
      try exchange.greet()
      let (id, request) = try exchange.next(answeringTime: false)
      guard request == .time else { throw WireFault(.invalid, "no stop holds: \(request)") }
      exchange.write(.answer(id: id, .time(Desk.time(1))))
    }
    try await venue.open()
    try await greeted
    isStopped.store(true, ordering: .releasing)
    try await exchange.play { exchange in
      exchange.hangUp()
      try exchange.greet()
      let (id, request) = try exchange.next(answeringTime: false)
      guard request == .cancelAll else { throw WireFault(.invalid, "first came \(request)") }
      exchange.write(.answer(id: id, .cancelledAll(3)))
      guard case .time = try exchange.next(answeringTime: false).request else { throw WireFault(.invalid, "no clock") }
    }
    #expect(await news.wait { $0.contains(.connected(epoch: 2)) })
    await venue.close()
  }

  @Test func theEndOfAllOrdersIsOneRequest() async throws {
    for (answer, outcome) in [
      (WireAnswer.cancelledAll(2), CancelOutcome.cancelled),
      (.fault(WireFault(.rate, "slow")), .unknown(cause: "rate: slow")),
      (.notOpen, .unknown(cause: "an answer of another kind")),
    ] {
      let venue = try await opened()
      async let played: Void = exchange.play { exchange in
        let (id, request) = try exchange.next()
        guard request == .cancelAll else { throw WireFault(.invalid, "\(request)") }
        exchange.write(.answer(id: id, answer))
      }
      #expect(await venue.cancelAll() == outcome)
      try await played
      await venue.close()
      #expect(await venue.cancelAll() == .unknown(cause: "not connected"))
    }
  }

  /// With other rules than at the start every rounding would be wrong.
  @Test func otherRulesAfterALossAreNoSession() async throws {
    let venue = try await opened()
    try await exchange.play { exchange in
      exchange.hangUp()
      try exchange.greet()
      let (id, _) = try exchange.next()
      exchange.write(.answer(id: id, .instruments(Desk.instruments(shortable: false).instruments)))
    }
    #expect(await news.wait { $0.count { if case .disconnected = $0 { true } else { false } } == 2 })
    #expect(await !venue.isConnected)
    await venue.close()
  }

  @Test func garbageEndsTheSession() async throws {
    for garbage in ["nonsense\n", "{\"answer\":1}\n", String(repeating: "x", count: WireLimits.messageBytes)] {
      let news = NewsLog()
      let venue = try await opened(news: news)
      try await exchange.play { $0.write(Array(garbage.utf8)) }
      #expect(await news.wait { $0.count == 2 })
      #expect(await venue.counters.badLines == 1)
      await venue.close()
    }
  }

  @Test func reportsComeOnceInWhateverOrder() async throws {
    let venue = try await opened()
    let reports = (1...5).map { ExecutionReport.accepted(Desk.id($0), at: Desk.time(1)) }
    try await exchange.play { exchange in
      for number in [1, 1, 3, 2, 3, 5, 4, 1, 5] {
        exchange.write(.report(sequence: UInt64(number), reports[number - 1]))
      }
    }
    #expect(await news.wait { $0.count == 6 })
    #expect(news.all.dropFirst() == [1, 3, 2, 5, 4].map { .report(reports[$0 - 1]) }[...])
    #expect(await venue.counters.duplicateReports == 4)
    await venue.close()
  }

  @Test func aMissingReportEndsTheSession() async throws {
    let venue = try await opened { $0.probeMillis = 100 }
    try await exchange.play { exchange in
      exchange.write(.report(sequence: 2, .accepted(Desk.id(2), at: Desk.time(1))))
      // Until the client hangs up; its questions for the clock are answered.
      while (try? exchange.next()) != nil {}
    }
    #expect(await news.wait { $0.contains(.disconnected(cause: "reports are missing")) })
    #expect(await venue.counters.reportGaps == 1)
    await venue.close()
  }

  @Test func aSilentExchangeIsLost() async throws {
    let venue = try await opened {
      $0.probeMillis = 50
      $0.answerMillis = 200
    }
    #expect(await news.wait { $0.contains(.disconnected(cause: "no sign of life")) })
    await venue.close()
  }

  @Test func newsThatAreNotTakenEndTheSession() async throws {
    let news = NewsLog(capacity: 2)
    let venue = try await opened(news: news)
    try await exchange.play { exchange in
      for number in 1...3 as ClosedRange<UInt64> {
        exchange.write(.report(sequence: number, .accepted(Desk.id(number), at: Desk.time(1))))
      }
      while (try? exchange.next()) != nil {}
    }
    #expect(await venue.counters.overruns == 1)
    #expect(await !venue.isConnected)
    await venue.close()
  }

  @Test func aRefusedWelcomeIsNoSession() async throws {
    let venue = venue()
    async let played: Void = exchange.play { exchange in
      try exchange.accept()
      let (id, _) = try exchange.next()
      exchange.write(.answer(id: id, .fault(WireFault(.hello, "not you"))))
    }
    await #expect(throws: VenueError.self) { try await venue.open() }
    try await played
    #expect(news.all.isEmpty)
    await venue.close()
  }
}
