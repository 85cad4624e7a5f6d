import ArgumentParser
import Backtest
import Bot
import Control
import Core
import Feed
import Foundation
import Settings

struct BacktestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "What a policy would have done on recorded bars, net of everything.",
    discussion: """
      The bot's own stages, risk veto and paper exchange in virtual time. An order decided at a bar's close fills at the
      next bar's open.

      EXAMPLES
        hrmbot backtest --data BTCUSDT.csv.gz --policy sma-cross --fast 24 --slow 168
        hrmbot backtest --data DIR --timeframe 1h --policy momentum --from 2024-01-01 --json
        hrmbot backtest --data BTCUSDT.csv.gz --policy hrm --report report.html
      """)

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var options: BacktestOptions

  func run() async throws {
    let request = try options.request(settings)
    let (instruments, timeframe, bars) = try request.openData()
    var driver = try StageDriver(try request.plan(instruments, timeframe))
    let time = SystemTime()
    let begin = time.monotonicNanoseconds
    try drive(&driver, bars, request)
    let seconds = Double(time.monotonicNanoseconds &- begin) / 1e9
    if options.json {
      var out = CanonicalJSON(capacity: 8192)
      out.object { BacktestJSON(driver.book, tallies: driver.tallies).write(into: &$0) }
      print(out.text)
    } else {
      print(
        "\(driver.book.bars) bars in \(seconds) s: \(Double(driver.book.bars) / seconds) bars/s, equity \(driver.book.equity.endQuote)"
      )
    }
  }

  private func drive(_ driver: inout StageDriver, _ bars: any BarSource, _ request: BacktestRequest) throws {
    defer { ProgressLine.clear() }
    func run(_ source: some BarSource) throws {
      var source = source
      try StageRun.run(&driver, &source, until: request.to) { count, time in
        if ProgressLine.isWanted { ProgressLine.show("\(count) bars, \(time)") }
        return true
      }
    }
    do { try run(bars) } catch let error as FeedError { throw StartError("\(error)", exitCode: 65) }
  }
}
