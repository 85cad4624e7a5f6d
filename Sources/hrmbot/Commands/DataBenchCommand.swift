import ArgumentParser
import Bot
import Catalog
import Core
import Feed
import Foundation

struct DataBenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure how fast files and series are read.",
    discussion: """
      Processor time of this process, the best of several rounds.

      EXAMPLES
        hrmbot data bench BTCUSDT.csv.gz
        hrmbot data bench BTCUSDT:1m
      """, shouldDisplay: false)

  @Argument(help: "A file of bars, or a query of the catalog.") var subject: String
  @Flag(help: "The file has trades; bars of a minute are made of them.") var trades = false
  @Option(help: "Rounds.") var rounds = 3
  @OptionGroup var place: CatalogOptions

  func run() throws {
    try DataCommand.run {
      let instrument = InstrumentID(index: 0)
      if trades {
        try measure("trades") {
          var bars = TickBars(
            try TradeFile(path: subject, instrument: instrument),
            TickAggregator(instrument: instrument, timeframe: .oneMinute))
          while try bars.next() != nil {}
          return bars.aggregator.trades
        }
      } else if FileManager.default.fileExists(atPath: subject) {
        try measure("bars") {
          let file = try ReplayFile(path: subject, instrument: instrument)
          while try file.next() != nil {}
          return file.quality.bars
        }
      } else {
        let catalog = place.place
        let selections = try catalog.resolve(subject)
        try measure("bars opened") {
          try selections.reduce(0) { $0 + (try catalog.open($1, instrument: instrument).count) }
        }
        let series = try selections.map { try catalog.open($0, instrument: instrument) }
        try measure("bars read") {
          var total = 0
          for var one in series { while one.next() != nil { total += 1 } }
          return total
        }
      }
    }
  }

  private func measure(_ what: String, _ body: () throws -> Int) throws {
    var best = Double.infinity
    var count = 0
    for _ in 0..<max(1, min(rounds, 1000)) {
      let start = Stopwatch.cpuSeconds()
      count = try body()
      best = min(best, Stopwatch.cpuSeconds() - start)
    }
    let rate = best > 0 ? Double(count) / best / 1e6 : 0
    print("\(count) \(what): \((best * 1e6).rounded() / 1000) ms, \((rate * 100).rounded() / 100) million a second")
  }
}
