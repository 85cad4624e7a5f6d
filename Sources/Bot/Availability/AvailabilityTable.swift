import Core
import Journal
import Settings

/// What `hrmbot slo` shows: availability over some days, from a journal.
package struct AvailabilityTable: Sendable {
  /// Days that were asked for.
  package var days: Int
  /// What is known; nil: the journal has no session in that time.
  package var availability: Availability?
  /// Milliseconds in which a stop held. They are no outage: somebody wanted them.
  package var stoppedMillis: Int64 = 0
  /// Symbols whose sessions count.
  package var symbols: [String] = []
  /// Whether a bot runs now.
  package var isRunning: Bool

  /// Reads a journal. `lastSign`: when the bot that runs now last said something; nil: none runs. Throws what the journal
  /// throws, and `RecordError`.
  package init(directory: String, days: Int, now: Timestamp, lastSign: Timestamp?, rules: InstrumentSettings) throws {
    self.days = days
    isRunning = lastSign != nil
    let query = try JournalQuery(directory: directory)
    let end = lastSign ?? now
    let from = end.adding(milliseconds: -Int64(days) * 86_400_000)
    let history = try ReadinessHistory(query, from: from, lastSign: lastSign, end: end)
    guard let known = history.start, known < end else { return }
    let calendars = try instruments(query, rules).map(\.calendar)
    let availability = Availability(from: max(from, known), to: end, unready: history.unready) { moment in
      calendars.isEmpty || calendars.contains { $0.phase(at: moment) != .closed }
    }
    self.availability = availability
    stoppedMillis = try Self.stopped(query, from: availability.from, to: availability.to)
  }

  private mutating func instruments(_ query: JournalQuery, _ rules: InstrumentSettings) throws -> [Instrument] {
    guard let session = try query.last(.session).map({ try RecordDecoder.session($0) }) else { return [] }
    symbols = session.instruments
    return zip(session.instruments, session.listings).enumerated().map { index, named in
      rules.instrument(
        symbol: named.0, id: InstrumentID(index: UInt16(index)), kind: named.1.kind, venue: named.1.venue
      ).instrument
    }
  }

  private static func stopped(_ query: JournalQuery, from: Timestamp, to: Timestamp) throws -> Int64 {
    var since: Timestamp?
    var sum: Int64 = 0
    try query.each(.latch, after: 0) { record in
      let change = try LatchChange(record)
      if change.isSet {
        since = since ?? change.at
      } else if let start = since {
        sum += max(0, min(change.at, to).millisecondsSince(max(start, from)))
        since = nil
      }
    }
    return sum + (since.map { max(0, to.millisecondsSince(max($0, from))) } ?? 0)
  }
}

extension AvailabilityTable {
  /// The table for a person.
  package var text: String {
    guard let availability else {
      return "nothing is known: the journal has no session on a clock in the last \(days) days"
    }
    var lines = [
      "ready to trade, \(availability.from) to \(availability.to) (\(AvailabilityText.duration(availability.millis)))",
      "",
      "             ready       slots of 10 s   not ready   left of the 0.1 % budget",
      Self.row("by clock", availability.clock), Self.row("in session", availability.session), "",
      "time ready   \(AvailabilityText.percent(Double(availability.readyMillis) / Double(max(1, availability.millis))))",
      "stopped      \(AvailabilityText.duration(stoppedMillis)) (somebody's will: no outage)",
      "the bot      \(isRunning ? "runs" : "does not run")",
    ]
    if availability.outages.isEmpty { return (lines + ["outages      none"]).joined(separator: "\n") }
    lines += ["outages      \(availability.outages.count), the longest:"]
    lines += availability.longest(10).map { "  " + AvailabilityText.line($0) }
    return lines.joined(separator: "\n")
  }

  private static func row(_ name: String, _ share: Availability.Share) -> String {
    guard let value = share.value else { return pad(name, 13) + "no slot" }
    let budget = AvailabilityText.duration(abs(Int64(share.budgetLeft)) * Availability.slotMillis)
    return pad(name, 13) + pad(AvailabilityText.percent(value), 12) + pad("\(share.slots)", 16)
      + pad("\(share.slots - share.ready)", 12) + (share.budgetLeft < 0 ? "none: \(budget) over" : budget)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(1, width - text.count))
  }

  /// The table as one JSON object.
  package func json() -> CanonicalJSON {
    var out = CanonicalJSON()
    out.object { out in
      out.key("availability")
      AvailabilityText.write(availability, into: &out)
      out.key("days")
      out.value(days)
      out.key("goal")
      out.value(Availability.goal)
      out.key("instruments")
      out.strings(symbols)
      out.key("running")
      out.value(isRunning)
      out.key("stopped_millis")
      out.value(stoppedMillis)
    }
    return out
  }
}
