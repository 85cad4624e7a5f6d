import Core

/// What is known of one series of a corpus beside its numbers.
package struct CorpusMember: Sendable {
  /// Symbol, as models know it.
  package var symbol: String
  /// Length of its bars.
  package var timeframe: Timeframe
  /// What it is cut with.
  package var marketClass: MarketClass
  /// First bar that has features; those before stand as 0.
  package var knownFrom: Int
  /// Decisions that are no use, by cause.
  package var excluded: ExclusionCounts
  /// Rows of the source that were no bars, and stretches of open market without bars.
  package var refusedRows: Int
  package var gaps: Int
  /// Name of the source: never a path, so that moved data are the same data.
  package var source: String
  /// SHA-256 of the bytes that were read.
  package var sourceDigest: String
  /// SHA-256 of the numbers made of them, before any normalisation.
  package var digest: String

  /// A member as given.
  package init(
    symbol: String, timeframe: Timeframe, marketClass: MarketClass, knownFrom: Int, excluded: ExclusionCounts,
    refusedRows: Int, gaps: Int, source: String, sourceDigest: String, digest: String
  ) {
    self.symbol = symbol
    self.timeframe = timeframe
    self.marketClass = marketClass
    self.knownFrom = knownFrom
    self.excluded = excluded
    self.refusedRows = refusedRows
    self.gaps = gaps
    self.source = source
    self.sourceDigest = sourceDigest
    self.digest = digest
  }
}
