import Core

/// Everything the risk veto remembers, so that a restart continues as if there had been none.
public struct RiskCounters: Codable, Equatable, Sendable {
  /// Most order times that are kept, whatever the limit of the order rate.
  public static let orderTimesCapacity = 4096

  /// Symbols that `instruments` belongs to, in its order.
  public package(set) var symbols: [String]
  /// By instrument index.
  public package(set) var instruments: [InstrumentCounters]
  /// The account's trading day in days since 1970; nil before the first bar.
  public package(set) var tradingDay: Int?
  /// Equity at the end of the day before.
  public package(set) var dayStartEquityQuote: Money
  /// False after a restart that lost the history, until a person resumes.
  public package(set) var isDayStartKnown = true
  /// Highest equity at a bar's close, or the one at which a person resumed.
  public package(set) var equityPeakQuote: Money
  /// False after a restart that lost the history, until a person resumes.
  public package(set) var isPeakKnown = true
  /// False after a fill or a sum that cannot be, until the account is restored from the venue.
  public package(set) var isAccountKnown = true
  /// Whether the loss limit of this day has asked for its stop.
  public package(set) var isDailyLossTripped = false
  /// Whether the drawdown limit has asked for its stop, until a person resumes.
  public package(set) var isDrawdownTripped = false
  /// Whether the repeated-execution throttle has tripped, until a person resumes.
  public package(set) var isThrottled = false
  /// Losing trades in a row.
  public package(set) var consecutiveLosses = 0
  /// End of the cool-down after a losing streak.
  public package(set) var coolDownUntil: Timestamp?
  /// Times of the newest approved orders, oldest first.
  public package(set) var orderTimes: [Timestamp] = []
  /// The latest moment of a bar or a decision; a clock that goes back does not take it back. nil: none yet, or counters
  /// from before it was kept.
  public package(set) var latestMoment: Timestamp?
  /// Sequence number of the newest decision that became an order.
  public package(set) var lastSequence: UInt64 = 0
  /// Result of everything closed so far, fees of all fills taken off.
  public package(set) var realisedQuote = Money.zero
  /// Stops asked for and not yet taken, at most one per check.
  public package(set) var latchRequests: [LatchRequest] = []
  /// Bars and fills that could not be counted.
  public package(set) var refusedEvents = 0

  init(symbols: [String], equityQuote: Money) {
    self.symbols = symbols
    instruments = symbols.map { _ in InstrumentCounters() }
    dayStartEquityQuote = equityQuote
    equityPeakQuote = equityQuote
  }

  /// The counters in the order of another list of symbols; a symbol not seen before starts anew. Nil if they do not
  /// fit together.
  func arranged(as wanted: [String]) -> RiskCounters? {
    guard instruments.count == symbols.count, consecutiveLosses >= 0,
      orderTimes.count <= Self.orderTimesCapacity, instruments.allSatisfy(\.isConsistent)
    else { return nil }
    if wanted == symbols { return self }
    var arranged = self
    arranged.symbols = wanted
    arranged.instruments = wanted.map { symbol in
      symbols.firstIndex(of: symbol).map { instruments[$0] } ?? InstrumentCounters()
    }
    return arranged
  }
}

/// What is remembered of one instrument.
public struct InstrumentCounters: Codable, Equatable, Sendable {
  /// The position after the newest fill.
  public package(set) var position = PositionView.flat
  /// The newest close; nil before the first bar.
  public package(set) var lastClose: Price?
  /// Close time of the bar that `lastClose` is from.
  public package(set) var lastCloseTime: Timestamp?
  /// Result of the open position's trade so far: partial closes and all fees.
  public package(set) var tradeResultQuote = Money.zero
  /// Approved opening order that is not known to have ended.
  public package(set) var entry: PendingOrder?
  /// Approved closing order that is not known to have ended.
  public package(set) var exit: PendingOrder?
  /// Side of the newest execution; the row of executions on that side is counted.
  public package(set) var repeatedSide: Side?
  /// Executions on that side in a row, approved orders included.
  public package(set) var repeatedCount = 0
  /// The order counted last: its fills are no executions of their own.
  public package(set) var repeatedOrder: ClientOrderID?

  init() {}

  /// Takes the close of a bar; false if it is not newer than the last one.
  @inline(__always)
  mutating func see(_ bar: Bar) -> Bool {
    let time = bar.closeTime
    if let lastCloseTime, time <= lastCloseTime { return false }
    lastClose = bar.close
    lastCloseTime = time
    return true
  }

  var isConsistent: Bool {
    position.isConsistent && repeatedCount >= 0 && (lastClose?.isPositive ?? true)
      && (entry?.openQuantity.isPositive ?? true) && (exit?.openQuantity.isPositive ?? true)
  }
}

/// An approved order on its way.
public struct PendingOrder: Codable, Equatable, Sendable {
  /// The order's name.
  public package(set) var id: ClientOrderID
  /// What is not filled yet.
  public package(set) var openQuantity: Quantity

  package init(id: ClientOrderID, openQuantity: Quantity) {
    self.id = id
    self.openQuantity = openQuantity
  }
}

extension PositionView {
  var isConsistent: Bool {
    !quantity.isNegative && !totalCostQuote.isNegative && (side == .flat) == quantity.isZero
  }
}
