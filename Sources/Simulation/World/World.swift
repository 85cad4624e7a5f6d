import Bot
import Core
import Exchange
import Execution
import Feed
import Foundation
import Journal
import Risk
import Settings

/// One simulated stretch of market time: venue, network, disk, clock, people and the bot, all out of one seed.
final class World: @unchecked Sendable {
  let seed: UInt64
  let scheduler: SimulationScheduler
  let time: SimulatedTime
  let disk = SimulatedDisk()
  let exchange: SimulatedExchange
  let instruments: InstrumentTable
  let settings: BotSettings
  let startCashQuote: Money
  let mutant: Mutant
  var faults: FaultPlan
  private(set) var feed: SimulatedFeed!
  private(set) var person: SimulatedPerson!
  private(set) var checks: Checks!
  private(set) var process: BotProcess?
  private(set) var isVenueUp = true
  private var travelRandom: CounterRandom
  private var isOver = false
  private var isSettling = false
  private var diskBusyUntil: UInt64 = 0
  /// Moments of the world so far: timers that ran.
  private(set) var events: UInt64 = 0
  /// Processes started.
  private(set) var starts = 0
  private let end: Timestamp
  private let stopAfter: UInt64?
  /// Bars that warm up a process.
  let warmUpBars: Int
  /// Time after the last bar in which nothing goes wrong any more, so that the books must agree.
  private static let settlingNanoseconds: UInt64 = 3600_000_000_000
  /// Time between two heartbeats of the loop.
  private static let beatNanoseconds: UInt64 = 20_000_000_000

  /// A world of `days` days of one-minute bars. `stopAfter`: ends after so many events.
  init(seed: UInt64, days: Int, kinds: Set<FaultKind>, mutant: Mutant, stopAfter: UInt64?) throws {
    self.seed = seed
    self.mutant = mutant
    self.stopAfter = stopAfter
    scheduler = SimulationScheduler(seed: seed)
    // Worlds begin at different moments, so that sessions, weeks and daylight saving fall differently.
    let start = Timestamp(
      milliseconds: 1_704_067_200_000 + Int64(seed % 700) * 86_400_000 + Int64(seed % 24) * 3_600_000)
    time = SimulatedTime(scheduler: scheduler, start: start)
    end = start.adding(milliseconds: Int64(days) * 86_400_000)
    instruments = SimulatedInstruments.table(seed: seed)
    settings = SimulatedInstruments.settings()
    startCashQuote = settings.paper.cashQuote
    faults = FaultPlan(seed: seed, kinds: kinds)
    travelRandom = CounterRandom(seed: seed, purpose: .simulationTravel)
    exchange = SimulatedExchange(
      engine: SimulatedInstruments.exchange(instruments, settings, isThin: kinds.contains(.partialFill)),
      hasPairs: SimulatedInstruments.hasPairs(seed: seed))
    warmUpBars = 240 * instruments.count
    person = SimulatedPerson(world: self)
    checks = Checks(world: self)
    let first = start.adding(milliseconds: -Int64(250) * 60_000)
    feed = SimulatedFeed(
      world: self,
      market: SimulatedMarket(
        seed: seed, instruments: instruments.instruments.map(\.id), timeframe: .oneMinute, start: first,
        startPrices: SimulatedInstruments.startPrices(instruments)),
      start: start, end: end)
    for bar in feed.history { exchange.advance(bar) }
    exchange.filledInPart = { [unowned self] in faults.note(.partialFill) }
  }

  /// Lives through it all; the violation that ended it early, if one did.
  func run() -> Violation? {
    startProcess()
    feed.schedule { [self] in settle() }
    for kind in FaultKind.allCases { schedule(kind) }
    schedulePromotion()
    scheduler.runReady()
    while !isOver, checks.violation == nil, scheduler.advance() {
      events += 1
      scheduler.runReady()
      checks.afterEvent()
      if let stopAfter, events >= stopAfter { break }
    }
    if checks.violation == nil, isOver { checks.atEnd() }
    finish()
    return checks.violation
  }

  /// Sets off a call into the bot from a thread that is not the scheduler's.
  func stray() {
    scheduler.after(3_000_000_000) { [self] in
      guard let supervisor = process?.open?.supervisor else { return stray() }
      Task.detached { _ = await supervisor.latch }
      // The call must come while the world still lives.
      usleep(200_000)
    }
  }

  private func finish() {
    let live = process?.settledState()
    kill()
    end(live: live)
    scheduler.dropTimers()
  }

