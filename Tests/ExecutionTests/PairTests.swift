import Core
import Execution
import Testing

/// Stop and take-profit order at a venue that ends one when the other trades, and at one that does not.
@Suite struct PairTests {
  private func stage(hasPairs: Bool = true) -> ExecutionStage {
    ExecutionStage(instruments: Desk.instruments(), cashQuote: Desk.money("10000"), hasPairs: hasPairs)
  }

  private let stopID = Desk.id(1, .protectiveStop), limitID = Desk.id(1, .takeProfit)

  private func entry(_ quantity: String = "1", _ side: Side = .buy) -> ApprovedOrder {
    let plain = Desk.entry(1, side, quantity)
    return ApprovedOrder(
      request: plain.request, collar: plain.collar, stopDistance: plain.stopDistance,
      takeProfitDistance: Desk.price("5"))
  }

  private func request(_ id: ClientOrderID, _ quantity: String, _ kind: OrderKind, _ side: Side = .sell) -> OrderRequest
  {
    OrderRequest(
      clientID: id, instrument: Desk.zero, side: side, kind: kind, quantity: Desk.quantity(quantity), isReduceOnly: true
    )
  }

  /// A stage with a position and its pair: under way, or taken by the venue.
  private func holding(_ quantity: String = "1", isAccepted: Bool = true) throws -> (ExecutionStage, ProtectivePair) {
    var stage = stage()
    let effects = stage.open(entry(quantity))
    guard case .pair(let pair)? = effects.intents.first, effects.intents.count == 1 else { throw Wrong(effects) }
    let (isReleased, moved) = stage.release(
      .pair(pair), tradingState: .active, lastPrice: Desk.price("100"), at: Desk.time(1))
    #expect(isReleased && moved == [.orderChanged(stopID, .submitted), .orderChanged(limitID, .submitted)])
    if isAccepted {
      for id in [stopID, limitID] { _ = stage.receive(.accepted, of: id, at: Desk.time(1)) }
      #expect(stage.order(stopID)?.state == .accepted && stage.order(limitID)?.state == .accepted)
    }
    return (stage, pair)
  }

  private struct Wrong: Error {
    let effects: [ExecutionEffect]
    init(_ effects: [ExecutionEffect]) { self.effects = effects }
  }

  private func live(_ stage: ExecutionStage) -> [ClientOrderID] { stage.state.orders.map(\.id) }

  @Test func aFillGetsAPairForItsQuantity() throws {
    let (stage, pair) = try holding()
    #expect(pair.stop.request == request(stopID, "1", .stopMarket(trigger: Desk.price("98"))))
    #expect(pair.limit.request == request(limitID, "1", .limit(Desk.price("105"))))
    #expect(stage.order(stopID)?.pair == limitID && stage.order(limitID)?.pair == stopID)
    var short = self.stage()
    guard case .pair(let other)? = short.open(entry("1", .sell)).intents.first else { throw Wrong([]) }
    #expect(other.stop.request == request(stopID, "1", .stopMarket(trigger: Desk.price("102")), .buy))
    #expect(other.limit.request == request(limitID, "1", .limit(Desk.price("95")), .buy))
  }

