import Core
import Settings

/// What an evaluation shows and what it does not, in sentences that follow from its numbers.
package struct EvaluationWords {
  /// The sentences.
  package let lines: [String]

  /// First and last day of a group.
  package static func span(_ group: EvaluationResult.Group) -> String {
    guard let first = group.days.first, let last = group.days.last else { return "no days" }
    return "\(CalendarDay(daysSinceEpoch: first)) to \(CalendarDay(daysSinceEpoch: last))"
  }

  /// Sentences of a result.
  package init(_ result: EvaluationResult) {
    let settings = result.run.request.settings
    var lines: [String] = []
    for (place, model) in result.run.models.enumerated() {
      lines += Self.verdict(model, place, result, tenths: settings.costTenths[0])
      for line in Self.ablations(place, model, result, tenths: settings.costTenths[0]) { lines.append(line) }
    }
    lines += Self.method(settings, result)
    self.lines = lines
  }

  private static func verdict(
    _ model: EvaluatedModel, _ place: Int, _ result: EvaluationResult, tenths: Int
  ) -> [String] {
    let own = result.groups.compactMap { group in
      group.rows.first { $0.contender.kind == .model(place, .none) && $0.costTenths == tenths }.map { (group, $0) }
    }
    let name = model.manifest.name
    let ahead = own.filter { ($0.1.figures[.annualReturn] ?? 0) > 0 }
    let beyondDoubt = own.filter { ($0.1.figures[.annualReturn] ?? 0) > 0 && ($0.1.figures[.pFlat] ?? 1) < 0.05 }
    let still = own.filter { ($0.1.figures[.exposedShare] ?? 0) < 0.02 }
    var lines = [
      "\(name) gained net of costs in \(ahead.count) of \(own.count) groups; in \(beyondDoubt.count) of them by more than "
        + "chance gives one time in twenty (p flat below 0.05, before counting that \(own.count) groups were looked at)."
    ]
    if !still.isEmpty {
      lines.append(
        "\(name) stayed out of the market (exposed on under 2 % of days) in \(still.count) of \(own.count) groups.")
    }
    let beaten = own.filter { group, row in
      group.rows.contains {
        $0.contender.word == "baseline" && $0.costTenths == tenths
          && ($0.figures[.sharpe] ?? 0) > (row.figures[.sharpe] ?? 0)
      }
    }
    lines.append(
      "A baseline had a higher Sharpe ratio than \(name) in \(beaten.count) of \(own.count) groups (flat counts as 0).")
    let form = model.manifest.architecture.form
    if form != .hierarchy { lines.append("\(name) is not the hierarchy but \(form.text).") }
    if model.manifest.untrained {
      lines.append("\(name) is UNTRAINED: its rows show what noise looks like in this table.")
    }
    return lines
  }

  private static func ablations(
    _ place: Int, _ model: EvaluatedModel, _ result: EvaluationResult, tenths: Int
  ) -> [String] {
    Contender.Restraint.allCases.dropFirst().compactMap { restraint in
      let pairs = result.groups.compactMap { group -> (Double, Double)? in
        let rows = group.rows.filter { $0.costTenths == tenths }
        guard let whole = rows.first(where: { $0.contender.kind == .model(place, .none) }),
          let held = rows.first(where: { $0.contender.kind == .model(place, restraint) })
        else { return nil }
        return (whole.figures[.sharpe] ?? 0, held.figures[.sharpe] ?? 0)
      }
      guard !pairs.isEmpty else { return nil }
      let better = pairs.count { $0.0 > $0.1 }
      return "With \(restraint.rawValue), the Sharpe ratio of \(model.manifest.name) was lower in \(better) of "
        + "\(pairs.count) groups, equal in \(pairs.count { $0.0 == $0.1 })."
    }
  }

  private static func method(_ settings: EvaluationSettings, _ result: EvaluationResult) -> [String] {
    let ruined = result.groups.flatMap(\.rows).contains { $0.ruined > 0 }
    let lines: [String?] = [
      "Each instrument has an account of its own, run by the engine of `hrmbot backtest`; a group is the equal-weight mean of "
        + "their daily net returns (UTC days; weekends of markets with sessions count to Monday), 365 days a year where a "
        + "market never closes, else 252.",
      settings.hasLimits
        ? "The limits of the bot's settings hold; a stop holds until the end, for nobody resumes here."
        : "LIMITS NONE: no limits on drawdown, losses, sizes and rates, no protective stops and no roll-back: the policies "
          + "alone are judged, not the bot that would carry them out.",
      "Orders fill at the next bar's open, worse by the slippage; funding, borrowing, dividends and taxes are not counted, and "
        + "nothing that is traded moves the price. Lots and ticks are as fine as numbers are.",
      "Error is one standard error of the Sharpe ratio for returns that do not depend on each other; the true one is larger. "
        + "DSR is the chance that the ratio beats the best of \(result.trials) trial\(result.trials == 1 ? "" : "s") without "
        + "skill (\(result.trialNote)); trials nobody wrote down are not in it.",
      "p flat and p hold are of each policy alone (Hansen, consistent); the line below a table is of the best of all. PBO is "
        + "the chance that the policy chosen on half of the days is below the median on the other half.",
      "Spans that were looked at to choose a model are validation, not proof: only data that nobody chose by are a test.",
      ruined
        ? "Accounts whose equity fell under a fifth of what they held (short sales that went wrong) count as closed by their "
          + "broker at the end of that day; their later days are 0." : nil,
    ]
    return lines.compactMap { $0 }
  }
}
