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
        hrmbot backtest --data DIR --policy momentum --report report.html
        hrmbot backtest --data BTCUSDT.csv.gz --policy momentum --check costs
        hrmbot backtest --data BTCUSDT.csv.gz --policy linear --check lookahead
        hrmbot backtest --data DIR --policy sma-cross --walk-forward train=24mo,validate=6mo,test=3mo \\
          --grid fast=12,24,48 --grid slow=96,168
      """)

  @OptionGroup var settings: SettingsOptions
  @OptionGroup var options: BacktestOptions
  @Flag(help: "Run the rules beside it: buy and hold, means, momentum, a linear model, chance.") var baselines = false
  @Option(
    help: ArgumentHelp(
      "Write a report as one HTML file, with the baselines beside the policy.", valueName: "file.html"))
  var report: String?
  @Option(
    help: ArgumentHelp("Write the report's figures there as SVG files and figures.json.", valueName: "directory"))
  var figures: String?
  @Option(
    help: ArgumentHelp(
      "lookahead: does a decision know the future; costs: 1x, 1.5x, 2x; delay: one bar later; missed-fills.",
      valueName: "lookahead|costs|delay|missed-fills"))
  var check: String?
  @Argument(help: ArgumentHelp("Share of openings that are missed, for --check missed-fills.", valueName: "share"))
  var share: String?
  @Option(help: "Moments that --check lookahead tries.") var samples: Int = 20
  @Option(
    help: ArgumentHelp(
      "Choose the parameters on one span, judge them on the next, again and again; spans in months (mo) or years (y).",
      valueName: "train=24mo,validate=6mo,test=3mo"))
  var walkForward: String?
  @Option(
    help: ArgumentHelp(
      "Values that --walk-forward tries in place of the usual ones: fast and slow of sma-cross, lookback of momentum; once a parameter.",
      valueName: "parameter=a,b,c"))
  var grid: [String] = []
  @Option(
    help: ArgumentHelp(
      "Keep a network's answers here, and use those of earlier runs over the same bars.", valueName: "dir"))
  var cache: String?
  @Flag(help: "Do not count the run among the trials: nothing is chosen by it.") var noTrial = false
  @Flag(help: .hidden) var daily = false

  mutating func validate() throws {
    if let walkForward, WalkForwardPlan(walkForward) == nil {
      throw ValidationError("--walk-forward \(walkForward): write train=24mo,validate=6mo,test=3mo")
    }
    if !grid.isEmpty, walkForward == nil {
      throw ValidationError("--grid: only --walk-forward tries parameters; add it, or leave --grid out")
    }
    do { _ = try WalkForwardGrid(grid) } catch { throw ValidationError("\(error)") }
    if samples < 1 || samples > 10_000 { throw ValidationError("--samples \(samples): must be from 1 to 10000") }
    if check != nil, report != nil || figures != nil {
      throw ValidationError("--check: a check has no report; leave out --report and --figures")
    }
    guard let check, check != "lookahead" else { return }
    guard Variation.list(check, share: share) != nil else {
      throw ValidationError("--check \(check) \(share ?? ""): write lookahead, costs, delay, or missed-fills 5%")
    }
  }

  func run() async throws {
    let request = try options.request(settings)
    defer { ProgressLine.clear() }
    if let walkForward, let plan = WalkForwardPlan(walkForward) { return try await walk(request, plan) }
    switch check {
    case nil: try test(request)
    case "lookahead": try checkLookahead(request)
    case let name?: try vary(request, Variation.list(name, share: share) ?? [])
    }
  }

  private var places: BacktestRun.Places {
    BacktestRun.Places(
      home: options.catalog.common.stateDirectory, cache: cache, clock: { DispatchTime.now().uptimeNanoseconds },
      progress: { if ProgressLine.isWanted { ProgressLine.show($0) } })
  }

  private func make(_ request: BacktestRequest, _ what: String = "") throws -> BacktestRun {
    let label = what.isEmpty ? "" : what + ": "
    return try BacktestRun.make(
      request, places: places,
      look: { count, time in
        if ProgressLine.isWanted { ProgressLine.show("\(label)\(count) bars, \(time)") }
        return true
      })
  }

  private func test(_ request: BacktestRequest) throws {
    let run = try make(request)
    var assessment = try Assessment(run, seed: request.seed)
    if daily { return print(BacktestOutput.dailyJSON(run, assessment, request)) }
    var choices: [SelectionLuck] = []
    if !noTrial, let count = count(run, request, assessment) {
      assessment.deflate(by: count.census)
      choices.append(SelectionLuck(.trials, count.peers, seed: request.seed))
    }
    let comparesBaselines = baselines || report != nil || figures != nil
    if options.json && !comparesBaselines {
      return print(BacktestOutput.json(run, assessment, request, choices: choices))
    }
    var rows = [(name: run.policy, run: run, assessment: assessment)]
    if comparesBaselines {
      for other in Baselines.requests(request, beside: run) {
        let beside = try make(other, other.policy.name)
        rows.append((beside.policy, beside, try Assessment(beside, seed: request.seed)))
      }
    }
    ProgressLine.clear()
    if comparesBaselines {
      let runs = SelectionLuck.Run.aligned(rows.map { ($0.name, $0.assessment) })
      choices.insert(SelectionLuck(.baselines, runs, hold: "buy-and-hold", seed: request.seed), at: 0)
    }
    if report != nil || figures != nil {
      let data = ReportData(rows.map { ($0.run, $0.assessment) }, request: request, choices: choices)
      if let report { try ReportFiles.write(data, to: report) }
      if let figures { try ReportFiles.writeFigures(data, to: figures) }
    }
    if options.json { return print(BacktestOutput.json(rows, request, choices: choices)) }
    print(BacktestText(run, assessment).text(isUnlimited: request.isUnlimited))
    if comparesBaselines { print("\n" + BacktestText.table(rows)) }
    let sentences = choices.flatMap { SelectionWords($0).sentences }
    if comparesBaselines { print("\n" + sentences.map { "  \($0)" }.joined(separator: "\n")) }
    let rate = Double(run.book.bars) / max(run.cpuSeconds, 1e-9)
    Console.note("\(run.book.bars) bars at \(Int(rate)) bars a second of CPU time, files read with it")
    if let work = run.network { Console.note(BacktestOutput.text(work)) }
  }

  /// Counts the run in the ledger of trials; a ledger that cannot be used is said and not counted.
  private func count(
    _ run: BacktestRun, _ request: BacktestRequest, _ assessment: Assessment
  ) -> TrialCounting.Count? {
    counted { try $0.count(run, request, returns: assessment.curve?.returns ?? [], at: SystemTime().now) }
  }

  private func counted<Count>(_ count: (TrialCounting) throws -> Count) -> Count? {
    do {
      return try count(TrialCounting(directory: options.catalog.common.stateDirectory.path + "/trials"))
    } catch {
      Console.error("the trial is not counted: \(error)")
      return nil
    }
  }

  private func walk(_ request: BacktestRequest, _ plan: WalkForwardPlan) async throws {
    let candidates: [WalkForward.Candidate]
    do {
      candidates =
        grid.isEmpty
        ? WalkForward.candidates(request.policy.name) : try WalkForwardGrid(grid).candidates(request.policy)
    } catch { throw StartError("\(error)", exitCode: 64) }
    var whole = request
    (whole.from, whole.to) = (nil, nil)
    whole.policy = PolicyRequest(name: "flat")
    let look = try make(whole, "looking at the data")
    let span = look.book.equity
    guard let first = span.firstTime, let last = span.lastTime else {
      throw StartError("--data: no bars", exitCode: 65)
    }
    let opened = first.adding(milliseconds: -look.timeframe.milliseconds)
    let begin = max(request.from ?? opened, opened), end = min(request.to ?? last, last)
    let folds = begin < end ? plan.folds(of: begin..<end, purgeDays: 2) : []
    guard !folds.isEmpty else {
      throw StartError(
        "--walk-forward \(walkForward ?? ""): the data from \(begin) to \(end) hold no fold of that length",
        exitCode: 65)
    }
    let runner = WalkForwardRunner { done, all in
      guard ProgressLine.isWanted else { return }
      ProgressLine.show("\(ProgressLine.bar(Double(done) / Double(all))) \(done) of \(all) runs")
    }
    let turns = try await runner.run(folds, candidates)
    ProgressLine.clear()
    let result = WalkForward(
      turns, candidates: candidates, periodsPerYear: look.periodsPerYear, seed: request.seed)
    let text = "\(walkForward ?? "") of \(candidates.map(\.name).joined(separator: "; "))"
    let trials =
      noTrial ? nil : counted { try $0.count(result, request, plan: text, at: SystemTime().now).count }
    print(
      options.json
        ? WalkForwardOutput.json(result, counted: trials)
        : WalkForwardOutput.text(result, request.policy.name, counted: trials))
  }

  private func vary(_ request: BacktestRequest, _ variations: [Variation]) throws {
    let rows = try variations.map { variation in
      let run = try make(variation.applied(to: request), variation.name)
      return (name: variation.name, run: run, assessment: try Assessment(run, seed: request.seed))
    }
    ProgressLine.clear()
    let choice = SelectionLuck(
      .variations, SelectionLuck.Run.aligned(rows.map { ($0.name, $0.assessment) }), seed: request.seed)
    print(
      options.json ? BacktestOutput.json(rows, request, choices: [choice]) : BacktestText.table(rows))
  }

  private func checkLookahead(_ request: BacktestRequest) throws {
    let check = try LookaheadCheck(
      request, samples: samples, places: places,
      progress: { done in
        guard ProgressLine.isWanted else { return }
        ProgressLine.show("\(ProgressLine.bar(Double(done) / Double(samples))) \(done) of \(samples)")
      })
    ProgressLine.clear()
    print(options.json ? BacktestOutput.json(check) : BacktestOutput.text(check))
    if !check.leaks.isEmpty { throw ExitCode(1) }
  }
}
