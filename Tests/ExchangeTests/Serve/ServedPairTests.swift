import Core
import Exchange
import Testing

/// `submit_pair` from one end of the wire to the other.
@Suite struct ServedPairTests {
  private let limit = World.order(World.id(1, .takeProfit), .sell, "1", .limit(World.price("105")), reduceOnly: true)
  private let stop = World.order(
    World.id(1, .protectiveStop), .sell, "1", .stopMarket(trigger: World.price("95")), reduceOnly: true)

  /// A server with a position of one at 100, bars of `prices` to come, and its client; nothing of before is kept.
  private func house(_ prices: [String], costs: PaperCosts = .none) throws -> (rig: ServerRig, client: WireClient) {
    let isThin = costs.maximumVolumeShare != nil
    let start = Array(repeating: "100", count: isThin ? 3 : 2)
    let rig = try ServerRig(prices: start + prices, costs: costs)
    let client = try rig.client()
    try rig.pass(bars: 1, seenBy: client)
    #expect(try client.ask(.submit(World.order(World.id(1), .buy, "1"))) == .placed)
    try rig.pass(bars: isThin ? 2 : 1, seenBy: client)
    guard case .account(let account) = try client.ask(.account) else { throw Wrong() }
    #expect(account.positions[0].quantity == World.quantity("1"))
    client.reports = []
    return (rig, client)
  }

  private func order(_ id: ClientOrderID, _ client: WireClient) throws -> OrderSnapshot? {
    guard case .order(let snapshot) = try client.ask(.order(id)) else { throw Wrong() }
    return snapshot
  }

  private func position(_ client: WireClient) throws -> Quantity {
    guard case .account(let account) = try client.ask(.account) else { throw Wrong() }
    return account.positions[0].quantity
  }

  private func place(_ client: WireClient) throws {
    #expect(try client.ask(.submitPair(limit, stop)) == .placed)
    #expect(client.reports.map(\.report.clientID) == [limit.clientID, stop.clientID])
    guard case .openOrders(let open) = try client.ask(.openOrders) else { throw Wrong() }
    #expect(open.map(\.request) == [limit, stop] && open.allSatisfy { $0.state == .accepted })
    client.reports = []
  }

  @Test func theLimitTradesAndTheStopIsEndedAndReported() throws {
    let (rig, client) = try house(["100", "106", "90"])
    defer { rig.remove() }
    try place(client)
    try rig.pass(bars: 1, seenBy: client)
    #expect(client.reports.isEmpty)
    try rig.pass(bars: 1, seenBy: client)
    let told = client.reports.map(\.report)
    #expect(told.compactMap(\.fill).map { "\($0.clientID) \($0.price)" } == ["\(limit.clientID) 105"])
    #expect(told.map(\.clientID) == [limit.clientID, stop.clientID])
    #expect(try order(stop.clientID, client)?.state == .expired && order(limit.clientID, client)?.state == .filled)
    // The market falls through the stop's price: nothing is left of it.
    try rig.pass(bars: 1, seenBy: client)
    #expect(client.reports.count == 2 && client.reports.map(\.sequence) == [5, 6])
    #expect(try position(client).isZero)
  }

  @Test func theStopTradesAndTheLimitIsEndedAndReported() throws {
    let (rig, client) = try house(["94", "110"])
    defer { rig.remove() }
    try place(client)
    try rig.pass(bars: 2, seenBy: client)
    let told = client.reports.map(\.report)
    #expect(told.map(\.clientID) == [limit.clientID, stop.clientID])
    #expect(told.compactMap(\.fill).map(\.price) == [World.price("94")])
    #expect(try order(limit.clientID, client)?.state == .expired && order(stop.clientID, client)?.state == .filled)
    #expect(try position(client).isZero)
  }

  @Test(arguments: [true, false]) func theCancelOfOneEndsBoth(isLimit: Bool) throws {
    let (rig, client) = try house(["100", "106", "94"])
    defer { rig.remove() }
    try place(client)
    let (first, second) = isLimit ? (limit.clientID, stop.clientID) : (stop.clientID, limit.clientID)
    #expect(try client.ask(.cancel(first)) == .cancelled)
    #expect(client.reports.map(\.report.clientID) == [first, second])
    for id in [first, second] {
      #expect(try order(id, client)?.state == .cancelled)
      #expect(try client.ask(.cancel(id)) == .notOpen)
    }
    try rig.pass(bars: 3, seenBy: client)
    #expect(client.reports.count == 2)
    #expect(try position(client) == World.quantity("1"))
  }

