import Core
import Features
import Feed

/// Turns the bars of one instrument into what a trainer reads, by the stages that the bot itself sees bars through: the same
/// bars give the same features, bit for bit.
///
/// The bot decides on whatever window it has and only keeps from opening right after a gap; nothing is learnt here from a
/// window with a hole in it.
package struct SeriesBuilder {
  private static let width = FeatureSchema.names.count
  /// The circles of the clock are the last of the context features.
  private static let clockCount = 4

  private let instrument: Instrument
  private let timeframe: Timeframe
  private let rules: CorpusRules
  private var feed: FeedStage
  private var stage: FeatureStage
  private var opens: [Double] = []
  private var closeTimes: [Timestamp] = []
  private var features: [Float] = []
  private var clock: [Float] = []
  private var deviations: [Double] = []
  private var complexity: [Double] = []
  private var isFinite: [Bool] = []
  /// The last bar so far with a hole before it, for each bar; -1 before the first.
  private var lastGaps: [Int32] = []
  private var knownFrom: Int?

  /// A builder that has seen no bar.
  package init(instrument: Instrument, timeframe: Timeframe, rules: CorpusRules) {
    let alone = Instrument(
      id: InstrumentID(index: 0), symbol: instrument.symbol, venue: instrument.venue, kind: instrument.kind,
      isShortable: instrument.isShortable, calendar: instrument.calendar, rules: instrument.rules,
      feeAsset: instrument.feeAsset)
    let table = InstrumentTable([alone])
    self.instrument = alone
    self.timeframe = timeframe
    self.rules = rules
    feed = FeedStage(instruments: table, timeframe: timeframe, staleAfterBars: 1)
    stage = FeatureStage(instruments: table, timeframe: timeframe, scope: .network)
  }

  /// Bars taken.
  package var count: Int { opens.count }
  /// What was refused and missed so far.
  package var quality: FeedQuality { feed.quality }

  /// Takes the next bar, or counts why it is none.
  package mutating func receive(_ next: Bar) {
    var bar = next
    bar.instrument = instrument.id
    let last = feed.lastClose(of: instrument.id)
    let finding = feed.inspect(bar)
    guard finding.refusal == nil else { return }
    let observation = stage.receive(bar, hasGap: finding.hasGap, isPreRoll: false)
    let gap = finding.hasGap && last.map({ isHole(after: $0, before: bar.openTime) }) ?? true
    lastGaps.append(gap ? Int32(count) : lastGaps.last ?? -1)
    opens.append(bar.open.approximate)
    closeTimes.append(bar.closeTime)
    clock += observation.context.suffix(Self.clockCount)
    deviations.append(observation.volatilityPerBar ?? 0)
    complexity.append(observation.complexity ?? 1)
    isFinite.append(!observation.quality.contains(.nonFinite))
    absorb(observation.window)
  }

  private func isHole(after last: Timestamp, before next: Timestamp) -> Bool {
    rules.toleratedMissingBars == 0
      || instrument.calendar.missingBars(after: last, before: next, step: timeframe) > rules.toleratedMissingBars
  }

  /// The first window brings the rows of all its bars, each later one the row of its last.
  private mutating func absorb(_ window: [Float]) {
    guard !window.isEmpty else { return }
    if knownFrom == nil {
      let first = count - FeatureSchema.bars
      knownFrom = first
      features = [Float](repeating: 0, count: first * Self.width) + window
    } else {
      features += window.suffix(Self.width)
    }
  }

  /// The series of the bars so far, with nothing normalised, and why some of its decisions are no use.
  package func finish() -> (series: TradingSeries, knownFrom: Int, excluded: ExclusionCounts) {
    var returns = [Double](repeating: .nan, count: count)
    var isDecidable = [Bool](repeating: false, count: count)
    var excluded = ExclusionCounts()
    for bar in 0..<count {
      let outcome = outcome(of: bar)
      // Labels look over several bars: what is no outcome must not reach them through a neighbour.
      returns[bar] = outcome.magnitude > rules.outlierReturn ? .nan : outcome
      if let cause = exclusion(of: bar, earning: outcome) { excluded[cause] += 1 } else { isDecidable[bar] = true }
    }
    let series = TradingSeries(
      name: "\(instrument.symbol) \(timeframe)", isShortable: instrument.isShortable, featureCount: Self.width,
      features: knownFrom == nil ? [Float](repeating: 0, count: count * Self.width) : features, clock: clock,
      returns: returns, deviations: deviations, complexity: complexity, isDecidable: isDecidable,
      closeTimes: closeTimes)
    return (series, knownFrom ?? count, excluded)
  }

  /// What a decision earns; no number where the data end before, or have a hole.
  private func outcome(of bar: Int) -> Double {
    guard bar + 2 < count, Int(lastGaps[bar + 2]) <= bar else { return .nan }
    return opens[bar + 2] / opens[bar + 1] - 1
  }

  private func exclusion(of bar: Int, earning outcome: Double) -> Exclusion? {
    if bar + 1 < FeatureSchema.warmUpBars { return .warmingUp }
    // A hole before the window's first bar lies in that bar's features.
    if Int(lastGaps[min(bar + 2, count - 1)]) > bar - FeatureSchema.bars { return .gap }
    if !isFinite[bar] { return .nonFinite }
    if !(deviations[bar] > 0) { return .standstill }
    if !outcome.isFinite { return .noOutcome }
    return outcome.magnitude > rules.outlierReturn ? .outlier : nil
  }
}
