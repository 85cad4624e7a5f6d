import Backtest
import Core
import Statistics

/// One instrument's account under one policy, day by day, and its counts.
package struct DailyAccount: Sendable {
  /// Day numbers, ascending, and the return of each. Days of weekends of a market with sessions count to the Monday after.
  package var days: [Int] = []
  package var returns: [Double] = []
  /// Days that ended with a position.
  package var exposedDays = 0
  package var closedTrades = 0
  package var winners = 0
  /// Both sides' value over mean equity, the whole span.
  package var turnover = 0.0
  /// Fees and slippage over the cash at the start.
  package var costShare = 0.0
  package var bars = 0
  /// Bars that ended with a position, and positions that were opened.
  package var heldBars = 0
  package var entries = 0
  /// Whether the account was used up, or closed by its broker; the days after have returns of 0.
  package var isRuined = false
  /// Whether a stop held to the end.
  package var isStopped = false
  package var refusedBars = 0

  /// Equity over the value of what is held below which a broker closes an account. A short sale can grow to many times an
  /// account, whose next small gain would then be a return that no portfolio can have.
  package static let maintenance = 0.2

  /// The account of a finished run.
  init(_ book: BacktestBook, isAlwaysOpen: Bool) {
    (closedTrades, winners, bars) = (book.closedTrades, book.winners, book.bars)
    (isStopped, refusedBars) = (book.standingStop != nil, book.refusedBars)
    heldBars = book.equity.investedMoments
    entries = book.closedTrades + book.lines.count { $0.position.side != .flat }
    var equities: [(day: Int, equity: Double, held: Double)] = []
    for point in book.equity.days {
      let day = Self.day(CalendarDay(closing: point.at), isAlwaysOpen: isAlwaysOpen)
      let entry = (day, point.equityQuote.approximate, point.exposureQuote.gross.approximate)
      if equities.last?.day == day { equities[equities.count - 1] = entry } else { equities.append(entry) }
    }
    let start = book.startQuote.approximate
    var last = start
    var sum = 0.0
    for entry in equities {
      days.append(entry.day)
      // What a broker has closed stays closed.
      let equity = isRuined ? last : max(0, entry.equity)
      returns.append(last > 0 ? equity / last - 1 : 0)
      if entry.held > 0, !isRuined { exposedDays += 1 }
      if equity < Self.maintenance * entry.held || equity <= 0 { isRuined = true }
      last = equity
      sum += equity
    }
    let mean = equities.isEmpty ? start : sum / Double(equities.count)
    turnover = mean > 0 ? book.tradedQuote / mean : 0
    costShare = start > 0 ? (book.feesQuote.approximate + book.slippageQuote) / start : 0
  }

  private static func day(_ day: CalendarDay, isAlwaysOpen: Bool) -> Int {
    isAlwaysOpen || day.weekday < 5 ? day.daysSinceEpoch : day.daysSinceEpoch + 7 - day.weekday
  }
}

/// The equal-weight portfolio of accounts: on each day the mean return of those that have one.
package struct Portfolio: Sendable {
  package var days: [Int] = []
  package var returns: [Double] = []

  /// The portfolio of accounts, in any order.
  package init(_ accounts: [DailyAccount]) {
    var byDay: [Int: [Double]] = [:]
    for account in accounts {
      for (day, value) in zip(account.days, account.returns) { byDay[day, default: []].append(value) }
    }
    days = byDay.keys.sorted()
    returns = days.map { ExactSum.mean(of: byDay[$0] ?? []) ?? 0 }
  }
}
