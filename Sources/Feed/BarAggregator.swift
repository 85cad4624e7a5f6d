import Core

/// Makes longer bars of shorter ones of one instrument: open of the first, highest high, lowest low, close of the last,
/// sum of the volumes. Buckets begin where `Timeframe.start(of:)` says. A bucket with bars missing is given as it is.
public struct BarAggregator: Sendable {
  /// Length of the bars made.
  public let target: Timeframe
  /// Bars made of fewer source bars than fit.
  public private(set) var incompleteBars = 0
  /// Source bars not taken: of a length that does not divide the target's, of another instrument, or from a bucket
  /// already finished.
  public private(set) var refusedBars = 0

  private var pending: Bar?
  private var pendingCount: Int64 = 0
  private var pendingSource: Int64 = 0

  /// An aggregator for any shorter bars.
  public init(target: Timeframe) { self.target = target }

  /// An aggregator for bars of a known length. Throws `FeedError.cannotAggregate` unless the target is a multiple of it.
  public init(source: Timeframe, target: Timeframe) throws {
    guard Self.divides(source, target) else { throw FeedError.cannotAggregate(source: source, target: target) }
    self.init(target: target)
  }

  private static func divides(_ source: Timeframe, _ target: Timeframe) -> Bool {
    source.milliseconds > 0 && target.milliseconds > 0 && target.milliseconds % source.milliseconds == 0
  }

  /// Takes a bar; returns the finished previous bar when this one begins a new bucket.
  public mutating func receive(_ bar: Bar) -> Bar? {
    guard Self.divides(bar.timeframe, target) else {
      refusedBars += 1
      return nil
    }
    let start = target.start(of: bar.openTime)
    guard var current = pending else {
      begin(bar, start)
      return nil
    }
    guard bar.instrument == current.instrument, start >= current.openTime else {
      refusedBars += 1
      return nil
    }
    guard start == current.openTime else {
      let finished = finish()
      begin(bar, start)
      return finished
    }
    if bar.high > current.high { current.high = bar.high }
    if bar.low < current.low { current.low = bar.low }
    current.close = bar.close
    // Volumes near the type's end do not occur in a market; the largest number stands for them.
    current.volume = (try? current.volume.adding(bar.volume)) ?? .max
    pending = current
    pendingCount += 1
    return nil
  }

  /// The bar in the making, as it is; nil if there is none.
  public mutating func flush() -> Bar? { finish() }

  private mutating func begin(_ bar: Bar, _ start: Timestamp) {
    pendingSource = bar.timeframe.milliseconds
    pendingCount = 1
    pending = bar
    pending?.timeframe = target
    pending?.openTime = start
  }

  private mutating func finish() -> Bar? {
    defer { pending = nil }
    if pending != nil, pendingCount * pendingSource < target.milliseconds { incompleteBars += 1 }
    return pending
  }
}
