import Control
import Core
import Execution
import Files
import Foundation
import Guard
import Testing

@Suite("The guard's loop over files and a venue")
struct GuardLoopTests {
  private struct Place {
    let path: String
    let control: ControlDirectory
    let heartbeat: HeartbeatFile
    init() throws {
      path = FileManager.default.temporaryDirectory.appendingPathComponent("hrmbot-guard-\(UUID())").path
      try FileManager.default.createDirectory(atPath: path + "/control", withIntermediateDirectories: true)
      control = ControlDirectory(path: path + "/control")
      heartbeat = HeartbeatFile(path: path + "/heartbeat")
    }
  }

  private func loop(
    _ place: Place, _ venue: FakeVenue, forced: GuardAim = .none, _ change: (inout GuardLoop.Parts) -> Void = { _ in }
  ) -> GuardLoop {
    var parts = GuardLoop.Parts(
      directory: place.control, heartbeat: place.heartbeat, venue: venue, time: SystemTime())
    parts.pollMillis = 5
    change(&parts)
    var rules = GuardRules()
    rules.confirmMillis = 200
    rules.lookMillis = 10
    rules.resendMillis = 30
    rules.repriceMillis = 30
    return GuardLoop(
      stage: GuardStage(rules: rules, instruments: InstrumentTable([]), sequence: 1, forced: forced), parts: parts)
  }

  private func until(_ condition: () async -> Bool) async -> Bool {
    for _ in 0..<4000 {
      if await condition() { return true }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return false
  }

  private func crowded(_ count: Int = 200) -> FakeVenue {
    FakeVenue(
      World.instruments(2), orders: (1...UInt64(count)).map { World.order($0, $0 % 2 == 0 ? .entry : .protectiveStop) },
      positions: [World.position(.long), World.position(.short)])
  }

  @Test func aStopThatNobodyConfirmsEndsEverything() async throws {
    let place = try Place()
    let venue = crowded()
    venue.state.withLock { $0.lostCancels = 150 }
    let loop = loop(place, venue)
    let running = Task { await loop.run() }
    try await Task.sleep(for: .milliseconds(50))
    #expect(venue.state.withLock { $0.cancels.isEmpty && $0.arrivals.isEmpty })
    try DurableFile.replace(place.control.stopPath, with: Array("flatten".utf8))
    #expect(await until { venue.state.withLock { $0.orders.isEmpty && $0.positions.allSatisfy { $0.side == .flat } } })
    // What appears anew goes too.
    venue.state.withLock { $0.orders.append(World.order(999, .entry)) }
    #expect(await until { venue.state.withLock { $0.orders.isEmpty } })
    loop.end()
    await running.value
    #expect(venue.state.withLock { $0.arrivals.allSatisfy { $0.isReduceOnly && $0.clientID.role == .guardFlatten } })
  }

  @Test func byHandItEndsWhenNothingIsLeft() async throws {
    let place = try Place()
    let venue = crowded(3)
    // No order at the first collar reaches the market: it must be widened.
    venue.state.withLock { $0.told = Price(raw: 110 * Price.unit) }
    let loop = loop(place, venue, forced: .flatten) { $0.endsWhenClear = true }
    await loop.run()
    #expect(venue.state.withLock { $0.orders.isEmpty && $0.positions.allSatisfy { $0.side == .flat } })
    #expect(await loop.state.isClear)
  }

  @Test func aVenueThatComesBackIsDealtWith() async throws {
    let place = try Place()
    let venue = crowded(3)
    venue.state.withLock { $0.isGone = true }
    let loop = loop(place, venue, forced: .flatten) { $0.endsWhenClear = true }
    let running = Task { await loop.run() }
    #expect(await until { await loop.state.counters.failedLooks > 0 })
    venue.state.withLock { $0.isGone = false }
    await running.value
    #expect(venue.state.withLock { $0.orders.isEmpty })
  }

  @Test func aDryRunTouchesNothing() async throws {
    let place = try Place()
    let venue = crowded(3)
    let loop = loop(place, venue, forced: .flatten) { $0.isDryRun = true }
    let running = Task { await loop.run() }
    #expect(await until { await loop.state.counters.cancels > 0 })
    loop.end()
    await running.value
    #expect(venue.state.withLock { $0.cancels.isEmpty && $0.arrivals.isEmpty && $0.orders.count == 3 })
  }

  @Test func itsGateLetsNothingElseOut() {
    let gate = GuardGate()
    for role in OrderRole.allCases {
      var request = World.order(1, role).request
      request.isReduceOnly = true
      #expect(gate.pass(request) {} == (role == .guardFlatten))
      request.isReduceOnly = false
      #expect(!gate.pass(request) {})
    }
  }
}
