import Bot
import Core
import Foundation
import HRM
import Testing
import Training

@Suite struct CorpusTests {
  private func write(_ directory: ScratchDirectory) throws {
    for (index, name) in ["spot_1h/BBBUSDT.csv", "spot_1h/AAAUSDT.csv", "perp_1h/AAAUSDT.csv"].enumerated() {
      let bars = CorpusFixture.bars(
        600, seed: UInt64(20 + index), from: Timestamp(milliseconds: 1_703_000_000_000 / 3_600_000 * 3_600_000))
      try directory.write("crypto/" + name, CorpusFixture.text(bars))
    }
    let daily = CorpusFixture.bars(300, seed: 30).enumerated().map { index, bar in
      var bar = bar
      bar.timeframe = .oneDay
      bar.openTime = CalendarDay(daysSinceEpoch: 15_000 + index).start
      return bar
    }
    try directory.write("crypto/spot_1d/AAAUSDT.csv", CorpusFixture.text(daily))
  }

  private func corpus(_ directory: ScratchDirectory, _ change: (inout CorpusRequest) -> Void = { _ in }) throws
    -> Corpus
  {
    var request = try CorpusRequest(
      [directory.path + "/crypto"], catalog: directory.catalog, instruments: CorpusFixture.instruments())
    request.split = SplitRule(horizonBars: 5, lookbackBars: 10)
    change(&request)
    return try Corpus(request)
  }

