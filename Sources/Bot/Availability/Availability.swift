import Core

/// How much of a span the bot was ready to trade, by slots of 10 s. A slot counts as ready only if the bot is known to have
/// been ready through all of it.
package struct Availability: Sendable, Equatable {
  /// Length of a slot in milliseconds.
  package static let slotMillis: Int64 = 10_000
  /// The goal.
  package static let goal = 0.999

  /// A time in which the bot was not known to be ready.
  package struct Outage: Sendable, Equatable {
    package var from: Timestamp
    package var to: Timestamp
    /// Why, most specific first, without repeats.
    package var causes: [String]

    package init(from: Timestamp, to: Timestamp, causes: [String]) {
      self.from = from
      self.to = to
      self.causes = causes
    }

    /// Its length in milliseconds.
    package var millis: Int64 { to.millisecondsSince(from) }
  }

  /// Slots in all, and those that count.
  package struct Share: Sendable, Equatable {
    package var ready: Int
    package var slots: Int

    package init(ready: Int = 0, slots: Int = 0) {
      self.ready = ready
      self.slots = slots
    }

    /// Share of ready slots; nil: there are none at all.
    package var value: Double? { slots == 0 ? nil : Double(ready) / Double(slots) }
    /// Slots that may still be lost before the goal is; negative: how many too many were.
    package var budgetLeft: Int { Int((Double(slots) * (1 - goal)).rounded(.down)) - (slots - ready) }
  }

  /// First moment that was judged, at a slot's start.
  package private(set) var from: Timestamp
  /// First moment that was not.
  package private(set) var to: Timestamp
  /// By the clock.
  package private(set) var clock = Share()
  /// In the sessions of the instruments alone.
  package private(set) var session = Share()
  /// Milliseconds in which the bot was ready.
  package private(set) var readyMillis: Int64 = 0
  /// Times in which it was not, in order.
  package private(set) var outages: [Outage] = []

  /// Judges the whole slots between two moments. `unready` may overlap and be in any order; `isOpen` says whether anything
  /// can be traded at a slot's start.
  package init(from: Timestamp, to: Timestamp, unready: [Outage], isOpen: (Timestamp) -> Bool) {
    let slot = Self.slotMillis
    let first = Int64((Double(from.milliseconds) / Double(slot)).rounded(.up))
    let end = max(first, to.milliseconds / slot)
    self.from = Timestamp(milliseconds: first * slot)
    self.to = Timestamp(milliseconds: end * slot)
    outages = Self.merged(unready, from: self.from, to: self.to)
    readyMillis = outages.reduce(self.to.millisecondsSince(self.from)) { $0 - $1.millis }
    var next = outages.startIndex
    for index in first..<end {
      let start = Timestamp(milliseconds: index * slot)
      while next < outages.endIndex, outages[next].to <= start { next += 1 }
      let isReady = next == outages.endIndex || outages[next].from >= start.adding(milliseconds: slot)
      clock.slots += 1
      clock.ready += isReady ? 1 : 0
      guard isOpen(start) else { continue }
      session.slots += 1
      session.ready += isReady ? 1 : 0
    }
  }

  /// Milliseconds that were judged.
  package var millis: Int64 { to.millisecondsSince(from) }

  /// The longest outages, longest first.
  package func longest(_ count: Int) -> [Outage] {
    Array(outages.sorted { ($0.millis, $1.from) > ($1.millis, $0.from) }.prefix(count))
  }

  /// Times within the span, each moment once: what overlaps or touches is one.
  private static func merged(_ spans: [Outage], from: Timestamp, to: Timestamp) -> [Outage] {
    var merged: [Outage] = []
    for span in spans.sorted(by: { ($0.from, $0.to) < ($1.from, $1.to) }) {
      let (start, end) = (max(span.from, from), min(span.to, to))
      guard start < end else { continue }
      guard var last = merged.last, last.to >= start else {
        merged.append(Outage(from: start, to: end, causes: span.causes))
        continue
      }
      last.to = max(last.to, end)
      last.causes += span.causes.filter { !last.causes.contains($0) }
      merged[merged.count - 1] = last
    }
    return merged
  }
}
