import Core
import Exchange
import Foundation
import Testing

@Suite struct ServerTests {
  private let stop = OrderKind.stopMarket(trigger: World.price("90"))

  @Test func everyRequestIsAnswered() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try rig.client()
    #expect(try client.ask(.instruments) == .instruments([World.instrument(0)]))
    #expect(try client.ask(.submit(World.order(World.id(1), .buy, "1"))) == .refused(.marketClosed))
    try rig.pass(bars: 3, seenBy: client)
    guard case .bars(let bars) = try client.ask(.history(InstrumentID(index: 0), count: 2)) else { throw Wrong() }
    #expect(bars.map(\.close) == [World.price("101"), World.price("102")])
    #expect(client.bars.isEmpty, "nobody asked for bars")
    #expect(try client.ask(.capabilities) == .capabilities(hasPairs: true))

    #expect(try client.ask(.submit(World.order(World.id(2), .buy, "1"))) == .placed)
    guard case .order(let resting?) = try client.ask(.order(World.id(2))) else { throw Wrong() }
    #expect(resting.state == .accepted)
    #expect(try client.ask(.openOrders) == .openOrders([resting]))
    try rig.pass(bars: 1, seenBy: client)
    guard case .fills(let fills, true) = try client.ask(.fills(after: 0)) else { throw Wrong() }
    #expect(fills.map(\.price) == [World.price("103")])
    #expect(try client.ask(.fills(after: 1)) == .fills([], isComplete: true))
    guard case .account(let account) = try client.ask(.account) else { throw Wrong() }
    #expect(account.cashQuote == World.money("99896.897") && account.lastTradeID == 1)