  @Test("directories are read with all that is in them, by name; one length of bars can be had alone")
  func reading() throws {
    let directory = try ScratchDirectory()
    try write(directory)
    let all = try corpus(directory)
    #expect(
      all.members.map(\.source) == [
        "perp_1h/AAAUSDT.csv", "spot_1d/AAAUSDT.csv", "spot_1h/AAAUSDT.csv", "spot_1h/BBBUSDT.csv",
      ])
    #expect(all.symbols == ["AAAUSDT", "BBBUSDT"] && all.timeframes == [.oneHour, .oneDay])
    #expect(all.barCount == 2100 && all.members.allSatisfy { $0.marketClass == .crypto && $0.refusedRows == 0 })
    let hourly = try corpus(directory) { $0.timeframe = .oneHour }
    #expect(hourly.members.map(\.symbol) == ["AAAUSDT", "AAAUSDT", "BBBUSDT"])
    let named = CorpusFixture.build(
      CorpusFixture.bars(600, seed: 22, from: Timestamp(milliseconds: 1_703_000_000_000 / 3_600_000 * 3_600_000)))
    #expect(hourly.series[0].features == named.series.features && hourly.series[0].name == "AAAUSDT 1h")
    // From 2023-12-19 15:00 on: 297 bars before 2024.
    #expect(hourly.splits[0] == SeriesSplit(train: 0..<(297 - 10 - 6), validation: 297..<600))
    #expect(hourly.decidable(\.train) == [281 - 227, 281 - 227, 281 - 227])
    let cut = try corpus(directory) {
      $0.timeframe = .oneHour
      $0.cut = Timestamp(milliseconds: 1_703_000_000_000 / 3_600_000 * 3_600_000 + 500 * 3_600_000)
    }
    #expect(cut.splits[2].validation == 500..<600)
  }

  @Test("an index.json says which files there are, and what their instruments are")
  func index() throws {
    let directory = try ScratchDirectory()
    try write(directory)
    try directory.write("crypto/notes.csv", "no,bars\n")
    try directory.write(
      "crypto/index.json",
      """
      {"files": [{"instrument": "BBBUSDT", "asset_class": "fx", "venue": "X", "timeframe": "1h", "session": "24x7", "path": "spot_1h/BBBUSDT.csv"}]}
      """)
    let listed = try corpus(directory)
    #expect(listed.members.map(\.source) == ["spot_1h/BBBUSDT.csv"] && listed.members[0].marketClass == .currencies)
  }

  @Test("what cannot be used is refused with its name")
  func refusals() throws {
    let directory = try ScratchDirectory()
    try write(directory)
    func refusal(_ body: () throws -> Void) -> String {
      do {
        try body()
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      refusal { _ = try corpus(directory) { $0.rules.barLimit = 1500 } }.contains(
        "spot_1h/BBBUSDT.csv: the corpus has more than 1500 bars"))
    #expect(
      refusal { _ = try corpus(directory) { $0.timeframe = .oneMinute } }.contains("no series of 1m among 4 sources"))
    #expect(
      refusal { _ = try corpus(directory) { $0.sources.append($0.sources[0]) } }.contains(
        "the same bars as perp_1h/AAAUSDT.csv"))
    try directory.write("crypto/spot_1h/CCC.csv", "no,bars\n")
    #expect(refusal { _ = try corpus(directory) }.contains("CCC.csv"))
    try directory.write("empty/readme.txt", "")
    #expect(
      refusal {
        _ = try CorpusRequest(
          [directory.path + "/empty"], catalog: directory.catalog, instruments: CorpusFixture.instruments())
      }.contains("no .csv or .csv.gz file in it"))
  }

  @Test("the manifest names bytes and numbers, survives JSON, and differs when anything does")
  func manifest() throws {
    let directory = try ScratchDirectory(), moved = try ScratchDirectory()
    try write(directory)
    try write(moved)
    let manifest = try corpus(directory).manifest
    #expect(try corpus(moved).manifest == manifest)
    let decoded = try JSONDecoder().decode(DataManifest.self, from: JSONEncoder().encode(manifest))
    #expect(decoded == manifest && decoded.digest == manifest.digest && manifest.digest.count == 64)
    #expect(manifest.series.map(\.bars) == [600, 300, 600, 600] && manifest.series[0].decidable == 371)
    #expect(try corpus(directory) { $0.cut = CorpusFixture.start }.manifest.digest != manifest.digest)
    var bars = CorpusFixture.bars(
      600, seed: 20, from: Timestamp(milliseconds: 1_703_000_000_000 / 3_600_000 * 3_600_000))
    bars[5].volume = Measure(raw: bars[5].volume.raw + 1_000_000_000_000_000)
    try directory.write("crypto/spot_1h/BBBUSDT.csv", CorpusFixture.text(bars))
    let changed = try corpus(directory).manifest
    #expect(changed.series[3].sha256 != manifest.series[3].sha256 && changed.digest != manifest.digest)
    #expect(changed.series[0] == manifest.series[0])
  }

  @Test("the summary counts what trains, what validates and what does neither, and says what may be wrong")
  func summary() throws {
    let directory = try ScratchDirectory()
    try write(directory)
    let all = try corpus(directory)
    let summary = all.summary()
    #expect(summary.bars == 2100 && summary.instruments == 2 && summary.train == 3 * 54 + 67)
    #expect(summary.validation == 3 * 301 && summary.excluded[.warmingUp] == 4 * 227)
    #expect(summary.classes.map(\.name) == [.crypto] && summary.classes[0].series == 4)
    #expect(summary.normaliser.count == 16 && summary.normaliser[0].name == "return_1")
    #expect(summary.digest == all.manifest.digest && summary.remarks.isEmpty)
    #expect(summary.text.contains("perp_1h/AAAUSDT.csv 1h") && summary.text.contains("2024-01-01"))
    #expect(try JSONDecoder().decode(CorpusSummary.self, from: JSONEncoder().encode(summary)) == summary)
    let late = try corpus(directory) { $0.cut = Timestamp(milliseconds: 0) }.summary(.median)
    #expect(late.train == 0 && late.normaliser.isEmpty && late.remarks == ["nothing to train on"])
  }

  @Test("series get the rows that a model has for them")
  func rows() throws {
    let directory = try ScratchDirectory()
    try write(directory)
    var all = try corpus(directory)
    let model = ModelManifest(
      name: "m", architecture: .tiny, featureSchemaHash: "", instruments: ["X", "AAAUSDT"], timeframes: ["1h"],
      files: [:], untrained: true, training: nil, seed: 1)
    all.assignRows(of: model)
    #expect(all.series.map(\.instrumentRow) == [2, 2, 2, 0] && all.series.map(\.timeframeRow) == [1, 0, 1, 1])
    #expect(all.series.map(\.isShortable) == [false, false, false, false])
  }
}
