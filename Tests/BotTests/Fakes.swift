import Agent
import Bot
import Control
import Core
import Execution
import Foundation
import Journal
import Synchronization

/// A journal that does as it is told.
final class FakeSink: RecordSink {
  struct State {
    var records: [JournalRecord] = []
    var isHealthy = true
    var isDurable = true
    var takes = true
  }
  let state = Mutex(State())
  let isRecording: Bool
  private let onDurable: @Sendable () -> Void

  init(isRecording: Bool = true, onDurable: @escaping @Sendable () -> Void = {}) {
    self.isRecording = isRecording
    self.onDurable = onDurable
  }

  var isHealthy: Bool { state.withLock { $0.isHealthy } }
  func take(_ record: JournalRecord) -> Bool {
    state.withLock {
      if $0.takes { $0.records.append(record) }
      return $0.takes
    }
  }
  func durable(_ sequence: UInt64) async -> Bool {
    onDurable()
    return state.withLock { $0.isDurable }
  }
  var records: [JournalRecord] { state.withLock { $0.records } }
  func texts(_ kind: RecordKind) -> [String] {
    records.filter { $0.kind == kind }.map { String(decoding: $0.payload, as: UTF8.self) }
  }
}

/// The paper venue, with a list of what arrived while the gate stood how.
final class RecordingVenue: Venue {
  struct Arrival: Sendable {
    var order: OutboundOrder
    var level: StopLevel?
  }
  let inner: PaperVenue
  private let gate: StopGate
  private let onSubmit: @Sendable () -> Void
  private let log = Mutex<[Arrival]>([])
  private let questions = Mutex<(queries: [ClientOrderID], refusesQueries: Bool)>(([], false))
  private let ends = Mutex<[ClientOrderID]>([])
  private let wholesale = Mutex<[Int]>([])
  private let cancelHook = Mutex<(@Sendable () -> Void)?>(nil)

  init(inner: PaperVenue, gate: StopGate, onSubmit: @escaping @Sendable () -> Void) {
    self.inner = inner
    self.gate = gate
    self.onSubmit = onSubmit
  }

  var arrivals: [Arrival] { log.withLock { $0 } }
  var queries: [ClientOrderID] { questions.withLock { $0.queries } }
  var cancels: [ClientOrderID] { ends.withLock { $0 } }
  /// For each request to end all orders: the single cancels before it.
  var cancelsBeforeWhole: [Int] { wholesale.withLock { $0 } }
  func onCancel(_ hook: @escaping @Sendable () -> Void) { cancelHook.withLock { $0 = hook } }
  func refuseQueries(_ flag: Bool) { questions.withLock { $0.refusesQueries = flag } }

  func submit(_ order: OutboundOrder, through lastGate: any LastGate) async -> SubmitOutcome {
    // A stop can come here, after everybody has looked: the gate's word at the hand-over counts.
    onSubmit()
    guard lastGate.pass(order, {}) else { return .rejected(.stopLatch) }
    log.withLock { $0.append(Arrival(order: order, level: gate.level)) }
    return await inner.submit(order)
  }
  func cancel(_ id: ClientOrderID) async -> CancelOutcome {
    ends.withLock { $0.append(id) }
    cancelHook.withLock { $0 }?()
    return await inner.cancel(id)
  }
  func cancelAll() async -> CancelOutcome? {
    let single = cancels.count
    wholesale.withLock { $0.append(single) }
    return nil
  }
  func order(_ id: ClientOrderID) async throws -> OrderSnapshot? {
    let isRefused = questions.withLock {
      $0.queries.append(id)
      return $0.refusesQueries
    }
    if isRefused { throw VenueError(cause: "no connection") }
    return try await inner.order(id)
  }
  func openOrders() async throws -> [OrderSnapshot] { try await inner.openOrders() }
  func fills(after tradeID: UInt64) async throws -> [Fill] { try await inner.fills(after: tradeID) }
  func account() async throws -> AccountSnapshot { try await inner.account() }
}

/// Errands to the venue that wait until somebody runs them, oldest first.
final class HeldGateway: OrderGateway {
  private let gateway: VenueGateway
  private let waiting = Mutex<[@Sendable () async -> Void]>([])

  init(_ gateway: VenueGateway) { self.gateway = gateway }

  private func hold(_ errand: @escaping @Sendable () async -> Void) { waiting.withLock { $0.append(errand) } }
  func send(_ order: OutboundOrder) async { hold { [gateway] in await gateway.send(order) } }
  func cancel(_ id: ClientOrderID) async { hold { [gateway] in await gateway.cancel(id) } }
  func query(_ id: ClientOrderID) async { hold { [gateway] in await gateway.query(id) } }
  func queryBooks(after tradeID: UInt64) async { hold { [gateway] in await gateway.queryBooks(after: tradeID) } }

  func runOne() async -> Bool {
    guard let errand = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else { return false }
    await errand()
    return true
  }
}

/// A latch store that can be made to fail.
final class LatchBox: LatchStore {
  struct Failure: Error {}
  private let state = Mutex<(latch: StopLatch?, fails: Bool)>((nil, false))
  private let clearing = Mutex<(@Sendable () -> Void)?>(nil)
  var latch: StopLatch? { state.withLock { $0.latch } }
  func fail(_ flag: Bool) { state.withLock { $0.fails = flag } }
  /// What happens once it has been cleared.
  func onClear(_ action: @escaping @Sendable () -> Void) { clearing.withLock { $0 = action } }
  func write(_ latch: StopLatch) throws {
    try state.withLock {
      if $0.fails { throw Failure() }
      $0.latch = latch
    }
  }
  func clear() throws {
    try state.withLock {
      if $0.fails { throw Failure() }
      $0.latch = nil
    }
    clearing.withLock { $0 }?()
  }
}

/// Questions that the network got.
final class Requests: Sendable {
  private let list = Mutex<[NetworkRequest]>([])
  func add(_ request: NetworkRequest) { list.withLock { $0.append(request) } }
  var all: [NetworkRequest] { list.withLock { $0 } }
}

/// Lines of text from any thread.
final class Lines: Sendable {
  private let list = Mutex<[String]>([])
  func add(_ line: String) { list.withLock { $0.append(line) } }
  var all: [String] { list.withLock { $0 } }
}

/// A fresh directory that goes with the test.
final class Scratch {
  let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-bot-\(UUID())").path
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o755])
  }
  /// Makes a file as others would: neither whole nor synced.
  static func put(_ bytes: [UInt8], _ path: String) {
    _ = FileManager.default.createFile(atPath: path, contents: Data(bytes))
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
