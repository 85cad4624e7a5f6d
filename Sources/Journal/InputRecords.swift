import Core

/// The start of a run: all that a replay needs besides the inputs.
public struct SessionRecord: Hashable, Sendable {
  /// Schema of session records.
  public static let schema = "hrmbot.session/1"

  /// Where bars come from.
  public enum Feed: Hashable, Sendable {
    case simulated
    /// Files, in order.
    case files([String])
  }

  /// What an instrument's rules are looked up by, besides its symbol.
  public struct Listing: Hashable, Sendable {
    /// What it is.
    public var kind: InstrumentKind
    /// Where it trades.
    public var venue: String
    /// A listing as given.
    public init(kind: InstrumentKind, venue: String) {
      self.kind = kind
      self.venue = venue
    }
  }

  /// Build of the program.
  public var build: String
  /// `paper`, `replay`, …
  public var mode: String
  /// Where bars come from.
  public var feed: Feed
  /// Symbols in the order of their ids.
  public var instruments: [String]
  /// Kinds and venues, one for each symbol.
  public var listings: [Listing]
  /// SHA-256 in hex of the instruments' rules.
  public var rulesHash: String
  /// The rules themselves as a JSON object, where the venue and not the program's own file gave them.
  public var venueRules: [UInt8]?
  /// What the policies are measured against, a JSON object by policy name; nil: nothing was recorded with any.
  public var references: [UInt8]?
  /// Whether the venue took pairs of orders of which one ends the other; sessions of before there were such say nothing,
  /// which is no.
  public var hasPairs: Bool
  /// Kernels that the network's arithmetic used; bits are equal only where they are. nil: no network was loaded.
  public var arithmetic: String?
  /// Whether time was virtual: then nothing depends on how long anything took.
  public var isVirtualTime: Bool
  /// Length of the bars.
  public var timeframe: Timeframe
  /// Name of the policy that decides first.
  public var policyInCharge: String
  /// All policies that may decide.
  public var policies: [PolicyIdentity]
  /// SHA-256 of the settings in hex.
  public var settingsHash: String
  /// The settings as a JSON object.
  public var settings: [UInt8]
  /// Seed of everything random.
  public var seed: UInt64
  /// Number of the session in this journal, from 1.
  public var session: UInt64
  /// The state that the run starts from, a JSON object; nil: it starts from nothing.
  public var state: [UInt8]?
  /// When it entered the bot.
  public var at: Timestamp

  /// A session as given.
  public init(
    build: String, mode: String, feed: Feed, instruments: [String], listings: [Listing], rulesHash: String,
    arithmetic: String?,
    isVirtualTime: Bool,
    timeframe: Timeframe, policyInCharge: String,
    policies: [PolicyIdentity], settingsHash: String, settings: [UInt8], seed: UInt64, session: UInt64,
    state: [UInt8]?, at: Timestamp, venueRules: [UInt8]? = nil, hasPairs: Bool = false, references: [UInt8]? = nil
  ) {
    self.references = references
    self.venueRules = venueRules
    self.hasPairs = hasPairs
    self.build = build
    self.mode = mode
    self.feed = feed
    self.instruments = instruments
    self.listings = listings
    self.rulesHash = rulesHash
    self.arithmetic = arithmetic
    self.isVirtualTime = isVirtualTime
    self.timeframe = timeframe
    self.policyInCharge = policyInCharge
    self.policies = policies
    self.settingsHash = settingsHash
    self.settings = settings
    self.seed = seed
    self.session = session
    self.state = state
    self.at = at
  }
}

/// A bar that came in.
public struct BarRecord: Hashable, Sendable {
  /// The bar as received.
  public var bar: Bar
  /// When it was received.
  public var at: Timestamp
  /// History before the run: warms up, decides nothing.
  public var isPreRoll: Bool

  /// A bar as given.
  public init(bar: Bar, at: Timestamp, isPreRoll: Bool = false) {
    self.bar = bar
    self.at = at
    self.isPreRoll = isPreRoll
  }
}

