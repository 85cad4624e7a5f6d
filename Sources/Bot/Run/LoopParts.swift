import Control
import Core
import Execution
import Journal

/// What the trading loop works with. The same loop runs live and in simulation; only these differ.
package struct LoopParts: Sendable {
  /// The engine and its executor.
  package var engine: Engine
  /// Everything that comes in.
  package var mailbox: Mailbox<Ingress>
  /// How fast bars come; never unlimited.
  package var pace: Pace
  package var time: any TimeSource
  /// For names in messages.
  package var instruments: InstrumentTable
  /// Takes the loop's own questions to the venue.
  package var gateway: any OrderGateway
  /// Longest time between two comparisons of the books with the venue's.
  package var reconcileSeconds: Int
  /// nil: there is no journal.
  package var journal: (any JournalHealth)?
  /// Brings a bar to a venue that lives in this process; the reports that it sets off.
  package var advance: @Sendable (Bar) async -> [ExecutionReport]
  /// Hands the engine's state to the journal if it has changed.
  package var saveState: @Sendable () async -> Void
  /// Whether the next heartbeat is due; asking resets it.
  package var takeHeartbeat: @Sendable () -> Bool
  /// Tells whoever watches that the loop turns. Called by the loop that trades and by nobody else, on its own thread: the
  /// actors it asks live there, so that no question changes threads.
  package var beat: @Sendable (isolated any Actor) async -> Void
  /// Shows the state to whoever asked; on the loop's thread too.
  package var show: @Sendable (isolated any Actor) async -> Void
  package var log: @Sendable (LogLevel, String) -> Void
  /// Ends the run soon, for a reason.
  package var requestStop: @Sendable (String) -> Void

  /// Parts as given.
  package init(
    engine: Engine, mailbox: Mailbox<Ingress>, pace: Pace, time: any TimeSource, instruments: InstrumentTable,
    gateway: any OrderGateway, reconcileSeconds: Int, journal: (any JournalHealth)?,
    advance: @escaping @Sendable (Bar) async -> [ExecutionReport], saveState: @escaping @Sendable () async -> Void,
    takeHeartbeat: @escaping @Sendable () -> Bool,
    beat: @escaping @Sendable (isolated any Actor) async -> Void,
    show: @escaping @Sendable (isolated any Actor) async -> Void,
    log: @escaping @Sendable (LogLevel, String) -> Void,
    requestStop: @escaping @Sendable (String) -> Void
  ) {
    self.engine = engine
    self.mailbox = mailbox
    self.pace = pace
    self.time = time
    self.instruments = instruments
    self.gateway = gateway
    self.reconcileSeconds = reconcileSeconds
    self.journal = journal
    self.advance = advance
    self.saveState = saveState
    self.takeHeartbeat = takeHeartbeat
    self.beat = beat
    self.show = show
    self.log = log
    self.requestStop = requestStop
  }
}

/// What the loop asks of a journal.
package protocol JournalHealth: Sendable {
  /// Whether records are taken.
  var isHealthy: Bool { get }
  /// Why not; nil: they are, or it is not known.
  var failure: String? { get }
  /// Tries to write again; true: it works.
  nonisolated(nonsending) func recover() async -> Bool
}

extension JournalWriter: JournalHealth {}
