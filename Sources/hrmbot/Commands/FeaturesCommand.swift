import ArgumentParser
import Bot
import Features

struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features", abstract: "Compute indicators.",
    discussion: """
      EXAMPLE
        hrmbot features indicators --input ohlcv.csv --output indicators.csv
      """, subcommands: [Indicators.self])

  struct Indicators: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Technical indicators for a file of bars, one row a bar.",
      discussion: """
        Input: CSV with the header timestamp_ms,open,high,low,close,volume. An empty cell means: not defined yet.

        EXAMPLE
          hrmbot features indicators --input ohlcv.csv --output indicators.csv
        """)
    @Option(help: "Bars.") var input: String
    @Option(help: "Where the table goes.") var output: String

    func run() throws {
      do {
        let rows = try IndicatorTable.run(input: input, output: output)
        print("\(rows) rows written to \(output)")
      } catch { throw StartError("\(error)", exitCode: 65) }
    }
  }
}
