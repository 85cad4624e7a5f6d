import Statistics

extension CaseOperations {
  /// Those of training: what decisions should have been, how they are kept apart, and how hard a market is.
  package static let targets = CaseOperations(
    byKind: [
      "dsr": { input, _ in try LabelCases.differentialSharpe(input) },
      "uniq": { input, _ in try LabelCases.uniqueness(input) },
      "split": { input, _ in try LabelCases.split(input) },
      "pe": { input, _ in try ComplexityCases.entropy(input) },
      "hurst": { input, _ in try ComplexityCases.hurst(input) },
      "ecdf": { input, _ in try ComplexityCases.rank(input) },
      "cusum": { input, _ in try ComplexityCases.change(input) },
      "mmin": { input, _ in try ComplexityCases.depth(input) },
    ],
    byNames: [
      (["returns", "pi"], { input, _ in try PolicyCases.evaluation(input) }),
      (["returns", "cost"], { input, expected in try OracleCases.values(input, expected: expected) }),
      (["ohlc", "t0"], { input, _ in try LabelCases.barrier(input) }),
      (["actions", "q_row"], { input, _ in try PolicyCases.halting(input) }),
      (["adv", "beta"], { input, _ in try PolicyCases.regression(input) }),
      (["u", "tau"], { input, _ in try PolicyCases.expectile(input) }),
    ])
}
