/// What the bot may do. Only a person moves it towards `active`.
public enum TradingState: String, Sendable, Codable, Comparable {
  /// Open and close positions.
  case active
  /// Only lower the risk.
  case reducing
  /// Send nothing but cancels and the stop plan's own reduce-only orders.
  case halted

  private var severity: Int { self == .active ? 0 : self == .reducing ? 1 : 2 }
  /// Order of severity: active, reducing, halted.
  public static func < (left: TradingState, right: TradingState) -> Bool { left.severity < right.severity }
}

/// How far a stop goes. The highest one present wins.
public enum StopLevel: String, Sendable, Codable, Comparable, CaseIterable {
  /// No new risk.
  case reduce
  /// Cancel everything, send no orders.
  case stop
  /// Cancel everything, close positions with price-protected limit orders, then stop.
  case flatten

  private var severity: Int { self == .reduce ? 0 : self == .stop ? 1 : 2 }
  /// Order of severity: reduce, stop, flatten.
  public static func < (left: StopLevel, right: StopLevel) -> Bool { left.severity < right.severity }
  /// The trading state that the level imposes.
  public var tradingState: TradingState { self == .reduce ? .reducing : .halted }
}

/// Where a stop came from.
public enum StopSource: String, Sendable, Codable, CaseIterable {
  case file, http, signal
  case lossLimit = "loss_limit"
  case watchdog
  case throttle
  case controlDirectory = "control_directory"
}

/// A stop that holds until a person resumes it by name.
public struct StopLatch: Hashable, Sendable, Codable {
  /// Name that a resume must give.
  public var id: String
  /// How far the stop goes.
  public var level: StopLevel
  /// Where it came from.
  public var source: StopSource
  /// Why, in words; may be empty.
  public var reason: String
  /// When it was set.
  public var at: Timestamp
  /// A latch as given.
  public init(id: String, level: StopLevel, source: StopSource, reason: String, at: Timestamp) {
    self.id = id
    self.level = level
    self.source = source
    self.reason = reason
    self.at = at
  }
}
