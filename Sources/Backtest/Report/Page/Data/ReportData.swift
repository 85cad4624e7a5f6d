import Core
import Statistics

/// Everything that a report shows, as plain values: the page is made of this and of nothing else, so that the same run
/// always gives the same bytes. Times are UTC; amounts are in quote currency; shares are fractions of one.
package struct ReportData: Sendable {
  /// Name of the policy with its parameters.
  package var policy: String
  /// Symbols of what was traded.
  package var instruments: [String]
  /// Length of the bars, such as `1h`.
  package var timeframe: String
  /// First and last moment with equity; nil without a bar.
  package var first: Timestamp?
  package var last: Timestamp?
  /// Equity at both ends.
  package var startQuote: Double
  package var endQuote: Double
  /// The prices were made up.
  package var isSynthetic = false
  /// Whether the policy is a network that was never trained.
  package var isUntrained = false
  /// Made without limits on drawdown, losses, sizes and rates.
  package var isUnlimited = false
  /// The account was used up.
  package var isRuined = false
  /// A stop that held to the end, and a roll-back of the policy.
  package var stop: Ending?
  package var rollback: Ending?
  /// The tested policy, then the baselines.
  package var lines: [Line]
  /// Returns by day; with them what figures are made of.
  package var dailyReturns: [Double] = []
  /// Days that count as a year.
  package var periodsPerYear = 365.0
  /// Compounded returns by calendar month and year.
  package var months: [CalendarReturn] = []
  package var years: [CalendarReturn] = []
  /// Trials that the deflated ratio counts, and the years of data that would tell the Sharpe ratio from zero.
  package var trials = 1
  package var neededYears: Double?
  /// Whether the best of several runs was picked by luck.
  package var choices: [SelectionLuck] = []
  /// The rolling Sharpe ratio with its standard error, and the days of its window.
  package var rolling: [RollingPoint] = []
  package var rollingWindow = 63
  /// Where the result went.
  package var costs: Costs
  /// A network's depth by day; empty for rules.
  package var depth: [DepthDay] = []
  /// Index k counts decisions of k segments.
  package var depthCounts: [Int] = []
  /// Decisions by wished action, and those vetoed by the check that stood against them.
  package var decisions: [Count] = []
  package var vetoes: [Count] = []
  /// Returns by the market's regime.
  package var regimes: [RegimeFigures] = []
  /// Deepest falls, deepest first.
  package var falls: [Fall] = []
  /// What the trades amount to, and the trades to be drawn.
  package var trades: TradeFigures?
  package var marks: [TradeMark] = []
  /// Against the mean of all instruments.
  package var benchmark: BenchmarkFit?
  package var activity: ActivityFigures?
  /// By instrument.
  package var markets: [Market] = []
  /// Assumptions and settings by name.
  package var settings: [Named] = []
  /// What was read, by name.
  package var data: [Named] = []
  /// Stops, roll-backs and alerts.
  package var diary: [(at: Timestamp, text: String)] = []
  /// Lines of the diary that were not kept.
  package var droppedDiary = 0

  /// A report of a run of which nothing else is known.
  package init(
    policy: String, instruments: [String], timeframe: String, startQuote: Double, endQuote: Double, lines: [Line],
    costs: Costs
  ) {
    self.policy = policy
    self.instruments = instruments
    self.timeframe = timeframe
    self.startQuote = startQuote
    self.endQuote = endQuote
    self.lines = lines
    self.costs = costs
  }

  /// Compounded return of the whole run.
  package var totalReturn: Double? { startQuote > 0 ? endQuote / startQuote - 1 : nil }
  /// Years from the first moment to the last.
  package var years365: Double? {
    guard let first, let last else { return nil }
    return Double(last.millisecondsSince(first)) / (365.25 * 86_400_000)
  }
}
