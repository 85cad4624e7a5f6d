import Core

/// Cases of the Sharpe family, of bootstraps and of selection. Annual ratios come with the periods of a year, `ann`.
enum LuckCases {
  private struct Annual {
    let periods: Double
    let input: CaseInput

    init(_ input: CaseInput) throws {
      periods = try input.number("ann")
      guard periods > 0 else { throw StatisticsError("ann: \(periods) is not positive") }
      self.input = input
    }

    /// A ratio per period from one per year.
    func ratio(_ name: String) throws -> Double { try input.number(name) / periods.squareRoot() }
    /// Periods as years.
    func spans(_ count: Double?) -> [CaseField] {
      [CaseField("n_obs", .number(count)), CaseField("years", .number(count.map { $0 / periods }))]
    }
  }

  static func deflated(_ input: CaseInput) throws -> [CaseField] {
    let annual = try Annual(input)
    let sharpe = try annual.ratio("sr_annual")
    let trials = try input.number("n_trials")
    let variance = try input.number("var_trials_annual") / annual.periods
    guard let best = ProbabilisticSharpe.expectedMaximum(trials: trials, variance: variance) else {
      throw StatisticsError("n_trials: \(trials) with variance \(variance): at least one trial is needed")
    }
    let deflated = ProbabilisticSharpe.probability(
      sharpe: sharpe, exceeding: best, skewness: try input.number("skew"), kurtosis: try input.number("kurt"),
      periods: try input.number("n"))
    return [
      CaseField("sr_period", .number(sharpe)), CaseField("sr0_period", .number(best)),
      CaseField("sr0_annual", .number(best * annual.periods.squareRoot())), CaseField("dsr", .number(deflated)),
    ]
  }

  static func probabilistic(_ input: CaseInput) throws -> [CaseField] {
    let annual = try Annual(input)
    let sharpe = try annual.ratio("sr_annual")
    let (skewness, kurtosis) = (try input.number("skew"), try input.number("kurt"))
    let periods = try input.number("n")
    let probability = ProbabilisticSharpe.probability(
      sharpe: sharpe, exceeding: try annual.ratio("sr_ref_annual"), skewness: skewness, kurtosis: kurtosis,
      periods: periods)
    let error = ProbabilisticSharpe.standardError(
      sharpe: sharpe, skewness: skewness, kurtosis: kurtosis, periods: periods)
    return [CaseField("psr", .number(probability)), CaseField("stderr", .number(error))]
  }

  static func trackRecord(_ input: CaseInput) throws -> [CaseField] {
    let annual = try Annual(input)
    return annual.spans(
      ProbabilisticSharpe.minimumTrackRecord(
        sharpe: try annual.ratio("sr_annual"), exceeding: try annual.ratio("sr_ref_annual"),
        skewness: try input.number("skew"), kurtosis: try input.number("kurt"), confidence: try input.number("conf")))
  }

  static func power(_ input: CaseInput) throws -> [CaseField] {
    let annual = try Annual(input)
    return annual.spans(
      ProbabilisticSharpe.periodsForDifference(
        first: try annual.ratio("sr_a_annual"), second: try annual.ratio("sr_b_annual"),
        correlation: try input.number("rho"), confidence: try input.number("conf"), power: try input.number("power")))
  }

  static func series(_ input: CaseInput) throws -> [CaseField] {
    let returns = try input.numbers("returns")
    try StatisticsLimits.check(returns, named: "returns")
    let moments = Moments(returns)!
    let probability = moments.sharpe.flatMap { sharpe in
      ProbabilisticSharpe.probability(
        sharpe: sharpe, exceeding: 0, skewness: moments.skewness ?? 0, kurtosis: moments.kurtosis ?? 3,
        periods: Double(returns.count))
    }
    return [
      CaseField("mean", .number(moments.mean)), CaseField("sd", .number(moments.standardDeviation)),
      CaseField("skew", .number(moments.skewness)), CaseField("kurt", .number(moments.kurtosis)),
      CaseField("sharpe", .number(moments.sharpe)), CaseField("psr0", .number(probability)),
    ]
  }

  static func effectiveTrials(_ input: CaseInput) throws -> [CaseField] {
    let effective = ProbabilisticSharpe.effectiveTrials(
      try input.number("n_trials"), averageCorrelation: try input.number("avg_corr"))
    return [CaseField("n_eff", .number(effective))]
  }

  static func difference(_ input: CaseInput) throws -> [CaseField] {
    let result = try SharpeDifference(
      try input.numbers("a"), try input.numbers("b"), meanBlock: try input.number("mean_block"),
      draws: try input.integer("n_boot"), random: CounterRandom(key: try input.seed()))
    return [
      CaseField("diff", .number(result.difference)), CaseField("boot_mean", .number(result.bootstrapMean)),
      CaseField("boot_sd", .number(result.bootstrapDeviation)),
      CaseField("ci95_percentile", .numbers(result.percentileInterval)),
      CaseField("ci95_basic", .numbers(result.basicInterval)),
      CaseField("p_one_sided", .rank(result.oneSidedP, step: 1 / Double(result.draws.count + 1))),
      CaseField("first5", .numbers(Array(result.draws.prefix(5)))),
    ]
  }

  static func overfitting(_ input: CaseInput) throws -> [CaseField] {
    let result = try OverfittingProbability(rows: try input.rows("returns"), blocks: try input.integer("s"))
    return [
      CaseField("n_splits", .count(result.splits.count)),
      CaseField("logits", .numbers(result.splits.map(\.logit))),
      CaseField("pbo", .number(result.probability)), CaseField("prob_oos_loss", .number(result.lossProbability)),
      CaseField("degradation_slope", .number(result.degradationSlope)),
      CaseField("degradation_intercept", .number(result.degradationIntercept)),
      CaseField("best_is_oos", .list(result.splits.map { .numbers([$0.inSample, $0.outOfSample]) })),
    ]
  }

  static func superiority(_ input: CaseInput) throws -> [CaseField] {
    let draws = try input.integer("n_boot")
    let result = try SuperiorAbility(
      differentials: try input.rows("d"), meanBlock: try input.number("mean_block"), draws: draws,
      random: CounterRandom(key: try input.seed()))
    let step = 1 / Double(draws + 1)
    return [
      CaseField("dbar", .numbers(result.means)), CaseField("omega", .numbers(result.deviations)),
      CaseField("t_rc", .number(result.realityStatistic)), CaseField("p_rc", .rank(result.realityP, step: step)),
      CaseField("t_spa", .number(result.statistic)),
      CaseField(
        "p_spa",
        .fields([
          CaseField("lower", .rank(result.p.lower, step: step)),
          CaseField("consistent", .rank(result.p.consistent, step: step)),
          CaseField("upper", .rank(result.p.upper, step: step)),
        ])),
      CaseField("threshold", .numbers(result.thresholds)),
    ]
  }
}
