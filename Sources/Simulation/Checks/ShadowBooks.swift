import Core
import Execution

/// Cash and positions as the fills that the bot has counted make them, computed from the venue's own list of fills.
struct ShadowBooks {
  private let instruments: Int
  private let startCashQuote: Money
  private(set) var positions: [PositionView]
  private(set) var cashQuote: Money
  private(set) var feesQuote = Money.zero
  /// Trade ids counted.
  private var known: Set<UInt64> = []
  private var lastLog: TradeLog?

  init(instruments: Int, cashQuote: Money) {
    self.instruments = instruments
    startCashQuote = cashQuote
    self.cashQuote = cashQuote
    positions = Array(repeating: .flat, count: instruments)
  }

  /// Fills counted.
  var counted: Int { known.count }

  /// A new process may remember less than the one before it.
  mutating func forget() {
    self = ShadowBooks(instruments: instruments, cashQuote: startCashQuote)
  }

  /// Adds the fills that the bot counts now and did not before.
  mutating func follow(_ log: TradeLog, _ fills: [Fill]) {
    guard log != lastLog else { return }
    var fresh: [UInt64] = []
    let floor = lastLog?.floor ?? 0
    if log.floor > floor {
      for id in floor + 1...log.floor where !known.contains(id) { fresh.append(id) }
    }
    for id in log.recent where !known.contains(id) { fresh.append(id) }
    for id in fresh.sorted() {
      known.insert(id)
      // An id that the venue never gave out leaves the books short of it, and they will not agree.
      if id >= 1, id <= fills.count { apply(fills[Int(id) - 1]) }
    }
    lastLog = log
  }

  private mutating func apply(_ fill: Fill) {
    let notional = fill.price * fill.quantity
    let moved = fill.side == .buy ? notional.negated : notional
    guard let cash = try? cashQuote.adding(moved).subtracting(fill.feeQuote),
      let fees = try? feesQuote.adding(fill.feeQuote),
      let (position, _) = try? positions[Int(fill.instrument.index)].applying(fill)
    else { return }
    cashQuote = cash
    feesQuote = fees
    positions[Int(fill.instrument.index)] = position
  }
}
