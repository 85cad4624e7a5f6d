import Bot
import Core
import Foundation
import HRM
import Settings
import Statistics
import Testing
import Training

@Suite struct EvaluationDataTests {
  private func failure(_ body: () throws -> Void) -> StartError? {
    do {
      try body()
      return nil
    } catch { return error as? StartError }
  }

  @Test(arguments: [
    ("instrument", Optional("7"), "files[0].instrument = 7: is no text"),
    ("instrument", nil, "files[0].instrument: is missing"),
    ("instrument", "\"A B\"", "files[0].instrument = A B: has spaces"),
    ("path", "\"../secret.csv\"", "files[0].path = ../secret.csv: leaves the directory"),
    ("path", "\"crypto/none.csv\"", "files[0].path = crypto/none.csv: there is no such file"),
    ("timeframe", "\"hourly\"", "files[0].timeframe = hourly: is no bar length"),
    ("timeframe", "\"5m\"", "timeframe = 1h by its rows, index.json says 5m"),
    ("sha256", "\"abc\"", "files[0].sha256 = abc: is not 64 hexadecimal digits"),
    ("sha256", "\"\(String(repeating: "0", count: 64))\"", "index.json says 0000"),
    ("rows", "-1", "files[0].rows = -1: is no count"),
    ("rows", "99", "rows = 240, index.json says 99"),
    ("asset_class", "[]", "files[0].asset_class = an array of 0: is no text"),
  ])
  func aBrokenRecordIsNamed(field: String, value: String?, words: String) throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(240, seed: 1), changes: [field: value])
    data.writeIndex()
    let error = try #require(failure { _ = try data.evaluate() })
    #expect(error.description.contains(words), "\(error.description)")
    #expect(error.exitCode == 65)
  }

  @Test func aBrokenIndexIsNamed() throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(240, seed: 1))
    data.add("AAA", rows: EvaluationData.walk(240, seed: 1))
    data.writeIndex()
    #expect(failure { _ = try data.evaluate() }?.description.contains("is there twice") == true)
    for text in ["", "[]", "{\"files\": {}}", "{\"files\": []}", "{\"files\": [3]}", "{\"files\": [{}]}"] {
      data.writeIndex(text: text)
      let error = failure { _ = try data.evaluate() }
      #expect(
        error?.exitCode == 65 && error?.description.contains("index.json") == true,
        "\(text): \(String(describing: error))")
    }
    #expect(failure { _ = try EvaluationFiles(directory: data.directory + "/nowhere") }?.exitCode == 66)
  }

  @Test func optionalFieldsMayBeMissing() throws {
    let data = EvaluationData()
    let optional = ["venue", "timeframe", "session", "sha256", "rows", "synthetic", "asset_class"]
    data.add(
      "AAAUSDT", rows: EvaluationData.walk(480, seed: 1),
      changes: Dictionary(uniqueKeysWithValues: optional.map { ($0, String?.none) }))
    data.writeIndex()
    let result = try data.evaluate()
    #expect(result.groups.map(\.group.name) == ["crypto_spot 1h"])
    #expect(result.run.assumptions.contains { $0.contains("guessed from the symbol") })
    #expect(result.groups[0].group.periodsPerYear == 365)
  }

  @Test func aDirectoryWithoutAnIndexWorks() throws {
    let data = EvaluationData()
    data.add("AAA", folder: "new", rows: EvaluationData.walk(480, seed: 1))
    data.add("BBB", folder: "new/deep", rows: EvaluationData.walk(480, seed: 2))
    var request = try data.request()
    (request.assetClass, request.settings.groupBy) = ("commodity_future", [.folder])
    let result = EvaluationResult(try EvaluationRun.make(request))
    #expect(result.groups.map(\.group.name) == ["new"] && result.groups[0].group.members.count == 2)
    #expect(result.run.assumptions.contains { $0.contains("no index.json") })
    #expect(result.run.assumptions.contains { $0.contains("commodity_future is not known") })
  }

  @Test func hoursOfAnUnknownMarketAreThoseOfItsBars() throws {
    let data = EvaluationData()
    // 01:00 to 07:00 UTC from Monday to Friday, as in Tokyo.
    let rows = EvaluationData.walk(24 * 100, seed: 4).filter {
      let day = CalendarDay(Timestamp(milliseconds: $0.time))
      return day.weekday < 5 && (1..<7).contains(Int(($0.time - day.start.milliseconds) / 3_600_000))
    }
    data.add("7203", folder: "jp", assetClass: "equity", session: "session", rows: rows)
    data.writeIndex()
    let result = try data.evaluate()
    #expect(result.groups[0].group.members[0].file.instrument.calendar.name == "observed")
    #expect(result.groups[0].group.periodsPerYear == 252)
    #expect(try #require(result.groups[0].row("momentum")?.figures[.annualTurnover]) > 0)
  }

  @Test func neitherOrderNorThreadsMatter() throws {
    let data = EvaluationData()
    for (place, symbol) in ["AAA", "BBB", "CCC"].enumerated() {
      data.add(symbol, rows: EvaluationData.walk(24 * 20, seed: UInt64(place)))
    }
    data.add("DDD", folder: "us", assetClass: "equity", rows: EvaluationData.walk(24 * 20, seed: 9))
    let model = try data.makeModel()
    var texts: Set<String> = []
    for (isReversed, threads) in [(false, 1), (true, 2), (false, 3)] {
      data.writeIndex(reversed: isReversed)
      var request = try data.request(models: [model])
      request.threads = threads
      let result = EvaluationResult(try EvaluationRun.make(request))
      texts.insert(EvaluationJSON.text(result, withReturns: true) + EvaluationPage(result).html)
    }
    #expect(texts.count == 1)
  }

  @Test func theDrawOfInstrumentsIsFixed() throws {
    let data = EvaluationData()
    for place in 0..<6 { data.add("S\(place)", rows: EvaluationData.walk(240, seed: UInt64(place))) }
    data.writeIndex()
    var settings = EvaluationData.settings()
    settings.maxInstruments = 2
    let first = try data.evaluate(settings)
    data.writeIndex(reversed: true)
    let second = try data.evaluate(settings)
    let symbols = first.groups[0].group.members.map(\.file.record.instrument)
    #expect(symbols.count == 2 && symbols == second.groups[0].group.members.map(\.file.record.instrument))
    #expect(first.run.groups[0].group.leftOut.contains { $0.paths.count == 4 })
  }

  @Test func nothingInTheSpanIsRefused() throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(480, seed: 1))
    data.writeIndex()
    var settings = EvaluationData.settings()
    for place in settings.markets.indices { settings.markets[place].from = CalendarDay("2031-01-01") }
    let error = failure { _ = try data.evaluate(settings) }
    #expect(error?.exitCode == 65 && error?.description.contains("nothing is left to judge") == true)
    for place in settings.markets.indices { settings.markets[place].from = CalendarDay("2024-01-15") }
    let part = try data.evaluate(settings)
    #expect(part.groups[0].days.first == CalendarDay("2024-01-15")?.daysSinceEpoch && part.groups[0].days.count == 6)
  }
}
