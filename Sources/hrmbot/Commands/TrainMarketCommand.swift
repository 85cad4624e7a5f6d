import ArgumentParser
import Bot
import Core
import Foundation
import HRM
import Training

struct TrainMarketCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "market", abstract: "Train a policy on recorded bars. This is what `hrmbot train --data` does.",
    discussion: """
      Learns from what lies before each market's validation span, validates on that span as it goes, and keeps the best
      weights by it. Ctrl-C ends the run after a step with a checkpoint; --resume goes on, bit for bit. The run's
      directory holds checkpoints, log.jsonl, scalars.csv and, at the end, model/ for --model and `hrmbot evaluate`. Every
      finished run is a trial in the ledger.

      Exit code 0: the run ended by itself; 65: data or settings cannot be used; 130: interrupted, a checkpoint is kept.

      EXAMPLES
        hrmbot train --data DIR --timeframe 1h --out run1
        hrmbot train --data DIR --timeframe 1h --preset hrm-30k --use steps=500 --use lanes=4 --out run2
        hrmbot train --data DIR --timeframe 1h --form plain --out plain        a plain transformer of the same size
        hrmbot train --data DIR --timeframe 1h --form collapsed --out one      one module plays H and L
        hrmbot train --data DIR --timeframe 1h --gradient lastCycle --dropout 0.1 --out run3
        hrmbot train --data DIR --timeframe 1h --resume run1
        hrmbot train market --show-settings > training.yaml
      """)
  @OptionGroup var corpus: CorpusOptions
  @OptionGroup var how: MarketTrainingOptions
  @Option(help: "Name of the model.") var name: String?
  @Flag(help: "Print the settings and end.") var showSettings = false
  @Flag(help: "Do not count the run among the trials: nothing is chosen by it.") var noTrial = false
  @OptionGroup var options: TrainOptions

  struct Result: Codable {
    var ending: RunEnding
    var steps: Int, bestStep: Int
    var parameters: Int
    var dataDigest: String
    /// Whole validation span, weights of the best step, net of costs.
    var validationPayoffBp: Double, standardErrorBp: Double, exposure: Double, turnover: Double
    var annualSharpe: Double?
    var trials: Int?
    var model: String?
    var cpuSeconds: Double, seconds: Double
  }

  func run() throws {
    let settings = try TrainingOutput.mapping { try how.load(seed: options.seed) }
    if showSettings { return print(settings.file, terminator: "") }
    guard options.directory != nil else {
      throw ValidationError("--out: say where the run keeps its checkpoints, or --resume a directory")
    }
    let start = Stopwatch.seconds()
    let result = try TrainingOutput.mapping { try train(settings, start) }
    print(options.json ? try Output.json(result) : Self.text(result))
  }

  private func train(_ settings: MarketTrainingSettings, _ start: Double) throws -> Result {
    let corpus = try how.read(corpus, for: settings)
    let training = try MarketTraining(settings: settings, corpus: corpus, fit: try self.corpus.fit())
    let exchange = try Processes.join()
    Processes.note(
      exchange,
      "\(corpus.series.count) series, \(corpus.decidable(\.train).reduce(0, +)) decisions to train on, "
        + "\(corpus.decidable(\.validation).reduce(0, +)) to validate, "
        + "\(training.task.architecture.parameterCount) parameters")
    let market = try MarketRun(
      training, splits: corpus.splits, name: "market", path: options.directory, resumes: options.resume != nil,
      threads: options.threads, exchange: exchange)
    let run = market.run
    let ending = try TrainingOutput.run(run, options: options)
    let record = market.validated { done, all in
      if ProgressLine.isWanted { ProgressLine.show("whole validation span, series \(done + 1) of \(all)") }
    }
    ProgressLine.clear()
    let validation = record.validation
    var result = Result(
      ending: ending, steps: run.trainer.step, bestStep: run.bestStep,
      parameters: training.task.architecture.parameterCount, dataDigest: corpus.manifest.digest,
      validationPayoffBp: validation.score * 1e4, standardErrorBp: validation.standardError * 1e4,
      exposure: validation.figure("exposure") ?? 0, turnover: validation.figure("turnover") ?? 0,
      annualSharpe: record.annualSharpe, cpuSeconds: Stopwatch.cpuSeconds(),
      seconds: Stopwatch.seconds() - start)
    result.trials = noTrial ? nil : market.count(record, under: self.corpus.catalog.common.stateDirectory.path)
    let path = options.directory! + "/model"
    result.model = path
    _ = try training.export(
      run.chosenWeights, to: path, name: name ?? Self.modelName(settings),
      notes: try notes(result, settings, training))
    return result
  }

  private static func modelName(_ settings: MarketTrainingSettings) -> String {
    let form = settings.form == .hierarchy ? "" : "-\(settings.form.rawValue)"
    return "\(settings.preset)\(form)-seed\(settings.trainer.seed)"
  }

  private func notes(
    _ result: Result, _ settings: MarketTrainingSettings, _ training: MarketTraining
  ) throws -> [String: String] {
    var notes = [
      "task": "market", "settings": try Output.json(settings), "data_digest": result.dataDigest,
      "steps": "\(result.steps)", "best_step": "\(result.bestStep)", "cpu_seconds": "\(Int(result.cpuSeconds))",
      "validation_payoff_bp": "\(result.validationPayoffBp)", "validation_error_bp": "\(result.standardErrorBp)",
      "validation_exposure": "\(result.exposure)", "version": Release.version,
    ]
    if let span = training.trainedSpan() {
      notes["train_from"] = "\(span.lowerBound)"
      notes["train_to"] = "\(span.upperBound)"
    }
    return notes
  }

  private static func text(_ result: Result) -> String {
    let sharpe = result.annualSharpe.map { String(format: "%.2f", $0) } ?? "none, it never traded"
    return """
      \(result.ending.rawValue) after \(result.steps) steps, best at step \(result.bestStep), \(Int(result.cpuSeconds)) s of processor time
      validation, net of costs, on which the step was chosen: \
      \(String(format: "%+.4f ± %.4f", result.validationPayoffBp, result.standardErrorBp)) bp a decision, \
      exposure \(String(format: "%.3f", result.exposure)), turnover \(String(format: "%.4f", result.turnover)) a bar
      Sharpe ratio of its days, a year: \(sharpe)\(result.trials.map { "; trials so far: \($0)" } ?? "")
      model: \(result.model ?? "none")
      """
  }
}
