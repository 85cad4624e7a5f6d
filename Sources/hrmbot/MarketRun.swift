import Bot
import Control
import Core
import Foundation
import HRM
import Statistics
import Training

/// One training run on recorded bars, from its first step to what its weights earn where they are validated.
struct MarketRun {
  let training: MarketTraining
  let run: TrainingRun<TradingTask>
  private let splits: [SeriesSplit]
  private let threads: Int

  /// - Parameters:
  ///   - name: which run this is, for its checkpoints: a run goes on only as what it began as.
  ///   - path: where it keeps them; nil keeps nothing.
  init(
    _ training: MarketTraining, splits: [SeriesSplit], name: String, path: String?, resumes: Bool, threads: Int,
    exchange: any GradientExchange = SingleProcess()
  ) throws {
    let settings = training.settings
    let trainer = try Trainer(
      task: training.task, settings: settings.sharedTrainer,
      parameters: try training.task.firstWeights(seed: settings.trainer.seed), threads: threads, exchange: exchange)
    run = try TrainingRun(
      trainer, plan: settings.plan,
      identity: RunIdentity(
        task: name, settings: try Output.json(settings), data: training.corpus.manifest.digest),
      path: path, resumes: resumes, threads: threads, seconds: Stopwatch.seconds)
    self.training = training
    self.splits = splits
    self.threads = threads
  }

  /// What the chosen weights earn on all of the validation spans.
  func validated(progress: (Int, Int) -> Void = { _, _ in }) -> ValidationRecord {
    record(judged.map(\.validation), progress: progress)
  }

  /// What they earn on the test spans after them, by which nothing is chosen; nil where there are none.
  func tested() -> ValidationRecord? {
    let bars = judged.map(\.test)
    return bars.contains { !$0.isEmpty } ? record(bars) : nil
  }

  private var judged: [SeriesSplit] { splits.filter { !$0.validation.isEmpty } }

  private func record(_ bars: [Range<Int>], progress: (Int, Int) -> Void = { _, _ in }) -> ValidationRecord {
    ValidationRecord(
      training.task, bars: bars, parameters: run.chosenWeights, maxSegments: training.settings.segments,
      threads: threads, progress: progress)
  }

  /// Counts the run among the trials of a state directory and says how many there are; one that cannot be counted is
  /// said, and nil.
  func count(_ record: ValidationRecord, under state: String, as note: String = "") -> Int? {
    let ledger = TrialLedger(directory: state + "/trials")
    do {
      if let trial = try record.trial(
        settings: try Output.json(training.settings) + note,
        dataHashes: [training.corpus.manifest.digest], at: SystemTime().now)
      {
        try ledger.append(trial)
      }
      return try ledger.census().count
    } catch {
      Console.error("the trial is not counted: \(error)")
      return nil
    }
  }
}
