import Core
import Files

/// `config/instruments.yaml`: rules of instruments through time, defaults by kind, and calendars.
public struct InstrumentSettings: Sendable {
  /// What an instrument is when nothing else is said, and its rules, oldest first.
  struct Template: Sendable {
    var kind: InstrumentKind
    var venue: String
    var calendar: TradingCalendar
    var isShortable: Bool
    var rules: [InstrumentRules]
    var feeAsset: FeeAsset = .quote

    func instrument(symbol: String, id: InstrumentID, venue: String?) -> Instrument {
      Instrument(
        id: id, symbol: symbol, venue: venue ?? self.venue, kind: kind, isShortable: isShortable, calendar: calendar,
        rules: rules, feeAsset: feeAsset)
    }
  }

  let kinds: [InstrumentKind: Template]
  let simulated: Template
  /// nil: the file does not say; an equity then.
  let unlisted: Template?
  let named: [String: Template]
  /// Calendars by name.
  public let calendars: [String: TradingCalendar]
  /// File that was read; nil: the copy inside the program.
  public let file: String?

  /// Symbols with rules of their own, in alphabetical order.
  public var symbols: [String] { named.keys.sorted() }

  /// Reads `instruments.yaml` in the directory of the settings file; without one, the copy inside the program.
  ///
  /// - Throws: `SettingsErrors` when the file is there and wrong.
  public static func load(besideSettings settingsPath: String?) throws(SettingsErrors) -> InstrumentSettings {
    guard let settingsPath else { return try InstrumentSettings(bytes: Array(embeddedText.utf8), file: nil) }
    let directory = settingsPath.lastIndex(of: "/").map { String(settingsPath[...$0]) } ?? ""
    let path = directory + "instruments.yaml"
    let bytes: [UInt8]
    do throws(BoundedFile.Failure) {
      bytes = try BoundedFile.read(path, limit: StrictYAML.maximumBytes)
    } catch {
      if error.isMissing { return try InstrumentSettings(bytes: Array(embeddedText.utf8), file: nil) }
      throw SettingsErrors([SettingsError(file: path, origin: .default, key: "", value: nil, problem: error.problem)])
    }
    return try InstrumentFileReader.read(bytes, file: path)
  }

  init(
    kinds: [InstrumentKind: Template], simulated: Template, unlisted: Template?, named: [String: Template],
    calendars: [String: TradingCalendar], file: String?
  ) {
    self.kinds = kinds
    self.simulated = simulated
    self.unlisted = unlisted
    self.named = named
    self.calendars = calendars
    self.file = file
  }

  /// Reads the bytes of a file; nil: of the copy inside the program.
  package init(bytes: [UInt8], file: String?) throws(SettingsErrors) {
    self = try InstrumentFileReader.read(bytes, file: file)
  }

  /// The instrument with a symbol.
  ///
  /// - Parameters:
  ///   - kind: what it is; nil: what the file says, else what the symbol looks like (see `likelyKind`).
  ///   - venue: name of the venue; nil: the file's.
  ///   - times: opens of some of its bars, which tell a stock from something that trades at night too.
  /// - Returns: the instrument, and whether its rules are only the defaults of its kind.
  public func instrument(
    symbol: String, id: InstrumentID, kind: InstrumentKind? = nil, venue: String? = nil, times: [Timestamp] = []
  ) -> (instrument: Instrument, isDefaultRule: Bool) {
    let template: Template
    var isDefault = false
    if symbol.hasPrefix("SIM-") {
      template = simulated
    } else if let own = named[symbol], kind == nil || kind == own.kind {
      template = own
    } else if let unlisted, kind == unlisted.kind, venue == unlisted.venue {
      // As a session record names it: its bars are not at hand any more.
      return (unlisted.instrument(symbol: symbol, id: id, venue: venue), true)
    } else {
      let likely = kind ?? Self.likelyKind(of: symbol)
      template = kinds[likely] ?? simulated
      isDefault = true
      if let unlisted, kind == nil, likely == .equity, Self.trades(at: times, outside: template.calendar) {
        return (unlisted.instrument(symbol: symbol, id: id, venue: venue), true)
      }
    }
    return (template.instrument(symbol: symbol, id: id, venue: venue), isDefault)
  }

  /// Whether more than a quarter of the bars open while a market is closed. Daily bars bear the date of their session.
  private static func trades(at times: [Timestamp], outside calendar: TradingCalendar) -> Bool {
    let closed = times.count {
      let isMidnight = $0.milliseconds % Timeframe.oneDay.milliseconds == 0
      return calendar.phase(at: isMidnight ? $0.adding(milliseconds: 57_600_000) : $0) == .closed
    }
    return closed * 4 > times.count
  }

  /// What a symbol of which nothing is known most likely is: `EURUSD` fx, `XAUUSD` metal, `BTC-PERP` a perpetual,
  /// `BTCUSDT` or `BTCUSD` crypto, anything else an equity.
  package static func likelyKind(of symbol: String) -> InstrumentKind {
    let currencies = ["USD", "EUR", "GBP", "JPY", "CHF", "AUD", "NZD", "CAD", "SEK", "NOK", "SGD", "HKD", "INR"]
    if symbol.hasSuffix("-PERP") { return .cryptoPerpetual }
    let quote = String(symbol.suffix(3)), base = String(symbol.dropLast(3))
    if currencies.contains(quote) {
      if currencies.contains(base) { return .fx }
      if ["XAU", "XAG", "XPT", "XPD"].contains(base) { return .metal }
      if quote == "USD" || quote == "EUR", base.count >= 3 { return .cryptoSpot }
    }
    let coins = ["USDT", "USDC", "BUSD", "FDUSD", "TUSD"]
    return coins.contains { symbol.hasSuffix($0) && symbol.count > $0.count } ? .cryptoSpot : .equity
  }
}
