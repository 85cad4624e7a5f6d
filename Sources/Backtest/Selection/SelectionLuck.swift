import Core
import Statistics

/// Whether the best of several runs over the same days may have been picked by luck. What cannot be computed says why.
package struct SelectionLuck: Sendable {
  /// What the choice was among.
  package enum Kind: String, Sendable {
    /// The policy and the baselines beside it.
    case baselines
    /// Runs of the ledger of trials over the same data and days.
    case trials
    /// What a walk-forward test chose from, on the days of its validations.
    case candidates
    /// One policy under several assumptions.
    case variations
  }

  /// A run with its returns by day.
  package struct Run: Sendable, Equatable {
    package var name: String
    package var returns: [Double]

    /// A run as given.
    package init(_ name: String, _ returns: [Double]) { (self.name, self.returns) = (name, returns) }
  }

  /// p of the best against something, by two tests.
  package struct Ability: Sendable, Equatable {
    /// Hansen's consistent p: the one to quote.
    package var superior: Double
    /// White's reality check.
    package var reality: Double
  }

  package let kind: Kind
  /// Names of the runs, and their common days.
  package let runs: [String]
  package let days: Int
  /// Share of all ways to halve the days in which the best of one half does not get above the middle of the other.
  package let overfitting: Result<Double, NotComputed>
  /// The best of all against doing nothing.
  package let overNothing: Result<Ability, NotComputed>
  /// The best of all others against buy-and-hold; nil where it is not among the runs.
  package let overHold: Result<Ability, NotComputed>?

  /// Judges runs over the same days; all have as many returns. `hold`: which of them is buy-and-hold.
  package init(_ kind: Kind, _ runs: [Run], hold: String? = nil, seed: UInt64 = 1) {
    self.kind = kind
    self.runs = runs.map(\.name)
    days = runs.first?.returns.count ?? 0
    let columns = runs.map(\.returns)
    let benchmark = runs.first { $0.name == hold }
    let others = runs.filter { $0.name != hold }.map(\.returns)
    if let reason = Self.reason(kind, columns) {
      overfitting = .failure(reason)
      overNothing = .failure(reason)
      overHold = benchmark == nil ? nil : .failure(reason)
      return
    }
    overfitting = SelectionTests.overfitting(columns).map(\.probability)
    overNothing = SelectionTests.ability(of: columns, seed: seed).map(Ability.init)
    overHold = benchmark.map { SelectionTests.ability(of: others, over: $0.returns, seed: seed).map(Ability.init) }
  }

  /// Why nothing can be said of a choice at all; nil: something can.
  private static func reason(_ kind: Kind, _ columns: [[Double]]) -> NotComputed? {
    guard kind != .variations else {
      return NotComputed("the runs are one policy under other assumptions: nothing is chosen among them")
    }
    guard columns.count >= 2 else {
      switch kind {
      case .trials: return NotComputed("this run is the only one")
      default: return NotComputed("there is only one run to choose from")
      }
    }
    let days = columns.map(\.count).min() ?? 0
    guard days >= SelectionTests.fewestDays else { return SelectionTests.tooFew(days) }
    guard columns.count(where: { column in column.contains { $0 != 0 } }) >= 2 else {
      return NotComputed("fewer than two of the runs traded")
    }
    return nil
  }
}

extension SelectionLuck.Ability {
  init(_ ability: SuperiorAbility) { self.init(superior: ability.p.consistent, reality: ability.realityP) }
}

extension SelectionLuck.Run {
  /// Runs by the days of the longest; of an account that was used up, later days count as 0.
  package static func aligned(_ rows: [(name: String, assessment: Assessment)]) -> [SelectionLuck.Run] {
    let curves = rows.map { $0.assessment.curve }
    let longest = curves.compactMap { $0?.times.dropFirst() }.max { $0.count < $1.count } ?? []
    return rows.indices.map { row in
      var byTime: [Timestamp: Double] = [:]
      if let curve = curves[row] {
        for (time, value) in zip(curve.times.dropFirst(), curve.returns) { byTime[time] = value }
      }
      return SelectionLuck.Run(rows[row].name, longest.map { byTime[$0] ?? 0 })
    }
  }
}
