import Core
import Journal

/// What one UTC day brought, from a journal: results, costs, decisions, stops, changes of policy, availability.
package struct DailyReport: Sendable, Equatable {
  /// A name with how often it occurred.
  package typealias Count = StatusSnapshot.Count

  /// The day.
  package var day: CalendarDay
  /// Fills of the day and the trades that ended on it.
  package var sums = TradeSums()
  /// Result after fees.
  package var netQuote = Money.zero
  /// Result after fees since the journal began.
  package var totalNetQuote = Money.zero
  /// Positions that are open as of the newest fill.
  package var openPositions: [String] = []
  /// Decisions.
  package var decisions = 0
  /// Decisions by the action wished.
  package var actions: [Count] = []
  /// Refused wishes by reason, most first.
  package var vetoes: [Count] = []
  /// Decisions of a fallback.
  package var fallbackDecisions = 0
  /// Stops that were set, and lifted.
  package var latches: [LatchChange] = []
  /// Changes of the policy in charge.
  package var policyChanges: [PolicyChange] = []
  /// Availability of the day so far; nil: the journal knows nothing of it.
  package var availability: Availability?
  /// Whether anything of the day is in the journal.
  package var hasRecords = false

  /// Time around a day in which records of it are looked for, in milliseconds: clocks are set, and venues report late.
  private static let marginMillis: Int64 = 3_600_000

  /// Reads a day from the journal in a directory. Throws what the journal throws, `RecordError` and `DecimalError`.
  package init(directory: String, day: CalendarDay, now: Timestamp, isRunning: Bool = true) throws {
    let query = try JournalQuery(directory: directory)
    self.day = day
    let end = CalendarDay(daysSinceEpoch: day.daysSinceEpoch + 1).start
    let first = try query.firstSequence(madeFrom: day.start.adding(milliseconds: -Self.marginMillis))
    let last = try query.firstSequence(madeFrom: end.adding(milliseconds: Self.marginMillis))
    hasRecords = last > first
    try takeFills(query)
    try takeDecisions(query, first..<max(first, last))
    try Self.each(.latch, query, first..<max(first, last)) {
      let change = try LatchChange($0)
      if CalendarDay(change.at) == day { latches.append(change) }
    }
    try Self.each(.policy, query, first..<max(first, last)) {
      let change = try PolicyChange($0)
      if CalendarDay(change.at) == day { policyChanges.append(change) }
    }
    let until = min(end, now)
    let history = try ReadinessHistory(query, from: day.start, lastSign: isRunning ? now : nil, end: until)
    if let start = history.start, start < until {
      availability = Availability(from: max(day.start, start), to: until, unready: history.unready) { _ in true }
    }
  }

  private mutating func takeFills(_ query: JournalQuery) throws {
    var figures = TradingFigures()
    try figures.update(from: query)
    sums = figures.figures(of: day).sums
    netQuote = try sums.netQuote()
    totalNetQuote = try figures.total.netQuote()
    openPositions = figures.open.sorted { $0.key < $1.key }.map { symbol, trip in
      "\(symbol) \(trip.side == .long ? "long" : "short") since \(trip.openedAt)"
    }
  }

  private mutating func takeDecisions(_ query: JournalQuery, _ range: Range<UInt64>) throws {
    var wished: [Action: Int] = [:]
    var refused: [String: Int] = [:]
    try Self.each(.decision, query, range) { record in
      let decision = try DecisionOutline(record)
      guard CalendarDay(decision.at) == day else { return }
      decisions += 1
      wished[decision.action, default: 0] += 1
      fallbackDecisions += decision.fallbackReason == nil ? 0 : 1
      if decision.action != .hold, let reason = decision.skipReason { refused[reason, default: 0] += 1 }
    }
    actions = Action.allCases.compactMap { action in wished[action].map { Count(name: action.name, count: $0) } }
    vetoes = refused.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { Count(name: $0.key, count: $0.value) }
  }

  private static func each(
    _ kind: RecordKind, _ query: JournalQuery, _ range: Range<UInt64>, _ body: (JournalRecord) throws -> Void
  ) throws {
    try query.each(kind, after: range.lowerBound - min(1, range.lowerBound), before: range.upperBound, body)
  }
}
