import ArgumentParser
import Bot
import Foundation
import HRM
import Training

struct TrainSudokuCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sudoku", abstract: "Learn Sudoku of 4 x 4: does the trainer train at all?",
    discussion: """
      A task with one right answer. The directory has train.csv and test.csv with the columns puzzle and solution, 16
      digits each, 0 for a blank. Shown is the share of unseen puzzles solved without an error after each segment.

      Exit code 0: the bars are met (at 3,200 steps 0.25, at 6,400 steps 0.65 and 0.2 more than after one segment, best of
      the last three evaluations); 1: one is missed. Other numbers of steps have no bar, nor have other forms, gradients and
      dropout, which are for comparison.

      EXAMPLES
        hrmbot train sudoku --data DIR
        hrmbot train sudoku --data DIR --seed 2 --steps 3200 --json
        hrmbot train sudoku --data DIR --gradient lastCycle
        hrmbot train sudoku --data DIR --form plain
        hrmbot train sudoku --data DIR --form collapsed --dropout 0.1
      """)
  @Option(help: ArgumentHelp("Directory with train.csv and test.csv.", valueName: "dir")) var data: String
  @Option(help: "Steps of the run.") var steps = 6400
  @Option(help: "Steps between evaluations.") var evaluateEvery = 400
  @OptionGroup var variation: VariationOptions
  @OptionGroup var options: TrainOptions

  struct Evaluation: Codable {
    var step: Int
    /// After each segment.
    var exact: [Double]
  }

  struct Result: Codable {
    var seed: UInt64
    var steps: Int
    var parameters: Int
    var form: HRMForm, gradient: SegmentGradient, dropout: Double
    var evaluations: [Evaluation]
    /// Best of the last three evaluations up to a step of the bar.
    var exactAt3200: Double?, exactAt6400: Double?, gainOverFirstSegment: Double?
    var meetsBars: Bool?
    var cpuSeconds: Double, seconds: Double
  }

  func validate() throws {
    if !(1...10_000_000).contains(steps) { throw ValidationError("--steps \(steps): must be from 1 to 10000000") }
    if evaluateEvery < 1 { throw ValidationError("--evaluate-every \(evaluateEvery): must be at least 1") }
  }

  func run() throws {
    let start = Stopwatch.seconds()
    let result = try TrainingOutput.mapping {
      let task = SudokuTask(
        train: try SudokuPuzzles(path: data + "/train.csv"), test: try SudokuPuzzles(path: data + "/test.csv"),
        architecture: try HRMArchitecture.sudoku4.formed(as: variation.chosenForm))
      var settings = SudokuTask.settings(
        seed: options.seed, steps: steps, maxSegments: task.architecture.maxSegments)
      variation.set(&settings)
      let trainer = try Trainer(
        task: task, settings: settings, threads: options.threads, exchange: try Processes.join())
      var plan = RunPlan()
      (plan.validateEvery, plan.checkpointEvery, plan.patience) = (evaluateEvery, evaluateEvery, 0)
      let run = try TrainingRun(
        trainer, plan: plan,
        identity: RunIdentity(
          task: variation.task("sudoku"), settings: try Output.json(settings), data: "\(task.train.count)"),
        path: options.directory, resumes: options.resume != nil, threads: options.threads,
        seconds: Stopwatch.seconds)
      _ = try TrainingOutput.run(run, options: options)
      return Self.result(
        run, settings, variation, parameters: task.architecture.parameterCount, every: evaluateEvery, start)
    }
    print(options.json ? try Output.json(result) : Self.text(result))
    if result.meetsBars == false { throw ExitCode(1) }
  }

  private static func result(
    _ run: TrainingRun<SudokuTask>, _ settings: TrainerSettings, _ variation: VariationOptions, parameters: Int,
    every: Int, _ start: Double
  ) -> Result {
    let evaluations = run.history.enumerated().map { index, validation in
      Evaluation(step: min(settings.steps, (index + 1) * every), exact: validation.figures.map(\.value))
    }
    func best(_ step: Int) -> Evaluation? {
      guard step <= settings.steps else { return nil }
      return evaluations.filter { $0.step <= step }.suffix(3).max { ($0.exact.last ?? 0) < ($1.exact.last ?? 0) }
    }
    var result = Result(
      seed: settings.seed, steps: settings.steps, parameters: parameters, form: variation.chosenForm,
      gradient: settings.gradient, dropout: settings.dropout, evaluations: evaluations,
      cpuSeconds: Stopwatch.cpuSeconds(), seconds: Stopwatch.seconds() - start)
    var met: [Bool] = []
    if let exact = best(3200)?.exact.last {
      result.exactAt3200 = exact
      met.append(exact >= 0.25)
    }
    if let last = best(6400), let exact = last.exact.last, let first = last.exact.first {
      result.exactAt6400 = exact
      result.gainOverFirstSegment = exact - first
      met += [exact >= 0.65, exact - first >= 0.2]
    }
    if !met.isEmpty, variation.isUsual { result.meetsBars = met.allSatisfy { $0 } }
    return result
  }

  private static func text(_ result: Result) -> String {
    var lines = ["step   exact after each segment"]
    for evaluation in result.evaluations {
      let exact = evaluation.exact.map { String(format: "%.3f", $0) }.joined(separator: "  ")
      lines.append(String(format: "%5d  ", evaluation.step) + exact)
    }
    let bars = result.meetsBars.map { $0 ? "the bars are met" : "a bar is MISSED" } ?? "no bar for this"
    lines.append(
      "seed \(result.seed), \(result.parameters) parameters, "
        + String(format: "%.0f s of processor time: ", result.cpuSeconds) + bars)
    return lines.joined(separator: "\n")
  }
}
