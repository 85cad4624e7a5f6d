import Agent
import Bot
import Control
import Core
import Execution
import Journal
import Testing

@Suite("What every stop leaves, and when it may come")
struct StopCriteriaTests {
  @Test func everySourceInEveryStateLeavesRecordLineCounterAndNotification() async throws {
    for held in [StopLevel?.none] + StopLevel.allCases.map(Optional.init) {
      for level in StopLevel.allCases {
        for source in StopSource.allCases {
          let rig = try await Rig.make(.init(executor: Rig.shared))
          try await rig.begin([])
          if let held { _ = await rig.stop(held) }
          let (id, latches) = (await rig.supervisor.latch?.id, rig.sink.texts(.latch).count)
          let notices = rig.lines.all.count { $0.hasPrefix("notify stop") }
          _ = await rig.command(.stop(level: level, source: source, reason: "why"))
          let label = "\(String(describing: held)) then \(level) from \(source)"
          let latch = await rig.supervisor.latch
          #expect(latch?.level == max(held ?? level, level), "\(label)")
          #expect(rig.gate.level == latch?.level, "\(label)")
          if let id { #expect(latch?.id == id, "\(label)") }
          let isRaised = held.map { $0 < level } ?? true
          #expect(rig.sink.texts(.control).last?.contains(source.rawValue) == true, "\(label)")
          #expect(rig.sink.texts(.latch).count == latches + (isRaised ? 1 : 0), "\(label)")
          #expect(rig.lines.all.contains { $0.contains("control: ") }, "\(label)")
          #expect(rig.lines.all.count { $0.hasPrefix("notify stop") } == notices + (isRaised ? 1 : 0), "\(label)")
          let counted = await rig.supervisor.counters.stops
          #expect(counted[source] == (held != nil && source == .file ? 2 : 1), "\(label)")
          #expect(rig.latches.latch == latch, "\(label)")
        }
      }
    }
  }

  @Test func refusedResumesAreCountedAndChangeNothing() async throws {
    let rig = try await Rig.make()
    try await rig.begin([])
    #expect(await rig.command(.resume(latchID: "L1")) == "refused: nothing is latched")
    _ = await rig.stop(.stop)
    for id in ["", "L0-wrong", "\u{1B}[31m\n{\"latch\":1}"] {
      let said = await rig.command(.resume(latchID: id))
      #expect(said.hasPrefix("refused: the latch is"))
      #expect(said.unicodeScalars.allSatisfy { $0.value >= 32 }, "nothing of it can break a line of the log")
    }
    #expect(await rig.supervisor.counters.refusedResumes == 4)
    #expect(rig.gate.level == .stop)
  }

  /// One request to end everything goes before the single cancels; not where the stop sends orders of its own.
  @Test(arguments: StopLevel.allCases)
  func theEndOfAllOrdersGoesFirst(level: StopLevel) async throws {
    let bars = Rig.bars(seed: 3, Rig.warmUp + 3)
    let rig = try await Rig.make(.init(inCharge: "holder", isRecording: false))
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    await rig.trade(bars[Rig.warmUp...])
    #expect(try await rig.venue.openOrders().count == 1)
    let before = rig.venue.cancels.count
    _ = await rig.stop(level)
    await rig.drain()
    #expect(rig.venue.cancelsBeforeWhole == (level == .stop ? [before] : []))
    #expect(rig.venue.cancels.count == before + (level == .reduce ? 0 : 1))
  }

  @Test func aStopWhileTheVenueIsLostComesFirstWhenItIsBack() async throws {
    let bars = Rig.bars(seed: 3, Rig.warmUp + 8)
    let rig = try await Rig.make(.init(inCharge: "holder", isRecording: false))
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    await rig.trade(bars[Rig.warmUp..<(Rig.warmUp + 3)])
    #expect(await rig.position.side == .long)
    let sent = rig.venue.arrivals.count
    _ = await rig.command(.degrade(.venueLost, isOn: true))
    // What goes out now gets lost: the venue keeps the protective stop.
    let resting = try await rig.venue.openOrders().map(\.request.clientID)
    #expect(resting.count == 1)
    _ = await rig.stop(.stop)
    let before = rig.venue.cancels.count
    _ = await rig.command(.degrade(.venueLost, isOn: false))
    await rig.drain()
    #expect(rig.venue.cancels.count >= before)
    try await rig.reconcile()
    await rig.trade(bars[(Rig.warmUp + 3)...])
    #expect(rig.venue.arrivals.count == sent, "no order after the stop")
    #expect(try await rig.venue.openOrders().isEmpty)
  }

  /// Closes the gate while the books are read: at which question of three.
  private final class LateStop: Venue {
    let inner: any Venue
    let gate: StopGate
    let moment: Int
    init(_ inner: any Venue, _ gate: StopGate, _ moment: Int) {
      (self.inner, self.gate, self.moment) = (inner, gate, moment)
    }
    private func strike(_ now: Int) { if now == moment { gate.close(.stop, source: .file, reason: "late") } }
    func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome {
      await inner.submit(order, through: gate)
    }
    func cancel(_ id: ClientOrderID) async -> CancelOutcome { await inner.cancel(id) }
    func order(_ id: ClientOrderID) async throws -> OrderSnapshot? { try await inner.order(id) }
    func openOrders() async throws -> [OrderSnapshot] {
      strike(1)
      return try await inner.openOrders()
    }
    func fills(after tradeID: UInt64) async throws -> [Fill] {
      strike(2)
      return try await inner.fills(after: tradeID)
    }
    func account() async throws -> AccountSnapshot {
      strike(0)
      return try await inner.account()
    }
  }

  @Test(arguments: 0...3)
  func aStopDuringTheOpeningIsHonoured(moment: Int) async throws {
    let bars = Rig.bars(seed: 4, Rig.warmUp + 6)
    let rig = try await Rig.make(.init())
    // 3: between the opening and the first bar.
    let opening = SessionOpening(
      record: Array("{}".utf8), latch: nil, stop: nil, warm: Array(bars.prefix(Rig.warmUp)), lastTradeID: 0)
    try await opening.perform(
      on: rig.supervisor, venue: LateStop(rig.venue, rig.gate, moment), now: bars[Rig.warmUp - 1].closeTime)
    if moment == 3 { rig.gate.close(.stop, source: .signal, reason: "late") }
    await rig.trade(bars[Rig.warmUp...])
    #expect(rig.venue.arrivals.isEmpty)
    #expect(await rig.supervisor.latch?.level == .stop)
    #expect(await rig.supervisor.tradingState == .halted)
  }

  @Test func aStopAtTheStartIsInForceBeforeTheWarmUp() async throws {
    let bars = Rig.bars(seed: 5, Rig.warmUp + 6)
    let rig = try await Rig.make(.init())
    let opening = SessionOpening(
      record: Array("{}".utf8), latch: nil, stop: .init(level: .flatten, reason: "there before"),
      warm: Array(bars.prefix(Rig.warmUp)), lastTradeID: 0)
    try await opening.perform(on: rig.supervisor, venue: rig.venue, now: bars[Rig.warmUp - 1].closeTime)
    #expect(await rig.supervisor.latch?.level == .flatten)
    await rig.trade(bars[Rig.warmUp...])
    #expect(rig.venue.arrivals.isEmpty)
  }

  @Test func theCancelsDoNotWaitForTheLatchsFile() async throws {
    /// Notes how many cancels were out when it was written.
    final class Watching: LatchStore {
      let seen = Lines()
      let count: @Sendable () -> Int
      init(_ count: @escaping @Sendable () -> Int) { self.count = count }
      func write(_ latch: StopLatch) throws { seen.add("\(count())") }
      func clear() throws {}
    }
    let bars = Rig.bars(seed: 6, Rig.warmUp + 3)
    let asked = Lines()
    let store = Watching { asked.all.count }
    let rig = try await Rig.make(.init(inCharge: "holder", isRecording: false, latchStore: store))
    try await rig.begin(Array(bars.prefix(Rig.warmUp)))
    await rig.trade(bars[Rig.warmUp...])
    #expect(try await rig.venue.openOrders().count == 1)
    rig.venue.onCancel { asked.add("cancel") }
    _ = await rig.stop(.flatten)
    #expect(store.seen.all == ["1"])
  }
}
