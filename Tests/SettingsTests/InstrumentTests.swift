import Core
import Foundation
import Settings
import Testing

func instrumentErrors(_ bytes: [UInt8]) -> [SettingsError] {
  do throws(SettingsErrors) {
    _ = try InstrumentSettings(bytes: bytes, file: "instruments.yaml")
    return []
  } catch {
    return error.errors
  }
}

private func day(_ text: String) -> Timestamp { CalendarDay(text)!.start }
private func moment(_ date: String, _ hour: Int, _ minute: Int) -> Timestamp {
  day(date).adding(milliseconds: Int64(hour * 60 + minute) * 60_000)
}

@Suite struct InstrumentTests {
  private let settings: InstrumentSettings
  private let id = InstrumentID(index: 0)

  init() throws { settings = try InstrumentSettings.load(besideSettings: nil) }

  @Test func embeddedCopyIsTheFile() throws {
    #expect(InstrumentSettings.embeddedText == (try repositoryFile("config/instruments.yaml")))
    #expect(settings.file == nil)
  }

  @Test func simulatedInstruments() throws {
    let (instrument, isDefault) = settings.instrument(symbol: "SIM-XYZ", id: InstrumentID(index: 3))
    #expect(!isDefault)
    #expect(instrument.id == InstrumentID(index: 3))
    #expect(instrument.symbol == "SIM-XYZ")
    #expect(instrument.venue == "simulated")
    #expect(instrument.isShortable)
    #expect(instrument.calendar.session == nil)
    let rules = try #require(instrument.rules(at: Timestamp(milliseconds: 0)))
    #expect(rules.tick == (try Price("0.01")))
    #expect(rules.lot == (try Quantity("0.0001")))
    #expect(rules.minimumNotionalQuote == (try Money("10")))
    #expect(rules.makerFee == Rate(basisPoints: 10))
    #expect(rules.takerFee == Rate(basisPoints: 10))
  }

