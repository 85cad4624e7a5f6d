import Core
import Foundation

/// What a running bot says about itself, for the screen and for `hrmbot status`.
public struct StatusSnapshot: Codable, Sendable, Equatable {
  /// One instrument.
  public struct Instrument: Codable, Sendable, Equatable {
    public var symbol: String
    public var lastClose: Price?
    public var lastBarClose: Timestamp?
    public var position: PositionView
    public var unrealisedQuote: Money
  }
  /// One limit.
  public struct Limit: Codable, Sendable, Equatable {
    public var name: String
    public var used: String
    public var limit: String
    /// Share used, 0 to 1 and beyond.
    public var share: Double
  }
  /// The last decision.
  public struct LastDecision: Codable, Sendable, Equatable {
    public var id: String
    public var symbol: String
    public var at: Timestamp
    public var action: String
    public var finalAction: String
    public var quantity: Quantity
    public var probability: Double?
    public var segments: Int?
    public var haltReason: String?
    public var skipReason: String?
    public var fallbackReason: String?
    public var policy: String
  }
  /// Number of decisions with one name.
  public struct Count: Codable, Sendable, Equatable {
    public var name: String
    public var count: Int
  }

  public var processIdentifier: Int32
  public var build: String
  public var mode: String
  public var isSynthetic: Bool
  public var venue: String
  public var timeframe: Timeframe
  public var startedAt: Timestamp
  public var updatedAt: Timestamp
  public var tradingState: TradingState
  public var latch: StopLatch?
  public var degradations: [String] = []
  public var policy: String
  public var isUntrained: Bool
  public var instruments: [Instrument] = []
  public var cashQuote: Money
  public var equityQuote: Money = .zero
  public var startEquityQuote: Money
  public var feesQuote: Money = .zero
  public var limits: [Limit] = []
  public var feedAgeMillis: Int64?
  public var staleInstruments: [String] = []
  public var lastDecision: LastDecision?
  public var decisions: Int = 0
  public var decisionsByAction: [Count] = []
  public var vetoes: [Count] = []
  public var orders: Int = 0
  public var fills: Int = 0
  public var rejected: Int = 0
  public var lateDecisions: Int = 0
  public var supersededDecisions: Int = 0
  public var fallbackDecisions: Int = 0
  public var decisionMicrosP50: Double?
  public var decisionMicrosP99: Double?
  public var pathMicrosP50: Double?
  public var pathMicrosP99: Double?
  public var depthHistogram: [Int] = []
  public var bars: Int = 0
  public var feedProblems: [Count] = []
  public var journalPath: String?
  public var journalRecords: UInt64 = 0
  public var isJournalHealthy: Bool = true

  /// Who, what and where; the rest is filled in.
  init(
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
  public func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return Array(try encoder.encode(self))
  }

  /// Reads what `encoded` wrote.
  public init(decoding bytes: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(StatusSnapshot.self, from: Data(bytes))
  }
}
