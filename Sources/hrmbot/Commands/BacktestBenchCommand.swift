import ArgumentParser
import Backtest
import Core

struct BacktestBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "Bars and ticks a second of CPU time, without reading files.",
    discussion: """
      SYNTHETIC bars in memory; a cross of moving averages with exact money on one thread.

      EXAMPLES
        hrmbot bench backtest
        hrmbot bench backtest --bars 100000 --json
        hrmbot bench backtest --only portfolio --rounds 20
      """)

  /// What there is to measure.
  enum Part: String, CaseIterable, ExpressibleByArgument { case single, portfolio, actors, ticks }

  @Option(help: "Bars of the first measurement.") var bars: Int = 1_000_000
  @Option(help: "Only this; may be repeated. single, portfolio: stages with 1 and 20 instruments.")
  var only: [Part] = []
  @Option(help: "Rounds, of which the best counts; of the actors there is one.") var rounds: Int = 3
  @Flag(help: "One JSON object.") var json = false

  mutating func validate() throws {
    guard 1...1000 ~= rounds else { throw ValidationError("--rounds \(rounds): must be from 1 to 1000") }
    if bars < 1000 { throw ValidationError("--bars \(bars): must be at least 1000") }
  }

  func run() async throws {
    var rows: [BacktestBenchmark.Row] = []
    for part in Part.allCases where only.isEmpty || only.contains(part) {
      switch part {
      case .single: rows.append(try BacktestBenchmark.stages(1, each: bars, rounds: rounds))
      case .portfolio: rows.append(try BacktestBenchmark.stages(20, each: bars / 20, rounds: rounds))
      case .actors: rows.append(try await BacktestBenchmark.actors(1, each: bars))
      case .ticks: rows.append(try BacktestBenchmark.ticks(5 * bars, rounds: rounds))
      }
    }
    guard json else {
      for row in rows {
        print("\(row.name): \(Int(row.perSecond)) \(row.unit)/s of CPU time, equity \(row.result)")
      }
      return
    }
    var out = CanonicalJSON()
    out.object { out in
      for row in rows {
        out.key(escaping: row.name)
        out.object { out in
          out.key("cpu_seconds")
          out.value(row.cpuSeconds)
          out.key("per_second")
          out.value(row.perSecond)
          out.key("result")
          out.value(row.result)
        }
      }
    }
    print(out.text)
  }
}
