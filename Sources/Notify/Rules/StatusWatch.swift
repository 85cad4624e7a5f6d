import Core

/// Makes news of what the bot says about itself. A value: states and moments go in, news come out.
///
/// Stops and resumes are not among them: those are told where they happen, so that none can fall between two looks.
package struct StatusWatch: Sendable {
  /// When something becomes news.
  package struct Limits: Sendable, Hashable {
    /// Time for which orders of unknown outcome may exist, in milliseconds.
    package var unknownOrderMillis: Int64
    /// Time for which a feed may be stale, in milliseconds.
    package var feedStaleMillis: Int64
    /// Free space that must be there, in megabytes.
    package var diskFreeMegabytes: Int

    /// Limits as given.
    package init(unknownOrderMillis: Int64, feedStaleMillis: Int64, diskFreeMegabytes: Int) {
      self.unknownOrderMillis = unknownOrderMillis
      self.feedStaleMillis = feedStaleMillis
      self.diskFreeMegabytes = diskFreeMegabytes
    }
  }

  /// Silence of the trading loop that is news, in milliseconds.
  package static let silenceMillis: Int64 = 5_000
  /// What ends by itself within this time is no news, in milliseconds.
  private static let shortMillis: Int64 = 5_000

  private struct Condition {
    var kind: NoticeKind
    var isOn: Bool
    var patienceMillis: Int64 = 0
    var importance = Importance.critical
    var text: String
    var end: String
  }

  private let limits: Limits
  private var since: [NoticeKind: Timestamp] = [:]
  private var announced: Set<NoticeKind> = []
  private var policy: String?
  private var lastSeen: Timestamp?

  /// A watch that has seen nothing.
  package init(limits: Limits) { self.limits = limits }

  /// Looks at a state. `diskFreeMegabytes`: nil: not measured.
  package mutating func observe(_ status: StatusSnapshot, diskFreeMegabytes: Int?, at now: Timestamp) -> [Notice] {
    lastSeen = now
    var notices: [Notice] = []
    if let policy, policy != status.policy { notices.append(Self.change(of: policy, status)) }
    policy = status.policy
    for condition in conditions(status, diskFreeMegabytes) { notices += judge(condition, at: now) }
    return notices
  }

  /// Looks at the clock: a loop that hangs says nothing.
  package mutating func tick(at now: Timestamp) -> [Notice] {
    guard let lastSeen else { return [] }
    let silence = now.millisecondsSince(lastSeen)
    return judge(
      Condition(
        kind: .loopStalled, isOn: silence >= Self.silenceMillis,
        text: "the trading loop has been silent for \(silence / 1000) s", end: "the trading loop turns again"), at: now)
  }

  private static func change(of policy: String, _ status: StatusSnapshot) -> Notice {
    Notice(.policy, subject: "\(policy) \(status.policy)", .warning, "policy in charge: \(policy) → \(status.policy)")
  }

  private func conditions(_ status: StatusSnapshot, _ diskFree: Int?) -> [Condition] {
    let degradations = Set(status.degradations)
    let unknown = status.unknownOrders ?? 0
    let stale = status.staleInstruments.joined(separator: ", ")
    return [
      Condition(
        kind: .journalUnhealthy, isOn: !status.isJournalHealthy || degradations.contains("journal_unhealthy"),
        text: "the journal cannot be written: nothing is opened until it can", end: "the journal can be written again"),
      Condition(
        kind: .controlDirectoryLost, isOn: degradations.contains("control_directory_lost"),
        text: "the control directory is lost: a STOP file would not be seen", end: "the control directory is back"),
      Condition(
        kind: .unreconciled, isOn: degradations.contains("unreconciled"),
        text: "the venue's books differ from the bot's and nothing explains it: nothing is opened",
        end: "the venue's books and the bot's agree again"),
      Condition(
        kind: .unprotectedPosition, isOn: degradations.contains("unprotected_position"),
        patienceMillis: Self.shortMillis, text: "a position lacks the stop that it should have",
        end: "every position has its stop again"),
      Condition(
        kind: .feedStale, isOn: !status.staleInstruments.isEmpty || degradations.contains("feed_stale"),
        patienceMillis: limits.feedStaleMillis, importance: .warning,
        text: "no fresh data\(stale.isEmpty ? "" : " of \(stale)"): nothing is opened", end: "the feed is fresh again"),
      Condition(
        kind: .venueLost, isOn: status.isVenueConnected == false || degradations.contains("venue_lost"),
        patienceMillis: Self.shortMillis,
        text: "no session with the venue: positions rest on the stops that stand there",
        end: "the session with the venue stands again"),
      Condition(
        kind: .unknownOrder, isOn: unknown > 0, patienceMillis: limits.unknownOrderMillis,
        text: "there have been orders of unknown outcome for \(limits.unknownOrderMillis / 1000) s, now \(unknown)",
        end: "no order is of unknown outcome any more"),
      Condition(
        kind: .diskLow, isOn: diskFree.map { $0 < limits.diskFreeMegabytes } ?? announced.contains(.diskLow),
        text: "\(diskFree ?? 0) MB are free where the journal is, fewer than \(limits.diskFreeMegabytes)",
        end: "there is room for the journal again"),
    ]
  }

  private mutating func judge(_ condition: Condition, at now: Timestamp) -> [Notice] {
    guard condition.isOn else {
      since[condition.kind] = nil
      guard announced.remove(condition.kind) != nil else { return [] }
      return [Notice(condition.kind, subject: "over", .info, condition.end)]
    }
    let start = since[condition.kind] ?? now
    since[condition.kind] = start
    // A clock that was set back begins anew.
    if start > now { since[condition.kind] = now }
    guard now.millisecondsSince(start) >= condition.patienceMillis else { return [] }
    guard announced.insert(condition.kind).inserted else { return [] }
    return [Notice(condition.kind, condition.importance, condition.text)]
  }
}
