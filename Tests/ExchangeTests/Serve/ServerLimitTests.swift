import Core
import Exchange
import Foundation
import Testing

@Suite struct ServerLimitTests {
  @Test func linesThatAreNoRequestsAreAnsweredAndCounted() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try rig.client()
    try client.write(Array("nonsense\n{\"id\":77,\"op\":\"fly\"}\n".utf8))
    guard case .fault = try client.answer(to: 0), case .fault = try client.answer(to: 77) else { throw Wrong() }
    #expect(try client.ask(.time) == .time(rig.time.now))
    try client.write(Array(String(repeating: "x\n", count: 100).utf8))
    #expect(client.isEnded())
    let next = try rig.client()
    #expect(try next.ask(.time) == .time(rig.time.now))
  }

  @Test func aLineWithoutEndEndsTheSession() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try rig.client()
    try? client.write([UInt8](repeating: 65, count: WireLimits.requestBytes + 1))
    #expect(client.isEnded())
  }

  /// The clock stands still, so the allowance never fills again; what a stop sends is taken all the same.
  @Test func tooManyRequestsAreRefusedButCancelsAreNot() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try rig.client()
    var refused = 0
    for _ in 0..<1100 {
      if case .fault(let fault) = try client.ask(.time), fault.code == .rate { refused += 1 }
    }
    #expect(refused == 100)
    guard case .fault(let fault) = try client.ask(.submit(World.order(World.id(1), .buy, "1"))) else { throw Wrong() }
    #expect(fault.code == .rate && fault.code.isRefusal)
    #expect(try client.ask(.cancelAll) == .cancelledAll(0))
    #expect(try client.ask(.cancel(World.id(1))) == .notOpen)
  }

  @Test func answersThatTakeTimeAreLimited() throws {
    let rig = try ServerRig(options: ServeOptions(latencyMillis: 50))
    defer { rig.remove() }
    let client = try WireClient(rig.address)
    let hello = try client.send(.hello(version: 1, client: "slow", account: "main"))
    var ids: [UInt64] = []
    for _ in 0..<400 { ids.append(try client.send(.time)) }
    // Nothing comes before its time.
    while rig.server.counters.requests < 401 { usleep(1000) }
    #expect(client.strays.isEmpty)
    rig.time.set(rig.time.now.adding(milliseconds: 50))
    guard case .welcome = try client.answer(to: hello) else { throw Wrong() }
    let answers = try ids.map { try client.answer(to: $0) }
    let busy = answers.count { if case .fault(let fault) = $0 { fault.code == .busy } else { false } }
    #expect(busy == 400 - 255, "the welcome waits too")
  }

  @Test func aSlowReaderIsDisconnected() throws {
    let rig = try ServerRig(
      prices: (0..<4000).map { "\(1000 + $0 % 7)" }, options: ServeOptions(tapeCapacity: 4000, outputBytes: 300_000))
    defer { rig.remove() }
    let slow = try rig.client("slow"), other = try rig.client("other")
    for _ in 0..<20 { try rig.pass(bars: 200, seenBy: other) }
    // The socket itself holds some of it.
    for _ in 0..<3 { _ = try slow.send(.subscribe(after: .earliest)) }
    while rig.server.counters.slowReaders == 0 { _ = try other.ask(.account) }
    #expect(slow.isEnded())
    guard case .account = try other.ask(.account) else { throw Wrong() }
  }

  @Test func clientsAreLimited() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let clients = try (0..<ExchangeServer.sessionLimit).map { try rig.client("c\($0)") }
    let late = try WireClient(rig.address)
    #expect(late.isEnded())
    #expect(try clients[0].ask(.time) == .time(rig.time.now))
  }

  @Test func theDeadMansSwitchEndsEveryOrder() throws {
    let rig = try ServerRig()
    defer { rig.remove() }
    let client = try rig.client()
    try rig.pass(bars: 1, seenBy: client)
    #expect(try client.ask(.submit(World.order(World.id(1), .buy, "1", .limit(World.price("50"))))) == .placed)
    #expect(try client.ask(.cancelAllAfter(millis: 5000)) == .armed(millis: 5000))
    try rig.pass(bars: 4, seenBy: client)
    #expect(try client.ask(.cancelAllAfter(millis: 5000)) == .armed(millis: 5000))
    try rig.pass(bars: 4, seenBy: client)
    guard case .openOrders(let open) = try client.ask(.openOrders) else { throw Wrong() }
    #expect(open.count == 1, "word of it in time puts it off")
    try rig.pass(bars: 1, seenBy: client)
    #expect(try client.ask(.openOrders) == .openOrders([]))
    #expect(client.reports.last?.report.clientID == World.id(1))
    #expect(try client.ask(.submit(World.order(World.id(2), .buy, "1", .limit(World.price("50"))))) == .placed)
    #expect(try client.ask(.cancelAllAfter(millis: 1000)) == .armed(millis: 1000))
    #expect(try client.ask(.cancelAllAfter(millis: 0)) == .armed(millis: 0))
    try rig.pass(bars: 5, seenBy: client)
    guard case .openOrders(let kept) = try client.ask(.openOrders) else { throw Wrong() }
    #expect(kept.count == 1, "0 switches it off")
  }

  /// Every fault on: orders are lost or made without a word, reports come twice and out of order, and the books are sound.
  @Test func faultsAreOnlyInTheTelling() throws {
    let faults = try ServeFaults("drop=2000,unknown=3000,duplicate=3000", seed: 3)
    let rig = try ServerRig(options: ServeOptions(faults: faults))
    defer { rig.remove() }
    let client = try rig.client()
    try rig.pass(bars: 1, seenBy: client)
    var known: Set<ClientOrderID> = [], open: Set<ClientOrderID> = []
    for number in 1...100 as ClosedRange<UInt64> {
      let id = try client.send(.submit(World.order(World.id(number), .buy, "0.3", .limit(World.price("50")))))
      // Answers come in order: when this one is there, the other one is or never will be.
      guard case .order(let snapshot) = try client.ask(.order(World.id(number))) else { throw Wrong() }
      if snapshot != nil { open.insert(World.id(number)) }
      if let place = client.strays.firstIndex(where: { $0.id == id }), client.strays[place].answer == .placed {
        known.insert(World.id(number))
      }
    }
    #expect(known.isSubset(of: open) && known.count < open.count && open.count < 100)
    #expect(Set(client.reports.map(\.report.clientID)) == open)
    #expect(Set(client.reports.map(\.sequence)) == Set(1...UInt64(open.count)))
    #expect(client.reports.count > open.count, "some came twice")
  }

  struct Wrong: Error {}
}
