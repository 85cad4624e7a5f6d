import Core

/// What cases can ask for: by `kind`, or by the names of their inputs where they have none.
package struct CaseOperations: Sendable {
  /// Computes a case from its input. What is expected says no more than which values are wanted.
  package typealias Operation = @Sendable (CaseInput, JSONTree?) throws -> [CaseField]

  private let byKind: [String: Operation]
  private let byNames: [(names: [String], operation: Operation)]

  /// Operations as given. `byNames`: the first of which all names are there is meant.
  package init(byKind: [String: Operation], byNames: [(names: [String], operation: Operation)]) {
    self.byKind = byKind
    self.byNames = byNames
  }

  /// Computes one case. Throws `StatisticsError`.
  func compute(_ input: CaseInput, expected: JSONTree?) throws -> [CaseField] {
    if input.has("kind") {
      let kind = try input.text("kind")
      guard let operation = byKind[kind] else {
        throw StatisticsError("kind: \(kind) is not one of \(byKind.keys.sorted().joined(separator: ", "))")
      }
      return try operation(input, expected)
    }
    guard let operation = byNames.first(where: { $0.names.allSatisfy(input.has) })?.operation else {
      let forms = byNames.map { $0.names.joined(separator: " + ") }.joined(separator: "; ")
      throw StatisticsError("input: has no kind and none of these: \(forms)")
    }
    return try operation(input, expected)
  }
}

extension CaseOperations {
  /// Those of statistics.
  package static let statistics = CaseOperations(
    byKind: [
      "dsr": { input, _ in try LuckCases.deflated(input) },
      "psr": { input, _ in try LuckCases.probabilistic(input) },
      "mintrl": { input, _ in try LuckCases.trackRecord(input) },
      "power": { input, _ in try LuckCases.power(input) },
      "series": { input, _ in try LuckCases.series(input) },
      "efftrials": { input, _ in try LuckCases.effectiveTrials(input) },
      "quality": { input, _ in try QualityCases.forecasts(input) },
      "kappa": { input, _ in try QualityCases.kappa(input) },
      "alpha": { input, _ in try QualityCases.alpha(input) },
      "psi": { input, _ in try QualityCases.stability(input) },
    ],
    byNames: [
      (["a", "b", "mean_block"], { input, _ in try LuckCases.difference(input) }),
      (["d", "mean_block"], { input, _ in try LuckCases.superiority(input) }),
      (["returns", "s"], { input, _ in try LuckCases.overfitting(input) }),
      (["seed", "n", "mean_block"], { input, _ in try RandomCases.indices(input) }),
      (["side", "entry", "exit_", "bars"], { input, _ in try QualityCases.trade(input) }),
      (["seed"], { input, expected in try RandomCases.generator(input, expected: expected) }),
    ])
}
