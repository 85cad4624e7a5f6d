import Agent
import Control
import Core
import Exchange
import Execution
import Feed
import Files
import Foundation
import HRM
import Journal
import Settings
import Synchronization

/// One run of the bot on paper, from start to end.
package final class PaperRun: Sendable {
  /// What is fixed once the run is prepared.
  struct Prepared: Sendable {
    var engine: Engine
    var venue: RunVenue
    /// The instruments with their rules where the venue gave them.
    var venueRules: [UInt8]?
    /// Whether the venue takes pairs of orders of which one ends the other.
    var hasPairs: Bool
    var writer: JournalWriter?
    var instruments: InstrumentTable
    var timeframe: Timeframe
    var watcher: ControlWatcher
    var thinker: Thinker?
    var queue: QueuedGateway?
    var keeper: StateKeeper
    var identity: PolicyIdentity
    var sessions: Int
    var isUntrained: Bool
    /// Directory of the loaded model; nil: none.
    var modelPath: String?
    var startEquityQuote: Money
  }

  let plan: RunPlan
  let time: any TimeSource
  let log: EventLog
  let service: ServiceManager
  let mailbox: Mailbox<Ingress>
  let gate = StopGate()
  let display: Display
  /// What the reader of recorded bars met.
  let fileQuality = Mutex(FeedQuality())
  /// News of a served exchange.
  let relay: VenueRelay
  /// Whether the loop's next heartbeat is due.
  let isHeartbeatDue = Atomic(false)
  private let end = Atomic(false)
  /// Whether it ran to its end, or failed.
  package var hasEnded: Bool { end.load(ordering: .acquiring) }
  private let stopRequest = Mutex<String?>(nil)
  let startedAt: Timestamp
  /// Beats of the trading loop so far.
  let beats = Atomic<UInt64>(0)

  /// A run of `plan`.
  package init(
    plan: RunPlan, display: Display, log: EventLog, service: ServiceManager, time: any TimeSource = SystemTime()
  ) {
    self.plan = plan
    self.display = display
    self.log = log
    self.service = service
    self.time = time
    startedAt = time.now
    mailbox = Mailbox(capacity: 8192) { $0.overflowRule }
    relay = VenueRelay(mailbox: mailbox, log: log, maximumBars: plan.maximumBars)
  }

  /// Ends the run soon, cleanly. Can be called from any thread.
  package func requestStop(_ reason: String) {
    let isFirst = stopRequest.withLock { request in
      defer { request = request ?? reason }
      return request == nil
    }
    if isFirst { mailbox.send(.end(reason)) }
  }

  /// Stops trading, as a STOP file does. Can be called from any thread.
  package func latch(_ level: StopLevel, source: StopSource, reason: String) {
    gate.close(level, source: source, reason: reason)
    mailbox.send(.control(.stop(level: level, source: source, reason: reason)))
  }

  /// Why the run was asked to end; nil while it was not.
  var requestedStop: String? { stopRequest.withLock { $0 } }

  /// Runs to the end.
  ///
  /// - Throws: `StartError` when it cannot start; what feed and journal throw later.
  package func run() async throws -> RunSummary {
    defer { end.store(true, ordering: .releasing) }
    do { try plan.home.prepare() } catch { throw StartError("\(error); give another --home", exitCode: 73) }
    // A replay in virtual time is a batch job: it has its own journal and may run beside the bot.
    let lock = plan.pace.isVirtual ? nil : try homeLock()
    defer { withExtendedLifetime(lock) {} }
    let lastSign = plan.pace.isVirtual ? nil : StatusFile.read(plan.home.statusPath)?.updatedAt
    let (prepared, source): (Prepared, MarketSource)
    do { (prepared, source) = try await prepare() } catch let error as JournalError {
      throw JournalOpening.failure(error, plan)
    }
    service.notify("READY=1\nSTATUS=\(plan.mode), \(prepared.identity.name)", patienceMillis: 1000)
    log.write(.notice, "started: \(plan.mode)\(plan.isSynthetic ? " SYNTHETIC" : ""), policy \(prepared.identity.name)")
    await noteStart(prepared, after: lastSign)
    if let lastSign { mailbox.send(.control(.silence(since: lastSign))) }
    let wall = time.monotonicNanoseconds
    let end = try await drive(prepared, source)
    service.notify("STOPPING=1")
    let seconds = Double(time.monotonicNanoseconds &- wall) / 1e9
    let summary = try await finish(prepared, end: end, seconds: seconds)
    log.write(.notice, "ended: \(end)")
    display.notice?("ended", end)
    return summary
  }

  /// Tells that the run begins, and what holds from before. `lastSign`: when a run that did not end in order last said
  /// something.
  private func noteStart(_ prepared: Prepared, after lastSign: Timestamp?) async {
    var text = "policy \(prepared.identity.name)"
    if let lastSign { text += ", after a run that did not end in order; its last sign of life was at \(lastSign)" }
    if let latch = await prepared.engine.supervisor.latch {
      text += "; STOPPED (\(latch.level.rawValue)) by latch \(latch.id)"
    }
    display.notice?("started", text)
  }

  private func homeLock() throws -> DirectoryLock {
    do { return try DirectoryLock(path: plan.home.path + "/bot.lock") } catch let error as FileError {
      guard error.code == EWOULDBLOCK else { throw StartError("\(error)", exitCode: 73) }
      let pid = DirectoryLock.holder(path: plan.home.path + "/bot.lock") ?? 0
      throw StartError(
        "a bot is running already in \(plan.home.path) (process \(pid)); stop it, or give another --home",
        exitCode: 75)
    }
  }
}

/// Shows a run to a person. None of it may block for long.
package struct Display: Sendable {
  /// Every decision. nil: nobody wants them.
  package var decision: (@Sendable (DecisionEvent) -> Void)?
  /// Every order and fill. nil: nobody wants them.
  package var trade: (@Sendable (TradeEvent) -> Void)?
  /// The state, some times a second.
  package var snapshot: (@Sendable (StatusSnapshot) -> Void)?
  /// What is being done while it takes long: text, and the share done where it is known.
  package var progress: (@Sendable (String, Double?) -> Void)?
  /// News for whoever is on duty: `started`, `stop`, `resume`, `ended`, and what happened in words.
  package var notice: (@Sendable (_ event: String, _ text: String) -> Void)?
  /// Shows nothing.
  package init() {}
}
