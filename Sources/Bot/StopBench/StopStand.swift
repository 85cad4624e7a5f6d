import Agent
import Control
import Core
import Exchange
import Execution
import Feed
import Files
import Foundation
import Glibc
import Settings
import Synchronization

/// The bot around a stop: everything real but the market and the journal.
final class StopStand: Sendable {
  /// Trades on every bar.
  private struct Alternating: Policy {
    let identity = PolicyIdentity(name: "alternating", sha256: "benchmark", isUntrained: false)
    mutating func observe(_ observation: Observation) {}
    mutating func decide(_ observation: Observation) -> PolicyAnswer {
      .wish(PolicyWish(action: observation.position.side == .flat ? .buyLong : .closeLong, fraction: .one))
    }
  }

  private static let warmUp = 230
  private let path: String
  private let control: ControlDirectory
  private let gate: TimedGate
  private let engine: Engine
  private let venue: PaperVenue
  private let queue: QueuedGateway
  private let mailbox: Mailbox<Ingress>
  private let watcher: ControlWatcher
  private let time = SystemTime()
  private let isEnding = Atomic(false)
  private let market: Mutex<SimulatedMarket>

  init(_ plan: StopBenchmark.Plan) async throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-stop-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path + "/control", withIntermediateDirectories: true)
    control = ControlDirectory(path: path + "/control")
    try CommandInbox(stateDirectory: path).prepare()
    let instruments = Self.instruments()
    let mailbox = Mailbox<Ingress>(capacity: 8192) { $0.overflowRule }
    let gate = TimedGate(inner: StopGate(), time: time)
    let venue = PaperVenue(
      executor: ThreadExecutor(name: "venue"),
      exchange: PaperExchange(instruments: instruments, cashQuote: Self.cash, costs: .none), ledger: nil)
    let queue = QueuedGateway(
      gateway: VenueGateway(
        venue: venue, gate: gate, reports: { await venue.takeReports() }, enter: { mailbox.send($0) })
    ) { mailbox.send(.outcome($0, .rejected(.invalid))) }
    var bench = PolicyBench()
    bench.policies = [("flat", FlatPolicy()), ("alternating", Alternating())]
    var callbacks = EngineCallbacks()
    callbacks.demand = { mailbox.send(.control($0)) }
    engine = try await Engine.assemble(
      EngineParts(
        executor: ThreadExecutor(name: "engine"), instruments: instruments, timeframe: .oneMinute,
        settings: Self.settings(), bench: bench, inCharge: "alternating", mode: "benchmark", startCashQuote: Self.cash,
        state: nil, sink: NoRecords(), lastSequence: 0, time: time, isVirtual: true, gate: gate.inner,
        latchStore: LatchFile(stateDirectory: path)),
      callbacks: callbacks
    ) { _ in queue }
    watcher = ControlWatcher(
      directory: control, inbox: CommandInbox(stateDirectory: path), gate: gate.inner, pollMillis: plan.pollMillis,
      time: time, usesNotifications: plan.usesNotifications, enter: { mailbox.send($0) })
    market = Mutex(
      SimulatedMarket(
        seed: 1, instruments: [InstrumentID(index: 0)], timeframe: .oneMinute,
        start: Timestamp(milliseconds: 1_700_000_000_000), startPrices: [Price(raw: 100 * Price.unit)]))
    (self.gate, self.venue, self.queue, self.mailbox) = (gate, venue, queue, mailbox)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  private static let cash = Money(raw: 100_000 * Money.unit)

  static func settings() -> BotSettings {
    var settings = BotSettings()
    settings.policy.name = "alternating"
    settings.risk.maxOrdersPerMinute = 1_000_000_000
    settings.risk.maxRepeatedExecutions = 1_000_000_000
    settings.risk.maxConsecutiveLosses = 1_000_000_000
    settings.risk.maxDailyLoss = .one
    settings.risk.maxDrawdown = .one
    settings.risk.maxVolatilityRank = .one
    return settings
  }

  static func instruments(_ count: Int = 1) -> InstrumentTable {
    let rules = InstrumentRules(
      effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: Price.unit / 100),
      lot: Quantity(raw: Quantity.unit / 1000),
      minimumQuantity: Quantity(raw: Quantity.unit / 1000), minimumNotionalQuote: .zero, makerFee: .zero,
      takerFee: .zero)
    return InstrumentTable(
      (0..<count).map {
        Instrument(
          id: InstrumentID(index: UInt16($0)), symbol: $0 == 0 ? "BENCH" : "BENCH-\($0)", venue: "benchmark",
          kind: .cryptoSpot, isShortable: false, calendar: .alwaysOpen, rules: [rules])
      })
  }

  func measure(_ tries: Int) async throws -> StopBenchmark.Result {
    let supervisor = engine.supervisor
    var last = Timestamp(milliseconds: 0)
    for _ in 0..<Self.warmUp {
      guard let bar = market.withLock({ $0.next() }) else { break }
      last = bar.closeTime
      await supervisor.process(.bar(bar, isPreRoll: true), at: last)
    }
    watcher.start(after: watcher.lookBeforeStart())
    await supervisor.process(.venueState(try await VenueState(of: venue, after: 0)), at: last)
    let loop = PacedLoop(executor: engine.executor, parts: parts())
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [queue] in await queue.run() }
      group.addTask { _ = await loop.run() }
      group.addTask { [self] in await feed() }
      defer {
        isEnding.store(true, ordering: .relaxed)
        mailbox.send(.end("measured"))
        queue.close()
        watcher.stop()
      }
      return try await stops(tries)
    }
  }

  private func parts() -> LoopParts {
    let venue = venue
    let beat = Mutex<UInt64>(0)
    let time = time
    return LoopParts(
      engine: engine, mailbox: mailbox, pace: .barsPerSecond(1_000_000), time: time, instruments: Self.instruments(),
      gateway: queue, reconcileSeconds: 3600, journal: nil, advance: { await venue.advance($0) }, saveState: {},
      takeHeartbeat: {
        beat.withLock {
          let now = time.monotonicNanoseconds
          guard now &- $0 > 50_000_000 else { return false }
          $0 = now
          return true
        }
      }, beat: { _ in }, show: { _ in }, log: { _, _ in }, requestStop: { _ in })
  }

  /// Bars as fast as the loop takes them.
  private func feed() async {
    while !isEnding.load(ordering: .relaxed) {
      if mailbox.count < 32, let bar = market.withLock({ $0.next() }) {
        mailbox.send(.bar(bar, isPreRoll: false))
      } else {
        try? await Task.sleep(for: .microseconds(50))
      }
    }
  }

  private func stops(_ tries: Int) async throws -> StopBenchmark.Result {
    var result = StopBenchmark.Result()
    var random = CounterRandom(seed: 1, purpose: .propertyTest)
    for number in 0..<tries {
      let before = gate.counts.count
      try await wait("orders to flow") { gate.counts.count >= before + 3 }
      try await Task.sleep(for: .microseconds(random.below(3000)))
      let temporary = path + "/control/.STOP"
      _ = FileManager.default.createFile(atPath: temporary, contents: Data("stop \(number)".utf8))
      let renamed = time.monotonicNanoseconds
      guard rename(temporary, control.stopPath) == 0 else {
        throw FileError(path: control.stopPath, operation: "rename", code: errno)
      }
      // Polled without a pause for as long as a stop may take: what is measured is not this thread's own sleep.
      while gate.inner.level == nil, time.monotonicNanoseconds &- renamed < 5_000_000_000 { sched_yield() }
      gate.isSeenClosed.store(true, ordering: .sequentiallyConsistent)
      result.closedMillis.append(Double(time.monotonicNanoseconds &- renamed) / 1e6)
      let latch = try await latched()
      let after = gate.counts
      result.lastOrderMillis.append(after.last > renamed ? Double(after.last &- renamed) / 1e6 : 0)
      try await resume(latch)
    }
    result.lastOrderMillis.sort()
    result.closedMillis.sort()
    result.orders = gate.counts.count
    result.ordersAfterClosing = gate.counts.late
    return result
  }

  private func latched() async throws -> String {
    for _ in 0..<20_000 {
      if let latch = await engine.supervisor.latch { return latch.id }
      try await Task.sleep(for: .microseconds(250))
    }
    throw StartError("the stop was not latched within 5 s", exitCode: 1)
  }

  private func resume(_ latch: String) async throws {
    unlink(control.stopPath)
    gate.isSeenClosed.store(false, ordering: .sequentiallyConsistent)
    let temporary = path + "/control/.RESUME"
    _ = FileManager.default.createFile(atPath: temporary, contents: Data(latch.utf8))
    rename(temporary, control.resumePath)
    try await wait("the resume") { gate.inner.level == nil }
  }

  private func wait(_ what: String, until condition: () -> Bool) async throws {
    for _ in 0..<20_000 {
      if condition() { return }
      try await Task.sleep(for: .microseconds(250))
    }
    throw StartError("waited for \(what) in vain", exitCode: 1)
  }
}
