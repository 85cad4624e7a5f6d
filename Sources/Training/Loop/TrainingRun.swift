import Foundation
import HRM

/// When a run logs, looks how good it is, and keeps what it has.
package struct RunPlan: Codable, Equatable, Sendable {
  /// Steps between lines of the log, validations and checkpoints, besides the last step; 0 for never.
  package var logEvery = 20, validateEvery = 500, checkpointEvery = 500
  /// Validations in a row without a gain that end the run; 0 for none.
  package var patience = 10
  /// Standard errors that count as a gain.
  package var gainInErrors = 0.1

  /// The defaults.
  package init() {}

  /// For a person.
  var text: String {
    "a line of the log every \(logEvery) steps, a validation every \(validateEvery), a checkpoint every "
      + "\(checkpointEvery), patience \(patience), gains of \(gainInErrors) errors"
  }
}

/// What a run is of, for its checkpoints: a run goes on only as what it began as.
package struct RunIdentity: Codable, Equatable, Sendable {
  /// What is trained, for example `sudoku`.
  package var task: String
  /// The run's settings as JSON.
  package var settings: String
  /// What the data are, as JSON.
  package var data: String

  /// An identity as given.
  package init(task: String, settings: String, data: String) {
    self.task = task
    self.settings = settings
    self.data = data
  }

  /// Which part of two identities differs; nil if none does.
  func difference(from other: RunIdentity) -> String? {
    if task != other.task { return "task: it is of \(other.task), this run of \(task)" }
    if settings != other.settings { return "settings: it has \(other.settings), this run \(settings)" }
    if data != other.data { return "data: it has \(other.data), this run \(data)" }
    return nil
  }
}

/// A run as far as it has come, for whoever watches.
package struct RunProgress: Sendable {
  /// The last step.
  package var step: StepReport
  /// Steps of the whole run.
  package var steps: Int
  /// Samples a second since the last report, and seconds until the end at that pace.
  package var samplesPerSecond: Double, secondsLeft: Double
  /// Mean relative change of the slow and the fast states in the step.
  package var slowResidual: Double, fastResidual: Double
  /// The latest validation, and the best with its step.
  package var validation: Validation?, best: Validation?
  package var bestStep: Int
  /// Resident memory in bytes, if the system says.
  package var residentBytes: Int?
}

/// Why a run ended.
package enum RunEnding: String, Codable, Sendable {
  case finished
  case stoppedEarly = "stopped_early"
  case interrupted
}

