import ArgumentParser
import Bot
import Foundation

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure this machine.",
    discussion: """
      EXAMPLE
        hrmbot bench path
        hrmbot bench stop
      """, subcommands: [Path.self, Exchange.self, BenchStopCommand.self, BacktestBenchCommand.self])

  struct Path: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Bar in to order intent out, through all actors, without the network.",
      discussion: """
        Every bar is a decision that trades, so that each goes the whole way: feed, features, policy, risk, execution.

        EXAMPLES
          hrmbot bench path
        hrmbot bench stop
          hrmbot bench path --bars 20000 --rate 1000 --json
        """)
    @Option(help: "Bars to send.") var bars = 20_000
    @Option(help: "Bars a second: the loop sleeps in between, as it does live. 0: as fast as it can.") var rate = 1000.0
    @Flag(help: "Write the journal too, in a temporary directory.") var journal = false
    @Flag(help: "One JSON object.") var json = false

    func run() async throws {
      let result = try await PathBenchmark.run(bars: bars, barsPerSecond: rate, withJournal: journal)
      print(json ? result.json().text : result.text)
    }
  }
}
