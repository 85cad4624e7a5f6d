import Agent
import Bot
import Control
import Core
import Execution
import Journal

/// One life of the bot's process: the real engine, loop, gateway and opening, on lanes of the scheduler, with simulated
/// connection, journal and latch.
final class BotProcess: @unchecked Sendable {
  private unowned let world: World
  private let life = ProcessLife()
  private let gate = StopGate()
  private let mailbox = Mailbox<Ingress>(capacity: 8192) { $0.overflowRule }
  private var engine: Engine?
  private(set) var journal: SimulatedJournal!
  private(set) var link: VenueLink!
  private var queue: QueuedGateway?
  private var isHeartbeatDue = false
  /// Whether the opening is through and the loop turns.
  private(set) var isOpen = false
  /// The first record that can be this process's, and the state that it started from.
  let firstRecord: Int
  private(set) var startState: EngineState?
  /// Whether it ever was.
  private(set) var wasOpen = false
  private var savedState: EngineState?
  private let firstLane: Int
  /// What the bot said, newest last.
  private(set) var alerts: [String] = []

  init(world: World) {
    self.world = world
    firstRecord = world.disk.records.count
    firstLane = world.scheduler.laneCount
    let mailbox = mailbox
    link = VenueLink(world: world, life: life) { mailbox.send($0) }
    journal = SimulatedJournal(
      scheduler: world.scheduler, disk: world.disk, life: life, watch: { [unowned world] in world.checks.recorded($0) },
      committed: { [unowned world] in world.checks.committed($0) },
      commitNanoseconds: { [unowned world] in world.commitNanoseconds() })
  }

  var isAlive: Bool { life.isAlive }

  /// How far the gate before the wire is closed.
  var gateLevel: StopLevel? { gate.level }

  /// The engine, once the process is open.
  var open: Engine? { isOpen ? engine : nil }

  /// The latch in force; synchronous, between jobs.
  var latch: StopLatch? { open?.supervisor.assumeIsolated { $0.latch } }

  func deliver(_ input: Ingress) { if life.isAlive { mailbox.send(input) } }

  /// The watcher of the control directory has seen a stop.
  func close(_ level: StopLevel) {
    gate.close(level, source: .file, reason: "simulated")
    deliver(.control(.stop(level: level, source: .file, reason: "simulated")))
  }

  func start() {
    if world.isVenueUp { link.connect() }
    let task = Task(executorPreference: world.scheduler.tasks) { [self] in
      await main()
      world.processEnded(self)
    }
    _ = task
  }

  /// The process is gone: nothing of it acts any more, and everything that waits in it ends.
  func kill(commitSurvives: Bool) {
    life.end()
    isOpen = false
    journal.die(commitSurvives: commitSurvives)
    link.die()
    queue?.close()
    mailbox.close()
  }

  /// The state it would start anew from, if all its records are on disk.
  func settledState() -> EngineState? {
    guard let engine = open, let sessions = savedState?.sessions, journal.isSettled else { return nil }
    return world.scheduler.finish { await engine.supervisor.engineState(sessions: sessions) }
  }

  /// Gives the lanes back, once nothing runs on them any more.
  func bury() {
    engine?.stages.risk.assumeIsolated { $0.disconnect() }
    engine = nil
    queue = nil
    world.scheduler.dropLanes(downTo: firstLane)
  }

  // MARK: the life

  private func main() async {
    let disk = world.disk
    // As with the real one: without the venue, the start fails before it has written anything.
    guard world.isVenueUp else { return }
    let restored = world.mutant.restore(disk.state)
    startState = restored
    let session = (restored?.sessions ?? 0) + 1
    let now = world.time.now
    do {
      let engine = try await assemble(restored, sessions: session)
      self.engine = engine
      var latch = SessionOpening.heldLatch(file: world.mutant.latch(disk.latch), restored: restored, now: now)
      if let new = latch, new.isNew {
        guard disk.isWritable else { return }
        disk.latch = new.latch
        latch = (new.latch, false)
      }
      if let stop = world.person.stopFile { world.person.seen(stop.level, by: self) }
      let opening = SessionOpening(
        record: try record(restored, session, now), latch: latch?.latch, stop: world.person.stopFile,
        warm: world.feed.history.suffix(world.warmUpBars), lastTradeID: restored?.execution.trades.floor ?? 0)
      try await opening.perform(on: engine.supervisor, venue: link, now: now)
      guard life.isAlive else { return }
      isOpen = true
      wasOpen = true
      await run(engine, sessions: session)
    } catch {
      // As with the real one: it ends, and the service manager starts it anew.
    }
  }

