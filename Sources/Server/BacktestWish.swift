import Core

/// A backtest that somebody asks for: bars of the catalog, a policy, a span.
package struct BacktestWish: Sendable, Hashable {
  package var instrument: String
  package var timeframe: Timeframe
  /// nil: that of the settings.
  package var policy: String?
  package var from: CalendarDay?
  package var to: CalendarDay?

  /// What becomes of it.
  package enum Outcome: Sendable, Hashable {
    /// The figures, as JSON of one object.
    case done([UInt8])
    /// Why there are none, for a person.
    case failed(String)
    /// Another one runs.
    case busy
  }

  /// A wish as given. nil: a name that no instrument or policy has. What becomes an argument of a command holds nothing
  /// that could be a path or an option.
  package init?(
    instrument: String, timeframe: Timeframe, policy: String? = nil, from: CalendarDay? = nil, to: CalendarDay? = nil
  ) {
    for name in [instrument, policy ?? "x"] {
      let isPlain = name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 45 || $0 == 95
      }
      guard isPlain, (1...32).contains(name.utf8.count), name.first != "-" else { return nil }
    }
    self.instrument = instrument
    self.timeframe = timeframe
    self.policy = policy
    self.from = from
    self.to = to
  }
}
