import Core
import Journal

/// When a bot was up and ready, as far as its journal knows. What is not known counts as not ready.
package struct ReadinessHistory: Sendable {
  /// Something that a journal says about readiness.
  package enum Event: Sendable, Equatable {
    /// A session began; the newest record before it is of `before`.
    case began(at: Timestamp, before: Timestamp?)
    /// The bot said what keeps it from trading; nothing: it is ready.
    case said([String], at: Timestamp)
    /// Nothing had been heard of it since a moment.
    case wasSilent(since: Timestamp, at: Timestamp)
    /// It ended in order.
    case ended(String, at: Timestamp)
  }

  /// First moment that anything is known of; nil: nothing is.
  package private(set) var start: Timestamp?
  /// Times in which the bot was not known to be ready.
  package private(set) var unready: [Availability.Outage] = []

  /// Reads events in their order. `lastSign`: the newest sign of life; from there to `end` the bot was down.
  package init(_ events: [Event], lastSign: Timestamp?, end: Timestamp) {
    var openedAt: Timestamp?
    var causes: [String] = []
    var isUp = false
    func close(at moment: Timestamp) {
      if let from = openedAt, from < moment { unready.append(.init(from: from, to: moment, causes: causes)) }
      openedAt = nil
    }
    func open(_ why: [String], at moment: Timestamp) {
      close(at: moment)
      (openedAt, causes) = (moment, why)
    }
    for (index, event) in events.enumerated() {
      switch event {
      case .began(let at, let before):
        if isUp { open(["died without a word"], at: Self.death(before, events[index...], began: at) ?? at) }
        start = start ?? at
        isUp = true
        open(["starting"], at: at)
      case .said(let reasons, let at): if reasons.isEmpty { close(at: at) } else { open(reasons, at: at) }
      case .wasSilent(let since, let at):
        unready.append(.init(from: since, to: at, causes: ["silent"]))
      case .ended(let reason, let at):
        isUp = false
        open(["ended: \(reason)"], at: at)
      }
    }
    if isUp, openedAt == nil, let lastSign { open(["died without a word"], at: lastSign) }
    close(at: end)
  }

  /// When a session died that left no end. The next one says what the last sign of life was, if there was one later than
  /// the last record.
  private static func death(_ before: Timestamp?, _ rest: ArraySlice<Event>, began: Timestamp) -> Timestamp? {
    for event in rest.dropFirst() {
      switch event {
      case .wasSilent(let since, _) where since < began: return max(since, before ?? since)
      case .began: return before
      default: continue
      }
    }
    return before
  }
}

extension ReadinessHistory {
  /// Reads a journal. `lastSign`: the newest sign of life of a bot that still runs; nil: none runs. Throws what the journal
  /// throws, and `RecordError`.
  package init(_ query: JournalQuery, from: Timestamp, lastSign: Timestamp?, end: Timestamp) throws {
    var found: [(sequence: UInt64, event: Event)] = []
    let first = try Self.firstSession(query, before: from)
    for record in try Self.all(.session, query, after: first) {
      let session = try RecordDecoder.session(record)
      guard !session.isVirtualTime, session.mode == "paper" || session.mode == "live" else { continue }
      let before = record.sequence > 1 ? try query.record(record.sequence - 1) : nil
      found.append((record.sequence, .began(at: session.at, before: before.flatMap(Self.wall))))
    }
    let decoder = RecordDecoder(instruments: InstrumentTable([]))
    for record in try Self.all(.control, query, after: first) {
      if let event = try Self.event(decoder.control(record)) { found.append((record.sequence, event)) }
    }
    for record in try Self.all(.end, query, after: first) {
      guard let at = Self.wall(record) else { continue }
      found.append((record.sequence, .ended(try RecordDecoder.endReason(record), at: at)))
    }
    let last = try query.record(try query.lastSequence()).flatMap(Self.wall)
    self.init(
      found.sorted { $0.sequence < $1.sequence }.map(\.event), lastSign: lastSign ?? last, end: end)
  }

  /// The record before the last session that began before `from`: what held then is told after it.
  private static func firstSession(_ query: JournalQuery, before from: Timestamp) throws -> UInt64 {
    var end = UInt64.max
    while true {
      let sessions = try query.newest(.session, before: end, limit: 100)
      for record in sessions where try RecordDecoder.session(record).at <= from { return record.sequence - 1 }
      guard let last = sessions.last else { return 0 }
      end = last.sequence
    }
  }

  private static func all(_ kind: RecordKind, _ query: JournalQuery, after first: UInt64) throws -> [JournalRecord] {
    var records: [JournalRecord] = []
    try query.each(kind, after: first) { records.append($0) }
    return records
  }

  private static func event(_ control: ControlRecord) throws -> Event? {
    switch control.command {
    case "readiness": .said(control.reason.map { $0.split(separator: ",").map(String.init) } ?? [], at: control.at)
    case "silence":
      control.reason.flatMap { Int64($0) }.map {
        .wasSilent(since: Timestamp(milliseconds: $0), at: control.at)
      }
    default: nil
    }
  }

  private static func wall(_ record: JournalRecord) -> Timestamp? {
    record.wallMicros > 0 ? Timestamp(milliseconds: record.wallMicros / 1000) : nil
  }
}