  private func run(_ engine: Engine, sessions: Int) async {
    world.beat(self)
    let parts = LoopParts(
      engine: engine, mailbox: mailbox, pace: .wallClock, time: world.time, instruments: world.instruments,
      gateway: queue!, reconcileSeconds: world.settings.execution.reconcileSeconds, journal: journal,
      advance: { _ in [] },
      saveState: { [self] in await save(engine, sessions) },
      takeHeartbeat: { [self] in
        defer { isHeartbeatDue = false }
        return isHeartbeatDue
      },
      beat: { _ in }, show: { _ in }, log: { [self] level, text in if level >= .error { alert(text) } },
      requestStop: { [mailbox] in mailbox.send(.end($0)) })
    let loop = PacedLoop(executor: world.scheduler.makeLane(), parts: parts)
    let (gateway, mailbox) = (queue!, mailbox)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await gateway.run() }
      group.addTask {
        _ = await loop.run()
        gateway.close()
        mailbox.close()
      }
      await group.waitForAll()
    }
  }

  /// The loop's heartbeat is due.
  func beat() {
    isHeartbeatDue = true
    deliver(.heartbeat)
  }

  private func alert(_ text: String) {
    if alerts.count == 64 { alerts.removeFirst() }
    alerts.append("\(world.time.trueNow) \(text)")
  }

  private func save(_ engine: Engine, _ sessions: Int) async {
    let current = await engine.supervisor.engineState(sessions: sessions)
    guard life.isAlive, current != savedState else { return }
    savedState = current
    journal.setState(current)
  }

  private func assemble(_ restored: EngineState?, sessions: Int) async throws -> Engine {
    var bench = PolicyBench()
    bench.policies = [("chance", ChancePolicy(seed: world.seed)), ("flat", FlatPolicy())]
    let scheduler = world.scheduler
    var parts = EngineParts(
      executor: scheduler.makeLane(), instruments: world.mutant.instruments(world.instruments), timeframe: .oneMinute,
      settings: world.settings, bench: bench, inCharge: "chance", mode: "simulate",
      startCashQuote: world.startCashQuote, state: restored, sink: world.mutant.sink(journal),
      lastSequence: UInt64(world.disk.records.count), time: world.time, isVirtual: false, gate: gate,
      latchStore: world.mutant.latchStore(SimulatedLatch(disk: world.disk, life: life)))
    parts.lane = { _ in scheduler.makeLane() }
    parts.hasPairs = world.exchange.hasPairs
    var callbacks = EngineCallbacks()
    let (mailbox, link, gate) = (mailbox, link!, gate)
    let thinker = SimulatedThinker(
      world: world, life: life, deadlineMillis: world.settings.policy.deadlineMillis
    ) { mailbox.send($0) }
    callbacks.demand = { mailbox.send(.control($0)) }
    callbacks.think = { thinker.think($0) }
    callbacks.log = { [self] level, text in if level >= .error { alert(text) } }
    callbacks.saveState = { [self] in if let engine { await save(engine, sessions) } }
    let (mutant, world) = (world.mutant, world)
    return try await Engine.assemble(parts, callbacks: callbacks) { _ in
      let gateway = VenueGateway(
        venue: link, gate: mutant.gate(gate), reports: { [] }, enter: { mailbox.send(mutant.ingress($0)) })
      let queue = QueuedGateway(gateway: gateway) { mailbox.send(.outcome($0, .rejected(.invalid))) }
      self.queue = queue
      return mutant.gateway(queue, world: world, gate: gate, link: link) { mailbox.send($0) }
    }
  }

  private func record(_ restored: EngineState?, _ session: Int, _ now: Timestamp) throws -> [UInt8] {
    try RecordEncoder.session(
      SessionRecord(
        build: "simulation", mode: "simulate", feed: .simulated,
        instruments: world.instruments.instruments.map(\.symbol),
        listings: world.instruments.instruments.map { .init(kind: $0.kind, venue: $0.venue) }, rulesHash: "-",
        arithmetic: nil, isVirtualTime: false, timeframe: .oneMinute, policyInCharge: "chance", policies: [],
        settingsHash: "-", settings: Array("{}".utf8), seed: world.seed, session: UInt64(session),
        state: restored?.encoded(), at: now, hasPairs: world.exchange.hasPairs))
  }
}
