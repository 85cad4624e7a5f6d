import ArgumentParser
import Bot
import Digest
import Foundation
import HRM
import Synchronization
import Training

/// Options that every training command has.
struct TrainOptions: ParsableArguments {
  @Option(help: "Of first weights and every draw.") var seed: UInt64 = 1
  @Option(help: "Threads, 1...16. Results do not depend on them.") var threads = 2
  @Option(help: ArgumentHelp("Directory of the run: checkpoints, logs, the model.", valueName: "dir")) var out: String?
  @Option(help: ArgumentHelp("Go on with the run in this directory, with the same settings.", valueName: "dir"))
  var resume: String?
  @Flag(help: "One JSON object at the end.") var json = false
  @Option(help: ArgumentHelp("End after this step as by Ctrl-C.", valueName: "step", visibility: .private))
  var stopAfter: Int?

  func validate() throws {
    if !(1...16).contains(threads) { throw ValidationError("--threads \(threads): must be from 1 to 16") }
    if out != nil, resume != nil { throw ValidationError("--resume names the directory; leave out --out") }
  }

  /// Directory of the run, if it has one.
  var directory: String? { resume ?? out }
}

/// Ctrl-C and SIGTERM as a wish: the step is finished and a checkpoint is kept.
enum Interruption {
  private static let wish = Atomic(false)
  static var isWanted: Bool { wish.load(ordering: .relaxed) }

  /// Watches for the signals; a second one ends the process at once.
  static func watch() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        if Interruption.wish.exchange(true, ordering: .relaxed) { signal(number, SIG_DFL) }
      }
    }
  }
}

/// Runs trainers and shows how far they are.
enum TrainingOutput {
  /// Trains to the end, an early stop or a signal. An interrupted run ends the command with exit code 130. Of several
  /// processes the first goes on after the end; the others' work is done.
  static func run<Task: TrainingTask>(
    _ run: TrainingRun<Task>, options: TrainOptions
  ) throws -> RunEnding {
    let exchange = run.trainer.exchange
    Interruption.watch()
    var shown = -1
    defer { ProgressLine.clear() }
    let shouldStop = { Interruption.isWanted || run.trainer.step == options.stopAfter }
    let ending = try run.run(shouldStop: shouldStop) { progress in
      guard exchange.rank == 0 else { return }
      if ProgressLine.isWanted { ProgressLine.show(line(progress)) }
      guard let validation = progress.validation, run.history.count != shown else { return }
      shown = run.history.count
      ProgressLine.clear()
      Console.note(note(progress, validation))
    }
    exchange.leave()
    ProgressLine.clear()
    let digest = run.trainer.network.parameters.weightsDigest
    Processes.note(exchange, "weights after step \(run.trainer.step): SHA-256 \(SHA256.hex(digest))")
    // The launcher ends the others as soon as one fails, and the first is not done yet.
    if exchange.rank > 0 { throw ExitCode.success }
    guard ending == .interrupted else { return ending }
    Console.note(
      "stopped after step \(run.trainer.step)"
        + (options.directory.map { "; go on with --resume \($0)" } ?? "; nothing is kept without --out"))
    throw ExitCode(130)
  }

  private static func line(_ progress: RunProgress) -> String {
    let step = progress.step
    let share = Double(step.step) / Double(max(1, progress.steps))
    let memory = progress.residentBytes.map { " \($0 >> 20) MiB" } ?? ""
    return
      "\(ProgressLine.bar(share)) \(step.step)/\(progress.steps) loss \(short(step.loss)) depth \(short(step.meanSegments)) "
      + "moved H \(short(progress.slowResidual)) L \(short(progress.fastResidual)) "
      + "\(Int(progress.samplesPerSecond))/s\(memory) \(ProgressLine.duration(progress.secondsLeft)) left"
  }

  private static func note(_ progress: RunProgress, _ validation: Validation) -> String {
    let figures = validation.figures.map { "\($0.name) \(short($0.value))" }.joined(separator: ", ")
    let best = progress.bestStep == progress.step.step ? "  the best so far" : ""
    return "step \(progress.step.step): \(figures)\(best)"
  }

  static func short(_ value: Double) -> String {
    abs(value) >= 100 || value == 0 ? String(format: "%.0f", value) : String(format: "%.3g", value)
  }

  /// Turns errors of training into ones with an exit code.
  static func mapping<Result>(_ body: () throws -> Result) throws -> Result {
    do { return try body() } catch let error as TrainingError {
      throw StartError(error.description, exitCode: 65)
    } catch let error as ModelError { throw StartError("\(error)", exitCode: 65) }
  }
}