  @Test func withoutPairsTheSameTwoOrdersLeaveOneByOne() {
    var single = stage(hasPairs: false)
    let intents = single.open(entry()).intents
    #expect(
      intents.map(\.request) == [
        request(stopID, "1", .stopMarket(trigger: Desk.price("98"))), request(limitID, "1", .limit(Desk.price("105"))),
      ])
    #expect(intents.allSatisfy { if case .protective = $0 { true } else { false } })
    #expect(single.state.orders.allSatisfy { $0.pair == nil })
  }

  @Test func oneThatTradesWholeNeedsNoOther() throws {
    for (id, price, other) in [(limitID, "105", stopID), (stopID, "98", limitID)] {
      for isReportedFirst in [true, false] {
        var (stage, _) = try holding()
        var effects: [ExecutionEffect] = []
        let expiry = ExecutionReport.expired(other, at: Desk.time(2))
        if !isReportedFirst { effects += stage.receive(expiry) }
        effects += stage.receive(.filled(Desk.fill(2, id, .sell, "1", at: price)))
        if isReportedFirst { effects += stage.receive(expiry) }
        // A stop whose end is known before its reason is made good at once; nothing else is sent.
        let sent = effects.intents.map(\.request.clientID)
        #expect(sent == (isReportedFirst || other == limitID ? [] : [Desk.id(1, .protectiveStop, 1)]))
        #expect(stage.position(of: Desk.zero).side == .flat && !stage.hasUnprotectedPosition)
        #expect(stage.order(other)?.state == .expired && stage.state.counters.stopsRefused == 0)
        for order in stage.state.orders { #expect(order.isCancelRequested) }
      }
    }
  }

  /// The venue has ended the stop with the first part: the rest of the position gets one of its own at once, and the rest
  /// of the limit goes on.
  @Test func aPartOfTheLimitLeavesTheRestWithAStopOfItsOwn() throws {
    var (stage, _) = try holding("2")
    let fill = stage.receive(.filled(Desk.fill(2, limitID, .sell, "0.5", at: "105")))
    #expect(fill.contains(.cancel(stopID)) && fill.intents.isEmpty && !fill.contains(.cancel(limitID)))
    let end = stage.receive(.expired(stopID, at: Desk.time(2)))
    #expect(
      end.intents == [.protective(try #require(end.intents.first.flatMap { protective($0) }))]
        && end.intents[0].request
          == request(Desk.id(1, .protectiveStop, 1), "1.5", .stopMarket(trigger: Desk.price("98")))
    )
    #expect(live(stage) == [limitID, Desk.id(1, .protectiveStop, 1)])
    // The rest fills: that stop has to go by hand.
    let rest = stage.receive(.filled(Desk.fill(3, limitID, .sell, "1.5", at: "105")))
    #expect(rest.contains(.cancel(Desk.id(1, .protectiveStop, 1))) && rest.intents.isEmpty)
  }

  private func protective(_ order: OutboundOrder) -> ProtectiveOrder? {
    if case .protective(let order) = order { order } else { nil }
  }

  @Test func aPartOfTheStopNeedsNothing() throws {
    var (stage, _) = try holding("2")
    #expect(stage.receive(.expired(limitID, at: Desk.time(2))).intents.isEmpty)
    let part = stage.receive(.filled(Desk.fill(2, stopID, .sell, "0.5", at: "98")))
    #expect(!part.contains(.cancel(stopID)))
    // What is left to the stop is the position; a profit may be taken of it again.
    #expect(part.intents.map(\.request.clientID) == [Desk.id(1, .takeProfit, 1)])
    #expect(part.intents.map(\.request.quantity) == [Desk.quantity("1.5")])
  }

  /// A new pair is sent when both of the old one are known to have ended, whatever order the news come in.
  @Test(arguments: [true, false]) func aNewPairComesOnlyAfterTheOldOneIsGone(stopFirst: Bool) throws {
    var stage = stage()
    _ = stage.submit(entry("2"), at: Desk.time(0))
    let opened = stage.receive(.filled(Desk.fill(1, Desk.id(1))))
    guard case .pair(let pair)? = opened.intents.first else { throw Wrong(opened) }
    _ = stage.release(.pair(pair), tradingState: .active, lastPrice: Desk.price("100"), at: Desk.time(1))
    for id in [stopID, limitID] { _ = stage.receive(.accepted, of: id, at: Desk.time(1)) }
    let more = stage.receive(.filled(Desk.fill(2, Desk.id(1), .buy, "1", at: "101")))
    #expect(more.contains(.cancel(stopID)) && more.contains(.cancel(limitID)) && more.intents.isEmpty)
    #expect(stage.resend() == [.cancel(stopID), .cancel(limitID)])
    let (first, second) = stopFirst ? (stopID, limitID) : (limitID, stopID)
    #expect(stage.receive(.cancelled(first, at: Desk.time(2))).intents.isEmpty)
    let after = stage.receive(.cancelled(second, at: Desk.time(2))).intents
    #expect(after.count == 1)
    #expect(
      after[0].requests == [
        request(Desk.id(1, .protectiveStop, 1), "2", .stopMarket(trigger: Desk.price("98.5"))),
        request(Desk.id(1, .takeProfit, 1), "2", .limit(Desk.price("105.5"))),
      ])
    #expect(live(stage) == [Desk.id(1, .protectiveStop, 1), Desk.id(1, .takeProfit, 1)])
  }

  /// A venue that still has the other one after the cancel of one is not waited for: the position needs its stop.
  @Test func aPairThatDoesNotEndTogetherIsNotWaitedFor() throws {
    var (stage, _) = try holding("2")
    _ = stage.submit(Desk.exit(2, .sell, "1"), at: Desk.time(2))
    _ = stage.receive(.filled(Desk.fill(2, Desk.id(2, .exit), .sell)))
    #expect(stage.receive(.cancelled(stopID, at: Desk.time(2))).intents.isEmpty)
    let snapshot = OrderSnapshot(
      request: request(limitID, "2", .limit(Desk.price("105"))), state: .accepted, filledQuantity: .zero)
    let told = stage.receive(query: snapshot, of: limitID, at: Desk.time(3))
    #expect(
      told.intents.map(\.request) == [
        request(Desk.id(1, .protectiveStop, 1), "1", .stopMarket(trigger: Desk.price("98")))
      ])
    #expect(
      stage.receive(.cancelled(limitID, at: Desk.time(3))).intents.map(\.request.clientID) == [
        Desk.id(1, .takeProfit, 1)
      ])
  }

  /// The market may have passed one of the prices: alone, each can go.
  @Test func aRefusedPairIsSentOneByOne() throws {
    var (stage, _) = try holding(isAccepted: false)
    let first = stage.receive(.rejected(.invalid), of: stopID, at: Desk.time(1))
    #expect(first.intents.map(\.request.clientID) == [Desk.id(1, .protectiveStop, 1)])
    let second = stage.receive(.rejected(.invalid), of: limitID, at: Desk.time(1))
    #expect(second.intents.map(\.request.clientID) == [Desk.id(1, .takeProfit, 1)])
    #expect(!stage.hasUnprotectedPosition && stage.state.protections[0].isPairBlocked == true)
    #expect(stage.state.orders.allSatisfy { $0.pair == nil })
    // Alone, a refusal is one.
    _ = stage.receive(.rejected(.reduceOnly), of: Desk.id(1, .protectiveStop, 1), at: Desk.time(1))
    #expect(stage.hasUnprotectedPosition)
  }

  /// An outcome that nobody knows is asked about, order by order, and never sent again.
  @Test func aPairWithoutAnAnswerIsUnknown() throws {
    var (stage, pair) = try holding(isAccepted: false)
    for id in [stopID, limitID] {
      let effects = stage.receive(.unknown(cause: "timeout"), of: id, at: Desk.time(1))
      #expect(effects.withoutAlerts == [.orderChanged(id, .unknown), .query(id)])
    }
    #expect(stage.unknownOrders == 2 && stage.resend() == [.query(stopID), .query(limitID)])
    #expect(
      !stage.release(.pair(pair), tradingState: .active, lastPrice: nil, at: Desk.time(1)).isReleased,
      "it was sent before")
    var arrived = stage
    for request in pair.requests {
      let snapshot = OrderSnapshot(request: request, state: .accepted, filledQuantity: .zero)
      #expect(arrived.receive(query: snapshot, of: request.clientID, at: Desk.time(2)).intents.isEmpty)
    }
    #expect(live(arrived) == [stopID, limitID] && arrived.unknownOrders == 0)
    // It never arrived: the position gets both, under new ids.
    let stop = stage.receive(query: nil, of: stopID, at: Desk.time(2))
    #expect(stop.intents.map(\.request.clientID) == [Desk.id(1, .protectiveStop, 1)])
    let limit = stage.receive(query: nil, of: limitID, at: Desk.time(2))
    #expect(limit.intents.map(\.request.clientID) == [Desk.id(1, .takeProfit, 1)])
  }

  /// Between intent and acknowledgement the process dies: the next one asks about both.
  @Test(arguments: [true, false]) func aCrashBetweenIntentAndAnswer(hasArrived: Bool) throws {
    let (stage, pair) = try holding(isAccepted: false)
    var restarted = ExecutionStage(instruments: stage.instruments, state: stage.state, hasPairs: true)
    let resting = pair.requests.map { OrderSnapshot(request: $0, state: .accepted, filledQuantity: .zero) }
    let open = hasArrived ? resting : []
    let account = AccountSnapshot(
      cashQuote: stage.cashQuote, positions: stage.positions, feesQuote: stage.state.feesQuote, lastTradeID: 1)
    let effects = restarted.reconcile(account: account, openOrders: open, fills: [], at: Desk.time(3))
    #expect(effects.intents.isEmpty)
    if hasArrived {
      #expect(restarted.lastReconciliation?.isClean == true)
      #expect(restarted.state.orders.map(\.pair) == [limitID, stopID])
    } else {
      #expect(effects.contains(.query(stopID)) && effects.contains(.query(limitID)))
      #expect(
        [stopID, limitID].flatMap { restarted.receive(query: nil, of: $0, at: Desk.time(4)).intents }
          .map(\.request.clientID) == [Desk.id(1, .protectiveStop, 1), Desk.id(1, .takeProfit, 1)])
    }
  }

  @Test func theLastGateLetsAPairThroughWholeOrNotAtAll() throws {
    var held = stage()
    guard let order = held.open(entry()).intents.first else { throw Wrong([]) }
    // A stop came between intent and wire.
    _ = held.stop(.stop, sequence: 9, prices: [Desk.price("100")], at: Desk.time(1))
    let (isReleased, effects) = held.release(
      order, tradingState: .halted, lastPrice: Desk.price("100"), at: Desk.time(1))
    #expect(!isReleased && effects.intents.isEmpty)
    #expect(held.order(stopID)?.state == .cancelled && held.order(limitID)?.state == .cancelled)
    for level in [StopLevel.stop, .flatten] {
      var (stage, pair) = try holding()
      let plan = stage.stop(level, sequence: 9, prices: [Desk.price("100")], at: Desk.time(2))
      #expect(plan.contains(.cancel(stopID)) && plan.contains(.cancel(limitID)))
      #expect(!stage.isSendAllowed(.pair(pair), tradingState: .halted, lastPrice: nil))
      #expect(!stage.isSendAllowed(.pair(pair), tradingState: .active, lastPrice: nil))
    }
    var (reduced, pair) = try holding()
    _ = reduced.stop(.reduce, sequence: 9, prices: [Desk.price("100")], at: Desk.time(2))
    #expect(reduced.isSendAllowed(.pair(pair), tradingState: .reducing, lastPrice: nil))
  }

  @Test func afterAResumeThePositionHasItsPairAgain() throws {
    var (stage, _) = try holding()
    _ = stage.stop(.stop, sequence: 9, prices: [Desk.price("100")], at: Desk.time(2))
    for id in [stopID, limitID] { #expect(stage.receive(.cancelled(id, at: Desk.time(2))).intents.isEmpty) }
    let intents = stage.resume(at: Desk.time(3)).intents
    #expect(
      intents.count == 1
        && intents[0].requests.map(\.clientID) == [
          Desk.id(1, .protectiveStop, 1), Desk.id(1, .takeProfit, 1),
        ])
  }

  /// An intent that did not become durable takes the whole pair with it; after three of them a person must look.
  @Test func aPairThatNeverLeftHasEnded() throws {
    var stage = stage()
    var order = try #require(stage.open(entry()).intents.first)
    for attempt in UInt16(1)...2 {
      let effects = stage.withdraw(order, at: Desk.time(1))
      #expect(effects.prefix(1) == [.orderChanged(Desk.id(1, .protectiveStop, attempt - 1), .rejected)])
      order = try #require(effects.intents.first)
      #expect(effects.intents.count == 1 && order.requests.map(\.clientID.attempt) == [attempt, attempt])
    }
    let last = stage.withdraw(order, at: Desk.time(1))
    #expect(last.intents.map(\.request.clientID) == [Desk.id(1, .takeProfit, 3)] && stage.hasUnprotectedPosition)
  }

  @Test func theStateOfAPairIsKept() throws {
    let (stage, _) = try holding()
    #expect(stage.state.orders.map(\.pair) == [limitID, stopID])
    // Other instruments, another order of them: orders keep what they are.
    let moved = ExecutionStage(instruments: Desk.instruments(2), state: stage.state, hasPairs: false)
    #expect(moved.state.orders.map(\.pair) == [limitID, stopID])
  }
}