  /// What trades in part ends the other at once; the rest is an order of its own.
  @Test func aPartOfTheLimitEndsTheStop() throws {
    let half = PaperCosts(spread: .zero, slippage: .zero, maximumVolumeShare: Rate(basisPoints: 5000))
    let (rig, client) = try house(["106", "100"], costs: half)
    defer { rig.remove() }
    try place(client)
    try rig.pass(bars: 1, seenBy: client)
    #expect(client.reports.map(\.report.clientID) == [limit.clientID, stop.clientID])
    #expect(client.reports[0].report.fill?.quantity == World.quantity("0.5"))
    #expect(try order(stop.clientID, client)?.state == .expired)
    #expect(try order(limit.clientID, client)?.state == .partiallyFilled)
    #expect(try client.ask(.cancel(limit.clientID)) == .cancelled)
    #expect(client.reports.count == 3)
    #expect(try position(client) == World.quantity("0.5"))
  }

  @Test func pairsAreRefusedWholeAndLeaveNothing() throws {
    let (rig, client) = try house(["100"])
    defer { rig.remove() }
    func changed(_ order: OrderRequest, _ change: (inout OrderRequest) -> Void) -> OrderRequest {
      var order = order
      change(&order)
      return order
    }
    let price = World.price
    for (first, second, reason) in [
      (stop, limit, RejectReason.invalid), (limit, changed(limit) { $0.clientID = World.id(2, .takeProfit) }, .invalid),
      // The market has to stand between the two.
      (changed(limit) { $0.kind = .limit(price("100")) }, stop, .invalid),
      (limit, changed(stop) { $0.kind = .stopMarket(trigger: price("100")) }, .invalid),
      (changed(limit) { $0.kind = .limit(price("94")) }, stop, .invalid),
      (limit, changed(stop) { $0.quantity = World.quantity("0.5") }, .invalid),
      (limit, changed(stop) { $0.side = .buy }, .invalid),
      (limit, changed(stop) { $0.isReduceOnly = false }, .invalid),
      (limit, changed(stop) { $0.clientID = limit.clientID }, .invalid),
      (limit, changed(stop) { $0.clientID = World.id(1) }, .duplicateClientID),
      (changed(limit) { $0.kind = .limit(price("105.001")) }, stop, .tick),
      (
        changed(limit) { $0.quantity = World.quantity("2") }, changed(stop) { $0.quantity = World.quantity("2") },
        .reduceOnly
      ),
    ] {
      #expect(try client.ask(.submitPair(first, second)) == .refused(reason), "\(first) \(second)")
      #expect(try client.ask(.openOrders) == .openOrders([]))
      #expect(try order(limit.clientID, client) == nil && order(stop.clientID, client) == nil)
    }
    #expect(client.reports.isEmpty)
    try place(client)
    #expect(try client.ask(.submitPair(limit, stop)) == .refused(.duplicateClientID))
  }

  /// The ledger knows what belongs together.
  @Test func aPairOutlivesARestartOfTheExchange() throws {
    let (rig, client) = try house(["100", "106", "106"])
    defer { rig.remove() }
    try place(client)
    rig.stop()
    let again = try ServerRig(
      prices: ["100", "100", "100", "106", "106"], directory: rig.directory, from: rig.time.now)
    defer { again.stop() }
    let after = try again.client()
    guard case .openOrders(let open) = try after.ask(.openOrders) else { throw Wrong() }
    #expect(open.map(\.request) == [limit, stop])
    try again.pass(bars: 2, seenBy: after)
    #expect(after.reports.map(\.report.clientID) == [limit.clientID, stop.clientID])
    #expect(try order(stop.clientID, after)?.state == .expired)
    #expect(try position(after).isZero)
  }

  @Test func theDeadManEndsPairsToo() throws {
    let (rig, client) = try house(["100", "100"])
    defer { rig.remove() }
    try place(client)
    #expect(try client.ask(.cancelAllAfter(millis: 500)) == .armed(millis: 500))
    try rig.pass(bars: 1, seenBy: client)
    #expect(client.reports.map(\.report.clientID) == [limit.clientID, stop.clientID])
    #expect(try client.ask(.openOrders) == .openOrders([]))
  }

  struct Wrong: Error {}
}