/// The network's answer to a request.
public struct AnswerRecord: Hashable, Sendable {
  /// Sequence number of the request.
  public var ticket: UInt64
  /// What it is about.
  public var instrument: InstrumentID
  /// What the network said; nil when it failed.
  public var reading: NetworkReading?
  /// Output of the quantity head.
  public var quantity: Float
  /// Why there is no reading.
  public var failure: String?
  /// How long the network took; 0 where time is virtual. Part of the content because it can trip a roll-back.
  public var latencyMicros: Int
  /// When it entered the bot.
  public var at: Timestamp

  /// An answer as given.
  public init(
    ticket: UInt64, instrument: InstrumentID, reading: NetworkReading?, quantity: Float, failure: String?,
    latencyMicros: Int, at: Timestamp
  ) {
    self.ticket = ticket
    self.instrument = instrument
    self.reading = reading
    self.quantity = quantity
    self.failure = failure
    self.latencyMicros = latencyMicros
    self.at = at
  }
}

/// A timer that fired.
public struct TimerRecord: Hashable, Sendable {
  /// Which timer, for example `deadline`.
  public var kind: String
  /// What it was set for.
  public var ticket: UInt64
  /// When it entered the bot.
  public var at: Timestamp

  /// A timer as given.
  public init(kind: String, ticket: UInt64, at: Timestamp) {
    self.kind = kind
    self.ticket = ticket
    self.at = at
  }
}

/// News of an order.
public struct ReportRecord: Hashable, Sendable {
  /// What the venue says.
  public var report: ExecutionReport
  /// When it was received; the report has its own time.
  public var at: Timestamp

  /// A report as given.
  public init(report: ExecutionReport, at: Timestamp) {
    self.report = report
    self.at = at
  }
}

/// How a submission ended.
public struct OutcomeRecord: Hashable, Sendable {
  /// The order.
  public var clientID: ClientOrderID
  /// What the sender knows.
  public var outcome: SubmitOutcome
  /// When it entered the bot.
  public var at: Timestamp

  /// An outcome as given.
  public init(clientID: ClientOrderID, outcome: SubmitOutcome, at: Timestamp) {
    self.clientID = clientID
    self.outcome = outcome
    self.at = at
  }
}

/// A command of a person or a guard.
public struct ControlRecord: Hashable, Sendable {
  /// What is asked for, for example `stop`, `resume`, `rollback`, `promote`.
  public var command: String
  /// How far a stop goes.
  public var level: StopLevel?
  /// Why.
  public var reason: String?
  /// Where a stop came from.
  public var source: StopSource?
  /// Who asked.
  public var by: String?
  /// Policy that a switch names.
  public var policy: String?
  /// Latch that a resume names.
  public var latchID: String?
  /// When it entered the bot.
  public var at: Timestamp
  /// Order that a cancel names.
  public var orderID: ClientOrderID?
  /// What a person wants traded.
  public var trade: Trade?

  /// A trade that a person asks for.
  public struct Trade: Hashable, Sendable {
    /// Symbol of what is to be traded.
    public var instrument: String
    /// What is to be done.
    public var action: Action
    /// Share of the allowed size, in [0, 1].
    public var fraction: Rate
    /// A trade as given.
    public init(instrument: String, action: Action, fraction: Rate) {
      self.instrument = instrument
      self.action = action
      self.fraction = fraction
    }
  }

  /// A command as given.
  public init(
    command: String, level: StopLevel? = nil, reason: String? = nil, source: StopSource? = nil, by: String? = nil,
    policy: String? = nil, latchID: String? = nil, at: Timestamp, orderID: ClientOrderID? = nil, trade: Trade? = nil
  ) {
    self.orderID = orderID
    self.trade = trade
    self.command = command
    self.level = level
    self.reason = reason
    self.source = source
    self.by = by
    self.policy = policy
    self.latchID = latchID
    self.at = at
  }
}