  /// Of its kind, unless the instrument says otherwise; quote where nobody says anything.
  @Test func feesAreTakenInWhatTheFileSays() throws {
    let text = try repositoryFile("config/instruments.yaml")
    #expect(settings.instrument(symbol: "BTCUSDT", id: id).instrument.feeAsset == .quote)
    let kind = "  crypto_spot:\n", named = "  BTCUSDT:\n"
    #expect(text.contains(kind) && text.contains(named))
    func assets(_ text: String) throws -> [FeeAsset] {
      let read = try InstrumentSettings(bytes: Array(text.utf8), file: "instruments.yaml")
      return ["BTCUSDT", "ETHUSDT"].map { read.instrument(symbol: $0, id: id).instrument.feeAsset }
    }
    let base = text.replacingOccurrences(of: kind, with: kind + "    fee_asset: base\n")
    #expect(try assets(base) == [.base, .base])
    #expect(
      try assets(base.replacingOccurrences(of: named, with: named + "    fee_asset: quote\n")) == [.quote, .base])
    #expect(try assets(text.replacingOccurrences(of: named, with: named + "    fee_asset: base\n")) == [.base, .quote])
    let wrong = text.replacingOccurrences(of: named, with: named + "    fee_asset: coins\n")
    let errors = instrumentErrors(Array(wrong.utf8))
    #expect(errors.count == 1 && "\(errors)".contains("fee_asset"), "\(errors)")
  }

  @Test func rulesOfTheDay() throws {
    let bitcoin = settings.instrument(symbol: "BTCUSDT", id: id)
    #expect(!bitcoin.isDefaultRule)
    #expect(bitcoin.instrument.kind == .cryptoSpot)
    #expect(!bitcoin.instrument.isShortable)
    #expect(bitcoin.instrument.rules(at: day("2017-08-16")) == nil)
    #expect(bitcoin.instrument.rules(at: day("2020-01-01"))?.lot == (try Quantity("0.000001")))
    #expect(bitcoin.instrument.rules(at: day("2024-01-01"))?.lot == (try Quantity("0.00001")))
    #expect(bitcoin.instrument.rules(at: day("2023-05-31"))?.minimumNotionalQuote == (try Money("10")))
    #expect(bitcoin.instrument.rules(at: day("2023-06-01"))?.minimumNotionalQuote == (try Money("5")))
    let nifty = settings.instrument(symbol: "NIFTY", id: id).instrument
    let lots = ["2001-01-01", "2010-01-01", "2015-01-01", "2018-01-01", "2022-01-01", "2024-06-03", "2025-06-02"]
      .map { nifty.rules(at: day($0))?.lot.description }
    #expect(lots == ["200", "50", "25", "75", "50", "25", "75"])
    let twin = settings.instrument(symbol: "NIFTY50", id: id).instrument
    #expect(twin.rules == nifty.rules && twin.calendar == nifty.calendar)
  }

  @Test(arguments: [
    ("AAPL", nil, InstrumentKind.equity), ("EURGBP", nil, .fx), ("XAGUSD", nil, .metal), ("DOGEUSDT", nil, .cryptoSpot),
    ("BTCUSD", nil, .cryptoSpot), ("ETHUSDT-PERP", nil, .cryptoPerpetual), ("FTSE100", InstrumentKind.index, .index),
    ("BTCUSDT", InstrumentKind.cryptoPerpetual, .cryptoPerpetual),
  ])
  func unknownInstrumentsGetTheRulesOfTheirKind(symbol: String, kind: InstrumentKind?, expected: InstrumentKind) throws
  {
    let (instrument, isDefault) = settings.instrument(symbol: symbol, id: id, kind: kind, venue: "elsewhere")
    #expect(isDefault)
    #expect(instrument.kind == expected)
    #expect(instrument.venue == "elsewhere")
    let rules = try #require(instrument.rules(at: day("1901-01-01")))
    #expect(rules.tick.isPositive && rules.lot.isPositive && rules.minimumQuantity.isPositive)
  }

  @Test(arguments: [
    // New York: winter UTC-5, summer UTC-4.
    ("nyse", "2024-01-02", 14, 29, MarketPhase.closed), ("nyse", "2024-01-02", 14, 30, .open),
    ("nyse", "2024-07-02", 13, 30, .open), ("nyse", "2024-07-02", 20, 0, .closed),
    ("nyse", "2024-07-03", 16, 59, .open), ("nyse", "2024-07-03", 17, 0, .closed),
    ("nyse", "2024-07-04", 15, 0, .closed), ("nyse", "2001-09-12", 15, 0, .closed),
    ("nyse", "2012-10-30", 15, 0, .closed), ("nyse", "2025-01-09", 15, 0, .closed),
    ("nyse", "2021-06-18", 15, 0, .open), ("nyse", "2022-06-20", 15, 0, .closed),
    ("nyse", "2021-12-31", 15, 0, .open), ("nyse", "2023-01-02", 15, 0, .closed),
    ("nyse", "2024-03-29", 15, 0, .closed), ("nyse", "2024-06-01", 15, 0, .closed),
    // India: UTC+5:30.
    ("nse", "2024-06-03", 3, 44, .closed), ("nse", "2024-06-03", 3, 45, .open),
    ("nse", "2024-06-03", 9, 29, .open), ("nse", "2024-06-03", 9, 30, .noNewEntries),
    ("nse", "2024-06-03", 9, 45, .squareOff), ("nse", "2024-06-03", 10, 0, .closed),
    ("nse", "2024-01-26", 5, 0, .closed), ("nse", "2024-05-20", 5, 0, .closed),
    // Currencies: Sunday to Friday 17:00 in New York.
    ("fx-week", "2024-06-07", 20, 59, .open), ("fx-week", "2024-06-07", 21, 0, .closed),
    ("fx-week", "2024-06-09", 20, 59, .closed), ("fx-week", "2024-06-09", 21, 0, .open),
    ("fx-week", "2024-12-25", 12, 0, .closed), ("fx-week", "2024-12-26", 12, 0, .open),
    ("always-open", "2024-12-25", 12, 0, .open),
  ])
  func calendars(name: String, date: String, hour: Int, minute: Int, expected: MarketPhase) throws {
    let calendar = try #require(settings.calendars[name])
    #expect(calendar.phase(at: moment(date, hour, minute)) == expected)
  }

  @Test func holidaysAreWeekdaysAndTheirNumberIsRight() throws {
    let session = try #require(settings.calendars["nyse"]?.session)
    #expect(session.holidays.allSatisfy { $0.weekday < 5 })
    #expect(session.earlyCloses.keys.allSatisfy { $0.weekday < 5 && !session.holidays.contains($0) })
    for year in 1999...2026 {
      let count = session.holidays.count { $0.year == year }
      #expect((8...13).contains(count), "\(year)")
    }
    let trading2023 = (0..<365).map { CalendarDay(daysSinceEpoch: CalendarDay("2023-01-01")!.daysSinceEpoch + $0) }
      .count { $0.weekday < 5 && !session.holidays.contains($0) }
    #expect(trading2023 == 250)
  }

  @Test(arguments: [
    ("    tick: 0.01\n    lot: 1\n", "    tick: 0\n    lot: 1\n", "out of range"),
    ("    lot: 200, min", "    lot: 200, min", ""),
    ("{from: 2023-06-01, min_notional: 5}", "{from: 2020-06-01, min_notional: 5}", "is not after the rule before it"),
    ("{from: 2023-06-01, min_notional: 5}", "{from: 2023-06-31, min_notional: 5}", "is not a day"),
    ("{from: 2023-06-01, min_notional: 5}", "{min_notional: 5}", "is missing"),
    ("lot: 0.00001, min_quantity: 0.00001}", "lot: 0.00001, min_quantity: 0.000015}", "not a multiple of the lot"),
    ("calendar: nse", "calendar: nsse", "none of the allowed words"),
    ("close: \"15:30\"", "close: \"25:30\"", "is not a time of day"),
    ("square_off: \"15:15\"", "square_off: \"15:45\"", "is not between open and close"),
    ("weekdays: [mon, tue, wed, thu, fri]", "weekdays: [mon, mon]", "one twice"),
    ("[1999-01-01, ", "[1999-01-32, ", "is not a day of the calendar"),
    ("  equity:\n", "  equities:\n", "no such setting"),
    ("maker_bps: 0.3", "maker_bps: 0.3000001", "more than 5 decimals"),
    ("  BTCUSDT:\n", "  SIM-BTC:\n", "are simulated"),
    ("instruments:\n", "instrumnts:\n", "no such setting"),
  ])
  func wrongFilesAreRefused(part: String, replacement: String, problem: String) throws {
    let text = InstrumentSettings.embeddedText.replacing(part, with: replacement)
    let found = instrumentErrors(Array(text.utf8))
    #expect(found.isEmpty == problem.isEmpty)
    #expect(problem.isEmpty || found.contains { $0.problem.contains(problem) }, "\(found)")
  }

  @Test func readsTheFileBesideTheSettings() throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("instruments-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appendingPathComponent("settings.yaml").path
    #expect(try InstrumentSettings.load(besideSettings: path).file == nil)
    let own = InstrumentSettings.embeddedText.replacing("venue: simulated", with: "venue: pretended")
    try Data(own.utf8).write(to: directory.appendingPathComponent("instruments.yaml"))
    let loaded = try InstrumentSettings.load(besideSettings: path)
    #expect(loaded.file == directory.path + "/instruments.yaml")
    #expect(loaded.instrument(symbol: "SIM-A", id: id).instrument.venue == "pretended")
    try Data("kinds: 3\n".utf8).write(to: directory.appendingPathComponent("instruments.yaml"))
    #expect(throws: SettingsErrors.self) { try InstrumentSettings.load(besideSettings: path) }
  }
}
