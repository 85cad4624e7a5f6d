import Catalog
import Core
import Foundation
import Testing

@Suite struct SeriesTests {
  /// Bars with gaps, of prices and volumes of any size and fineness.
  private func table(_ random: inout CounterRandom, _ timeframe: Timeframe) -> BarTable {
    var table = BarTable()
    let step = [1, 1000, 10_000_000, 1_000_000_000][random.below(4)]
    let largest = [1000, 1_000_000, 9_000_000][random.below(3)]
    let volumeStep = [Int128(1), 1_000_000_000, 1_000_000_000_000_000_000][random.below(3)]
    let largestVolume = [0, 1000, Int(UInt32.max) + 5, Int.max - 1][random.below(4)]
    var time = Int64(random.below(1 << 40)) - (1 << 39)
    for _ in 0...random.below(200) {
      let low = 1 + random.below(largest), open = low + random.below(9), close = low + random.below(9)
      let bar = Bar(
        instrument: btc, timeframe: timeframe, openTime: Timestamp(milliseconds: time),
        open: Price(raw: Int64(open * step)), high: Price(raw: Int64(max(open, close) * step)),
        low: Price(raw: Int64(low * step)), close: Price(raw: Int64(close * step)),
        volume: Measure(raw: Int128(random.below(largestVolume + 1)) * volumeStep))
      table.append(bar)
      time += timeframe.milliseconds * Int64(1 + (random.below(10) == 0 ? random.below(2000) : 0))
      if random.below(20) == 0 { time += Int64(random.below(2)) * 7 }
    }
    return table
  }

  private func entry(_ timeframe: Timeframe) -> CatalogEntry {
    CatalogEntry(
      source: "test", instrument: "ANY", timeframe: timeframe, count: 0, from: .earliest, to: .latest,
      hours: "always-open", digest: "", origins: [], quality: QualityReport())
  }

  @Test func whatIsStoredComesBackExactly() throws {
    let place = try TemporaryPlace()
    for seed in UInt64(0)..<120 {
      var random = CounterRandom(seed: seed, purpose: .propertyTest)
      let timeframe = Timeframe(["1s", "1m", "1h", "1d"][random.below(4)])!
      let table = table(&random, timeframe)
      let bars = (0..<table.count).map { table.bar($0, instrument: btc, timeframe: timeframe) }
      let stored = try place.catalog.store(table, entry(timeframe))
      #expect(try place.catalog.resolve("test/any:\(timeframe)").map(\.entry) == [stored], "seed \(seed)")
      let series = try place.catalog.open(.init(entry: stored), instrument: btc)
      #expect(drain(series) == bars, "seed \(seed)")
      #expect(series.count == bars.count && series.hasItsDigest, "seed \(seed)")
      #expect(series.span == bars[0].openTime..<bars[bars.count - 1].closeTime, "seed \(seed)")
      #expect((0..<series.count).map { series[$0] } == bars, "seed \(seed)")
      let from = bars[random.below(bars.count)].openTime.adding(milliseconds: Int64(random.below(3)) - 1)
      let to = bars[random.below(bars.count)].openTime.adding(milliseconds: Int64(random.below(3)) - 1)
      let part = series.limited(from: from, to: to)
      #expect(drain(part) == bars.filter { $0.openTime >= from && $0.openTime < to }, "seed \(seed)")
    }
    #expect(place.barFiles.count == 4, "bars that were replaced are removed: \(place.barFiles)")
  }

  @Test func damageIsRefusedWithTheRemedy() throws {
    let place = try TemporaryPlace()
    let entry = try place.load(place.write(header + rows(0..<20), "BTC.csv"))[0]
    let path = try #require(place.barFiles.first)
    let good = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    func refusal(_ bytes: [UInt8]) throws -> String? {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      do { _ = try place.catalog.open(.init(entry: entry), instrument: btc) } catch { return "\(error)" }
      return nil
    }
    #expect(try refusal(good) == nil)
    for index in 0..<good.count {
      // The bytes between the last field of the header and its checksum are covered like the rest.
      var bytes = good
      bytes[index] ^= 1 << UInt8(index % 8)
      let reason = try refusal(bytes)
      #expect(reason?.contains("import again") == true, "byte \(index)")
    }
    for count in [0, 1, 255, 256, good.count / 2, good.count - 1] {
      #expect(try refusal(Array(good[..<count]))?.contains("import again") == true, "\(count) bytes")
    }
    #expect(try refusal(good + [0])?.contains("import again") == true)
    try FileManager.default.removeItem(atPath: path)
    #expect(throws: CatalogError.self) { _ = try place.catalog.open(.init(entry: entry), instrument: btc) }
    let manifest = place.catalog.manifestPath("local", "BTC", .oneHour)
    for text in ["", "{}", "[", String(repeating: "x", count: 300_000)] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: manifest))
      #expect {
        _ = try place.catalog.entries()
      } throws: {
        "\($0)".contains(manifest) && "\($0)".contains("import again")
      }
    }
  }

  @Test func bytesThatWereExchangedTogetherAreFoundByTheCheck() throws {
    let place = try TemporaryPlace()
    let first = try place.load(place.write(header + rows(0..<300), "BTC.csv"))[0]
    let old = try Data(contentsOf: URL(fileURLWithPath: place.barFiles[0]))
    _ = try place.load(place.write(header + rows(0..<299) + row(299, volume: "5"), "BTC.csv"))
    #expect(place.barFiles.count == 1)
    try old.write(to: URL(fileURLWithPath: place.barFiles[0]))
    let now = try place.catalog.entries()[0]
    #expect(now.digest != first.digest)
    #expect(throws: CatalogError.self) { _ = try place.catalog.open(.init(entry: now), instrument: btc) }
  }

  @Test func aReaderKeepsWhatItHasWhenTheSeriesIsReplaced() throws {
    let place = try TemporaryPlace()
    let entry = try place.load(place.write(header + rows(0..<300), "BTC.csv"))[0]
    let series = try place.catalog.open(.init(entry: entry), instrument: btc)
    let before = drain(series)
    _ = try place.load(place.write(header + rows(100..<200), "BTC.csv"))
    #expect(drain(series) == before)
    #expect(try place.catalog.entries()[0].count == 100)
  }
}
