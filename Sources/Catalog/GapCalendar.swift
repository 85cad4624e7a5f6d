import Core
import Settings

/// The calendars that gaps are judged by: with holidays and half days in the years for which the program knows them.
enum GapCalendar {
  private static let known = (try? InstrumentSettings.load(besideSettings: nil))?.calendars ?? [:]

  /// The calendar of a name of `MarketHours`; always open for any other.
  static func named(_ name: String) -> TradingCalendar {
    known[name] ?? .alwaysOpen
  }
}
