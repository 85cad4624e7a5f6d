import Core

/// Decisions by action and vetoes by check.
package struct DecisionStatistics: Sendable, Equatable {
  /// Decisions, by the raw value of the action that the policy wished.
  package private(set) var wished = [Int](repeating: 0, count: Action.count)
  /// Decisions by the raw value of the action that was left after the veto.
  package private(set) var final = [Int](repeating: 0, count: Action.count)
  /// Vetoed decisions by the check that is named as the reason.
  package private(set) var vetoes: [RiskCheck: Int] = [:]
  /// Decisions too small to be an order.
  package private(set) var belowMinimum = 0

  /// Nothing counted.
  package init() {}

  /// Decisions to hold.
  package mutating func countHolds(_ count: Int) {
    wished[Int(Action.hold.rawValue)] += count
    final[Int(Action.hold.rawValue)] += count
  }

  /// A decision, and what the veto left of it.
  package mutating func count(_ decision: Decision, _ verdict: Verdict) {
    wished[Int(decision.action.rawValue)] += 1
    final[Int(verdict.finalAction.rawValue)] += 1
    switch verdict.skipReason {
    case .veto(let check): vetoes[check, default: 0] += 1
    case .belowMinimumQuantity: belowMinimum += 1
    case .policyHold, nil: break
    }
  }

  /// Vetoes with their counts, in the order of the checks.
  package var vetoesByCheck: [StatusSnapshot.Count] {
    RiskCheck.allCases.compactMap { check in
      vetoes[check].map { StatusSnapshot.Count(name: check.rawValue, count: $0) }
    }
  }

  /// The same, most first.
  package var vetoCounts: [StatusSnapshot.Count] { vetoesByCheck.sorted { $0.count > $1.count } }

  /// All decisions.
  package var total: Int { wished.reduce(0, +) }
}
