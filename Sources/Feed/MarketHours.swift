import Core

/// The usual hours of markets, without holidays: calendars for data of which nothing better is known.
public enum MarketHours {
  /// Names of the calendars.
  public static let names = ["always-open", "nyse", "nse", "fx-week"]

  /// The calendar of a name; nil for an unknown one.
  public static func calendar(named name: String) -> TradingCalendar? {
    switch name {
    case "always-open": .alwaysOpen
    case "nyse": nyse
    case "nse": nse
    case "fx-week": fxWeek
    default: nil
    }
  }

  private static let mondayToFriday: Set<Int> = [0, 1, 2, 3, 4]

  /// From Sunday to Friday, 17:00 in New York.
  static let fxWeek = TradingCalendar(
    name: "fx-week",
    session: .init(zone: .newYork, openMinute: 17 * 60, closeMinute: 17 * 60, weekdays: [6, 0, 1, 2, 3]))
  static let nse = TradingCalendar(
    name: "nse",
    session: .init(
      zone: .fixed(offsetMinutes: 330), openMinute: 9 * 60 + 15, closeMinute: 15 * 60 + 30, weekdays: mondayToFriday))
  static let nyse = TradingCalendar(
    name: "nyse",
    session: .init(zone: .newYork, openMinute: 9 * 60 + 30, closeMinute: 16 * 60, weekdays: mondayToFriday))
}
