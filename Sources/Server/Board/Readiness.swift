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
    // The bot degrades by itself for these, but only at its next beat.
    let seen = [
      ("journal_unhealthy", !snapshot.isJournalHealthy), ("venue_lost", snapshot.isVenueConnected == false),
      ("feed_stale", !snapshot.staleInstruments.isEmpty),
    ]
    for (reason, isSo) in seen where isSo && !reasons.contains(reason) { reasons.append(reason) }
    self.reasons = reasons
  }
}
