import Core

/// Why a bar was refused.
public enum BarRefusal: String, Sendable, Codable, CaseIterable {
  /// The run has no such instrument.
  case unknownInstrument = "unknown_instrument"
  /// Not the run's bar length.
  case timeframe
  /// The same bar as the last one.
  case duplicate
  /// Begins before the last bar has ended.
  case disorder
  /// High and low do not hold open and close, a price is not positive, or the volume is negative.
  case impossible
}

/// What became of a bar at the feed.
public struct FeedOutput: Sendable {
  /// The bar, if it may be used; nil: refused.
  public var bar: Bar?
  /// Bars are missing just before this one.
  public var hasGap: Bool
  /// Why it was refused.
  public var refusal: BarRefusal?

  init(bar: Bar?, hasGap: Bool = false, refusal: BarRefusal? = nil) {
    self.bar = bar
    self.hasGap = hasGap
    self.refusal = refusal
  }
}

/// The first stage: lets through what is a bar of the run, in order and once, and says where bars are missing.
public struct FeedStage: Sendable {
  private let instruments: InstrumentTable
  private let timeframe: Timeframe
  private let staleAfterBars: Int
  /// Close time of the last bar in milliseconds, by instrument index; `Int64.min` before the first.
  private var lastCloses: [Int64]
  /// What was refused and missed so far.
  public private(set) var quality = FeedQuality()

  /// A stage that has seen nothing. An instrument silent for `staleAfterBars` bars of open market is stale.
  public init(instruments: InstrumentTable, timeframe: Timeframe, staleAfterBars: Int) {
    self.instruments = instruments
    self.timeframe = timeframe
    self.staleAfterBars = max(1, staleAfterBars)
    lastCloses = Array(repeating: .min, count: instruments.count)
  }

  /// Judges the next bar.
  public mutating func receive(_ bar: Bar) -> FeedOutput {
    let finding = inspect(bar)
    return FeedOutput(bar: finding.refusal == nil ? bar : nil, hasGap: finding.hasGap, refusal: finding.refusal)
  }

  /// The same without handing the bar back.
  public mutating func inspect(_ bar: Bar) -> (refusal: BarRefusal?, hasGap: Bool) {
    quality.rows += 1
    let index = Int(bar.instrument.index)
    guard index < lastCloses.count else { return refused(.unknownInstrument) }
    guard bar.timeframe == timeframe else { return refused(.timeframe) }
    guard bar.isConsistent, bar.openTime >= .earliest, bar.openTime <= .latest else { return refused(.impossible) }
    let openTime = bar.openTime.milliseconds
    let lastClose = lastCloses[index]
    guard openTime >= lastClose else {
      return refused(openTime == lastClose - timeframe.milliseconds ? .duplicate : .disorder)
    }
    lastCloses[index] = openTime + timeframe.milliseconds
    quality.bars += 1
    if openTime == lastClose || lastClose == .min { return (nil, false) }
    return (nil, countGap(index, after: lastClose, before: bar.openTime))
  }

  /// Takes the bars that come next as long as each follows the one before it of its instrument without fault or gap; how
  /// many those are. The bar behind them is as if it had not come.
  public mutating func accept(_ bars: ArraySlice<Bar>) -> Int {
    let (earliest, latest, timeframe) = (Timestamp.earliest, Timestamp.latest, timeframe)
    let count = lastCloses.withUnsafeMutableBufferPointer { closes in
      for place in bars.indices {
        let index = Int(bars[place].instrument.index)
        let openTime = bars[place].openTime
        guard index < closes.count, bars[place].timeframe == timeframe, bars[place].isConsistent,
          openTime >= earliest, openTime <= latest,
          openTime.milliseconds == closes[index] || closes[index] == .min
        else { return place - bars.startIndex }
        closes[index] = openTime.milliseconds + timeframe.milliseconds
      }
      return bars.count
    }
    quality.rows += count
    quality.bars += count
    return count
  }

  private mutating func countGap(_ index: Int, after lastClose: Int64, before next: Timestamp) -> Bool {
    let last = Timestamp(milliseconds: lastClose)
    let calendar = instruments.instruments[index].calendar
    guard calendar.isGap(after: last, before: next, step: timeframe) else { return false }
    quality.gaps += 1
    quality.missingBars += calendar.missingBars(after: last, before: next, step: timeframe)
    return true
  }

  private mutating func refused(_ refusal: BarRefusal) -> (refusal: BarRefusal?, hasGap: Bool) {
    switch refusal {
    case .unknownInstrument, .timeframe: quality.badRows += 1
    case .duplicate: quality.duplicates += 1
    case .disorder: quality.disorder += 1
    case .impossible: quality.impossibleBars += 1
    }
    return (refusal, false)
  }

  /// Instruments of which `staleAfterBars` bars or more should have come since the last one, by their calendars; those
  /// without any bar so far are stale.
  public func staleInstruments(at now: Timestamp) -> [InstrumentID] {
    instruments.instruments.filter { missingBars(of: $0, at: now).map { $0 >= staleAfterBars } ?? true }.map(\.id)
  }

  /// Whether a bar of any instrument should have come longer ago than so many milliseconds, or none has come at all.
  public func isOverdue(at now: Timestamp, by millis: Int64) -> Bool {
    let due = now.adding(milliseconds: -millis)
    return instruments.instruments.contains { missingBars(of: $0, at: due).map { $0 > 0 } ?? true }
  }

  /// Bars that should have come since the last one; nil before the first.
  private func missingBars(of instrument: Instrument, at now: Timestamp) -> Int? {
    guard let last = lastClose(of: instrument.id) else { return nil }
    // Closed: the next bar is not due before it ends.
    let dueBefore = now.adding(milliseconds: 1 - timeframe.milliseconds)
    return instrument.calendar.missingBars(after: last, before: dueBefore, step: timeframe)
  }

  /// Close time of the last accepted bar; nil before the first.
  public func lastClose(of instrument: InstrumentID) -> Timestamp? {
    let index = Int(instrument.index)
    guard index < lastCloses.count, lastCloses[index] != .min else { return nil }
    return Timestamp(milliseconds: lastCloses[index])
  }
}
