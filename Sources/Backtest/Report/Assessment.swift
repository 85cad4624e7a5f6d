import Core
import Statistics

/// What the figures say of a run: returns by day, net of all costs. Nil where there is too little to say anything.
package struct Assessment: Sendable {
  /// Name of the policy.
  package var policy: String
  /// Days with bars that count as a year.
  package var periodsPerYear: Double
  /// The account at the end of each day; the first point is the start.
  package var curve: Statistics.EquityCurve?
  /// Whether the account was used up; the figures end there.
  package var isRuined = false
  package var performance: PerformanceFigures?
  package var intervals: ReturnIntervals?
  package var trades: TradeFigures?
  package var activity: ActivityFigures?
  /// Against the mean of all instruments, before costs.
  package var benchmark: BenchmarkFit?
  package var regimes: [RegimeFigures] = []
  package var rolling: [RollingSharpe] = []
  package var drawdowns: [Drawdown] = []
  /// Probability that the Sharpe ratio is above zero, and above the best of the trials by chance.
  package var probabilisticSharpe: Double?
  package var deflatedSharpe: Double?
  /// Trials that `deflatedSharpe` counts, this one included.
  package var trials = 1
  /// Years of data needed before the Sharpe ratio is told from zero at 95 %.
  package var neededYears: Double?

  /// Days of a window for the rolling ratio and the regimes.
  package static let window = 63

  /// Assesses a run as the only trial known; `deflate` tells of others.
  package init(_ run: BacktestRun, seed: UInt64 = 1) throws {
    policy = run.policy
    let book = run.book
    periodsPerYear = run.periodsPerYear
    trades = try? TradeFigures(book.trades.map(TradeRecord.init))
    guard let first = book.equity.firstTime, book.equity.days.count > 1 else { return }
    let start = first.adding(milliseconds: -run.timeframe.milliseconds)
    let path = try Statistics.EquityCurve.upToRuin(
      times: [start] + book.equity.days.map(\.at),
      values: [book.startQuote.approximate] + book.equity.days.map(\.equityQuote.approximate))
    (curve, isRuined) = (path.curve, path.isRuined)
    let returns = path.curve.returns
    performance = try? PerformanceFigures(returns: returns, periodsPerYear: periodsPerYear)
    intervals = try? ReturnIntervals(
      returns: returns, periodsPerYear: periodsPerYear,
      random: CounterRandom(seed: seed, purpose: .returnIntervals))
    drawdowns = Drawdown.deepest(5, in: path.curve)
    rolling = (try? RollingSharpe.all(returns: returns, window: Self.window, periodsPerYear: periodsPerYear)) ?? []
    activity = try? ActivityFigures(
      periods: book.equity.days.map {
        .init(
          grossExposure: $0.exposureQuote.gross.approximate, netExposure: $0.exposureQuote.net.approximate,
          equity: $0.equityQuote.approximate)
      }, periodsPerYear: periodsPerYear, tradedNotional: book.tradedQuote, fees: book.feesQuote.approximate,
      slippage: book.slippageQuote,
      netProfit: book.equity.endQuote.approximate - book.startQuote.approximate)
    assessLuck(returns)
    assessMarket(book, path.curve, returns)
  }

  /// Takes account of all trials that were made, this one among them.
  package mutating func deflate(by census: TrialCensus) {
    guard let moments = Moments(curve?.returns ?? []), moments.sharpe != nil else { return }
    trials = max(1, census.count)
    deflatedSharpe = census.deflatedSharpe(of: moments)
  }

  private mutating func assessLuck(_ returns: [Double]) {
    guard let moments = Moments(returns), let sharpe = moments.sharpe else { return }
    let (skewness, kurtosis) = (moments.skewness ?? 0, moments.kurtosis ?? 3)
    probabilisticSharpe = ProbabilisticSharpe.probability(
      sharpe: sharpe, exceeding: 0, skewness: skewness, kurtosis: kurtosis, periods: Double(returns.count))
    deflate(by: TrialCensus([]))
    neededYears = ProbabilisticSharpe.minimumTrackRecord(
      sharpe: sharpe, exceeding: 0, skewness: skewness, kurtosis: kurtosis, confidence: 0.95
    ).map { $0 / periodsPerYear }
  }

  /// Pairs the account's days with the market's; the market has no return on its first day.
  private mutating func assessMarket(_ book: BacktestBook, _ curve: Statistics.EquityCurve, _ returns: [Double]) {
    var byDay: [Int: Double] = [:]
    for day in book.market.all { byDay[day.day] = day.meanReturn }
    let market = curve.times.dropFirst().map { byDay[CalendarDay(closing: $0).daysSinceEpoch] ?? 0 }
    benchmark = try? BenchmarkFit(returns: returns, benchmark: Array(market), periodsPerYear: periodsPerYear)
    guard let labels = try? MarketRegime.labels(marketReturns: Array(market), window: Self.window) else { return }
    regimes = (try? RegimeFigures.all(returns: returns, labels: labels, periodsPerYear: periodsPerYear)) ?? []
  }
}

extension TradeRecord {
  /// A round trip of a run.
  package init(_ trade: ClosedTrade) {
    self.init(
      entryTime: trade.entryTime, exitTime: trade.exitTime, isLong: trade.side == .long,
      quantity: trade.quantity.approximate, entryPrice: trade.entryPrice.approximate,
      exitPrice: trade.exitPrice.approximate, fees: trade.feesQuote.approximate,
      netProfit: trade.profitQuote.approximate, adverseExcursion: trade.worstExcursion,
      favourableExcursion: trade.bestExcursion, barsHeld: trade.bars,
      riskQuote: trade.riskQuote.map(\.approximate))
  }
}
