import Foundation

/// What a running bot says about itself, for the screen, for `hrmbot status` and for the server.
package struct StatusSnapshot: Codable, Sendable, Equatable {
  /// One instrument.
  package struct Instrument: Codable, Sendable, Equatable {
    package var symbol: String
    package var lastClose: Price?
    package var lastBarClose: Timestamp?
    package var position: PositionView
    package var unrealisedQuote: Money

    package init(
      symbol: String, lastClose: Price?, lastBarClose: Timestamp?, position: PositionView, unrealisedQuote: Money
    ) {
      self.symbol = symbol
      self.lastClose = lastClose
      self.lastBarClose = lastBarClose
      self.position = position
      self.unrealisedQuote = unrealisedQuote
    }
  }
  /// One limit.
  package struct Limit: Codable, Sendable, Equatable {
    package var name: String
    package var used: String
    package var limit: String
    /// Share used, 0 to 1 and beyond.
    package var share: Double

    package init(name: String, used: String, limit: String, share: Double) {
      self.name = name
      self.used = used
      self.limit = limit
      self.share = share
    }
  }
  /// The last decision.
  package struct LastDecision: Codable, Sendable, Equatable {
    package var id: String
    package var symbol: String
    package var at: Timestamp
    package var action: String
    package var finalAction: String
    package var quantity: Quantity
    package var probability: Double?
    package var segments: Int?
    package var haltReason: String?
    package var skipReason: String?
    package var fallbackReason: String?
    package var policy: String

    package init(
      id: String, symbol: String, at: Timestamp, action: String, finalAction: String, quantity: Quantity,
      probability: Double?, segments: Int?, haltReason: String?, skipReason: String?, fallbackReason: String?,
      policy: String
    ) {
      self.id = id
      self.symbol = symbol
      self.at = at
      self.action = action
      self.finalAction = finalAction
      self.quantity = quantity
      self.probability = probability
      self.segments = segments
      self.haltReason = haltReason
      self.skipReason = skipReason
      self.fallbackReason = fallbackReason
      self.policy = policy
    }
  }
  /// Something that keeps the bot from opening positions, or a person from switching its policy.
  package struct Lock: Codable, Sendable, Equatable {
    /// What holds, for example `stop`, `cool_down`, `feed_stale`.
    package var name: String
    /// The one instrument that it concerns; nil: all.
    package var instrument: String?
    /// When it ends by itself; nil: not by the clock.
    package var until: Timestamp?
    /// Why, for a person.
    package var reason: String

    package init(_ name: String, instrument: String? = nil, until: Timestamp? = nil, reason: String) {
      self.name = name
      self.instrument = instrument
      self.until = until
      self.reason = reason
    }
  }
  /// The last change of the policy in charge.
  package struct PolicyChange: Codable, Sendable, Equatable {
    /// Who was in charge before.
    package var previous: String?
    package var at: Timestamp?
    /// What caused a roll-back; nil: the policy is in charge by its own right.
    package var trigger: String?
    package var evidence: String?

    package init(previous: String?, at: Timestamp?, trigger: String?, evidence: String?) {
      self.previous = previous
      self.at = at
      self.trigger = trigger
      self.evidence = evidence
    }
  }
  /// Number of decisions with one name.
  package struct Count: Codable, Sendable, Equatable {
    package var name: String
    package var count: Int

    package init(name: String, count: Int) {
      self.name = name
      self.count = count
    }
  }

  package var processIdentifier: Int32
  package var build: String
  package var mode: String
  package var isSynthetic: Bool
  package var venue: String
  /// Where a served exchange is; nil: the venue is in the bot's process.
  package var venueAddress: String?
  /// Whether a session with it stands.
  package var isVenueConnected: Bool?
  /// Sessions with it so far.
  package var venueSessions: Int?
  package var timeframe: Timeframe
  package var startedAt: Timestamp
  package var updatedAt: Timestamp
  package var tradingState: TradingState
  package var latch: StopLatch?
  package var degradations: [String] = []
  package var policy: String
  package var isUntrained: Bool
  /// Policies that can be put in charge.
  package var policies: [String]?
  package var policyChange: PolicyChange?
  /// What keeps the bot from opening positions.
  package var locks: [Lock]?
  package var instruments: [Instrument] = []
  package var cashQuote: Money
  package var equityQuote: Money = .zero
  package var startEquityQuote: Money
  package var feesQuote: Money = .zero
  package var limits: [Limit] = []
  package var feedAgeMillis: Int64?
  package var staleInstruments: [String] = []
  package var lastDecision: LastDecision?
  package var decisions: Int = 0
  package var decisionsByAction: [Count] = []
  package var vetoes: [Count] = []
  package var orders: Int = 0
  package var fills: Int = 0
  /// Orders of unknown outcome now.
  package var unknownOrders: Int?
  package var rejected: Int = 0
  package var lateDecisions: Int = 0
  package var supersededDecisions: Int = 0
  package var fallbackDecisions: Int = 0
  package var decisionMicrosP50: Double?
  package var decisionMicrosP99: Double?
  package var pathMicrosP50: Double?
  package var pathMicrosP99: Double?
  package var depthHistogram: [Int] = []
  package var bars: Int = 0
  /// Wishes to stop, by where they came from.
  package var stops: [Count] = []
  /// Resumes that were refused.
  package var refusedResumes: Int = 0
  /// Errands to the venue that found their queue full.
  package var refusedErrands: Int = 0
  package var feedProblems: [Count] = []
  package var journalPath: String?
  package var journalRecords: UInt64 = 0
  package var isJournalHealthy: Bool = true

  /// Who, what and where; the rest is filled in.
  package init(
    processIdentifier: Int32, build: String, mode: String, isSynthetic: Bool, venue: String, timeframe: Timeframe,
    startedAt: Timestamp, updatedAt: Timestamp, tradingState: TradingState, policy: String, isUntrained: Bool,
    cashQuote: Money, startEquityQuote: Money
  ) {
    self.processIdentifier = processIdentifier
    self.build = build
    self.mode = mode
    self.isSynthetic = isSynthetic
    self.venue = venue
    self.timeframe = timeframe
    self.startedAt = startedAt
    self.updatedAt = updatedAt
    self.tradingState = tradingState
    self.policy = policy
    self.isUntrained = isUntrained
    self.cashQuote = cashQuote
    self.startEquityQuote = startEquityQuote
  }

  /// JSON with sorted keys.
  package func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return Array(try encoder.encode(self))
  }

  /// Reads what `encoded` wrote.
  package init(decoding bytes: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(StatusSnapshot.self, from: Data(bytes))
  }
}
