import Core

/// Where closed bars come from: the simulated market, recorded files, a live stream.
public protocol BarSource {
  /// The next bar; nil at the end. Throws what makes the source unusable, for example a damaged file.
  mutating func next() throws -> Bar?
}

/// The bars of one instrument, of one length.
public protocol BarSeries: BarSource {
  /// The instrument that the bars are given.
  var instrument: InstrumentID { get }
  /// Length of the bars.
  var timeframe: Timeframe { get }
  /// How errors name it: a path or a query.
  var path: String { get }
  /// What was read and refused so far.
  var quality: FeedQuality { get }
  /// The first rows refused.
  var rowErrors: [RowError] { get }
}
