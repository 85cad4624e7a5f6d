import Core

/// Where trades come from: a recorded file, a live stream.
public protocol TradeSource {
  /// The next trade; nil at the end. Throws what makes the source unusable, for example a damaged file.
  mutating func next() throws -> Trade?
}

/// Bars made of the trades of a source.
public struct TickBars<Source: TradeSource>: BarSource {
  /// The trades, with what their source counted.
  public private(set) var source: Source
  /// The maker of the bars, with its counters.
  public private(set) var aggregator: TickAggregator
  /// Finished and not given yet, newest first. At most as many as one gap carries.
  private var finished: [Bar] = []
  private var isAtEnd = false

  /// Bars of the aggregator's length, of the trades of `source`.
  public init(_ source: Source, _ aggregator: TickAggregator) {
    self.source = source
    self.aggregator = aggregator
  }

  /// The next bar; the last one may be of a bar that the trades do not fill. Throws what the source throws.
  public mutating func next() throws -> Bar? {
    while finished.isEmpty, !isAtEnd {
      guard let trade = try source.next() else {
        isAtEnd = true
        return aggregator.flush()
      }
      aggregator.receive(trade) { finished.append($0) }
      if finished.count > 1 { finished.reverse() }
    }
    return finished.popLast()
  }
}
