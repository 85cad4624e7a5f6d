/// What a feed refused and missed. Every row is counted once: `rows` is the sum of `bars`, `badRows`, `duplicates`,
/// `disorder` and `impossibleBars`.
public struct FeedQuality: Hashable, Sendable, Codable {
  /// Rows or bars that arrived.
  public var rows = 0
  /// Bars accepted.
  public var bars = 0
  /// Rows that are no bar: wrong number of columns, not a number, price not positive, wrong bar length.
  public var badRows = 0
  /// Bars with the time of the bar before.
  public var duplicates = 0
  /// Bars that begin before the bar before has ended.
  public var disorder = 0
  /// Stretches in which the market was open and bars are missing.
  public var gaps = 0
  /// Bars missing in those stretches.
  public var missingBars = 0
  /// Bars whose high and low do not hold open and close, or whose volume is negative.
  public var impossibleBars = 0

  /// Nothing counted yet.
  public init() {}

  /// Adds the counts of another feed.
  public mutating func add(_ other: FeedQuality) {
    rows += other.rows
    bars += other.bars
    badRows += other.badRows
    duplicates += other.duplicates
    disorder += other.disorder
    gaps += other.gaps
    missingBars += other.missingBars
    impossibleBars += other.impossibleBars
  }
}
