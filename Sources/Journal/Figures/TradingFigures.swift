import Core

/// Results by day, by instrument and by trade, from a journal's fills in their order. It can be kept and go on with the
/// fills that came since: `update` reads only those.
public struct TradingFigures: Sendable {
  /// Finished trades that are kept; the oldest go first. Sums know them all.
  public static let tripsKept = 10_000
  /// Days that are kept; the oldest go first.
  public static let daysKept = 4_000

  /// Everything.
  public private(set) var total = TradeSums()
  /// Days with a fill, oldest first.
  public private(set) var days: [DailyFigures] = []
  /// Finished trades, oldest first.
  public private(set) var trips: [RoundTrip] = []
  /// Trades under way, by symbol.
  public private(set) var open: [String: RoundTrip] = [:]
  /// Record up to which everything is in.
  public private(set) var lastSequence: UInt64 = 0
  private var bySymbol: [String: TradeSums] = [:]

  /// Nothing yet.
  public init() {}

  /// Sums by symbol, in the order of the symbols.
  public var instruments: [(symbol: String, sums: TradeSums)] {
    bySymbol.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The figures of one UTC day; zeros where nothing was traded on it.
  public func figures(of day: CalendarDay) -> DailyFigures {
    days.last { $0.day == day } ?? DailyFigures(day: day, sums: TradeSums())
  }

  /// Takes in the fills that the journal has had since. Throws what the journal throws, `RecordError` for a record that
  /// is no fill, `DecimalError.overflow`.
  public mutating func update(from query: JournalQuery) throws {
    try query.each(.fill, after: lastSequence) { try take(FillRecord($0)) }
  }

  /// Takes in the next fill. One that was taken already changes nothing.
  public mutating func take(_ fill: FillRecord) throws {
    guard fill.sequence > lastSequence else { return }
    lastSequence = fill.sequence
    try total.add(fill)
    try bySymbol[fill.instrument, default: TradeSums()].add(fill)
    try days[index(of: CalendarDay(fill.at))].sums.add(fill)
    try follow(fill)
  }

  /// A day's place. A fill that the venue reports late belongs to its own day.
  private mutating func index(of day: CalendarDay) -> Int {
    if let found = days.lastIndex(where: { $0.day <= day }) {
      if days[found].day == day { return found }
      days.insert(DailyFigures(day: day, sums: TradeSums()), at: found + 1)
      guard days.count > Self.daysKept else { return found + 1 }
      days.removeFirst()
      return found
    }
    days.insert(DailyFigures(day: day, sums: TradeSums()), at: 0)
    return 0
  }

  /// Opens, continues or ends the trade that a fill is part of. One that turns a position over ends one trade, with its
  /// result and its fee, and begins the next.
  private mutating func follow(_ fill: FillRecord) throws {
    let after = fill.positionAfter
    guard var trip = open[fill.instrument] ?? (after.side == .flat ? nil : RoundTrip(openedBy: fill, side: after.side))
    else { return }
    try trip.add(fill)
    guard trip.isOver(after) else {
      open[fill.instrument] = trip
      return
    }
    open[fill.instrument] = nil
    trips.append(trip)
    if trips.count > Self.tripsKept { trips.removeFirst(trips.count - Self.tripsKept) }
    total.add(trip)
    bySymbol[fill.instrument, default: TradeSums()].add(trip)
    days[index(of: CalendarDay(fill.at))].sums.add(trip)
    guard after.side != .flat, after.side != trip.side else { return }
    var next = RoundTrip(openedBy: fill, side: after.side)
    next.quantity = after.quantity
    next.entryQuote = after.totalCostQuote
    next.fills = 1
    open[fill.instrument] = next
  }
}
