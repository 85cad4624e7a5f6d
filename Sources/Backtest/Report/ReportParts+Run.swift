import Core
import Statistics

extension ReportData.Line {
  init(_ run: BacktestRun, _ assessment: Assessment) {
    self.init(name: run.policy)
    let book = run.book
    times = book.equity.points.map(\.at)
    equity = book.equity.points.map(\.equityQuote.approximate)
    drawdowns = book.equity.points.map(\.drawdown)
    let start = book.startQuote.approximate
    totalReturn = start > 0 ? book.equity.endQuote.approximate / start - 1 : nil
    annualReturn = assessment.performance?.cagr
    low = assessment.intervals?.annualReturn.low
    high = assessment.intervals?.annualReturn.high
    volatility = assessment.performance?.annualVolatility
    sharpe = assessment.performance?.sharpe
    sortino = assessment.performance?.sortino
    maxDrawdown = book.equity.maxDrawdown
    closedTrades = book.closedTrades
    fees = book.feesQuote.approximate
    probability = assessment.probabilisticSharpe
    deflated = assessment.deflatedSharpe
  }
}

extension ReportData.TradeMark {
  init(_ trade: ClosedTrade) {
    let record = TradeRecord(trade)
    self.init(
      market: Int(trade.instrument.index), isLong: record.isLong, entryTime: record.entryTime,
      exitTime: record.exitTime, entryPrice: record.entryPrice, exitPrice: record.exitPrice, profit: record.netProfit,
      riskMultiple: record.riskMultiple, adverse: trade.worstExcursion, favourable: trade.bestExcursion,
      bars: trade.bars)
  }
}

extension ReportData.Market {
  init(_ symbol: String, _ line: BacktestBook.InstrumentLine, _ prices: PriceRecorder) {
    self.init(symbol: symbol)
    times = prices.stretches.map(\.at)
    lows = prices.stretches.map(\.low.approximate)
    highs = prices.stretches.map(\.high.approximate)
    (bars, last) = (prices.bars, prices.last)
    (closedTrades, fills) = (line.closedTrades, line.fills)
    profit = line.profitQuote.approximate
  }
}

extension BacktestRun {
  /// Days that count as a year: 365 where an instrument of the run trades on every day of it, else 252.
  package var periodsPerYear: Double {
    instruments.instruments.contains { $0.calendar.session == nil } ? 365 : 252
  }
}
