import Core

/// What the tests of a choice mean, in words.
package struct SelectionWords {
  private let luck: SelectionLuck

  /// The words on a choice.
  package init(_ luck: SelectionLuck) { self.luck = luck }

  /// What the choice was among, for a table.
  package var shortName: String {
    switch luck.kind {
    case .baselines: "with baselines"
    case .trials: "trials"
    case .candidates: "candidates"
    case .variations: "check"
    }
  }

  /// What the choice was among.
  package var name: String {
    switch luck.kind {
    case .baselines: "the policy and the baselines"
    case .trials: "the trials of the ledger over these data and days"
    case .candidates: "the candidates on the days of all validations"
    case .variations: "the runs of the check"
    }
  }

  /// One sentence a test; a reason that all of them share is said once.
  package var sentences: [String] {
    if let reason = wholeReason { return ["Of \(name) nothing was computed, because \(reason)."] }
    return [overfitting, ability(luck.overNothing, over: "doing nothing")]
      + (luck.overHold.map { [ability($0, over: "buy-and-hold")] } ?? [])
  }

  private var wholeReason: NotComputed? {
    guard case .failure(let first) = luck.overfitting, case .failure(first) = luck.overNothing else { return nil }
    return first
  }

  private var overfitting: String {
    switch luck.overfitting {
    case .failure(let reason): return "The probability of overfitting was not computed, because \(reason)."
    case .success(let share):
      return
        "Of \(name), the best on one half of the days was not above the middle of them on the other half in "
        + "\(ReportNumber.percent(share)) of all ways to halve the days (probability of overfitting, PBO)"
        + (share >= 0.5 ? ": choosing by these results is worth nothing." : ".")
    }
  }

  private func ability(_ result: Result<SelectionLuck.Ability, NotComputed>, over benchmark: String) -> String {
    switch result {
    case .failure(let reason): return "Superior ability over \(benchmark) was not computed, because \(reason)."
    case .success(let ability):
      return
        "If none were better than \(benchmark), the best of so many would still look as good by luck with a probability of "
        + "\(Self.p(ability.superior)) (superior predictive ability; \(Self.p(ability.reality)) by the reality check)"
        + (ability.superior < 0.05 ? "." : ": luck explains it well enough.")
    }
  }

  /// What these tests leave out.
  static let note =
    "These tests know only the runs that they are given. What was tried elsewhere, or thrown away, makes the best look "
    + "better than they say."

  /// A p of resamples: three decimals.
  static func p(_ value: Double) -> String { ReportNumber.fixed(value, 3) }

  /// Cells of a table: PBO, p over doing nothing, p over buy-and-hold.
  package var cells: [String] {
    func cell<Value>(_ result: Result<Value, NotComputed>?, _ text: (Value) -> String) -> String {
      switch result {
      case .success(let value): text(value)
      case .failure: "not computed"
      case nil: "-"
      }
    }
    let ability = { (ability: SelectionLuck.Ability) in Self.p(ability.superior) }
    return [
      ReportNumber.count(luck.runs.count), ReportNumber.count(luck.days),
      cell(luck.overfitting) { ReportNumber.percent($0) }, cell(luck.overNothing, ability),
      cell(luck.overHold, ability),
    ]
  }
}
