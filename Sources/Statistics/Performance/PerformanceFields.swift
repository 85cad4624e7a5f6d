extension PerformanceFigures {
  /// Every figure under the name that files and screens have for it, in their order.
  package var fields: [CaseField] {
    [
      CaseField("total_return", .number(totalReturn)),
      CaseField("cagr", .number(cagr)),
      CaseField("mean", .number(mean)),
      CaseField("stdev", .number(stdev)),
      CaseField("annual_volatility", .number(annualVolatility)),
      CaseField("sharpe", .number(sharpe)),
      CaseField("downside_deviation", .number(downsideDeviation)),
      CaseField("sortino", .number(sortino)),
      CaseField("max_drawdown", .number(maxDrawdown)),
      CaseField("max_drawdown_periods", .count(maxDrawdownPeriods)),
      CaseField("calmar", .number(calmar)),
      CaseField("omega", .number(omega)),
      CaseField("profit_factor", .number(profitFactor)),
      CaseField("win_rate", .number(winRate)),
      CaseField("payoff_ratio", .number(payoffRatio)),
      CaseField("expectancy", .number(expectancy)),
      CaseField("var_95_historical", .number(valueAtRisk95)),
      CaseField("cvar_95_historical", .number(expectedShortfall95)),
      CaseField("var_95_normal", .number(normalValueAtRisk95)),
      CaseField("var_99_historical", .number(valueAtRisk99)),
      CaseField("cvar_99_historical", .number(expectedShortfall99)),
      CaseField("skew", .number(skew)),
      CaseField("excess_kurtosis", .number(excessKurtosis)),
      CaseField("tail_ratio", .number(tailRatio)),
      CaseField("ulcer_index", .number(ulcerIndex)),
      CaseField("best", .number(best)),
      CaseField("worst", .number(worst)),
      CaseField("max_consecutive_losses", .count(maxConsecutiveLosses)),
      CaseField("max_consecutive_wins", .count(maxConsecutiveWins)),
      CaseField("kelly", .number(kelly)),
      CaseField("common_sense_ratio", .number(commonSenseRatio)),
      CaseField("recovery_factor", .number(recoveryFactor)),
    ]
  }
}
