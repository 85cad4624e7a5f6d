import Core

/// Markets that are cut into training and validation at one moment, because their instruments move together.
package enum MarketClass: String, Codable, CaseIterable, Sendable {
  case crypto
  /// Equities, funds and indices with the hours of New York.
  case stocks
  /// Currencies and metals.
  case currencies
  /// Whatever has the hours of the National Stock Exchange of India.
  case india

  /// The class of an instrument, whose kind is the `asset_class` of an `index.json` where there is one.
  package init(_ instrument: Instrument) {
    switch instrument.kind {
    case .cryptoSpot, .cryptoPerpetual: self = .crypto
    case .fx, .metal: self = .currencies
    case .equity, .etf, .index: self = instrument.calendar.name == "nse" ? .india : .stocks
    }
  }

  /// The first moment whose bars are kept for validation where nothing else is said: no model may learn from them.
  package var validationStart: Timestamp {
    let day =
      switch self {
      case .crypto: CalendarDay(year: 2024, month: 1, day: 1)
      case .stocks: CalendarDay(year: 2014, month: 1, day: 1)
      case .currencies: CalendarDay(year: 2020, month: 1, day: 1)
      case .india: CalendarDay(year: 2025, month: 1, day: 1)
      }
    return day!.start
  }
}
