import Agent
import Control
import Core
import Execution
import Files
import Foundation
import Glibc
import Settings
import Synchronization

/// Measures a stop's cancels: rename of STOP → first cancel handed over, and → last open order ended, at a venue with a
/// round trip.
package enum CancelBenchmark {
  /// What came out. Times in milliseconds after the rename, rising.
  package struct Result: Sendable {
    package var openOrders = 0
    package var roundTripMillis = 0
    package var firstCancelMillis: [Double] = []
    package var allEndedMillis: [Double] = []

    /// One JSON object.
    package func json() -> CanonicalJSON {
      var out = CanonicalJSON()
      out.object {
        $0.key("all_ended_ms_max")
        $0.value(allEndedMillis.last ?? 0)
        $0.key("first_cancel_ms_max")
        $0.value(firstCancelMillis.last ?? 0)
        $0.key("open_orders")
        $0.value(openOrders)
        $0.key("round_trip_ms")
        $0.value(roundTripMillis)
        $0.key("tries")
        $0.value(allEndedMillis.count)
      }
      return out
    }

    /// In words.
    package var text: String {
      """
      \(openOrders) open orders, round trip \(roundTripMillis) ms, \(allEndedMillis.count) tries, in milliseconds (largest)
        first cancel   \(String(format: "%.1f", firstCancelMillis.last ?? 0))
        all ended      \(String(format: "%.1f", allEndedMillis.last ?? 0))
      """
    }
  }

  /// A venue at which orders rest until they are cancelled. Loses every tenth cancel once.
  private final class RestingVenue: Venue {
    struct State {
      var open: Set<ClientOrderID> = []
      var reports: [ExecutionReport] = []
      var firstCancel: UInt64?
      var cancels = 0
      var allEnded: UInt64?
    }
    let state = Mutex(State())
    private let roundTrip: Duration
    private let time = SystemTime()

    init(roundTripMillis: Int) { roundTrip = .milliseconds(roundTripMillis) }

    func submit(_ order: OutboundOrder, through gate: any LastGate) async -> SubmitOutcome {
      guard gate.pass(order.request, {}) else { return .rejected(.stopLatch) }
      state.withLock { _ = $0.open.insert(order.request.clientID) }
      return .accepted
    }
    func cancel(_ id: ClientOrderID) async -> CancelOutcome {
      let isLost = state.withLock { state in
        state.firstCancel = state.firstCancel ?? time.monotonicNanoseconds
        state.cancels += 1
        return state.cancels % 10 == 0
      }
      try? await Task.sleep(for: roundTrip)
      if isLost { return .unknown(cause: "lost") }
      return state.withLock { state in
        guard state.open.remove(id) != nil else { return .notOpen }
        state.reports.append(.cancelled(id, at: time.now))
        if state.open.isEmpty { state.allEnded = time.monotonicNanoseconds }
        return .cancelled
      }
    }
    func order(_ id: ClientOrderID) async throws -> OrderSnapshot? { throw VenueError(cause: "not asked here") }
    func openOrders() async throws -> [OrderSnapshot] { throw VenueError(cause: "not asked here") }
    func fills(after tradeID: UInt64) async throws -> [Fill] { [] }
    func account() async throws -> AccountSnapshot { throw VenueError(cause: "not asked here") }
    func takeReports() -> [ExecutionReport] {
      state.withLock { state in
        defer { state.reports = [] }
        return state.reports
      }
    }
  }

  /// Runs it in temporary directories. Throws what the file system throws, and `StartError` when orders do not end.
  package static func run(
    tries: Int, openOrders: Int, roundTripMillis: Int, usesNotifications: Bool, pollMillis: Int
  ) async throws -> Result {
    var result = Result(openOrders: openOrders, roundTripMillis: roundTripMillis)
    for _ in 0..<tries {
      let (first, all) = try await once(openOrders, roundTripMillis, usesNotifications, pollMillis)
      result.firstCancelMillis.append(first)
      result.allEndedMillis.append(all)
    }
    result.firstCancelMillis.sort()
    result.allEndedMillis.sort()
    return result
  }

  private static func once(
    _ count: Int, _ roundTripMillis: Int, _ usesNotifications: Bool, _ pollMillis: Int
  ) async throws -> (Double, Double) {
    let time = SystemTime()
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-cancel-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path + "/control", withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let control = ControlDirectory(path: path + "/control")
    try CommandInbox(stateDirectory: path).prepare()
    let venue = RestingVenue(roundTripMillis: roundTripMillis)
    let (gate, mailbox) = (StopGate(), Mailbox<Ingress>(capacity: 8192) { $0.overflowRule })
    let queue = QueuedGateway(
      gateway: VenueGateway(
        venue: venue, gate: gate, reports: { venue.takeReports() }, enter: { mailbox.send($0) })
    ) { mailbox.send(.outcome($0, .rejected(.invalid))) }
    let engine = try await engine(count, path, mailbox, gate, queue)
    let watcher = ControlWatcher(
      directory: control, inbox: CommandInbox(stateDirectory: path), gate: gate, pollMillis: pollMillis, time: time,
      usesNotifications: usesNotifications, enter: { mailbox.send($0) })
    watcher.start(after: watcher.lookBeforeStart())
    let loop = PacedLoop(executor: engine.executor, parts: parts(engine, mailbox, queue))
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await queue.run() }
      group.addTask { _ = await loop.run() }
      group.addTask {
        while !Task.isCancelled {
          mailbox.send(.heartbeat)
          try await Task.sleep(for: .milliseconds(250))
        }
      }
      defer {
        mailbox.send(.end("measured"))
        queue.close()
        watcher.stop()
        group.cancelAll()
      }
      try await open(count, engine, venue, mailbox)
      let renamed = time.monotonicNanoseconds
      try DurableFile.replace(control.stopPath, with: Array("stop".utf8))
      for _ in 0..<30_000 {
        if let (first, all) = venue.state.withLock({ state in state.allEnded.map { (state.firstCancel ?? $0, $0) } }) {
          return (Double(first &- renamed) / 1e6, Double(all &- renamed) / 1e6)
        }
        try await Task.sleep(for: .milliseconds(1))
      }
      throw StartError("orders are still open 30 s after the stop", exitCode: 1)
    }
  }

  /// A position in each of `count` instruments, each with its protective stop at the venue: open orders that nobody has
  /// to approve.
  private static func open(
    _ count: Int, _ engine: Engine, _ venue: RestingVenue, _ mailbox: Mailbox<Ingress>
  ) async throws {
    let price = Price(raw: 100 * Price.unit)
    let position = PositionView(
      side: .long, quantity: Quantity(raw: Quantity.unit), totalCostQuote: price * Quantity(raw: Quantity.unit),
      entryTime: nil)
    let stops = StopStand.instruments(count).instruments.compactMap {
      ProtectiveOrder(
        sequence: UInt64($0.id.index) + 1, role: .protectiveStop, instrument: $0.id, position: position,
        kind: .stopMarket(trigger: Price(raw: 50 * Price.unit)))
    }
    venue.state.withLock { $0.open = Set(stops.map(\.request.clientID)) }
    mailbox.send(
      .venueState(
        VenueState(
          account: AccountSnapshot(
            cashQuote: Money(raw: 100_000 * Money.unit), positions: Array(repeating: position, count: count),
            feesQuote: .zero, lastTradeID: 0),
          openOrders: stops.map { OrderSnapshot(request: $0.request, state: .accepted, filledQuantity: .zero) },
          fills: [])))
    for _ in 0..<10_000 {
      if await engine.stages.execution.state.orders.filter({ !$0.isCancelRequested }).count == count { return }
      try await Task.sleep(for: .milliseconds(1))
    }
    throw StartError("the bot does not take the orders over", exitCode: 1)
  }

  private static func parts(_ engine: Engine, _ mailbox: Mailbox<Ingress>, _ queue: QueuedGateway) -> LoopParts {
    LoopParts(
      engine: engine, mailbox: mailbox, pace: .barsPerSecond(1), time: SystemTime(),
      instruments: StopStand.instruments(),
      gateway: queue, reconcileSeconds: 3600, journal: nil, advance: { _ in [] }, saveState: {},
      takeHeartbeat: { true }, beat: { _ in }, show: { _ in },
      log: { _, _ in }, requestStop: { _ in })
  }

  private static func engine(
    _ count: Int, _ path: String, _ mailbox: Mailbox<Ingress>, _ gate: StopGate, _ queue: QueuedGateway
  ) async throws -> Engine {
    var bench = PolicyBench()
    bench.policies = [("flat", FlatPolicy())]
    var settings = StopStand.settings()
    settings.execution.maxOpenOrders = 256
    var callbacks = EngineCallbacks()
    callbacks.demand = { mailbox.send(.control($0)) }
    return try await Engine.assemble(
      EngineParts(
        executor: ThreadExecutor(name: "engine"), instruments: StopStand.instruments(count), timeframe: .oneMinute,
        settings: settings, bench: bench, inCharge: "flat", mode: "benchmark",
        startCashQuote: Money(raw: 100_000 * Money.unit), state: nil, sink: NoRecords(), lastSequence: 0,
        time: SystemTime(), isVirtual: true, gate: gate, latchStore: LatchFile(stateDirectory: path)),
      callbacks: callbacks
    ) { _ in queue }
  }
}
