import Core

/// The veto between a decision and an order: a state machine that knows the account, the limits and what was approved
/// lately. It fails closed: a missing, stale or senseless input never opens a position.
///
/// Call `observe` for every bar and `apply` for every counted fill before the `judge` that is to see them.
public struct RiskStage: Sendable {
  /// The limits in force.
  public let limits: RiskLimits
  /// Everything remembered, to be persisted; a stage made from it continues the same.
  public internal(set) var counters: RiskCounters
  /// Cash in quote currency.
  public internal(set) var cashQuote: Money

  let instruments: InstrumentTable
  let timeframe: Timeframe
  /// Factor from volatility per bar to volatility per year, by instrument index.
  let annualisation: [Double]

  // What follows can be had from the above at any time; it is kept so that a bar costs the same however many positions
  // there are.
  /// Signed market value of the position, by instrument index.
  var values: [Money]
  /// Sum of the signed market values.
  var netQuote = Money.zero
  /// Sum of the market values without their signs.
  var grossQuote = Money.zero
  /// Losses at which the limits stop; they move only with the day's first equity and the peak.
  var dailyLossLimit = Money.zero
  var drawdownLimit = Money.zero
  /// The time around the moment whose trading day was looked up last in which it is surely the same, in milliseconds
  /// since 1970.
  var knownDay: (begin: Int64, end: Int64) = (0, 0)
  /// The latest moment seen.
  var lastTime: Timestamp { counters.latestMoment ?? counters.orderTimes.last ?? Timestamp(milliseconds: 0) }
  /// Whether nothing is known of the time before this stage: no counters, no fill yet.
  var isUntouched: Bool

  /// A stage. `counters` nil: the first start, or the counters are lost; then `restore` with open positions stops
  /// openings until a person resumes. `cashQuote` is the account's cash now.
  public init(
    instruments: InstrumentTable, timeframe: Timeframe, limits: RiskLimits, cashQuote: Money, counters: RiskCounters?
  ) {
    self.instruments = instruments
    self.timeframe = timeframe
    self.limits = limits
    self.cashQuote = cashQuote
    annualisation = instruments.instruments.map { timeframe.annualisation(of: $0.calendar) }
    values = Array(repeating: .zero, count: instruments.count)
    let symbols = instruments.instruments.map(\.symbol)
    isUntouched = counters == nil
    if let given = counters {
      if let usable = given.arranged(as: symbols) {
        self.counters = usable
      } else {
        self.counters = RiskCounters(symbols: symbols, equityQuote: cashQuote)
        loseHistory("the saved risk counters contradict themselves")
      }
    } else {
      self.counters = RiskCounters(symbols: symbols, equityQuote: cashQuote)
    }
    revalue()
  }

  /// Cash and the market value of all positions, in quote currency.
  public var equityQuote: Money {
    let (sum, overflow) = cashQuote.raw.addingReportingOverflow(netQuote.raw)
    // Nothing is opened on such an account, see `isAccountKnown`; zero keeps the screens alive.
    return overflow ? .zero : Money(raw: sum)
  }

  /// Market values of all positions, without their signs and with them.
  package var exposureQuote: (gross: Money, net: Money) { (grossQuote, netQuote) }

  /// Marks the account to the bar's close and looks at the loss limits; whether the veto asks for a stop. `now` is the
  /// moment of the event. A bar not newer than the instrument's last one (pre-roll after a restart, a duplicate) changes
  /// nothing.
  @discardableResult
  public mutating func observe(_ bar: Bar, at now: Timestamp) -> Bool {
    if take(bar, at: now) { tripLossLimits(equityQuote) }
    return !counters.latchRequests.isEmpty
  }

  /// Marks the account to the bar's close, without a look at the loss limits. False: the account is as before, or unknown.
  @inline(__always)
  mutating func take(_ bar: Bar, at now: Timestamp) -> Bool {
    let index = Int(bar.instrument.index)
    guard index < values.count, bar.close.isPositive else {
      counters.refusedEvents &+= 1
      return false
    }
    guard counters.instruments[index].see(bar) else { return false }
    if now > lastTime { counters.latestMoment = now }
    rollDay(now)
    passCoolDown(now)
    mark(index, at: bar.close)
    guard counters.isAccountKnown else { return false }
    let equity = equityQuote
    if equity > counters.equityPeakQuote {
      counters.equityPeakQuote = equity
      drawdownLimit = lossLimit(of: equity, limits.maxDrawdown)
    }
    return true
  }

  /// The stop that the veto asks for; nil: none. It stays until it is taken.
  public var latchRequest: LatchRequest? { counters.latchRequests.first }

  /// Whether the veto asks for a stop.
  public var wantsLatch: Bool { !counters.latchRequests.isEmpty }

  /// Takes the stop asked for, to latch it. Persist the counters afterwards.
  public mutating func takeLatchRequest() -> LatchRequest? {
    counters.latchRequests.isEmpty ? nil : counters.latchRequests.removeFirst()
  }
}
