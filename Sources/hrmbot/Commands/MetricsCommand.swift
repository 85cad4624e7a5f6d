import ArgumentParser
import Bot
import Foundation
import Statistics

struct MetricsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Performance figures of a series of returns.",
    discussion: """
      The file is a JSON object with `returns` (simple returns per period) and `periods_per_year`. Where it has figures of
      its own under `ours`, they are compared: relative 1e-9, counts exactly. What each figure means, and what it does not
      prove: docs/statistics.md.

      A figure that is not defined is `null` (-), one that is a number over nothing is `"inf"`.

      Exit code 0: done, and all figures of the file agree; 1: some do not, each is named; 65: no such data in the file;
      66: no such file.

      EXAMPLES
        hrmbot metrics returns.json
        hrmbot metrics returns.json --json | jq .sharpe
      """)
  @Argument(help: "The file.", completion: .file()) var file: String
  @Flag(help: "One JSON object.") var json = false

  func run() throws {
    let bytes = try StatisticsText.bytes(of: file)
    let result: ReturnsFile
    do { result = try ReturnsFile(bytes) } catch { throw StartError("\(file): \(error)", exitCode: 65) }
    let fields = result.figures.fields
    if json {
      print(CaseValue.fields(fields).json)
    } else {
      let years = Double(result.figures.periods) / result.figures.periodsPerYear
      print("\(result.figures.periods) returns, \(String(format: "%.2f", years)) years\n")
      print(StatisticsText.table(fields), terminator: "")
    }
    guard let comparison = result.comparison else { return }
    for miss in comparison.misses { Console.error("\(file): \(miss)") }
    if !json {
      let agreed = comparison.compared - comparison.missCount
      print("\n\(comparison.missCount == 0 ? "passed" : "FAILED"): \(agreed) of \(comparison.compared) figures agree")
    }
    if comparison.missCount > 0 { throw ExitCode(1) }
  }
}
