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
      """)

  @Option(help: "Bars of the first measurement.") var bars: Int = 1_000_000
  @Flag(help: "One JSON object.") var json = false

  mutating func validate() throws {
    if bars < 1000 { throw ValidationError("--bars \(bars): must be at least 1000") }
  }

  func run() async throws {
    let rows = [
      try BacktestBenchmark.stages(1, each: bars), try BacktestBenchmark.stages(20, each: bars / 20),
      try await BacktestBenchmark.actors(1, each: bars), try BacktestBenchmark.ticks(5 * bars),
    ]
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
