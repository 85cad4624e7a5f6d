import ArgumentParser
import Backtest
import Bot
import Core
import Foundation
import HRM
import Training

struct TrainSweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Search among settings: every combination, every seed, every fold.",
    discussion: """
      Each run trains as `hrmbot train` does. The combination is chosen by the median over seeds and folds of the payoff
      where it validates; with --walk-forward what it earns on the test spans, which nothing was chosen by, stands beside
      it. The search ends when its processor time is used up, and says what it did not get to. Every run is a trial.
      Under mpirun (a build with --traits MPI) each process makes every n-th run, with a budget of its own.

      EXAMPLES
        hrmbot train sweep --data DIR --timeframe 1h --grid learning_rate=3e-4,1e-3 --grid oracle=0,0.1 --seeds 1..3 \\
          --budget-minutes 60 --out sweep1
        hrmbot train sweep --data DIR --timeframe 1h --grid risk_aversion=0,2 --walk-forward train=24mo,validate=6mo,test=3mo
        mpirun -n 4 hrmbot train sweep --data DIR --grid oracle=0,0.1 --seeds 1..8 --threads 1
        hrmbot train sweep --data DIR --timeframe 1h --grid form=hierarchy,plain,plainLoop,collapsed,depth1
        hrmbot train sweep --data DIR --timeframe 1h --grid gradient=oneStep,lastCycle --grid dropout=0,0.1
      """)
  @OptionGroup var corpus: CorpusOptions
  @OptionGroup var how: MarketTrainingOptions
  @Option(help: ArgumentHelp("Values of one setting; may be repeated.", valueName: "name=value,value"))
  var grid: [String] = []
  @Option(help: "First and last seed, as A..B.") var seeds = "1..3"
  @Option(help: ArgumentHelp("Folds in months (mo) or years (y).", valueName: "train=24mo,validate=6mo,test=3mo"))
  var walkForward: String?
  @Option(help: "Processor time of the whole search in minutes.") var budgetMinutes = 60.0
  @Option(help: "Threads, 1...16. Results do not depend on them.") var threads = 2
  @Option(help: ArgumentHelp("Directory; a run that is in it already is not made again.", valueName: "dir"))
  var out: String?
  @Flag(help: "One JSON object at the end.") var json = false

  struct Result: Codable {
    var standings: [Sweep.Standing]
    var outcomes: [Sweep.Outcome]
    var runs: Int, runsLeft: Int
    var cpuMinutes: Double
  }

  func run() throws {
    guard let result = try TrainingOutput.mapping({ try search() }) else { return }
    print(json ? try Output.json(result) : Self.text(result))
    if result.runsLeft > 0 { throw ExitCode(2) }
  }

  /// Makes the runs that fall to this process; nil in all processes but the first.
  private func search() throws -> Result? {
    let base = try how.load(seed: 1)
    let corpus = try how.read(self.corpus, for: base)
    let folds = try self.folds(corpus)
    let sweep = try Sweep(grid: grid, seeds: Array(try SeedRange.read(seeds, most: 1000)), folds: folds.count)
    // Every combination is looked at before the first is trained.
    for choice in sweep.choices { _ = try sweep.settings(choice, seed: 1, from: base).architecture() }
    let exchange = try Processes.join()
    Interruption.watch()
    let runs = sweep.runs(folds: folds.count)
    var own: [Int: Sweep.Outcome] = [:]
    for run in runs where run.number % exchange.count == exchange.rank {
      if Stopwatch.cpuSeconds() > budgetMinutes * 60 || Interruption.isWanted { break }
      Console.note(
        "run \(run.number + 1) of \(runs.count): seed \(run.seed), fold \(run.fold + 1), \(run.choice.text)")
      let settings = try sweep.settings(run.choice, seed: run.seed, from: base)
      own[run.number] = try train(settings, corpus, folds[run.fold], run)
    }
    let outcomes = sweep.gathered(own, of: runs, through: exchange)
    let cpuSeconds = exchange.sum([Stopwatch.cpuSeconds()])[0]
    exchange.leave()
    guard exchange.rank == 0 else { return nil }
    return Result(
      standings: sweep.standings(outcomes), outcomes: outcomes, runs: outcomes.count,
      runsLeft: runs.count - outcomes.count, cpuMinutes: cpuSeconds / 60)
  }

  private func folds(_ corpus: Corpus) throws -> [[SeriesSplit]] {
    guard let walkForward else { return [corpus.splits] }
    guard let plan = WalkForwardPlan(walkForward), let span = corpus.span else {
      throw TrainingError("--walk-forward \(walkForward): write train=24mo,validate=6mo,test=3mo")
    }
    let folds = CorpusFold.folds(plan, of: span).map { corpus.splits(of: $0) }
    guard !folds.isEmpty else {
      throw TrainingError("--walk-forward \(walkForward): the data are too short for one fold")
    }
    return folds
  }

  private func train(
    _ settings: MarketTrainingSettings, _ corpus: Corpus, _ splits: [SeriesSplit], _ which: Sweep.Run
  ) throws -> Sweep.Outcome {
    let training = try MarketTraining(settings: settings, corpus: corpus, fit: try self.corpus.fit(), splits: splits)
    let path = out.map { "\($0)/run-\(which.number)" }
    let market = try MarketRun(
      training, splits: splits, name: "market fold \(which.fold)", path: path,
      resumes: path.map { FileManager.default.fileExists(atPath: "\($0)/checkpoints") } ?? false, threads: threads)
    var options = TrainOptions()
    (options.out, options.resume, options.stopAfter) = (path, nil, nil)
    _ = try TrainingOutput.run(market.run, options: options)
    let record = market.validated()
    _ = market.count(record, under: self.corpus.catalog.common.stateDirectory.path, as: " fold \(which.fold)")
    let test = market.tested()
    return Sweep.Outcome(
      choice: which.choice.text, seed: which.seed, fold: which.fold, validationBp: record.validation.score * 1e4,
      testBp: test.map { $0.validation.score * 1e4 },
      exposure: (test ?? record).validation.figure("exposure") ?? 0)
  }

  private static func text(_ result: Result) -> String {
    var lines = ["validation bp  spread   test bp  runs  settings"]
    for standing in result.standings {
      let test = standing.medianTestBp.map { String(format: "%+8.4f", $0) } ?? "       -"
      lines.append(
        String(format: "%+13.4f %7.4f  ", standing.medianBp, standing.spreadBp) + test
          + String(format: "  %4d  ", standing.runs) + standing.choice)
    }
    lines.append(
      "\(result.runs) runs in \(Int(result.cpuMinutes.rounded())) minutes of processor time, all of them trials")
    if result.runsLeft > 0 { lines.append("the time was used up: \(result.runsLeft) runs were NOT made") }
    return lines.joined(separator: "\n")
  }
}
