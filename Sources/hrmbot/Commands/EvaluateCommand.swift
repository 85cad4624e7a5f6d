import ArgumentParser
import Bot
import Foundation
import Statistics

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "How much of a result is luck.",
    discussion: """
      EXAMPLE
        hrmbot evaluate stats --input cases.json
      """, subcommands: [Stats.self])

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

    func run() throws {
      let bytes = try StatisticsText.bytes(of: input)
      let file: CaseFile
      do { file = try CaseFile(bytes) } catch { throw StartError("\(input): \(error)", exitCode: 65) }
      let isWatched = isatty(STDERR_FILENO) == 1
      let results = file.results { done in
        if isWatched { Output.write("\r\(done) of \(file.count) cases", to: STDERR_FILENO) }
      }
      if isWatched { Output.write("\r\u{1B}[K", to: STDERR_FILENO) }
      print(json ? EvaluationText.json(file, results) : EvaluationText.text(file, results))
      for result in results {
        for miss in result.comparison?.misses ?? [] { Console.error("\(input): \(result.name): \(miss)") }
      }
      let refusals = results.compactMap { result in
        result.refusal.map { "\(input): \(result.name): \($0)" }
      }
      // Cases that could be computed are shown whatever the others are like.
      if !refusals.isEmpty { throw StartError(refusals.joined(separator: "\n"), exitCode: 65) }
      if results.contains(where: { $0.missCount > 0 }) { throw ExitCode(1) }
    }
  }
}

/// Results of cases as text.
private enum EvaluationText {
  static func text(_ file: CaseFile, _ results: [CaseResult]) -> String {
    var lines = file.about.map { [$0, ""] } ?? []
    for result in results {
      lines.append("\(result.name)  \(verdict(result))")
      lines.append(StatisticsText.table(result.fields, indentedBy: 2))
    }
    let compared = results.reduce(0) { $0 + $1.compared }
    let missed = results.reduce(0) { $0 + $1.missCount }
    let refused = results.count { $0.refusal != nil }
    var last = "\(results.count - refused) of \(results.count) cases computed"
    if compared > 0 {
      last = "\(missed + refused == 0 ? "passed" : "FAILED"): \(last), \(compared - missed) of \(compared) values agree"
    }
    return (lines + [last]).joined(separator: "\n")
  }

  private static func verdict(_ result: CaseResult) -> String {
    if let refusal = result.refusal { return "cannot be computed: \(refusal)" }
    guard result.comparison != nil else { return "computed" }
    return result.missCount == 0 ? "passed" : "FAILED: \(result.missCount) of \(result.compared) values"
  }

  static func json(_ file: CaseFile, _ results: [CaseResult]) -> String {
    let cases = results.map { result in
      var fields = [CaseField("id", .text(result.name))]
      if let refusal = result.refusal {
        fields.append(CaseField("refused", .text(refusal)))
      } else {
        fields.append(CaseField("result", .fields(result.fields)))
      }
      if let comparison = result.comparison {
        fields.append(CaseField("passed", .flag(comparison.missCount == 0)))
        fields.append(CaseField("compared", .count(comparison.compared)))
        fields.append(CaseField("missed", .count(comparison.missCount)))
        let misses = comparison.misses.map { miss in
          CaseValue.fields([
            CaseField("path", .text(miss.path)), CaseField("computed", miss.computed.map { .text($0) } ?? .undefined),
            CaseField("expected", .text(miss.expected)),
          ])
        }
        fields.append(CaseField("misses", .list(misses)))
      }
      return CaseValue.fields(fields)
    }
    let passed = results.allSatisfy { $0.refusal == nil && $0.missCount == 0 }
    return CaseValue.fields([CaseField("cases", .list(cases)), CaseField("passed", .flag(passed))]).json
  }
}
