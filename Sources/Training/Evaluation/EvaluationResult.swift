import Backtest
import Core
import Settings
import Statistics

/// What an evaluation comes to.
package struct EvaluationResult: Sendable {
  /// A group with its rows.
  package struct Group: Sendable {
    package var group: EvaluationGroup
    /// Days of the portfolio, ascending, as numbers since 1970.
    package var days: [Int]
    /// Models, what is held back of them, baselines, chance; each at all cost factors, in the order of the factors.
    package var rows: [EvaluationRow]
    /// Consistent p of superior ability of the best of all policies, by cost factor: against flat, against buy-and-hold.
    package var superiority: [(costTenths: Int, overFlat: Double?, overHold: Double?)]
    /// Probability that choosing the best policy of this table is overfitting, at the first cost factor; nil where there are
    /// too few days or policies.
    package var overfitting: Double?

    /// Standard deviation of the Sharpe ratios of the runs by chance at the first cost factor; nil without variation.
    package var chanceSpread: Double? {
      rows.first(where: \.isChance)?.spread[.sharpe]
    }
  }

  package var run: EvaluationRun
  package var groups: [Group]
  /// Trials that the deflated ratio counts.
  package var trials = 0
  /// Where the number of trials comes from, in words.
  package var trialNote = ""

  /// Judges a run.
  package init(_ run: EvaluationRun) {
    self.run = run
    groups = run.groups.filter { !$0.group.members.isEmpty }.map { Group($0, run.request.settings, run.models) }
  }

  /// Takes account of the trials of a ledger; `minimum`: as many as the models say went into them, at least.
  package mutating func deflate(by census: TrialCensus, minimum: Int) {
    trials = max(1, census.count, minimum)
    trialNote =
      "the ledger has \(census.count)" + (minimum > 0 ? ", the notes of the models say \(minimum)" : "")
    for group in groups.indices {
      for row in groups[group].rows.indices { groups[group].rows[row].deflate(by: census, trials: trials) }
    }
  }
}

extension EvaluationResult.Group {
  init(_ accounts: EvaluationRun.GroupAccounts, _ settings: EvaluationSettings, _ models: [EvaluatedModel]) {
    let group = accounts.group
    self.group = group
    days = Portfolio(accounts.accounts.first?.first ?? []).days
    rows = []
    superiority = []
    for (cost, tenths) in settings.costTenths.enumerated() {
      var own = accounts.contenders.indices.map {
        EvaluationRow(
          accounts.contenders[$0], tenths, accounts.accounts[$0][cost], group: group, settings: settings)
      }
      let hold = own.first { $0.contender.kind == .rule("buy-and-hold") }?.returns ?? []
      for place in own.indices {
        own[place].compare(with: hold, periodsPerYear: group.periodsPerYear, settings: settings)
        if case .model(let model, _) = own[place].contender.kind {
          own[place].isUntrained = models[model].manifest.untrained
        }
      }
      let chance = own.filter(\.isChance)
      own = own.filter { !$0.isChance }
      if let mean = EvaluationRow(mean: chance, name: "chance, mean of \(chance.count)") { own.append(mean) }
      rows += own
      superiority.append(
        (
          tenths,
          Superiority.p(
            of: own.filter { $0.contender.kind != .rule("flat") }.map(\.returns), over: nil, settings),
          Superiority.p(
            of: own.filter { $0.contender.kind != .rule("buy-and-hold") }.map(\.returns), over: hold, settings)
        ))
    }
    overfitting = try? SelectionTests.overfitting(
      rows.filter { $0.costTenths == settings.costTenths[0] }.map(\.returns), blocks: settings.blocks
    ).get().probability
  }
}
