import Core

/// The newest bars of every instrument: what a client asks for to warm up, and to close a gap.
package struct MarketTape: Sendable {
  /// Bars kept of each instrument.
  package let capacity: Int
  var histories: [BoundedHistory<Bar>]

  /// An empty tape.
  package init(instruments: Int, capacity: Int) {
    self.capacity = capacity
    histories = Array(repeating: BoundedHistory(capacity: capacity), count: instruments)
  }

  /// Adds a bar. False: it is not newer than the last one of its instrument, or of none that is traded.
  @discardableResult
  package mutating func append(_ bar: Bar) -> Bool {
    let index = Int(bar.instrument.index)
    guard index < histories.count, bar.isConsistent else { return false }
    if let last = histories[index].last, bar.openTime < last.closeTime { return false }
    histories[index].append(bar)
    return true
  }

  /// The newest bars of an instrument, oldest first.
  package func newest(_ count: Int, of instrument: InstrumentID) -> [Bar] {
    Array(histories[Int(instrument.index)].suffix(count))
  }

  /// The newest bar of an instrument.
  package func last(of instrument: InstrumentID) -> Bar? { histories[Int(instrument.index)].last }

  /// All bars that end after a moment, in order of their ends and then of the instruments.
  package func bars(endingAfter moment: Timestamp) -> [Bar] {
    histories.flatMap { $0.filter { $0.closeTime > moment } }
      .sorted { ($0.closeTime, $0.instrument) < ($1.closeTime, $1.instrument) }
  }

  /// All bars, in the same order.
  package var all: [Bar] { bars(endingAfter: Timestamp(milliseconds: .min)) }
}
