import Core
import Statistics

/// A walk-forward test as values: what is tried in each fold, which try is chosen, and what the chosen ones came to where they
/// were not chosen.
package struct WalkForward: Sendable {
  /// Parameters that are tried, as options of a backtest.
  package struct Candidate: Sendable, Equatable {
    /// For example `fast 24, slow 168`.
    package var name: String
    package var arguments: [String]

    /// A candidate as given.
    package init(name: String, arguments: [String]) { (self.name, self.arguments) = (name, arguments) }
  }

  /// What a run of a candidate over a span came to.
  package struct Outcome: Sendable {
    /// Net return of each day, and its moment.
    package var times: [Timestamp]
    package var returns: [Double]
    package var trades: Int
    /// What the run is as a trial; nil where it had no bar.
    package var source: TrialSource?

    /// An outcome as given.
    package init(times: [Timestamp], returns: [Double], trades: Int, source: TrialSource? = nil) {
      self.times = times
      self.returns = returns
      self.trades = trades
      self.source = source
    }

    /// Sharpe ratio per day; nil without variation: nothing was traded.
    package var sharpe: Double? { Moments(returns)?.sharpe }
  }

  /// A fold that is done.
  package struct Turn: Sendable {
    package var fold: WalkForwardPlan.Fold
    /// What each candidate came to on the validation.
    package var validations: [Outcome]
    package var chosen: Candidate
    package var test: Outcome

    /// A turn as given.
    package init(fold: WalkForwardPlan.Fold, validations: [Outcome], chosen: Candidate, test: Outcome) {
      self.fold = fold
      self.validations = validations
      self.chosen = chosen
      self.test = test
    }

    /// Sharpe ratio of each candidate on the validation, per day.
    package var validation: [Double?] { validations.map(\.sharpe) }
  }

  /// What is tried of a rule where nobody says: means over a day to two weeks, looks back of a day to three months,
  /// horizons. A rule without parameters is tried as it is.
  package static func candidates(_ policy: String) -> [Candidate] {
    switch policy {
    case "sma-cross":
      return [(10, 50), (24, 96), (24, 168), (48, 168), (50, 200), (96, 336), (168, 672)].map { fast, slow in
        Candidate(name: "fast \(fast), slow \(slow)", arguments: ["--fast", "\(fast)", "--slow", "\(slow)"])
      }
    case "momentum":
      return [24, 48, 96, 168, 336, 720, 2160].map {
        Candidate(name: "lookback \($0)", arguments: ["--lookback", "\($0)"])
      }
    default: return [Candidate(name: "as it is", arguments: [])]
    }
  }

  /// The candidate with the best ratio; the first of equals. One that did not trade loses to any that gained, and wins over
  /// those that lost: doing nothing is allowed.
  package static func choice(_ ratios: [Double?]) -> Int {
    var best = 0
    for index in ratios.indices where (ratios[index] ?? 0) > (ratios[best] ?? 0) { best = index }
    return best
  }

  /// Turns in the order of time.
  package let turns: [Turn]
  /// The record out of sample: all tests one after the other.
  package let returns: [Double]
  package let times: [Timestamp]
  /// Figures of the record; nil for one that is too short.
  package let performance: PerformanceFigures?
  package let intervals: ReturnIntervals?
  /// Days that count as a year.
  package let periodsPerYear: Double
  /// Runs on validations: all of them chose.
  package let trials: Int
  /// Whether choosing among the candidates is worth anything, on the days of all validations.
  package let selection: SelectionLuck
  /// Probability that the record's Sharpe ratio exceeds what the best of the trials would reach without skill.
  package let deflatedSharpe: Double?

  /// Adds up turns, in each of which all candidates were tried.
  package init(_ turns: [Turn], candidates: [Candidate], periodsPerYear: Double, seed: UInt64) {
    self.turns = turns
    self.periodsPerYear = periodsPerYear
    returns = turns.flatMap(\.test.returns)
    times = turns.flatMap(\.test.times)
    performance = try? PerformanceFigures(returns: returns, periodsPerYear: periodsPerYear)
    intervals = try? ReturnIntervals(
      returns: returns, periodsPerYear: periodsPerYear, random: CounterRandom(seed: seed, purpose: .returnIntervals))
    trials = turns.reduce(0) { $0 + $1.validation.count }
    selection = SelectionLuck(.candidates, Self.validated(turns, candidates), seed: seed)
    deflatedSharpe = Self.deflated(returns, turns.map { $0.validation.compactMap { $0 } }, trials: trials)
  }

  /// The candidates on the days of all validations; these overlap, and a day is that of the first that has it.
  private static func validated(_ turns: [Turn], _ candidates: [Candidate]) -> [SelectionLuck.Run] {
    var days: [Timestamp: [Double]] = [:]
    for turn in turns where turn.validations.count == candidates.count {
      let times = turn.validations.map(\.times).max { $0.count < $1.count } ?? []
      for (day, time) in times.enumerated() where days[time] == nil {
        // The account of a candidate that used it up has fewer days.
        days[time] = turn.validations.map { $0.returns.indices.contains(day) ? $0.returns[day] : 0 }
      }
    }
    let ordered = days.sorted { $0.key < $1.key }.map(\.value)
    return candidates.indices.map { place in
      SelectionLuck.Run(candidates[place].name, ordered.map { $0[place] })
    }
  }

  /// Ratios scatter between the candidates of one validation, where the choice is made; how they differ from one year to the
  /// next is the market's doing.
  private static func deflated(_ returns: [Double], _ ratios: [[Double]], trials: Int) -> Double? {
    guard let moments = Moments(returns) else { return nil }
    let spreads = ratios.compactMap { Moments($0)?.standardDeviation }.map { $0 * $0 }
    let pooled = spreads.isEmpty ? 0 : spreads.reduce(0, +) / Double(spreads.count)
    let variance = max(pooled, 1 / Double(max(1, returns.count)))
    return ProbabilisticSharpe.deflated(moments, trials: Double(max(1, trials)), variance: variance)
  }
}
