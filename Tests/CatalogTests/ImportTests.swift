import Catalog
import Core
import Feed
import Foundation
import Testing

@Suite struct ImportTests {
  @Test func rowsComeInAnyOrder() throws {
    let place = try TemporaryPlace()
    let sorted = try place.load(place.write(header + rows(0..<400), "A.csv"))[0]
    let reversed = try place.load(place.write(header + rows((0..<400).reversed()), "B.csv"))[0]
    let mixed = try place.load(place.write(header + rows(0..<300) + rows(350..<400) + rows(300..<350), "C.csv"))[0]
    #expect([sorted, reversed, mixed].map(\.quality.order) == [.oldestFirst, .newestFirst, .mixed])
    #expect(mixed.quality.disorder == 1 && mixed.quality.missingBars == 0)
    #expect(Set([sorted, reversed, mixed].map(\.digest)).count == 1, "the same bars however they came")
  }

  @Test func repeatedAndContradictoryRowsAreLeftOutAndCounted() throws {
    let place = try TemporaryPlace()
    let odd = row(5, volume: "6") + row(6, close: "10") + "\(1_700_002_800_000 + 7 * 3_600_000 + 1000),10,12,9,11,1\n"
    let bad = "x,1,1,1,1,1\n" + "1700002800000,10,9,12,11,1\n"
    let entry = try place.load(place.write(header + rows(0..<300) + odd + bad, "BTC.csv"))[0]
    let quality = entry.quality
    #expect(quality.rows == 305 && quality.bars == 300 && entry.count == 300)
    #expect(quality.duplicates == 1 && quality.conflicts == 1 && quality.overlaps == 1)
    #expect(quality.badRows == 1 && quality.impossible == 1 && quality.refusedRows == 5)
    let stored = try place.catalog.open(.init(entry: entry), instrument: btc)
    #expect(drain(stored)[6].close.description == "11")
    #expect(quality.findings.contains { $0.contains("BTC.csv:305") && $0.contains("not a number") })
    #expect(!QualityLimits().violations(quality, hours: entry.hours).isEmpty)
  }

  @Test func filesOfOneSeriesBecomeOne() throws {
    let place = try TemporaryPlace()
    let one = try place.write(header + rows(0..<300), "BTCUSDT-1h-2024-01.csv")
    let two = try place.write(header + rows(299..<600), "BTCUSDT-1h-2024-02.csv")
    let other = try place.write(header + rows(0..<300), "ETHUSDT-1h-2024-01.csv")
    let entries = try place.load(two, one, other)
    #expect(entries.map(\.name) == ["local/BTCUSDT:1h", "local/ETHUSDT:1h"])
    #expect(entries[0].count == 600 && entries[0].quality.duplicates == 1)
    #expect(entries[0].origins.map(\.name) == ["BTCUSDT-1h-2024-02.csv", "BTCUSDT-1h-2024-01.csv"])
    #expect(try place.catalog.entries() == entries, "manifests say what was stored")
  }

  /// New York, daily: 4 July 2024 was a holiday, 9 July was not.
  @Test func aHolidayIsNoGap() throws {
    let place = try TemporaryPlace()
    let first = try #require(CalendarDay("2024-06-03"))
    let open = (0..<40).map { CalendarDay(daysSinceEpoch: first.daysSinceEpoch + $0) }.filter {
      $0.weekday < 5 && !["2024-06-19", "2024-07-04", "2024-07-09"].contains("\($0)")
    }
    let text = header + open.map { "\($0.start.milliseconds),10,12,9,11,5\n" }.joined()
    let quality = try place.load(place.write(text, "AAPL.csv"), hours: "nyse")[0].quality
    #expect(quality.bars == open.count && quality.gaps == 1 && quality.missingBars == 1)
  }

  @Test func theChecksFindWhatIsThere() throws {
    let place = try TemporaryPlace()
    // 100 quiet bars, 30 missing, a jump of 30 %, and 150 bars at one price.
    var text = header
    for hour in 0..<100 { text += row(hour, close: hour % 2 == 0 ? "11" : "11.01") }
    for hour in 130..<160 { text += row(hour, close: hour == 140 ? "9" : "11.5") }
    for hour in 160..<310 { text += "\(1_700_002_800_000 + hour * 3_600_000),8,8,8,8,0\n" }
    let entry = try place.load(place.write(text, "BTC.csv"))[0]
    let quality = entry.quality
    #expect(quality.gaps == 1 && quality.missingBars == 30 && quality.longestGap == 30)
    #expect(abs(quality.missingRatio - 30.0 / 310) < 1e-12)
    // 11.5 to 9, back, and 11.5 to 8. After a quiet time 11 to 11.5 is a spike, and then the first fall.
    #expect(quality.outliers == 3 && quality.spikes == 2)
    #expect(quality.staleRuns == 1 && quality.longestStaleRun == 150 && quality.zeroVolume == 150)
    #expect(QualityLimits().violations(quality, hours: entry.hours).count == 3)
    let generous = try SeriesCheck.findings(
      entry, in: place.catalog,
      limits: QualityLimits(missingRatio: 0.2, outlierRatio: 0.1, staleRun: 150))
    #expect(generous.isEmpty, "\(generous)")
  }

  @Test func impossibleImportsAreRefused() throws {
    let place = try TemporaryPlace()
    #expect(throws: CatalogError.self) { _ = try place.load(place.path + "/none.csv") }
    #expect(throws: CatalogError.self) { _ = try place.load(place.path) }
    let file = try place.write(header + rows(0..<300), "BTC.csv")
    var list = SourceList()
    list.instrument = "../BTC"
    #expect {
      _ = try Importer.groups(try list.sources([file])).map { try Importer(place.catalog).load($0) }
    } throws: {
      ($0 as? CatalogError)?.kind == .usage
    }
    #expect(throws: CatalogError.self) { _ = try place.catalog.resolve("BTC") }
    _ = try place.load(file)
    #expect { _ = try place.catalog.resolve("BTX") } throws: { "\($0)".contains("is BTC meant") }
  }

  private static let data = ProcessInfo.processInfo.environment["HRMBOT_DATA"] ?? ""

  @Test(.enabled(if: !data.isEmpty, "HRMBOT_DATA names no directory of market data"))
  func recordedDataAreAsTheirIndexSays() throws {
    struct Index: Decodable {
      struct File: Decodable {
        var path: String
        var rows: Int
        var outliers: Int
        var missing_ratio: Double?
        var session: String
      }
      var files: [File]
    }
    let index = try JSONDecoder().decode(
      Index.self, from: Data(contentsOf: URL(fileURLWithPath: Self.data + "/index.json")))
    // The smaller ones of each folder: the large ones take as long as all others together.
    for file in index.files where file.rows < 60_000 {
      let sources = try SourceList().sources(["\(Self.data)/\(file.path)"])
      let report = try Importer.read(try Importer.groups(sources)[0]).report
      #expect(report.bars == file.rows && report.refusedRows == 0, "\(file.path)")
      #expect(report.outliers == file.outliers, "\(file.path)")
      if let ratio = file.missing_ratio { #expect(abs(report.missingRatio - ratio) < 1e-4, "\(file.path)") }
    }
  }
}
