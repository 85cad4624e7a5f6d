import Core
import HRM
import Training

/// SYNTHETIC series and records of the tests of diagnoses.
enum DiagnosisFixture {
  static let shape = HRMArchitecture.trading(
    dH: 16, dL: 16, heads: (2, 2), layers: (1, 1), innerMultiple: 16, cycles: 2, steps: 2, reset: false,
    instruments: (4, 8), timeframes: (4, 8))

  /// The architecture of `shape` for `segments` segments.
  static func architecture(segments: Int) -> HRMArchitecture {
    var architecture = shape
    architecture.maxSegments = segments
    return architecture
  }

  /// Decisions with returns, σ and C as given, an hour a bar, from an hour after 1970 on.
  static func series(
    returns: [Double], deviations: [Double]? = nil, complexity: [Double]? = nil, seed: UInt64 = 1,
    startHour: Int64 = 0
  ) -> TradingSeries {
    let count = returns.count
    let width = shape.nFeatures
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    return TradingSeries(
      name: "made up", instrumentRow: 1, timeframeRow: 1, featureCount: width,
      features: (0..<count * width).map { _ in Float(random.normal()) },
      clock: [Float](repeating: 0, count: 4 * count), returns: returns,
      deviations: deviations ?? [Double](repeating: 0.01, count: count),
      complexity: complexity ?? [Double](repeating: 0.5, count: count),
      isDecidable: [Bool](repeating: true, count: count),
      closeTimes: (0..<count).map { Timestamp(milliseconds: (startHour + 1 + Int64($0)) * 3_600_000) })
  }

  /// A record in which segment 1 always holds and every later one does as it is told.
  static func record(
    _ series: TradingSeries, segments: Int, halt: (Int) -> Float = { _ in -5 },
    _ decide: (Int, PositionSide) -> Action
  ) -> ThinkingRecord {
    var record = ThinkingRecord(bars: 0..<series.count, segments: segments)
    for bar in 0..<series.count {
      for position in PositionSide.inOrder {
        for segment in 1...segments {
          let action = segment == 1 ? .hold : decide(bar, position)
          record.note(
            action, policy: Action.allCases.map { $0 == action ? 1 : 0 }[...],
            mask: LegalMask(position: position, isShortable: true), halt: halt(bar), goOn: 0, segment: segment,
            bar: bar,
            position)
        }
      }
    }
    return record
  }
}
