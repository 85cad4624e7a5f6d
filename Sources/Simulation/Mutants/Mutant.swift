import Bot
import Control
import Core
import Execution
import Foundation
import Journal

/// The seams of a simulated process, with one bug planted there or none.
final class Mutant: @unchecked Sendable {
  let bug: PlantedBug?
  private var seenTrades: Set<UInt64> = []
  private var stopQuantities: [InstrumentID: Quantity] = [:]

  init(_ bug: PlantedBug?) { self.bug = bug }

  /// The state that a process starts from.
  func restore(_ state: EngineState?) -> EngineState? {
    let isTampered =
      bug == .idsBeginAnewAfterRestart || bug == .clearLatchOnRestart || bug == .tradesForgottenAtRestart
    guard isTampered, let state else { return state }
    let bytes = state.encoded()
    var text = String(decoding: bytes, as: UTF8.self)
    switch bug {
    case .idsBeginAnewAfterRestart:
      text.replace(/"nextAttempt":\d+/, with: "\"nextAttempt\":0")
    case .clearLatchOnRestart:
      text.replace(/"plan":\{[^}]*\},/, with: "")
    case .tradesForgottenAtRestart:
      text.replace(/"trades":\{[^}]*\}/, with: "\"trades\":{\"floor\":0,\"recent\":[]}")
    default: return state
    }
    return (try? EngineState(decoding: Array(text.utf8))) ?? state
  }

  /// The latch that a process finds.
  func latch(_ latch: StopLatch?) -> StopLatch? { bug == .clearLatchOnRestart ? nil : latch }

  /// Where a stop is written down.
  func latchStore(_ store: any LatchStore) -> any LatchStore { bug == .latchNotSaved ? MemoryLatch() : store }

  /// What the bot takes for its markets.
  func instruments(_ table: InstrumentTable) -> InstrumentTable {
    guard bug == .dayInWrongZone else { return table }
    return InstrumentTable(
      table.instruments.map {
        Instrument(
          id: $0.id, symbol: $0.symbol, venue: $0.venue, kind: $0.kind, isShortable: $0.isShortable,
          calendar: .alwaysOpen, rules: $0.rules)
      })
  }

  func sink(_ journal: SimulatedJournal) -> any RecordSink {
    bug == .skipFsync ? UnsyncedSink(journal: journal) : journal
  }

  /// The gate that the gateway asks.
  func gate(_ gate: StopGate) -> StopGate { bug == .gateNotAsked ? StopGate() : gate }

  /// What comes back from the venue.
  func ingress(_ input: Ingress) -> Ingress {
    if bug == .unknownTakenForRefusal, case .outcome(let id, .unknown) = input {
      return .outcome(id, .rejected(.invalid))
    }
    return input
  }

  /// The gateway between engine and venue.
  func gateway(
    _ gateway: any OrderGateway, world: World, gate: StopGate, link: VenueLink,
    enter: @escaping @Sendable (Ingress) -> Void
  ) -> any OrderGateway {
    switch bug {
    case .cancelDoneBeforeConfirmed: HastyCancels(gateway: gateway, world: world, enter: enter)
    case .staleGateAfterAwait: StaleGate(gateway: gateway, world: world, gate: gate, link: link, enter: enter)
    default: gateway
    }
  }

  /// Whether an order without an answer is sent again.
  var resends: Bool { bug == .resendOnTimeout }
  /// Whether a pair is sent as two orders.
  var splitsPairs: Bool { bug == .pairLegLeftAlive }
  /// The trade id after which fills are asked for.
  func cursor(_ tradeID: UInt64) -> UInt64 { bug == .fillCursorOffByOne ? tradeID + 1 : tradeID }

  /// What is handed to the connection.
  func request(_ request: OrderRequest) -> OrderRequest {
    var request = request
    switch (bug, request.kind) {
    case (.stopAtOldQuantity, .stopMarket):
      let old = stopQuantities[request.instrument]
      stopQuantities[request.instrument] = request.quantity
      if let old, request.clientID.attempt > 0 { request.quantity = old }
    case (.stopOnWrongSide, .stopMarket): request.side = request.side == .buy ? .sell : .buy
    case (.stopRoundedTowardsMarket, .stopMarket(let trigger)):
      let tick: Int64 = 10_000_000
      request.kind = .stopMarket(trigger: Price(raw: trigger.raw + (request.side == .sell ? tick : -tick)))
    case (.quantityOffTheLot, _) where request.clientID.role == .entry:
      request.quantity = Quantity(raw: request.quantity.raw + 1)
    default: break
    }
    return request
  }

  /// What is reported to the bot.
  func report(_ report: ExecutionReport) -> ExecutionReport {
    guard case .filled(var fill) = report else { return report }
    if bug == .forgetFees { fill.feeQuote = .zero }
    if bug == .forgetBaseFees { fill.feeBase = .zero }
    if bug == .countFillTwice, !seenTrades.insert(fill.tradeID).inserted { fill.tradeID += 1_000_000 }
    return .filled(fill)
  }

  /// Tampers with the engine between two events.
  func afterEvent(_ engine: Engine) {
    guard bug == .loseInFlightExposure else { return }
    engine.stages.risk.assumeIsolated {
      $0.update {
        $0.reservedQuote = .zero
        $0.unknownOrders = 0
      }
    }
  }
}

/// Says that everything is durable.
private struct UnsyncedSink: RecordSink {
  let journal: SimulatedJournal
  var isRecording: Bool { true }
  var isHealthy: Bool { journal.isHealthy }
  func take(_ record: JournalRecord) -> Bool { journal.take(record) }
  nonisolated(nonsending) func durable(_ sequence: UInt64) async -> Bool { true }
}

/// Reports an order's end when its cancel is sent.
private struct HastyCancels: OrderGateway {
  let gateway: any OrderGateway
  let world: World
  let enter: @Sendable (Ingress) -> Void

  nonisolated(nonsending) func send(_ order: OutboundOrder) async { await gateway.send(order) }
  nonisolated(nonsending) func cancel(_ id: ClientOrderID) async {
    enter(.report(.cancelled(id, at: world.time.trueNow)))
    await gateway.cancel(id)
  }
  nonisolated(nonsending) func query(_ id: ClientOrderID) async { await gateway.query(id) }
  nonisolated(nonsending) func queryBooks(after tradeID: UInt64) async { await gateway.queryBooks(after: tradeID) }
}

/// Asks the gate, waits, and sends.
private struct StaleGate: OrderGateway {
  let gateway: any OrderGateway
  let world: World
  let gate: StopGate
  let link: VenueLink
  let enter: @Sendable (Ingress) -> Void

  nonisolated(nonsending) func send(_ order: OutboundOrder) async {
    let requests = order.requests
    guard requests.allSatisfy({ gate.allows($0) }) else {
      return requests.forEach { enter(.outcome($0.clientID, .rejected(.stopLatch))) }
    }
    world.scheduler.after(400_000_000) { [link, enter] in
      Task(executorPreference: world.scheduler.tasks) {
        let outcome = await link.submit(order)
        for request in requests { enter(.outcome(request.clientID, outcome)) }
      }
    }
  }
  nonisolated(nonsending) func cancel(_ id: ClientOrderID) async { await gateway.cancel(id) }
  nonisolated(nonsending) func query(_ id: ClientOrderID) async { await gateway.query(id) }
  nonisolated(nonsending) func queryBooks(after tradeID: UInt64) async { await gateway.queryBooks(after: tradeID) }
}
