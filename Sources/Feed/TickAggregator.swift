import Core

/// Makes bars of the trades of one instrument, exactly: first price, highest, lowest, last, sum of the quantities. Bars
/// begin where `Timeframe.start(of:)` says. A stretch without a trade has no bar, unless `carryLimit` says otherwise.
public struct TickAggregator: Sendable {
  /// Length of the bars made.
  public let timeframe: Timeframe
  /// The longest run of bars without a trade that is given all the same, flat at the last price and with no volume; after
  /// a longer one there is a gap. 0: never.
  public let carryLimit: Int

  /// Trades taken.
  public private(set) var trades = 0
  /// Trades not taken: of another instrument, from a bar already finished, or without a price or quantity above zero.
  public private(set) var refusedTrades = 0
  /// Bars given that no trade made.
  public private(set) var carriedBars = 0
  /// Bars that are missing because nothing was traded in them.
  public private(set) var missingBars: Int64 = 0

  /// The bar in the making; before the first trade of no meaning.
  private var bar: Bar
  private var volume: Int128 = 0
  /// Bounds of the bar in the making in milliseconds: from, and up to but without. Equal where there is none; then the
  /// next trade may not lie before them.
  private var start = Int64.min
  private var end = Int64.min

  /// An aggregator for the trades of one instrument. `timeframe` must be above zero.
  public init(instrument: InstrumentID, timeframe: Timeframe, carryLimit: Int = 0) {
    precondition(timeframe.milliseconds > 0, "a bar has a length")
    self.timeframe = timeframe
    self.carryLimit = max(0, carryLimit)
    bar = Bar(
      instrument: instrument, timeframe: timeframe, openTime: Timestamp(milliseconds: 0), open: .zero, high: .zero,
      low: .zero, close: .zero, volume: .zero)
  }

  /// Takes a trade. When it begins a new bar, the finished one is given to `sink` first, and then those carried.
  public mutating func receive(_ trade: Trade, _ sink: (Bar) -> Void) {
    let time = trade.time.milliseconds
    guard trade.instrument == bar.instrument, trade.price.raw > 0, trade.quantity.raw > 0, time >= start else {
      refusedTrades &+= 1
      return
    }
    trades &+= 1
    if time < end {
      if trade.price > bar.high { bar.high = trade.price }
      if trade.price < bar.low { bar.low = trade.price }
      bar.close = trade.price
      volume &+= Int128(trade.quantity.raw)
      return
    }
    turn(to: trade, sink)
  }

  /// The bar in the making, as it is; nil if there is none. Later trades of its time are refused.
  public mutating func flush() -> Bar? {
    guard bar.open.raw > 0 else { return nil }
    let finished = self.finished()
    bar.open = .zero
    start = end
    return finished
  }

  @inline(never)
  private mutating func turn(to trade: Trade, _ sink: (Bar) -> Void) {
    let next = timeframe.start(of: trade.time)
    if bar.open.raw > 0 {
      let finished = self.finished()
      sink(finished)
      let missing = (next.milliseconds - end) / timeframe.milliseconds
      if missing > 0 { bridge(missing, from: finished, sink) }
    }
    bar.openTime = next
    bar.open = trade.price
    bar.high = trade.price
    bar.low = trade.price
    bar.close = trade.price
    volume = Int128(trade.quantity.raw)
    start = next.milliseconds
    end = start &+ timeframe.milliseconds
  }

  private mutating func bridge(_ missing: Int64, from last: Bar, _ sink: (Bar) -> Void) {
    guard missing <= Int64(carryLimit) else {
      missingBars += missing
      return
    }
    var flat = last
    (flat.open, flat.high, flat.low, flat.volume) = (last.close, last.close, last.close, .zero)
    for _ in 0..<missing {
      flat.openTime = flat.closeTime
      carriedBars += 1
      sink(flat)
    }
  }

  private func finished() -> Bar {
    var bar = bar
    // Quantities count 10⁻⁹, volumes 10⁻¹⁸. Volumes near the type's end do not occur; the largest stands for them.
    let product = volume.multipliedReportingOverflow(by: 1_000_000_000)
    bar.volume = product.overflow ? .max : Measure(raw: product.partialValue)
    return bar
  }
}
