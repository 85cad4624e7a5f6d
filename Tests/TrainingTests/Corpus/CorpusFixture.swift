import Catalog
import Core
import Features
import Foundation
import Settings
import Training

/// SYNTHETIC bars and series of the corpus tests.
enum CorpusFixture {
  static let start = Timestamp(milliseconds: 1_609_459_200_000)

  static func instrument(calendar: TradingCalendar = .alwaysOpen, isShortable: Bool = true) -> Instrument {
    let rules = InstrumentRules(
      effectiveFrom: Timestamp(milliseconds: 0), tick: Price(raw: 10_000_000), lot: Quantity(raw: 1),
      minimumQuantity: .zero, minimumNotionalQuote: .zero, makerFee: .zero, takerFee: .zero)
    return Instrument(
      id: InstrumentID(index: 0), symbol: "AAA", venue: "simulated", kind: .cryptoSpot, isShortable: isShortable,
      calendar: calendar, rules: [rules])
  }

  /// Hourly bars of a random walk.
  static func bars(_ count: Int, seed: UInt64, from start: Timestamp = start) -> [Bar] {
    var random = CounterRandom(seed: seed, purpose: .propertyTest)
    let tick: Int64 = 10_000_000
    var last: Int64 = 1_000_000
    return (0..<count).map { index in
      let open = max(1000, last + Int64(random.normal() * 50))
      let close = max(1000, open + Int64(random.normal() * 3000))
      let high = max(open, close) + Int64(random.uniform() * 1000)
      let low = max(1, min(open, close) - Int64(random.uniform() * 1000))
      last = close
      return Bar(
        instrument: InstrumentID(index: 0), timeframe: .oneHour,
        openTime: start.adding(milliseconds: Int64(index) * 3_600_000), open: Price(raw: open * tick),
        high: Price(raw: high * tick), low: Price(raw: low * tick), close: Price(raw: close * tick),
        volume: Measure(raw: Int128(1 + random.below(1_000_000)) * 1_000_000_000_000_000))
    }
  }

  static func build(
    _ bars: [Bar], rules: CorpusRules = CorpusRules(), instrument: Instrument = instrument()
  ) -> (series: TradingSeries, knownFrom: Int, excluded: ExclusionCounts) {
    var builder = SeriesBuilder(instrument: instrument, timeframe: bars.first?.timeframe ?? .oneHour, rules: rules)
    for bar in bars { builder.receive(bar) }
    return builder.finish()
  }

  /// A series of features without meaning and outcomes of a coin, all of it decidable, an hour a bar.
  static func noise(_ count: Int, features width: Int = 4, seed: UInt64) -> TradingSeries {
    var random = CounterRandom(seed: seed, purpose: .propertyTest, step: 1)
    return TradingSeries(
      name: "noise", featureCount: width, features: (0..<count * width).map { _ in Float(random.normal()) },
      clock: [Float](repeating: 0, count: 4 * count), returns: (0..<count).map { _ in 0.01 * random.normal() },
      deviations: [Double](repeating: 0.01, count: count), complexity: [Double](repeating: 0.5, count: count),
      isDecidable: [Bool](repeating: true, count: count),
      closeTimes: (1...count).map { start.adding(milliseconds: Int64($0) * 3_600_000) })
  }

  static func instruments() throws -> InstrumentSettings { try InstrumentSettings.load(besideSettings: nil) }

  /// The text of a bar file.
  static func text(_ bars: [Bar]) -> String {
    "timestamp_ms_utc,open,high,low,close,volume\n"
      + bars.map { "\($0.openTime.milliseconds),\($0.open),\($0.high),\($0.low),\($0.close),\($0.volume)\n" }.joined()
  }
}

/// A directory that is gone at the end of the test.
final class ScratchDirectory {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("corpus-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, with the directories above it, and returns its path.
  @discardableResult func write(_ name: String, _ text: String) throws -> String {
    let file = URL(fileURLWithPath: path + "/" + name)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    return file.path
  }

  var catalog: Catalog { Catalog(directory: path + "/catalog") }
}