    let protective = World.order(World.id(2, .protectiveStop), .sell, "1", stop, reduceOnly: true)
    #expect(try client.ask(.submit(protective)) == .placed)
    #expect(try client.ask(.cancel(protective.clientID)) == .cancelled)
    #expect(try client.ask(.cancel(protective.clientID)) == .notOpen)
    #expect(try client.ask(.order(World.id(99))) == .order(nil))
    #expect(try client.ask(.time) == .time(rig.time.now))
    #expect(client.reports.map(\.sequence) == [1, 2, 3, 4])
    #expect(
      client.reports.map(\.report.clientID) == [World.id(2), World.id(2), protective.clientID, protective.clientID])
  }

  @Test func refusalsAreTheEnginesOwnWords() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try rig.client()
    try rig.pass(bars: 1, seenBy: client)
    for (order, reason) in [
      (World.order(World.id(1), .buy, "0.0005"), RejectReason.lot),
      (World.order(World.id(1), .buy, "0.001", .limit(World.price("1.005"))), .tick),
      (World.order(World.id(1), .buy, "100000"), .insufficientBalance),
      (World.order(World.id(1), .sell, "1", reduceOnly: true), .reduceOnly),
      (World.order(World.id(1), .buy, "1", instrument: 9), .unknownInstrument),
    ] { #expect(try client.ask(.submit(order)) == .refused(reason)) }
    #expect(try client.ask(.submit(World.order(World.id(1), .buy, "1"))) == .placed)
    #expect(try client.ask(.submit(World.order(World.id(1), .buy, "1"))) == .refused(.duplicateClientID))
  }

  @Test func aSessionBeginsWithAHelloOfThisVersion() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try WireClient(rig.address)
    for request in [WireRequest.account, .cancelAll, .submit(World.order(World.id(1), .buy, "1")), .time] {
      guard case .fault(let fault) = try client.ask(request) else { throw Wrong() }
      #expect(fault.code == .hello)
    }
    guard case .fault(let fault) = try client.ask(.hello(version: 2, client: "bot", account: "main")) else {
      throw Wrong()
    }
    #expect(fault.code == .hello)
    guard case .welcome(let welcome) = try client.ask(.hello(version: 1, client: "bot", account: "main")) else {
      throw Wrong()
    }
    #expect(welcome.timeframe == .oneSecond && welcome.reportSequence == 0 && welcome.time == rig.time.now)
    guard case .fault = try client.ask(.hello(version: 1, client: "bot", account: "main")) else { throw Wrong() }
  }

  @Test func sessionsShareTheAccountAndItsReports() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let bot = try rig.client(), guardian = try rig.client("guard")
    try rig.pass(bars: 1, seenBy: bot)
    #expect(try bot.ask(.submit(World.order(World.id(1), .buy, "1", .limit(World.price("50"))))) == .placed)
    #expect(try guardian.ask(.cancelAll) == .cancelledAll(1))
    _ = try bot.ask(.time)
    for client in [bot, guardian] {
      #expect(client.reports.map(\.sequence) == [1, 2])
      #expect(client.reports.last?.report == .cancelled(World.id(1), at: ServerRig.start.adding(milliseconds: 1000)))
    }
    // A latecomer learns where the numbers stand.
    let late = try WireClient(rig.address)
    guard case .welcome(let welcome) = try late.ask(.hello(version: 1, client: "late", account: "main")) else {
      throw Wrong()
    }
    #expect(welcome.reportSequence == 2)
  }

  /// After a new hello of the same name nothing of the old session can happen any more.
  @Test func aNewSessionEndsTheOldOneOfItsName() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let old = try rig.client(), other = try rig.client("guard")
    try rig.pass(bars: 1, seenBy: old)
    let new = try rig.client()
    try? old.write(WireCodec(symbols: ["SYM0"]).encode(.submit(World.order(World.id(1), .buy, "1")), id: 900))
    #expect(old.isEnded())
    #expect(try new.ask(.order(World.id(1))) == .order(nil))
    try rig.pass(bars: 1, seenBy: new)
    #expect(try new.ask(.order(World.id(1))) == .order(nil))
    #expect(try other.ask(.openOrders) == .openOrders([]))
  }

  @Test func barsFollowOneAnotherWithoutAGap() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try rig.client()
    try rig.pass(bars: 5, seenBy: client)
    #expect(try client.ask(.subscribe(after: ServerRig.start.adding(milliseconds: 2000))) == .subscribed)
    try rig.pass(bars: 2, seenBy: client)
    let opens = client.bars.map { $0.openTime.millisecondsSince(ServerRig.start) }
    #expect(opens == [2000, 3000, 4000, 5000, 6000])
  }

  /// What a bar fills is told before the bar.
  @Test func aRestartGoesOnFromLedgerAndTape() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let before = try rig.client()
    try rig.pass(bars: 2, seenBy: before)
    #expect(try before.ask(.submit(World.order(World.id(1), .buy, "2"))) == .placed)
    try rig.pass(bars: 1, seenBy: before)
    #expect(
      try before.ask(.submit(World.order(World.id(1, .protectiveStop), .sell, "2", stop, reduceOnly: true))) == .placed)
    let account = try before.ask(.account), orders = try before.ask(.openOrders),
      fills = try before.ask(.fills(after: 0))
    rig.stop()

    let again = try ServerRig(directory: rig.directory, from: rig.time.now.adding(milliseconds: 7000))
    defer { again.stop() }
    let after = try again.client()
    #expect(try after.ask(.account) == account)
    #expect(try after.ask(.openOrders) == orders)
    #expect(try after.ask(.fills(after: 0)) == fills)
    guard case .bars(let bars) = try after.ask(.history(InstrumentID(index: 0), count: 10)) else { throw Wrong() }
    #expect(bars.map(\.close) == ["100", "101", "102"].map { World.price($0) })
    #expect(try after.ask(.submit(World.order(World.id(1), .buy, "2"))) == .refused(.duplicateClientID))
    try again.pass(bars: 1, seenBy: after)
    guard case .bars(let more) = try after.ask(.history(InstrumentID(index: 0), count: 1)) else { throw Wrong() }
    #expect(more.map(\.close) == [World.price("103")], "the market goes on")
  }

  struct Wrong: Error {}
}
