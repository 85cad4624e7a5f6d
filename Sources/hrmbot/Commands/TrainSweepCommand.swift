import ArgumentParser
import Backtest
import Bot
import Control
import Core
import Foundation
import HRM
import Statistics
import Training

struct TrainSweepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep", abstract: "Search among settings: every combination, every seed, every fold.",
    discussion: """
      Each run trains as `hrmbot train` does. The combination is chosen by the median over seeds and folds of the payoff
      where it validates; with --walk-forward what it earns on the test spans, which nothing was chosen by, stands beside
      it. The search ends when its processor time is used up, and says what it did not get to. Every run is a trial.

      EXAMPLES
        hrmbot train sweep --data DIR --timeframe 1h --grid learning_rate=3e-4,1e-3 --grid oracle=0,0.1 --seeds 1..3 \\
          --budget-minutes 60 --out sweep1
        hrmbot train sweep --data DIR --timeframe 1h --grid risk_aversion=0,2 --walk-forward train=24mo,validate=6mo,test=3mo
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
    try TrainingOutput.mapping { try Processes.expectOne() }
    let result = try TrainingOutput.mapping { try search() }
    print(json ? try TrainingOutput.json(result) : Self.text(result))
    if result.runsLeft > 0 { throw ExitCode(2) }
  }

  private func seedList() throws -> [UInt64] {
    let ends = seeds.split(separator: ".", omittingEmptySubsequences: true).compactMap { UInt64($0) }
    guard seeds.contains(".."), ends.count == 2, ends[0] <= ends[1], ends[1] - ends[0] < 1000 else {
      throw TrainingError("--seeds \(seeds): write A..B")
    }
    return Array(ends[0]...ends[1])
  }

  private func search() throws -> Result {
    let base = try how.load(seed: 1)
    let corpus = try how.read(self.corpus, for: base)
    let folds = try self.folds(corpus)
    let sweep = try Sweep(grid: grid, seeds: try seedList(), folds: folds.count)
    // Every combination is looked at before the first is trained.
    for choice in sweep.choices { _ = try sweep.settings(choice, seed: 1, from: base).architecture() }
    Interruption.watch()
    let total = sweep.choices.count * sweep.seeds.count * folds.count
    var outcomes: [Sweep.Outcome] = []
    search: for seed in sweep.seeds {
      for (fold, splits) in folds.enumerated() {
        for choice in sweep.choices {
          if Stopwatch.cpuSeconds() > budgetMinutes * 60 || Interruption.isWanted { break search }
          Console.note("run \(outcomes.count + 1) of \(total): seed \(seed), fold \(fold + 1), \(choice.text)")
          let settings = try sweep.settings(choice, seed: seed, from: base)
          outcomes.append(
            try train(settings, corpus, splits, choice: choice.text, fold: fold, number: outcomes.count))
        }
      }
    }
    return Result(
      standings: sweep.standings(outcomes), outcomes: outcomes, runs: outcomes.count, runsLeft: total - outcomes.count,
      cpuMinutes: Stopwatch.cpuSeconds() / 60)
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
    _ settings: MarketTrainingSettings, _ corpus: Corpus, _ splits: [SeriesSplit], choice: String, fold: Int,
    number: Int
  ) throws -> Sweep.Outcome {
    let training = try MarketTraining(settings: settings, corpus: corpus, fit: try self.corpus.fit(), splits: splits)
    let trainer = try Trainer(
      task: training.task, settings: settings.sharedTrainer,
      parameters: try training.task.firstWeights(seed: settings.trainer.seed), threads: threads)
    let path = out.map { "\($0)/run-\(number)" }
    let resumes = path.map { FileManager.default.fileExists(atPath: "\($0)/checkpoints") } ?? false
    let run = try TrainingRun(
      trainer, plan: settings.plan,
      identity: RunIdentity(
        task: "market fold \(fold)", settings: try TrainingOutput.json(settings), data: corpus.manifest.digest),
      path: path, resumes: resumes, threads: threads, seconds: Stopwatch.seconds)
    var options = TrainOptions()
    (options.out, options.resume, options.stopAfter) = (path, nil, nil)
    _ = try TrainingOutput.run(run, options: options)
    let record = ValidationRecord(
      training.task, bars: splits.filter { !$0.validation.isEmpty }.map(\.validation), parameters: run.chosenWeights,
      maxSegments: settings.maxSegments, threads: threads)
    try count(record, settings, corpus.manifest.digest, fold: fold)
    let tested = splits.filter { !$0.validation.isEmpty }.map(\.test)
    let test =
      tested.contains { !$0.isEmpty }
      ? ValidationRecord(
        training.task, bars: tested, parameters: run.chosenWeights, maxSegments: settings.maxSegments,
        threads: threads) : nil
    let judged = (test ?? record).validation
    return Sweep.Outcome(
      choice: choice, seed: settings.trainer.seed, fold: fold, validationBp: record.validation.score * 1e4,
      testBp: test.map { $0.validation.score * 1e4 },
      exposure: judged.figures.first { $0.name == "exposure" }?.value ?? 0)
  }

  private func count(_ record: ValidationRecord, _ settings: MarketTrainingSettings, _ digest: String, fold: Int) throws
  {
    let directory = corpus.catalog.common.stateDirectory.path + "/trials"
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
      let text = try TrainingOutput.json(settings) + " fold \(fold)"
      if let trial = try record.trial(settings: text, dataHashes: [digest], at: SystemTime().now) {
        try TrialLedger(directory: directory).append(trial)
      }
    } catch { Console.error("the trial is not counted: \(error)") }
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
