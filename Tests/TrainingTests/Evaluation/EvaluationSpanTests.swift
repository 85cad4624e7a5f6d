import Bot
import Core
import Feed
import HRM
import Features
import Foundation
import Settings
import Statistics
import Testing
import Training

@Suite struct EvaluationSpanTests {
  private func notes(_ data: EvaluationData, _ training: [String: String]?) throws -> TrainingNotes {
    var manifest = try ModelDirectory.manifest(of: try data.makeModel("m\(UUID().uuidString.prefix(8))"))
    (manifest.training, manifest.instruments) = (training, [:])
    return try TrainingNotes(manifest, directory: "m")
  }

  /// 100 days of hourly bars from 2024-01-01 on, of a market judged from 2024-02-01 on.
  private func file(_ data: EvaluationData) throws -> (SurveyedFile, EvaluationSettings) {
    let path = data.add("AAA", rows: EvaluationData.walk(2400, seed: 1))
    var settings = EvaluationData.settings()
    for place in settings.markets.indices { settings.markets[place].from = CalendarDay("2024-02-01") }
    let record = DataIndex.Record(instrument: "AAA", path: path, assetClass: "crypto_perp")
    let rules = try InstrumentSettings.load(besideSettings: nil)
    return (try SurveyedFile(record, in: data.directory, settings: settings, rules: rules), settings)
  }

  private func days(_ span: EvaluationSpan) -> String {
    switch span {
    case .judged(let range, _): "\(CalendarDay(range.lowerBound)) to \(CalendarDay(closing: range.upperBound))"
    case .none(let why): "none: \(why)"
    }
  }

  @Test(arguments: [
    // Nothing known: the protocol's span.
    ([:], "2024-02-01 to 2024-04-09"),
    // Trained on other days, or another market: the whole file.
    (["train_from": "2020-01-01", "train_to": "2023-12-31"], "2024-01-01 to 2024-04-09"),
    (["train_to.fx": "2024-12-31"], "2024-01-01 to 2024-04-09"),
    // Trained on its beginning: the span, or what lies a week after the training.
    (["train_from": "2020-01-01", "train_to": "2024-01-10"], "2024-02-01 to 2024-04-09"),
    (["train_from.crypto": "2020-01-01", "train_to.crypto": "2024-02-29"], "2024-03-08 to 2024-04-09"),
    (["train_to.crypto_perp": "2024-02-29", "train_to.crypto": "2020-01-01"], "2024-03-08 to 2024-04-09"),
    // Moments, as the trainer writes them.
    (["train_from": "2020-01-01T01:00:00Z", "train_to": "2024-01-01T00:00:00Z"], "2024-01-01 to 2024-04-09"),
    (["train_to": "2024-02-10T12:00:00Z"], "2024-02-17 to 2024-04-09"),
    // Trained on all of it.
    (["train_to": "2024-12-31"], "none: x was trained on all of it"),
  ])
  func spanFollowsFromTraining(training: [String: String], wanted: String) throws {
    let data = EvaluationData()
    let (file, settings) = try file(data)
    var notes = try notes(data, training)
    notes.model = "x"
    #expect(days(try EvaluationSpan(file, models: [notes], settings: settings)) == wanted)
  }

  @Test func notesWithoutAScopeAreAboutTheInstrumentsOfTheModel() throws {
    let data = EvaluationData()
    let (file, settings) = try file(data)
    var manifest = try ModelDirectory.manifest(of: try data.makeModel())
    manifest.training = ["train_to": "2024-12-31"]
    for (symbol, wanted) in [("ETHUSDT", "none"), ("EURUSD", "2024-01-01 to 2024-04-09")] {
      manifest.instruments = [symbol: 1]
      let notes = try TrainingNotes(manifest, directory: "m")
      #expect(days(try EvaluationSpan(file, models: [notes], settings: settings)).hasPrefix(wanted), "\(symbol)")
    }
  }

  @Test func overlapIsRefusedWhereTheProtocolSaysSo() throws {
    let data = EvaluationData()
    var (file, settings) = try file(data)
    let late = try notes(data, ["train_to": "2024-02-29"])
    let early = try notes(data, ["train_to": "2023-12-31"])
    settings.refusesOverlap = true
    #expect(throws: StartError.self) { try EvaluationSpan(file, models: [early, late], settings: settings) }
    settings.usesUnseenWhole = false
    #expect(days(try EvaluationSpan(file, models: [early], settings: settings)) == "2024-02-01 to 2024-04-09")
    #expect(throws: StartError.self) { try notes(data, ["train_to": "yesterday"]) }
  }

