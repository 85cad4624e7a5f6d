import Backtest
import Core
import Settings
import Statistics

/// A figure of a row, under its name in files.
package enum EvaluationFigure: String, Sendable, CaseIterable, Comparable {
  case annualReturn = "annual_return"
  case annualReturnLow = "annual_return_low_95"
  case annualReturnHigh = "annual_return_high_95"
  case totalReturn = "total_return"
  case annualVolatility = "annual_volatility"
  case sharpe
  /// One standard error of the annual Sharpe ratio.
  case sharpeError = "sharpe_standard_error"
  case sharpeLow = "sharpe_low_95"
  case sharpeHigh = "sharpe_high_95"
  case sortino
  case maxDrawdown = "max_drawdown"
  case calmar
  /// Share of the closed trades that gained.
  case winRate = "win_rate"
  /// Share of gains among the days that gained or lost.
  case winRateDays = "win_rate_days"
  case closedTrades = "closed_trades"
  /// Both sides' value over mean equity, a year, mean over the instruments.
  case annualTurnover = "turnover_annual"
  /// Fees and slippage over the cash at the start, a year, mean over the instruments.
  case annualCosts = "costs_annual"
  /// Share of the days of instruments that ended with a position.
  case exposedShare = "exposed_share"
  /// P(Sharpe > 0), and P(Sharpe above the best of all trials by chance).
  case probabilisticSharpe = "probabilistic_sharpe"
  case deflatedSharpe = "deflated_sharpe"
  /// Against buy-and-hold at the same costs.
  case annualAlpha = "alpha_annual"
  case alphaT = "alpha_t"
  case beta
  case betaT = "beta_t"
  /// One-sided p of superior ability, this policy alone, against flat and against buy-and-hold.
  case pFlat = "p_flat"
  case pHold = "p_buy_and_hold"

  /// Order of the names.
  package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One policy at one cost factor over a group.
package struct EvaluationRow: Sendable {
  package var contender: Contender
  /// Name in tables.
  package var name: String
  /// Costs in tenths of what they are.
  package var costTenths: Int
  /// Figures that are defined.
  package var figures: [EvaluationFigure: Double] = [:]
  /// Standard deviations of the figures among the runs by chance; empty for anything else.
  package var spread: [EvaluationFigure: Double] = [:]
  /// Net returns by day of the group; of chance, those of its first run.
  package var returns: [Double]
  /// Accounts that were used up, and those that a stop held to the end.
  package var ruined = 0
  package var stopped = 0
  /// Whether it is a network that was never trained.
  package var isUntrained = false

  /// Whether it trades by chance.
  package var isChance: Bool { if case .chance = contender.kind { true } else { false } }

  /// The row of one run.
  init(
    _ contender: Contender, _ costTenths: Int, _ accounts: [DailyAccount], group: EvaluationGroup,
    settings: EvaluationSettings
  ) {
    self.contender = contender
    self.costTenths = costTenths
    name = contender.name
    returns = Portfolio(accounts).returns
    ruined = accounts.count { $0.isRuined }
    stopped = accounts.count { $0.isStopped }
    count(accounts, group.periodsPerYear)
    judge(group.periodsPerYear, settings)
  }

  /// The mean of runs by chance, with their spread.
  init?(mean rows: [EvaluationRow], name: String) {
    guard let first = rows.first else { return nil }
    self = first
    self.name = name
    (ruined, stopped) = (rows.map(\.ruined).max() ?? 0, rows.map(\.stopped).max() ?? 0)
    figures = [:]
    for figure in EvaluationFigure.allCases {
      let values = rows.compactMap { $0.figures[figure] }.filter(\.isFinite)
      guard values.count == rows.count, let moments = Moments(values) else { continue }
      figures[figure] = moments.mean
      if let deviation = moments.standardDeviation { spread[figure] = deviation }
    }
  }

  private mutating func count(_ accounts: [DailyAccount], _ periodsPerYear: Double) {
    let closed = accounts.reduce(0) { $0 + $1.closedTrades }
    figures[.closedTrades] = Double(closed)
    if closed > 0 { figures[.winRate] = Double(accounts.reduce(0) { $0 + $1.winners }) / Double(closed) }
    let days = accounts.reduce(0) { $0 + $1.days.count }
    if days > 0 { figures[.exposedShare] = Double(accounts.reduce(0) { $0 + $1.exposedDays }) / Double(days) }
    let traded = accounts.filter { !$0.days.isEmpty }
    figures[.annualTurnover] = ExactSum.mean(
      of: traded.map { $0.turnover / (Double($0.days.count) / periodsPerYear) })
    figures[.annualCosts] = ExactSum.mean(
      of: traded.map { $0.costShare / (Double($0.days.count) / periodsPerYear) })
  }

  private mutating func judge(_ periodsPerYear: Double, _ settings: EvaluationSettings) {
    guard let performance = try? PerformanceFigures(returns: returns, periodsPerYear: periodsPerYear) else { return }
    figures[.annualReturn] = performance.cagr
    figures[.totalReturn] = performance.totalReturn
    figures[.annualVolatility] = performance.annualVolatility
    figures[.sharpe] = performance.sharpe
    figures[.sortino] = performance.sortino
    figures[.maxDrawdown] = performance.maxDrawdown
    figures[.calmar] = performance.calmar
    figures[.winRateDays] = performance.winRate
    guard let moments = Moments(returns), let sharpe = moments.sharpe else { return }
    let (skewness, kurtosis, periods) = (moments.skewness ?? 0, moments.kurtosis ?? 3, Double(returns.count))
    figures[.sharpeError] = ProbabilisticSharpe.standardError(
      sharpe: sharpe, skewness: skewness, kurtosis: kurtosis, periods: periods
    ).map { $0 * periodsPerYear.squareRoot() }
    figures[.probabilisticSharpe] = ProbabilisticSharpe.probability(
      sharpe: sharpe, exceeding: 0, skewness: skewness, kurtosis: kurtosis, periods: periods)
    let intervals = try? ReturnIntervals(
      returns: returns, periodsPerYear: periodsPerYear, draws: settings.draws,
      random: CounterRandom(seed: settings.seed, purpose: .returnIntervals))
    figures[.annualReturnLow] = intervals?.annualReturn.low
    figures[.annualReturnHigh] = intervals?.annualReturn.high
    figures[.sharpeLow] = intervals?.annualSharpe.low
    figures[.sharpeHigh] = intervals?.annualSharpe.high
  }

  /// Puts it beside buy-and-hold, and its difference to that and to flat to the test.
  mutating func compare(with hold: [Double], periodsPerYear: Double, settings: EvaluationSettings) {
    if let fit = try? BenchmarkFit(returns: returns, benchmark: hold, periodsPerYear: periodsPerYear) {
      figures[.annualAlpha] = fit.annualAlpha
      figures[.alphaT] = fit.alpha.t
      figures[.beta] = fit.beta.value
      figures[.betaT] = fit.beta.t
    }
    figures[.pFlat] = Superiority.p(of: [returns], over: nil, settings)
    figures[.pHold] = Superiority.p(of: [returns], over: hold, settings)
  }

  /// Takes account of all trials that were made.
  mutating func deflate(by census: TrialCensus, trials: Int) {
    guard let moments = Moments(returns), moments.sharpe != nil else { return }
    figures[.deflatedSharpe] = census.deflatedSharpe(of: moments, trials: Double(trials))
  }
}

/// Hansen's test for daily returns.
enum Superiority {
  /// Consistent p of the best of some policies against a benchmark, or against nothing; nil where none differs from it, or
  /// there is too little to say anything.
  static func p(of policies: [[Double]], over benchmark: [Double]?, _ settings: EvaluationSettings) -> Double? {
    try? SelectionTests.ability(of: policies, over: benchmark, draws: settings.draws, seed: settings.seed).get()
      .p.consistent
  }
}