  /// Lets what the dead process left waiting come to its end, gives its lanes back, and re-executes its records.
  private func end(live: EngineState?) {
    scheduler.runReady()
    guard let dead = process else { return }
    process = nil
    dead.bury()
    guard mutant.bug == nil, checks.violation == nil else { return }
    let lanes = scheduler.laneCount
    let difference = ReplayCheck(world: self).run(from: dead.firstRecord, start: dead.startState, live: live)
    scheduler.dropLanes(downTo: lanes)
    checks.look(.replayIsLive, difference == nil, difference ?? "")
  }

  /// One way through the network, in nanoseconds.
  func travel() -> UInt64 { UInt64(1_000_000 + travelRandom.below(25_000_000)) }

  /// How long the next commit takes.
  func commitNanoseconds() -> UInt64 {
    disk.condition == .slow
      ? UInt64(300_000_000 + travelRandom.below(2_000_000_000)) : UInt64(1_000_000 + travelRandom.below(8_000_000))
  }

  // MARK: processes

  private func startProcess() {
    guard !isOver, process == nil else { return }
    starts += 1
    let process = BotProcess(world: self)
    self.process = process
    person.processStarts()
    checks.processStarts()
    process.start()
  }

  /// A process that ended by itself is started anew, as a service manager would.
  func processEnded(_ ended: BotProcess) {
    guard ended.isAlive, ended === process, !isOver else { return }
    // A start that failed is not tried again at once.
    scheduler.after(ended.wasOpen ? 100_000_000 : 2_000_000_000) { [self] in
      if ended === process { restart(after: 100_000_000) }
    }
  }

  private func kill() {
    guard let process else { return }
    person.processDies(process)
    process.kill(commitSurvives: faults.strikes(.tornWrite))
  }

  private func restart(after nanoseconds: UInt64) {
    kill()
    end(live: nil)
    if faults.strikes(.stopWhileDown) { person.stop() }
    scheduler.after(nanoseconds) { [self] in startProcess() }
  }

  /// Keeps the heart of a process beating.
  func beat(_ process: BotProcess) {
    guard process.isAlive else { return }
    process.beat()
    scheduler.after(Self.beatNanoseconds) { [self, weak process] in if let process { beat(process) } }
  }

  // MARK: what comes by itself

  private func schedule(_ kind: FaultKind) {
    guard let pause = faults.pause(kind) else { return }
    scheduler.after(pause) { [self] in
      if faults.isActive {
        faults.note(kind)
        happen(kind)
      }
      schedule(kind)
    }
  }

  private func happen(_ kind: FaultKind) {
    switch kind {
    case .crash: restart(after: UInt64(100_000_000 + faults.below(3_000_000_000, .crash)))
    case .disconnect:
      setVenue(isUp: false)
      scheduler.after(faults.length(.disconnect, seconds: 0.1...600)) { [self] in setVenue(isUp: true) }
    case .feedSilence: feed.silentUntil = scheduler.now &+ faults.length(.feedSilence, seconds: 60...1800)
    case .clockJump:
      time.skewMillis = faults.below(2, .clockJump) == 0 ? 3_600_000 : -600_000
      scheduler.after(faults.length(.clockJump, seconds: 10...1200)) { [self] in time.skewMillis = 0 }
    case .slowDisk:
      setDisk(.slow, kind, seconds: 5...120)
      // People stop a bot when something looks wrong: then orders wait between their intent and the wire.
      if faults.kinds.contains(.stop), faults.below(2, .slowDisk) == 0 { person.stop() }
    case .fullDisk: setDisk(.full, kind, seconds: 1...120)
    case .brokenDisk: setDisk(.broken, kind, seconds: 0.5...30)
    case .stop: person.stop()
    case .tradeByHand: person.trade()
    case .cancelByHand: person.cancel()
    default: return
    }
  }

  private func setDisk(_ condition: SimulatedDisk.Condition, _ kind: FaultKind, seconds: ClosedRange<Double>) {
    disk.become(condition, at: scheduler.now)
    diskBusyUntil = scheduler.now &+ faults.length(kind, seconds: seconds)
    scheduler.after(diskBusyUntil &- scheduler.now) { [self] in
      if scheduler.now >= diskBusyUntil { disk.become(.well, at: scheduler.now) }
    }
  }

  private func setVenue(isUp: Bool) {
    guard isUp != isVenueUp else { return }
    isVenueUp = isUp
    if isUp { process?.link.connect() } else { process?.link.disconnect() }
  }

  /// The end of the data: from here on nothing goes wrong, stops are resumed, and the books must come to agree.
  private func settle() {
    guard !isSettling else { return }
    isSettling = true
    faults.isActive = false
    scheduler.after(Self.settlingNanoseconds) { [self] in isOver = true }
  }

  /// A person puts the policy back in charge after a roll-back.
  private func schedulePromotion() {
    scheduler.after(1800_000_000_000) { [self] in
      process?.deliver(.control(.promote("chance")))
      schedulePromotion()
    }
  }
}
