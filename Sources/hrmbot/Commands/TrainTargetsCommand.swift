import ArgumentParser
import Statistics
import Training

struct TrainTargetsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "targets",
    abstract: "Compute what decisions should have been for cases from a file, and compare where values are expected.",
    discussion: """
      The file is a JSON object with `cases`, each with an `id`, an `input` and, for a comparison, `expected` values,
      beside a `tolerance` with `abs` and `rel` (either suffices; 1e-9 if absent). What is computed follows from the
      input, not from the id:

        returns, cost            values of the best actions with hindsight over the window; also `tau` (soft targets),
                                 `var` and `risk_aversion`, `holding`, `gamma`, `allow_short`, `terminal_flat`;
                                 rows by the names expected, such as q_t2_long and soft_t0_flat
        returns, pi, cost        values of a policy's actions and positions, by bar and short, flat, long
        ohlc, t0                 triple barrier: `sigma`, `up`, `dn`, `horizon`; `side` where it is short
        actions, q_row           halting targets: `q_halt`, `q_cont`, `cap`, `compute_cost`
        adv, beta                weights of logged actions, at most `cap`
        u, tau                   expectile losses
        kind dsr, uniq, split    differential Sharpe ratio, uniqueness of labels, purged split with embargo
        kind pe, hurst, ecdf, cusum, mmin
                                 parts of market complexity, and the least number of segments

      Illegal actions are null.

      Exit code 0: all computed, nothing missed; 1: a miss, each is named; 65: a file or a case that cannot be computed;
      66: no such file.

      EXAMPLES
        hrmbot train targets --input cases.json
        hrmbot train targets --input cases.json --json | jq '.cases[] | {id, v: .result.v}'
      """)
  @Option(help: "The file of cases.") var input: String
  @Flag(help: "One JSON object with the result of every case.") var json = false

  func run() throws { try CaseRun.run(input, operations: .targets, json: json) }
}
