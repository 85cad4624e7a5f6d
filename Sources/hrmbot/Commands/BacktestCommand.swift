import ArgumentParser
import Backtest
import Bot
import Control
import Core
import Foundation
import Statistics

struct BacktestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backtest",
    abstract: "What a policy would have done on recorded bars, net of everything.",
    discussion: """
      The bot's own stages, risk veto and paper exchange in virtual time. An order decided at a bar's close fills at the
      next bar's open. Figures are of daily returns, net of fees, spread and slippage.

      EXAMPLES
        hrmbot backtest --data BTCUSDT.csv.gz --policy sma-cross --fast 24 --slow 168
        hrmbot backtest --data DIR --timeframe 1h --policy momentum --from 2024-01-01 --baselines
        hrmbot backtest --data BTCUSDT.csv.gz --policy momentum --check costs
        hrmbot backtest --data BTCUSDT.csv.gz --policy linear --check lookahead
      """)

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var options: BacktestOptions
  @Flag(help: "Run the rules beside it: buy and hold, means, momentum, a linear model, chance.") var baselines = false
  @Option(
    help: ArgumentHelp(
      "lookahead: does a decision know the future; costs: 1x, 1.5x, 2x; delay: one bar later; missed-fills.",
      valueName: "lookahead|costs|delay|missed-fills"))
  var check: String?
  @Argument(help: ArgumentHelp("Share of openings that are missed, for --check missed-fills.", valueName: "share"))
  var share: String?
  @Option(help: "Moments that --check lookahead tries.") var samples: Int = 20

  mutating func validate() throws {
    if samples < 1 || samples > 10_000 { throw ValidationError("--samples \(samples): must be from 1 to 10000") }
    guard let check, check != "lookahead" else { return }
    guard Variation.list(check, share: share) != nil else {
      throw ValidationError("--check \(check) \(share ?? ""): write lookahead, costs, delay, or missed-fills 5%")
    }
  }

  func run() async throws {
    let request = try options.request(settings)
    defer { ProgressLine.clear() }
    switch check {
    case nil: try report(request)
    case "lookahead": try checkLookahead(request)
    case let name?: try vary(request, Variation.list(name, share: share) ?? [])
    }
  }

  private func make(_ request: BacktestRequest, _ what: String = "") throws -> BacktestRun {
    let label = what.isEmpty ? "" : what + ": "
    return try BacktestRun.make(
      request,
      look: { count, time in
        if ProgressLine.isWanted { ProgressLine.show("\(label)\(count) bars, \(time)") }
        return true
      })
  }

  private func report(_ request: BacktestRequest) throws {
    let run = try make(request)
    let assessment = try Assessment(run, seed: request.seed)
    if options.json && !baselines { return print(BacktestOutput.json(run, assessment, request)) }
    var rows = [(name: run.policy, run: run, assessment: assessment)]
    if baselines {
      for other in Baselines.requests(request, beside: run) {
        let beside = try make(other, other.policy.name)
        rows.append((beside.policy, beside, try Assessment(beside, seed: request.seed)))
      }
    }
    ProgressLine.clear()
    if options.json { return print(BacktestOutput.json(rows, request)) }
    print(BacktestText(run, assessment).text(isUnlimited: request.isUnlimited))
    if baselines { print("\n" + BacktestText.table(rows)) }
    let rate = Double(run.book.bars) / max(run.cpuSeconds, 1e-9)
    Console.note("\(run.book.bars) bars at \(Int(rate)) bars a second of CPU time, files read with it")
  }

  private func vary(_ request: BacktestRequest, _ variations: [Variation]) throws {
    let rows = try variations.map { variation in
      let run = try make(variation.applied(to: request), variation.name)
      return (name: variation.name, run: run, assessment: try Assessment(run, seed: request.seed))
    }
    ProgressLine.clear()
    print(options.json ? BacktestOutput.json(rows, request) : BacktestText.table(rows))
  }

  private func checkLookahead(_ request: BacktestRequest) throws {
    let check = try LookaheadCheck(
      request, samples: samples,
      progress: { done in
        guard ProgressLine.isWanted else { return }
        ProgressLine.show("\(ProgressLine.bar(Double(done) / Double(samples))) \(done) of \(samples)")
      })
    ProgressLine.clear()
    print(options.json ? BacktestOutput.json(check) : BacktestOutput.text(check))
    if !check.leaks.isEmpty { throw ExitCode(1) }
  }
}
