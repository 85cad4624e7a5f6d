import Core

/// How much a person should care.
package enum Importance: String, Sendable, CaseIterable, Comparable {
  /// Good to know.
  case info
  /// Look at it today.
  case warning
  /// Look at it now.
  case critical

  private var rank: Int { self == .info ? 0 : self == .warning ? 1 : 2 }
  package static func < (left: Importance, right: Importance) -> Bool { left.rank < right.rank }
}

/// What a notice is about. The names are those that receivers see.
package enum NoticeKind: String, Sendable, CaseIterable {
  case test, started, ended, stop, resume, policy
  case journalUnhealthy = "journal_unhealthy"
  case controlDirectoryLost = "control_directory_lost"
  case unreconciled
  case unprotectedPosition = "unprotected_position"
  case feedStale = "feed_stale"
  case venueLost = "venue_lost"
  case unknownOrder = "unknown_order"
  case diskLow = "disk_low"
  case loopStalled = "loop_stalled"
  case dailyReport = "daily_report"
  /// News that were held back, as a count.
  case digest
}

/// One piece of news about the bot.
package struct Notice: Sendable, Hashable {
  /// What it is about.
  package var kind: NoticeKind
  /// What tells it from other news of its kind, for example the name of a latch; may be empty.
  package var subject: String
  /// How much a person should care.
  package var importance: Importance
  /// What happened, in words. Whatever it holds, it is cleaned before it leaves.
  package var text: String

  /// News as given.
  package init(_ kind: NoticeKind, subject: String = "", _ importance: Importance, _ text: String) {
    self.kind = kind
    self.subject = subject
    self.importance = importance
    self.text = text
  }

  /// News with the same key within a while are told once.
  var key: Key { Key(kind: kind, subject: subject) }

  struct Key: Hashable {
    var kind: NoticeKind
    var subject: String
  }
}

/// What is sent to a person.
package struct NoticeMessage: Sendable, Hashable {
  /// Number of the message in this run, from 1.
  package var number: UInt64
  /// What it is about.
  package var kind: NoticeKind
  /// How much a person should care.
  package var importance: Importance
  /// What happened; one line unless it is a report.
  package var text: String
  /// When it happened.
  package var at: Timestamp

  /// A message as given.
  package init(number: UInt64, kind: NoticeKind, importance: Importance, text: String, at: Timestamp) {
    self.number = number
    self.kind = kind
    self.importance = importance
    self.text = text
    self.at = at
  }
}