/// A training run from its first or a later step to its end: logs, validations, early stop, checkpoints.
package final class TrainingRun<Task: TrainingTask> {
  /// What a checkpoint says besides the trainer's state.
  struct Record: Codable {
    var identity: RunIdentity
    var plan: RunPlan
    var trainer: Trainer<Task>.State
    var best: Validation?
    var bestStep: Int
    var validation: Validation?
    var staleValidations: Int
    var history: [Validation]
  }

  /// The trainer.
  package let trainer: Trainer<Task>
  /// The best validation so far and its step; the latest one; all of them in order.
  package private(set) var best: Validation?, bestStep = 0, validation: Validation?
  package private(set) var history: [Validation] = []
  private let plan: RunPlan
  private let identity: RunIdentity
  private let directory: RunDirectory?
  let threads: Int
  private let seconds: () -> Double
  private var bestWeights: HRMParameters?
  private var staleValidations = 0
  private var lastReport: (time: Double, step: Int)

  /// - Parameters:
  ///   - path: directory of the run; nil keeps nothing.
  ///   - resumes: whether to go on from the latest checkpoint there.
  ///   - seconds: a clock that only rises.
  package init(
    _ trainer: Trainer<Task>, plan: RunPlan, identity: RunIdentity, path: String? = nil, resumes: Bool = false,
    threads: Int = 2, seconds: @escaping () -> Double
  ) throws {
    self.trainer = trainer
    self.plan = plan
    self.identity = identity
    self.threads = threads
    self.seconds = seconds
    directory = try path.map { try RunDirectory($0, rank: trainer.exchange.rank, count: trainer.exchange.count) }
    lastReport = (seconds(), 0)
    guard let directory else { return }
    if resumes {
      try resume(directory)
    } else if directory.hasCheckpoints {
      throw TrainingError(
        "\(directory.path): has a run already; go on with --resume, or choose another directory")
    }
  }

  var isFirstProcess: Bool { trainer.exchange.rank == 0 }

  private func resume(_ directory: RunDirectory) throws {
    let step = try latestStep(directory)
    let file = directory.checkpoint(step: step)
    let (record, tensors) = try file.read(Record.self)
    if let difference = identity.difference(from: record.identity) {
      throw TrainingError("\(file.path): \(difference)")
    }
    guard plan == record.plan else {
      throw TrainingError("\(file.path): plan: it has \(record.plan.text), this run \(plan.text)")
    }
    try trainer.restore(record.trainer, tensors: tensors, file: file.path)
    (best, bestStep, validation) = (record.best, record.bestStep, record.validation)
    (staleValidations, history) = (record.staleValidations, record.history)
    if record.best != nil, isFirstProcess {
      let file = directory.best(step: bestStep)
      let (_, tensors) = try file.read(Record.self)
      bestWeights = try HRMParameters(architecture: trainer.task.architecture, tensors: tensors, file: file.path)
    }
    if isFirstProcess { try directory.cutLogs(after: step) }
    lastReport = (seconds(), step)
  }

  /// The weights to keep: those of the best validation, or the latest where there was none. In the first process only.
  package var chosenWeights: HRMParameters { bestWeights ?? trainer.average }

  /// Trains to the end.
  ///
  /// - Parameters:
  ///   - shouldStop: asked before every step; the run then keeps a checkpoint and ends.
  ///   - report: called at every logging step.
  package func run(shouldStop: () -> Bool = { false }, report: (RunProgress) -> Void = { _ in }) throws -> RunEnding {
    try expectAgreement()
    if isStale { return .stoppedEarly }
    var ending = RunEnding.finished
    while trainer.step < trainer.settings.steps {
      if trainer.exchange.sum([shouldStop() ? 1 : 0]) != [0] {
        ending = .interrupted
        break
      }
      let isLogged = isDue(plan.logEvery, trainer.step + 1)
      let before = isLogged ? (trainer.network.slowStates, trainer.network.fastStates) : ([], [])
      let step = try trainer.advance()
      if isDue(plan.validateEvery, step.step), try validate() { ending = .stoppedEarly }
      if isLogged || ending != .finished { try log(step, before: before, report) }
      if isDue(plan.checkpointEvery, step.step) { try keep() }
      if ending == .stoppedEarly { break }
    }
    try keep()
    return ending
  }

  private func isDue(_ interval: Int, _ step: Int) -> Bool {
    interval > 0 && (step == trainer.settings.steps || step % interval == 0)
  }

  /// Says how good the averaged weights are, and whether that has not become better for too long.
  private func validate() throws -> Bool {
    let result = try sharedValidation()
    validation = result
    history.append(result)
    let needed = (best?.score ?? -.infinity) + plan.gainInErrors * result.standardError
    staleValidations = result.score > needed ? 0 : staleValidations + 1
    if result.score > best?.score ?? -.infinity {
      (best, bestStep) = (result, trainer.step)
      if isFirstProcess { try keepBest() }
    }
    return isStale
  }

  private var isStale: Bool { plan.patience > 0 && staleValidations >= plan.patience }

  private func keepBest() throws {
    if let bestWeights { bestWeights.take(trainer.average) } else { bestWeights = trainer.average.copy() }
    guard let directory else { return }
    try directory.best(step: trainer.step).write(
      record(), tensors: trainer.average.tensors().map { ($0.key, $0.value) })
  }

  private func record() -> Record {
    Record(
      identity: identity, plan: plan, trainer: trainer.state, best: best, bestStep: bestStep, validation: validation,
      staleValidations: staleValidations, history: history)
  }

  /// Writes a checkpoint.
  private func keep() throws {
    try expectAgreement()
    guard let directory, directory.steps().last != trainer.step else { return }
    try directory.checkpoint(step: trainer.step).write(record(), tensors: trainer.tensors())
    directory.prune()
    if isFirstProcess { directory.pruneBest() }
  }

  private func log(_ step: StepReport, before: (slow: [Float], fast: [Float]), _ report: (RunProgress) -> Void) throws {
    let now = seconds()
    let elapsed = max(now - lastReport.time, 1e-9)
    let steps = Double(step.step - lastReport.step)
    lastReport = (now, step.step)
    let progress = RunProgress(
      step: step, steps: trainer.settings.steps,
      samplesPerSecond: steps * Double(trainer.settings.lanes * trainer.task.rowsPerLane) / elapsed,
      secondsLeft: elapsed / max(1, steps) * Double(trainer.settings.steps - step.step),
      slowResidual: StateWatch.change(before.slow, trainer.network.slowStates),
      fastResidual: StateWatch.change(before.fast, trainer.network.fastStates), validation: validation, best: best,
      bestStep: bestStep, residentBytes: TrainingBenchmark.residentBytes()?.now)
    report(progress)
    guard let directory, isFirstProcess else { return }
    try directory.append(RunLog.json(progress), to: "log.jsonl")
    try directory.append(RunLog.csv(progress), to: "scalars.csv")
  }
}
