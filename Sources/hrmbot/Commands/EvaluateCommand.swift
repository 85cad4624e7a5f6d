import ArgumentParser
import Bot
import Foundation
import Statistics

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Models beside baselines, and how much of a result is luck.",
    discussion: """
      Without a subcommand: models. `hrmbot evaluate models --help` lists its options.

      EXAMPLES
        hrmbot evaluate --model models/default --data data/
        hrmbot evaluate --data data/ --report report.html       the baselines alone
        hrmbot evaluate stats --input cases.json                how much of a result is luck
      """, subcommands: [EvaluateModelsCommand.self, Stats.self], defaultSubcommand: EvaluateModelsCommand.self)

  struct Stats: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute cases of statistics from a file, and compare where values are expected.",
      discussion: """
        The file is a JSON object with `cases`, each with an `id`, an `input` and, for a comparison, `expected` values,
        beside a `tolerance` with `abs` and `rel` (either suffices; 1e-9 if absent). What is computed follows from the
        input: random numbers (seed), stationary bootstrap indices (seed, n, mean_block), Sharpe ratios by kind (series,
        psr, dsr, mintrl, power, efftrials), a difference of Sharpe ratios (a, b, mean_block, n_boot, seed), the
        probability of backtest overfitting (returns, s), reality check and superior ability (d, mean_block, n_boot,
        seed), trades (side, entry, exit_, qty, bars, ...), forecasts and raters by kind (quality, kappa, alpha, psi).
        A p-value by rank may lie one step of 1/(n_boot + 1) from the expected one. See docs/statistics.md.

        Exit code 0: all computed, nothing missed; 1: a miss, each is named; 65: a file or a case that cannot be computed;
        66: no such file.

        EXAMPLES
          hrmbot evaluate stats --input cases.json
          hrmbot evaluate stats --input cases.json --json | jq '.cases[] | {id, pbo: .result.pbo}'
        """)
    @Option(help: "The file of cases.") var input: String
    @Flag(help: "One JSON object with the result of every case.") var json = false

    func run() throws { try CaseRun.run(input, operations: .statistics, json: json) }
  }
}
