import Core

/// Decides what of the news is told, and when: repeats are counted instead of told again, and there is a most of an hour.
/// A value: news and moments go in, messages come out.
package struct NotificationPolicy: Sendable {
  /// What can be set.
  package struct Rules: Sendable, Hashable {
    /// Least importance that is told.
    package var minimum: Importance
    /// Time within which the same news is told once, in milliseconds.
    package var repeatMillis: Int64
    /// Most messages an hour that are not critical.
    package var messagesPerHour: Int

    /// Rules as given.
    package init(minimum: Importance, repeatMillis: Int64, messagesPerHour: Int) {
      self.minimum = minimum
      self.repeatMillis = repeatMillis
      self.messagesPerHour = messagesPerHour
    }
  }

  /// Different news that are remembered at once; beyond them the oldest are told as they are.
  package static let keysKept = 256
  private static let hourMillis: Int64 = 3_600_000

  private struct Told {
    var at: Timestamp
    var repeats = 0
    var last: Notice
  }

  private let rules: Rules
  private var told: [Notice.Key: Told] = [:]
  /// When messages of the last hour were sent that were not critical, oldest first.
  private var sent: [Timestamp] = []
  /// What the hour had no room for.
  private var heldBack: [NoticeKind: Int] = [:]
  private var nextNumber: UInt64 = 1

  /// News that were counted instead of told.
  package private(set) var coalesced: UInt64 = 0
  /// News that the hour had no room for; they are told as one count.
  package private(set) var limited: UInt64 = 0

  /// A policy that has told nothing.
  package init(rules: Rules) { self.rules = rules }

  /// Takes one piece of news; what is to be sent now.
  package mutating func take(_ notice: Notice, at now: Timestamp) -> [NoticeMessage] {
    guard notice.importance >= rules.minimum else { return [] }
    var messages = due(at: now)
    if var before = told[notice.key] {
      before.repeats += 1
      before.last = notice
      told[notice.key] = before
      coalesced += 1
      return messages
    }
    if told.count >= Self.keysKept, let oldest = told.min(by: { $0.value.at < $1.value.at })?.key {
      messages += release(oldest, at: now)
      told[oldest] = nil
    }
    told[notice.key] = Told(at: now, last: notice)
    return messages + pass(notice, text: notice.text, at: now)
  }

  /// What is to be sent at a moment because a while has passed: counts of repeats, and of what was held back.
  package mutating func due(at now: Timestamp) -> [NoticeMessage] {
    // A clock that was set back must not hold news back for hours.
    if let newest = sent.last, newest > now { sent = [] }
    sent.removeAll { now.millisecondsSince($0) >= Self.hourMillis }
    var messages: [NoticeMessage] = []
    let over = told.filter { abs(now.millisecondsSince($0.value.at)) >= rules.repeatMillis }.keys
    for key in over.sorted(by: { ($0.kind.rawValue, $0.subject) < ($1.kind.rawValue, $1.subject) }) {
      messages += release(key, at: now)
    }
    return messages + digest(at: now)
  }

  /// Everything that is still owed, at the end of a run.
  package mutating func last(at now: Timestamp) -> [NoticeMessage] {
    var messages: [NoticeMessage] = []
    for key in told.keys.sorted(by: { ($0.kind.rawValue, $0.subject) < ($1.kind.rawValue, $1.subject) }) {
      messages += release(key, at: now)
    }
    sent = []
    return messages + digest(at: now)
  }

  /// Forgets news, after their count if there were more. As long as they go on they are told once a while.
  private mutating func release(_ key: Notice.Key, at now: Timestamp) -> [NoticeMessage] {
    guard let before = told.removeValue(forKey: key), before.repeats > 0 else { return [] }
    told[key] = Told(at: now, last: before.last)
    let more = before.repeats == 1 ? before.last.text : "\(before.last.text) … and \(before.repeats - 1) more"
    return pass(before.last, text: more, at: now)
  }

  private mutating func pass(_ notice: Notice, text: String, at now: Timestamp) -> [NoticeMessage] {
    if notice.importance != .critical {
      guard sent.count < rules.messagesPerHour else {
        heldBack[notice.kind, default: 0] += 1
        limited += 1
        return []
      }
      sent.append(now)
    }
    return [message(notice.kind, notice.importance, text, now)]
  }

  private mutating func digest(at now: Timestamp) -> [NoticeMessage] {
    guard !heldBack.isEmpty, sent.count < rules.messagesPerHour else { return [] }
    sent.append(now)
    let parts = heldBack.sorted { $0.key.rawValue < $1.key.rawValue }.map { "\($0.key.rawValue) \($0.value)" }
    let count = heldBack.values.reduce(0, +)
    heldBack = [:]
    return [message(.digest, .warning, "\(count) messages were held back: \(parts.joined(separator: ", "))", now)]
  }

  private mutating func message(
    _ kind: NoticeKind, _ importance: Importance, _ text: String, _ now: Timestamp
  ) -> NoticeMessage {
    defer { nextNumber += 1 }
    return NoticeMessage(number: nextNumber, kind: kind, importance: importance, text: text, at: now)
  }
}
