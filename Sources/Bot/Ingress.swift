import Agent
import Core
import Execution

/// Everything that enters the trading core. Each becomes one journal record and runs to completion through the stages
/// before the next is taken: that is what makes a replay exact.
package enum Ingress: Sendable {
  /// A bar from the feed.
  case bar(Bar, isPreRoll: Bool)
  /// The network's answer.
  case answer(NetworkAnswer, instrument: InstrumentID)
  /// The deadline of a network request has passed.
  case deadline(ticket: UInt64)
  /// A flattening stop may have something to do that no bar reminds it of.
  case flattenDue
  /// What became of a submission.
  case outcome(ClientOrderID, SubmitOutcome)
  /// News of an order.
  case report(ExecutionReport)
  /// What the venue knows of one order.
  case orderAnswer(OrderAnswer)
  /// The venue's view, asked for at start, after a resume and on doubt.
  case venueState(VenueState)
  /// A person or a watchdog wants something; `reply` tells them how it went.
  case control(ControlCommand, reply: (@Sendable (String) -> Void)? = nil)
  /// The loop's heartbeat. Never recorded: it changes nothing but what is shown.
  case heartbeat
  /// The run ends, for a reason that goes on record.
  case end(String)

  /// Whether it brings back the latch of an earlier session.
  var isRelatch: Bool { if case .control(.relatch, _) = self { true } else { false } }

  /// What the mailbox does with one more when it is full. Bars are kept, and the feeder waits: the paper venue must see
  /// every one of them, or a stop that lies in a lost bar would not fire.
  package var overflowRule: OverflowRule {
    switch self {
    case .heartbeat: .conflate(key: -1)
    default: .keep
    }
  }
}

/// What the venue knows of one order; nil: it surely never had it.
package struct OrderAnswer: Sendable, Hashable {
  package var id: ClientOrderID
  package var snapshot: OrderSnapshot?
  /// An answer as given.
  package init(id: ClientOrderID, snapshot: OrderSnapshot?) {
    self.id = id
    self.snapshot = snapshot
  }
}

/// The venue's books at one moment.
package struct VenueState: Sendable, Hashable {
  package var account: AccountSnapshot
  package var openOrders: [OrderSnapshot]
  /// Executions after the last one known.
  package var fills: [Fill]
  /// Books as given.
  package init(account: AccountSnapshot, openOrders: [OrderSnapshot], fills: [Fill]) {
    self.account = account
    self.openOrders = openOrders
    self.fills = fills
  }
}

/// What a person or a watchdog can ask of a running bot.
package enum ControlCommand: Sendable, Hashable {
  case stop(level: StopLevel, source: StopSource, reason: String)
  case resume(latchID: String)
  case rollBack(to: String?, reason: String)
  case promote(String)
  /// What keeps the bot from trading now; nothing: it is ready. Goes on record and changes nothing.
  case readiness([String])
  /// Nothing was heard of the bot since a moment: it hung, or had died. Goes on record and changes nothing.
  case silence(since: Timestamp)
  /// A latch that an earlier session left.
  case relatch(StopLatch)
  /// Something is wrong that is no stop: only lower the risk until it is right again.
  case degrade(Degradation, isOn: Bool)
  /// The venue's clock was compared: local clock minus the venue's.
  case clockSkew(millis: Int)
  /// The process uses more memory than the settings let it.
  case memory(mebibytes: Int)
  /// The files of a policy are not what its manifest says, or it could not be loaded.
  case archiveMismatch(policy: String, evidence: String)
  /// A person wants an order ended.
  case cancel(ClientOrderID)
  /// A person decides in the policy's place, once. The veto judges it like any other decision.
  case trade(ManualTrade)
}

/// A trade that a person asks for.
package struct ManualTrade: Sendable, Hashable {
  /// Symbol of what is to be traded.
  package var instrument: String
  package var action: Action
  /// Share of the allowed size, in [0, 1]; closing orders close all.
  package var fraction: Rate
  /// Why, for the record.
  package var reason: String

  /// A trade as given.
  package init(instrument: String, action: Action, fraction: Rate, reason: String) {
    self.instrument = instrument
    self.action = action
    self.fraction = fraction
    self.reason = reason
  }

  /// Who decides it, in the decision's record.
  package static let person = PolicyIdentity(name: "person", sha256: "", isUntrained: false)
}

/// A condition under which no position is opened.
package enum Degradation: String, Sendable, Codable, CaseIterable {
  case journalUnhealthy = "journal_unhealthy"
  case controlDirectoryLost = "control_directory_lost"
  case unreconciled
  case unprotectedPosition = "unprotected_position"
  case feedStale = "feed_stale"
  /// The connection to the venue is down; when it is up again, the books are compared before anything is opened.
  case venueLost = "venue_lost"
}
