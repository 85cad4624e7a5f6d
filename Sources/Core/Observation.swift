/// What is wrong, or limited, about an observation.
public struct QualityFlags: OptionSet, Hashable, Sendable {
  /// The flags as bits.
  public let rawValue: UInt8
  /// Flags from bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Fewer bars seen than the network features need.
  public static let warmingUp = QualityFlags(rawValue: 1)
  /// Bars are missing just before this one.
  public static let gap = QualityFlags(rawValue: 2)
  /// A feature was not a finite number.
  public static let nonFinite = QualityFlags(rawValue: 4)
  /// Seen before the run began, to warm up: nothing may be decided on it.
  public static let preRoll = QualityFlags(rawValue: 8)
}

/// What a policy sees at the close of a bar.
public struct Observation: Sendable {
  /// What is observed.
  public var instrument: InstrumentID
  /// Length of its bars.
  public var timeframe: Timeframe
  /// The bar that closed.
  public var bar: Bar
  /// Bars of this instrument seen so far, this one included.
  public var barCount: Int
  /// Network features of the last `FeatureWindow.bars` bars, oldest first, row-major; empty when not wanted or warming up.
  public var window: [Float]
  /// Context features, see architecture: position one-hot, shortable, time of day, time of week.
  public var context: [Float]
  /// Market complexity in [0, 1]; nil until known.
  public var complexity: Double?
  /// What is wrong or limited about it.
  public var quality: QualityFlags
  /// The position held at the decision.
  public var position: PositionView
  /// Whether the instrument can be sold without being held.
  public var isShortable: Bool
  /// Wilder's average true range over 14 bars, exact; nil until known.
  public var averageTrueRange: Price?
  /// Root mean square of the last 168 log returns, per bar; nil until known.
  public var volatilityPerBar: Double?
  /// Rank in [0, 1] of the present volatility among the bars seen (past only); nil until known.
  public var volatilityRank: Double?
  /// Best bid and offer, where the feed has them.
  public var quote: Quote?
  /// Whether the market's calendar demands that positions are closed now.
  public var isSquareOff: Bool

  /// An observation as given.
  public init(
    instrument: InstrumentID, timeframe: Timeframe, bar: Bar, barCount: Int, window: [Float], context: [Float],
    complexity: Double?, quality: QualityFlags, position: PositionView, isShortable: Bool, averageTrueRange: Price?,
    volatilityPerBar: Double?, volatilityRank: Double?, quote: Quote?, isSquareOff: Bool = false
  ) {
    self.instrument = instrument
    self.timeframe = timeframe
    self.bar = bar
    self.barCount = barCount
    self.window = window
    self.context = context
    self.complexity = complexity
    self.quality = quality
    self.position = position
    self.isShortable = isShortable
    self.averageTrueRange = averageTrueRange
    self.volatilityPerBar = volatilityPerBar
    self.volatilityRank = volatilityRank
    self.quote = quote
    self.isSquareOff = isSquareOff
  }

  /// The legal actions.
  @inlinable public var legalMask: LegalMask { LegalMask(position: position.side, isShortable: isShortable) }
}