  @Test func trialsAreCountedOnce() throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(24 * 20, seed: 1))
    data.writeIndex()
    let models = [try data.makeModel("one", seed: 1), try data.makeModel("two", seed: 2)]
    var result = try data.evaluate(models: models)
    let trials = EvaluationTrials(directory: data.directory + "-models/trials")
    for time in [1, 2] { try trials.add(result, at: Timestamp(milliseconds: Int64(time))) }
    #expect(try trials.ledger.census().count == 2)
    result.deflate(by: try trials.ledger.census(), minimum: 0)
    let few = try #require(result.groups[0].row("buy-and-hold")?.figures[.deflatedSharpe])
    result.deflate(by: try trials.ledger.census(), minimum: 500)
    let many = try #require(result.groups[0].row("buy-and-hold")?.figures[.deflatedSharpe])
    #expect(result.trials == 500 && many < few)
  }

  @Test func thePageSaysWhatItIs() throws {
    let data = EvaluationData()
    data.add("AAA", rows: EvaluationData.walk(24 * 60, seed: 1))
    data.writeIndex()
    let result = try data.evaluate(models: [try data.makeModel()])
    let html = EvaluationPage(result).html
    for word in ["UNTRAINED", "SYNTHETIC", "LIMITS NONE", "crypto_perp 1h", "buy-and-hold", "PBO"] {
      #expect(html.contains(word), "\(word)")
    }
    #expect(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"))
    let text = EvaluationText.text(result)
    #expect(text.contains("UNTRAINED") && text.contains("SYNTHETIC") && text.contains("chance, mean of 2"))
  }
}

@Suite struct EvaluationProtocolTests {
  private func read(_ text: String) throws -> EvaluationSettings {
    try EvaluationSettings(bytes: Array(text.utf8), file: "evaluation.yaml")
  }

  @Test func theFileSaysWhatHoldsWithoutIt() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../..").path
    #expect(try EvaluationSettings.load(path: "\(root)/config/evaluation.yaml") == EvaluationSettings())
    #expect(try read("") == EvaluationSettings())
  }

  @Test(arguments: [
    ("seeds: 5\nmin_bar: 3", "evaluation.yaml:2: min_bar: there is no such setting; did you mean min_bars?"),
    ("seeds: 0", "evaluation.yaml:1: seeds = 0"),
    ("markets: 3", "evaluation.yaml:1: markets: is not a list"),
    ("markets:\n  - name: a\n    form: 2024-01-01", "evaluation.yaml:3: markets.form: there is no such setting"),
    ("markets:\n  - {name: a, from: 2024-02-01, to: 2024-01-01}", "is not after from"),
    ("markets:\n  - {name: a}\n  - {name: a}", "is there twice"),
    ("timeframes: [1h, hourly]", "timeframes = hourly: is no bar length"),
    ("cost_factors: [1, 1.25]", "cost_factors = 1.25"),
    ("pbo_blocks: 7", "pbo_blocks = 7: must be even"),
    ("group_by: [colour]", "group_by"),
  ])
  func aMistakeIsNamed(text: String, words: String) {
    do {
      _ = try read(text)
      Issue.record("\(text) was read")
    } catch { #expect("\(error)".contains(words), "\(error)") }
  }

  @Test func valuesAreRead() throws {
    let settings = try read(
      """
      markets:
        - {name: gold, asset_classes: [metal], folders: [fx], from: 2021-05-01, fee_bps: 1.5, slippage_bps: 0}
      notional: 250
      limits: default
      cost_factors: [0, 2.5]
      timeframes: [4h]
      """)
    #expect(settings.markets.count == 1 && settings.markets[0].fee == Rate(raw: 150_000))
    #expect(settings.markets[0].from == CalendarDay("2021-05-01") && settings.markets[0].slippage == .zero)
    #expect(settings.notionalQuote == Money(raw: 250 * Money.unit) && settings.hasLimits)
    #expect(settings.costTenths == [0, 25] && settings.timeframes == [Timeframe("4h")!])
  }
}
