import Core

/// Notices when the bot becomes ready to trade, ceases to be, or was silent: what the table of availability is made of.
/// A value. A stop is no part of it: that is somebody's will, and has records of its own.
package struct ReadinessWatch: Sendable {
  /// Age of a bar that should have come, in milliseconds, from which the feed counts as not fresh.
  package static let freshMillis: Int64 = 30_000
  /// Time between two looks, in milliseconds, from which the loop counts as silent.
  package static let silenceMillis: Int64 = 10_000

  private var reasons: [String]?
  private var lastLook: Timestamp?

  /// A watch that has not looked yet.
  package init() {}

  /// Looks: what is to be written down. `reasons`: what keeps the bot from trading, in order.
  package mutating func look(_ reasons: [String], at now: Timestamp) -> [ControlCommand] {
    var commands: [ControlCommand] = []
    if let lastLook, now.millisecondsSince(lastLook) >= Self.silenceMillis {
      commands.append(.silence(since: lastLook))
    }
    lastLook = now
    if reasons != self.reasons { commands.append(.readiness(reasons)) }
    self.reasons = reasons
    return commands
  }

  /// What keeps the bot from trading.
  package static func reasons(
    degradations: Set<Degradation>, isVenueReady: Bool, isFeedOverdue: Bool
  ) -> [String] {
    // The feed's own warning comes sooner, after some bars: the indicator has a limit of its own. A stop takes protective
    // orders away by design, and it is no outage.
    var reasons = degradations.subtracting([.feedStale, .unprotectedPosition]).map(\.rawValue)
    if isFeedOverdue { reasons.append(Degradation.feedStale.rawValue) }
    let explains: Set<Degradation> = [.unreconciled, .venueLost]
    if !isVenueReady, degradations.isDisjoint(with: explains) { reasons.append(Degradation.unreconciled.rawValue) }
    return reasons.sorted()
  }
}
