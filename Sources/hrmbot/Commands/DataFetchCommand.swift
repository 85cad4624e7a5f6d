import ArgumentParser
import Bot
import Catalog
import Core
import Foundation
import Transport

struct DataFetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Download public bars of Binance into the catalog.",
    discussion: """
      No key is needed. What is fetched is kept page by page: broken off, the same command goes on where it stopped. The
      bars are added to the series that is there. The exchange's limits are kept, and its requests for silence heeded.

      EXAMPLES
        hrmbot data fetch BTCUSDT --timeframe 1h --from 2023-01-01 --to 2024-01-01
        hrmbot data fetch ETHUSDT --timeframe 5m --from 2024-01-01 --market usdm
      """)

  @Argument(help: "Symbol, such as BTCUSDT.") var symbol: String
  @Option(help: "Length of the bars.") var timeframe = "1h"
  @Option(help: ArgumentHelp("First day.", valueName: "YYYY-MM-DD")) var from: String
  @Option(help: ArgumentHelp("Day after the last.", discussion: "Default: now.", valueName: "YYYY-MM-DD")) var to:
    String?
  @Option(help: "spot or usdm (perpetuals in dollars).") var market = "spot"
  @Option(name: .customLong("base-url"), help: ArgumentHelp("Address that is asked.", valueName: "url"))
  var baseAddress: String?
  @OptionGroup var place: CatalogOptions
  @Flag(help: "One JSON object instead of text.") var json = false

  func run() throws {
    guard let market = KlinesPlan.Market(rawValue: market) else {
      throw StartError("--market \(market): choose spot or usdm", exitCode: 64)
    }
    let now = { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }
    let plan = try DataCommand.run {
      try KlinesPlan(
        market: market, symbol: symbol.uppercased(), timeframe: try DataCommand.timeframe(timeframe),
        from: try day(from, "--from"), to: try to.map { try day($0, "--to") } ?? tomorrow(now()))
    }
    let shows = isatty(STDERR_FILENO) == 1 && !json
    let world = KlinesFetcher.World(
      now: now, sleep: { usleep(UInt32(clamping: $0 * 1000)) },
      progress: { bars, next in
        if shows { Output.write("\r\u{1B}[K\(bars) bars, to \(next)", to: STDERR_FILENO) }
      })
    let fetcher = KlinesFetcher(
      place.place, client: HTTPClient(userAgent: "hrmbot"), baseAddress: baseAddress, world: world)
    defer { if shows { Output.write("\r\u{1B}[K", to: STDERR_FILENO) } }
    let outcome = try DataCommand.run { try fetcher.run(plan, seed: UInt64(plan.from.milliseconds)) }
    show(outcome)
  }

  /// The end of the present day: the same all day, so that a fetch that was broken off is found again.
  private func tomorrow(_ now: Timestamp) -> Timestamp {
    CalendarDay(daysSinceEpoch: CalendarDay(now).daysSinceEpoch + 1).start
  }

  private func day(_ text: String, _ option: String) throws -> Timestamp {
    guard let day = CalendarDay(text) else { throw StartError("\(option) \(text): write YYYY-MM-DD", exitCode: 64) }
    return day.start
  }

  private func show(_ outcome: KlinesFetcher.Outcome) {
    let entry = outcome.entry
    guard !json else {
      var out = CanonicalJSON()
      out.object { out in
        out.key("failures")
        out.value(outcome.failures)
        out.key("fetched")
        out.value(outcome.fetched)
        out.key("pauses")
        out.value(outcome.pauses)
        out.key("resumed")
        out.value(outcome.resumed)
        out.key("series")
        out.object { entry.write(to: &$0) }
      }
      print(out.text)
      return
    }
    let before = outcome.resumed > 0 ? ", \(outcome.resumed) were there from before" : ""
    print("\(outcome.fetched) bars fetched\(before)")
    print(
      "\(entry.name)  \(entry.count) bars  \(CalendarDay(entry.from)) to \(CalendarDay(closing: entry.to))"
        + "  \(entry.quality.missingBars) missing")
  }
}
