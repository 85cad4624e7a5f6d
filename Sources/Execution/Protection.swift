import Core

/// What is known about the protective stop of one instrument's position.
public struct Protection: Hashable, Sendable, Codable {
  /// Whether the position should have a stop.
  public enum Wish: String, Sendable, Codable {
    /// No position, or one that was opened without a stop distance.
    case none
    /// A stop at `distance` from the average entry.
    case stop
    /// A position whose stop distance is not known.
    case missing
  }
  /// What is wanted.
  public internal(set) var wish: Wish = .none
  /// Distance of the stop from the average entry.
  public internal(set) var distance: Price?
  /// Distance of the take-profit order from the average entry; nil: none.
  public internal(set) var takeProfitDistance: Price?
  /// Decision that opened the position: the stop's ids derive from it.
  public internal(set) var sequence: UInt64 = 0
  /// Number of the next stop of that decision.
  public internal(set) var nextAttempt: Int = 0
  /// Number of its next take-profit order; nil: the first.
  public internal(set) var nextTakeProfit: Int?
  /// Whether the venue refused the take-profit order; lifted by the next fill.
  public internal(set) var isTakeProfitBlocked: Bool?
  /// Whether the venue refused stop and take-profit order as a pair, or ended one with no word of a trade: then each is
  /// sent alone. Lifted by the next fill; nil: no.
  public internal(set) var isPairBlocked: Bool?
  /// Whether the venue refused the stop; lifted by the next fill.
  public internal(set) var isBlocked = false
  /// Stops that the venue ended unasked since the last fill.
  public internal(set) var unaskedEnds = 0
  /// After so many unasked ends the stop counts as refused.
  static let unaskedEndsAllowed = 3

  /// Moves the ids of the next stops up, never down: a late fill of an older decision must not bring used ids back.
  mutating func raise(to sequence: UInt64, attempt: Int) {
    if sequence > self.sequence {
      self.sequence = sequence
      nextAttempt = attempt
      nextTakeProfit = nil
    } else if sequence == self.sequence {
      nextAttempt = max(nextAttempt, attempt)
    }
  }
}

/// The plan of a stop in force.
public struct StopPlan: Hashable, Sendable, Codable {
  /// How far it goes.
  public internal(set) var level: StopLevel
  /// The control record whose sequence the plan's own orders carry.
  public internal(set) var sequence: UInt64
  /// Number of the plan's next order.
  public internal(set) var nextAttempt: Int = 0
  /// How often closing orders were given a new price; nil: never.
  public internal(set) var repricings: Int?
}
