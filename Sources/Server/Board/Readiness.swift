import Core

/// Whether the bot is alive, and whether it could trade now: the service level indicator of docs/availability.md.
package struct Readiness: Sendable, Equatable {
  /// The trading loop turned lately.
  package var isAlive: Bool
  /// Why it could not trade; empty: it could.
  package var reasons: [String]

  /// Alive and nothing against trading.
  package var isReady: Bool { isAlive && reasons.isEmpty }

  /// Judges what the bot last said of itself, so many milliseconds ago. nil: it has said nothing yet.
  package init(_ snapshot: StatusSnapshot?, ageMillis: Int64) {
    guard let snapshot else {
      (isAlive, reasons) = (false, ["starting"])
      return
    }
    isAlive = ageMillis <= Int64(ServerLimits.loopSeconds) * 1000
    var reasons: [String] = isAlive ? [] : ["loop_stalled"]
    if let latch = snapshot.latch { reasons.append("stopped:\(latch.level.rawValue)") }
    reasons += snapshot.degradations
    if !snapshot.isJournalHealthy, !snapshot.degradations.contains("journal_unhealthy") {
      reasons.append("journal_unhealthy")
    }
    if snapshot.isVenueConnected == false, !snapshot.degradations.contains("venue_lost") {
      reasons.append("venue_lost")
    }
    if !snapshot.staleInstruments.isEmpty, !snapshot.degradations.contains("feed_stale") {
      reasons.append("feed_stale")
    }
    self.reasons = reasons
  }
}
