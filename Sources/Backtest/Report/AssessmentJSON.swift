import Core
import Statistics

/// Figures of a run as members of a JSON object, under the names that files have for them.
package struct AssessmentJSON {
  private let assessment: Assessment

  /// The figures of an assessment.
  package init(_ assessment: Assessment) { self.assessment = assessment }

  /// Writes the members, keys in order.
  package func write(into out: inout CanonicalJSON) {
    let own: [(String, Double?)] = [
      ("periods_per_year", assessment.periodsPerYear), ("trials", Double(assessment.trials)),
      ("probabilistic_sharpe", assessment.probabilisticSharpe), ("deflated_sharpe", assessment.deflatedSharpe),
      ("min_track_record_years", assessment.neededYears),
      ("annual_return_low_95", assessment.intervals?.annualReturn.low),
      ("annual_return_high_95", assessment.intervals?.annualReturn.high),
      ("sharpe_low_95", assessment.intervals?.annualSharpe.low),
      ("sharpe_high_95", assessment.intervals?.annualSharpe.high),
    ]
    var members = own.map { CaseField($0.0, .number($0.1)) } + (assessment.performance?.fields ?? [])
    members += benchmark + activity
    for field in members.sorted(by: { $0.name < $1.name }) {
      out.key(escaping: field.name)
      out.raw(Array(field.value.json.utf8))
    }
  }

  private var benchmark: [CaseField] {
    guard let fit = assessment.benchmark else { return [] }
    let fields: [(String, Double?)] = [
      ("alpha_annual", fit.annualAlpha), ("alpha_t", fit.alpha.t), ("beta", fit.beta.value), ("beta_t", fit.beta.t),
      ("information_ratio", fit.informationRatio),
    ]
    return fields.map { CaseField($0.0, .number($0.1)) }
  }

  private var activity: [CaseField] {
    guard let activity = assessment.activity else { return [] }
    let fields: [(String, Double?)] = [
      ("exposed_share", activity.exposedShare), ("mean_gross_exposure", activity.meanGross),
      ("turnover_annual", activity.annualTurnover), ("costs", activity.costs), ("costs_annual", activity.annualCosts),
      ("cost_share", activity.costShare), ("cost_bps", activity.costBasisPoints),
    ]
    return fields.map { CaseField($0.0, .number($0.1)) }
  }
}
