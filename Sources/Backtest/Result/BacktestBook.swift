import Agent
import Bot
import Core
import Execution
import Risk

/// What a run leaves behind: trades, equity and counts. Everything in money is exact; shares and averages are not.
package struct BacktestBook: Sendable {
  /// Trades kept; those beyond are counted only.
  package static let tradeCapacity = 4_000_000
  /// Lines of the diary kept.
  package static let noteCapacity = 1000

  let instruments: InstrumentTable
  let timeframe: Timeframe
  /// Cash at the start.
  package let startQuote: Money
  /// Cash at the end.
  package private(set) var cashQuote: Money
  /// Round trips in the order of their ends.
  package private(set) var trades: [ClosedTrade] = []
  /// Round trips, those not kept among them, and those that gained.
  package private(set) var closedTrades = 0
  package private(set) var winners = 0
  /// Equity through time.
  package private(set) var equity: EquityRecorder
  /// What happened besides: stops, roll-backs, alerts; with the moment.
  package private(set) var notes: [(at: Timestamp, text: String)] = []
  package private(set) var droppedNotes = 0

  package internal(set) var bars = 0
  package internal(set) var refusedBars = 0
  package internal(set) var orders = 0
  package internal(set) var rejectedOrders = 0
  package internal(set) var missedFills = 0
  package private(set) var fills = 0
  package private(set) var feesQuote = Money.zero
  /// Value of all fills.
  package private(set) var tradedQuote = 0.0
  /// What fills at opens paid beyond them: half the spread and the slippage.
  package private(set) var slippageQuote = 0.0
  /// The bar that is worked off.
  private var bar: Bar?
  /// All instruments together, with equal weights.
  package private(set) var market: MarketIndex
  /// Decisions and what became of them.
  package private(set) var decisions = DecisionStatistics()
  /// How deep a network thought, by day; empty for rules.
  package private(set) var depth = DepthCurve()
  /// By instrument index.
  package var lines: [InstrumentLine] { slots.map(\.line) }
  /// Ranges of prices for drawing, by instrument index.
  package var prices: [PriceRecorder] { slots.map(\.prices) }
  /// The first stop that nobody has ended, and the last roll-back without a promotion after it.
  package private(set) var standingStop: (at: Timestamp, request: LatchRequest)?
  package private(set) var standingRollback: (at: Timestamp, cause: String, evidence: String)?

  private var slots: [Slot]

  /// All that a bar of an instrument changes, side by side in memory.
  private struct Slot: Sendable {
    var line = InstrumentLine()
    var prices = PriceRecorder()
    var open = OpenTrade()

    @inline(__always)
    mutating func see(_ bar: Bar) {
      line.lastClose = bar.close
      prices.see(bar)
      guard open.side != .flat else { return }
      open.see(bar)
      open.closes += 1
    }
  }

  /// What one instrument contributed.
  package struct InstrumentLine: Sendable {
    package var closedTrades = 0
    package var fills = 0
    /// Cash that its fills brought, less what they took, fees included.
    package var cashQuote = Money.zero
    package var position = PositionView.flat
    package var lastClose: Price?
    /// Cash and the value of what is held.
    package var profitQuote: Money {
      guard let lastClose else { return cashQuote }
      return cashQuote.plus(position.marketValueQuote(at: lastClose))
    }
  }

  /// An empty book.
  package init(instruments: InstrumentTable, timeframe: Timeframe, cashQuote: Money) {
    self.instruments = instruments
    self.timeframe = timeframe
    startQuote = cashQuote
    self.cashQuote = cashQuote
    equity = EquityRecorder(startQuote: cashQuote)
    slots = Array(repeating: Slot(), count: instruments.count)
    market = MarketIndex(instruments: instruments.count)
  }

  // MARK: - Bars

  /// A bar begins to be worked off.
  mutating func begin(_ bar: Bar) {
    equity.begin(bar.closeTime)
    self.bar = bar
  }

  /// A bar was worked off. The whole range of the bar that a position was opened in counts as seen.
  mutating func end(_ bar: Bar, equityQuote: Money, exposureQuote: (gross: Money, net: Money)) {
    bars += 1
    market.see(bar)
    slots[Int(bar.instrument.index)].see(bar)
    equity.mark(equityQuote, exposureQuote: exposureQuote)
  }

  /// Bars at which nothing happened and the policy held; `marks`: the account after each.
  mutating func pass(_ bars: ArraySlice<Bar>, _ marks: [AccountMark]) {
    guard let last = bars.last else { return }
    bar = last
    self.bars += bars.count
    market.see(bars)
    slots.withUnsafeMutableBufferPointer { slots in
      for place in bars.indices { slots[Int(bars[place].instrument.index)].see(bars[place]) }
    }
    equity.pass(bars, marks)
    decisions.countHolds(bars.count)
  }

  /// The data are over.
  mutating func finish(equityQuote: Money, cashQuote: Money, positions: [PositionView]) {
    self.cashQuote = cashQuote
    for slot in slots.indices { slots[slot].line.position = positions[slot] }
    equity.finish(equityQuote)
  }

  // MARK: - Orders

  mutating func count(_ fill: Fill, position: PositionView, of order: TrackedOrder?) {
    fills += 1
    let slot = Int(fill.instrument.index)
    let value = fill.price * fill.quantity
    // A fee taken in the thing is worth what the thing was bought for.
    let fee = fill.feeBase.isPositive ? fill.feeQuote.plus(fill.price * fill.feeBase) : fill.feeQuote
    feesQuote = feesQuote.plus(fee)
    // What a market order paid beyond the open; inside a bar the market's own price is not known.
    if let bar, fill.time == bar.openTime, !fill.isMaker {
      let worse = fill.side == .buy ? fill.price.raw - bar.open.raw : bar.open.raw - fill.price.raw
      slippageQuote += Double(worse) / Double(Price.unit) * fill.quantity.approximate
    }
    tradedQuote += value.approximate
    slots[slot].line.fills += 1
    let cash = (fill.side == .buy ? value.negated : value).plus(fill.feeQuote.negated)
    slots[slot].line.cashQuote = slots[slot].line.cashQuote.plus(cash)
    follow(fill, value, fee, position, order)
  }

  private mutating func follow(
    _ fill: Fill, _ value: Money, _ fee: Money, _ position: PositionView, _ order: TrackedOrder?
  ) {
    let slot = Int(fill.instrument.index)
    let direction: PositionSide = fill.side == .buy ? .long : .short
    if slots[slot].open.side == .flat {
      slots[slot].open = OpenTrade(
        side: direction, entryTime: fill.time, worstPrice: fill.price, bestPrice: fill.price,
        stopDistance: order?.stopDistance)
    }
    slots[slot].open.feesQuote = slots[slot].open.feesQuote.plus(fee)
    if slots[slot].open.side == direction {
      slots[slot].open.opened = slots[slot].open.opened.plus(fill.quantity)
      slots[slot].open.openedQuote = slots[slot].open.openedQuote.plus(value)
    } else {
      slots[slot].open.closed = slots[slot].open.closed.plus(fill.quantity)
      slots[slot].open.closedQuote = slots[slot].open.closedQuote.plus(value)
    }
    guard position.tradable(under: instruments[fill.instrument].rules(at: fill.time)).side == .flat else { return }
    // The bar of an exit belongs to the hold, but for one at its open: nothing of the bar was seen then.
    if let bar, bar.instrument == fill.instrument, fill.time > bar.openTime {
      slots[slot].open.see(bar)
    } else {
      slots[slot].open.see(low: fill.price, high: fill.price)
    }
    let trade = slots[slot].open.ended(fill.instrument, at: fill.time, TradeExit(fill.clientID.role))
    slots[slot].open = OpenTrade()
    closedTrades += 1
    winners += trade.profitQuote.isPositive ? 1 : 0
    slots[slot].line.closedTrades += 1
    if trades.count < Self.tradeCapacity { trades.append(trade) }
  }

  // MARK: - Decisions

  mutating func countHold() { decisions.countHolds(1) }

  mutating func countHold(_ decision: Decision, _ observation: Observation) {
    decisions.countHolds(1)
    if let reading = decision.reading { depth.add(observation.bar.closeTime, reading, observation.complexity) }
  }

  mutating func count(_ decision: Decision, _ verdict: Verdict, _ observation: Observation) {
    decisions.count(decision, verdict)
    if let reading = decision.reading { depth.add(observation.bar.closeTime, reading, observation.complexity) }
  }

  // MARK: - Diary

  private mutating func note(_ text: String, at time: Timestamp) {
    if notes.count < Self.noteCapacity { notes.append((time, text)) } else { droppedNotes += 1 }
  }

  mutating func note(alert text: String, at time: Timestamp) { note("alert: \(text)", at: time) }

  mutating func note(_ request: LatchRequest, at time: Timestamp) {
    note("STOP \(request.level.rawValue) (\(request.check.rawValue)): \(request.reason)", at: time)
    if standingStop == nil { standingStop = (time, request) }
  }

  /// The stop in force is over.
  mutating func endStop() { standingStop = nil }

  mutating func note(_ effect: RollbackEffect, at time: Timestamp) {
    switch effect {
    case .rollBack(let name, let cause, let evidence):
      note("policy rolled back to \(name) (\(cause.rawValue)): \(evidence)", at: time)
      standingRollback = (time, cause.rawValue, "\(name) took over: \(evidence)")
    case .promote(let name, _):
      note("policy \(name) promoted", at: time)
      standingRollback = nil
    }
  }
}

extension TradeExit {
  init(_ role: OrderRole) {
    switch role {
    case .protectiveStop: self = .stop
    case .takeProfit: self = .takeProfit
    case .flatten, .guardFlatten: self = .flatten
    default: self = .policy
    }
  }
}

extension FixedPoint {
  /// The sum, or the nearest value that fits: a figure of a report must not end a run.
  func plus(_ other: Self) -> Self {
    let (sum, overflow) = raw.addingReportingOverflow(other.raw)
    return overflow ? Self(raw: other.raw > 0 ? .max : .min) : Self(raw: sum)
  }
}
