import Core
import Foundation
import HRM
import Training

/// Small tasks, and directories for their runs.
enum LoopFixture {
  /// Puzzles of the suite; a dozen are validated on.
  static func sudoku(_ form: HRMForm = .hierarchy) throws -> SudokuTask {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Resources/sudoku4.csv").path
    let few = NSTemporaryDirectory() + "hrmbot-sudoku-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: few) }
    let lines = try RunPlace.text(path).split(separator: "\n").prefix(13)
    try lines.joined(separator: "\n").write(toFile: few, atomically: true, encoding: .utf8)
    return SudokuTask(
      train: try SudokuPuzzles(path: path), test: try SudokuPuzzles(path: few),
      architecture: try HRMArchitecture.sudoku4.formed(as: form))
  }

  static func sudokuSettings(seed: UInt64 = 5, lanes: Int = 6, steps: Int = 40) -> TrainerSettings {
    var settings = SudokuTask.settings(seed: seed, steps: steps)
    settings.lanes = lanes
    settings.schedule = LearningSchedule(peak: 1e-3, warmUpSteps: 10, shape: .cosine)
    settings.averageKeep = 0.9
    return settings
  }

  /// A SYNTHETIC market whose samples get up to three segments.
  static func trading(windowBars: Int = 4) throws -> TradingTask {
    let market = PlantedMarket(persistence: 0.98, strength: 0.15)
    let architecture = HRMArchitecture.trading(
      dH: 32, dL: 16, heads: (2, 1), layers: (1, 1), innerMultiple: 32, cycles: 2, steps: 2, reset: true,
      maxSegments: 3, features: 3, patch: 2, patches: 3, instruments: (4, 8), timeframes: (2, 8))
    var settings = TradingSettings()
    settings.windowBars = windowBars
    settings.oracleWeight = 0.1
    settings.complexityFloor = nil
    var series = market.series(
      market.path(seed: 21, bars: 600), seed: 22, distractors: 1, windowBars: architecture.windowBars)
    series.instrumentRow = 3
    return try TradingTask(
      architecture: architecture, train: [series, series], validation: [series], validationBars: [100..<260],
      settings: settings)
  }

  /// Further back than usual, and with something left out.
  static func varied(_ settings: TrainerSettings) -> TrainerSettings {
    var settings = settings
    settings.gradient = .lastCycle
    settings.dropout = 0.2
    return settings
  }

  static func tradingSettings(seed: UInt64 = 5, lanes: Int = 6, steps: Int = 40) -> TrainerSettings {
    var settings = TrainerSettings(
      seed: seed, lanes: lanes, steps: steps, maxSegments: 3,
      schedule: LearningSchedule(peak: 1e-3, warmUpSteps: 10, shape: .cosine))
    settings.averageKeep = 0.9
    settings.explorationProbability = 0.4
    settings.stabilityProbability = 0.4
    return settings
  }

  /// Looks and keeps often.
  static func plan() -> RunPlan {
    var plan = RunPlan()
    (plan.logEvery, plan.validateEvery, plan.checkpointEvery, plan.patience) = (4, 10, 20, 0)
    return plan
  }

  static func identity(data: String = "data", settings: TrainerSettings) -> RunIdentity {
    RunIdentity(task: "test", settings: "seed \(settings.seed), \(settings.lanes) lanes", data: data)
  }
}

/// A directory of its own for one test. Gone with it.
final class RunPlace {
  let root: String

  init() throws {
    root = NSTemporaryDirectory() + "hrmbot-loop-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root) }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  /// Where a checkpoint of a run lies.
  func checkpoint(_ run: String, step: Int, kind: String = "step") -> String {
    let digits = String(step)
    return path("\(run)/checkpoints/\(kind)-\(String(repeating: "0", count: 9 - digits.count))\(digits).safetensors")
  }

  static func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(filePath: path)) }
  static func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }
}

/// Steps of one run, as one process after another does them.
struct RunOf<Task: TrainingTask> {
  let task: Task
  var settings: TrainerSettings
  let path: String
  var plan = LoopFixture.plan()
  var data = "data"

  func begin(resumes: Bool = false, threads: Int = 1) throws -> TrainingRun<Task> {
    try TrainingRun(
      Trainer(task: task, settings: settings, threads: threads), plan: plan,
      identity: LoopFixture.identity(data: data, settings: settings), path: path, resumes: resumes, threads: threads,
      seconds: { 0 })
  }

  /// Goes up to a step, or to the end.
  @discardableResult func go(resumes: Bool = false, until step: Int? = nil, threads: Int = 1) throws -> TrainingRun<
    Task
  > {
    let run = try begin(resumes: resumes, threads: threads)
    _ = try run.run(shouldStop: { run.trainer.step == step })
    return run
  }
}

/// Sudoku, but some steps of it go wrong, or what is good is something else.
struct ChangedSudoku: TrainingTask {
  let sudoku: SudokuTask
  /// Shares of the run at which the loss, or one gradient, is no number.
  var lossFails: (Double) -> Bool = { _ in false }
  var gradientFails: (Double) -> Bool = { _ in false }
  /// How good weights are; nil for the share of puzzles.
  var score: ((HRMParameters) -> Double)?

  var architecture: HRMArchitecture { sudoku.architecture }
  var rowsPerLane: Int { 1 }
  func draw(seed: UInt64, step: Int, lane: Int) -> LaneSample { sudoku.draw(seed: seed, step: step, lane: lane) }
  func inputs(of sample: LaneSample) -> TrainingInputs { sudoku.inputs(of: sample) }
  func validate(_ parameters: HRMParameters, threads: Int) -> Validation {
    guard let score else { return sudoku.validate(parameters, threads: threads) }
    return Validation(score: score(parameters), standardError: 0)
  }

  func judge(
    _ outputs: HeadOutputs, ahead: (qHalt: [Float], qContinue: [Float])?, lanes: [LaneView], laneCount: Int,
    progress: Double
  ) -> Judgement {
    var judgement = sudoku.judge(outputs, ahead: ahead, lanes: lanes, laneCount: laneCount, progress: progress)
    if lossFails(progress) { judgement.loss = .nan }
    if gradientFails(progress) { judgement.gradients.tokens[0] = .infinity }
    return judgement
  }
}
