import Catalog
import Core
import Feed
import Testing

@Suite struct RowFuzzTests {
  private static func field(_ random: inout CounterRandom, _ usual: String) -> String {
    guard random.below(6) == 0 else { return usual }
    let odd = [
      "NaN", "inf", "-inf", "0", "-1", "", "1e300", "1e-300", "99999999999999999999999", "0x10", "1,5", "\"", "\t",
      "\0",
      "\u{FFFD}", "9223372036854775807", "-9223372036854775808", "1.0000000000000000000001", "2024-02-30", "null",
    ]
    return odd[random.below(odd.count)]
  }

  /// A hundred thousand rows of anything: whatever is taken is in order and possible, whatever is not is counted.
  @Test func anyRowsAreTakenOrCounted() throws {
    let place = try TemporaryPlace()
    var taken = 0
    for seed in UInt64(0)..<100 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      var text = header
      for index in 0..<1000 {
        let disorder = random.below(8) == 0 ? random.below(40) - 20 : 0
        let fields = ["\(1_700_000_000_000 + (index + disorder) * 60_000)", "10", "12", "9", "11", "1"]
        text += fields.map { Self.field(&random, $0) }.joined(separator: ",") + "\n"
      }
      let path = try place.write(text, "FUZZ.csv")
      do {
        let group = Importer.Group(
          timeframe: .oneMinute,
          files: [.init(path: path, source: "local", instrument: "FUZZ", hours: "always-open", timeframe: .oneMinute)])
        let (table, report) = try Importer.read(group)
        taken += table.count
        #expect(report.rows >= 1000 && report.rows == report.bars + report.refusedRows, "seed \(seed)")
        let bars = (0..<table.count).map { table.bar($0, instrument: btc, timeframe: .oneMinute) }
        #expect(bars.allSatisfy { $0.isConsistent }, "seed \(seed)")
        #expect(zip(bars, bars.dropFirst()).allSatisfy { $0.closeTime <= $1.openTime }, "seed \(seed)")
        let isPrintable = report.findings.joined().utf8.allSatisfy { $0 >= 32 }
        #expect(isPrintable, "seed \(seed)")
        let entry = try Importer(place.catalog).load(group)
        let stored = try place.catalog.open(.init(entry: entry), instrument: btc)
        #expect(drain(stored) == bars, "seed \(seed)")
      } catch { #expect(error is FeedError, "seed \(seed): \(error)") }
    }
    #expect(taken > 10_000, "\(taken) of 100,000 rows are bars")
  }
}
