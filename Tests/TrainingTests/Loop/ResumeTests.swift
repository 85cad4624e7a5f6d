import Foundation
import HRM
import Testing
import Training

/// A run that goes on is the run that never stopped: 40 steps are 20, a checkpoint, another trainer and 20.
@Suite struct ResumeTests {
  /// Threads of the straight run, of the first part and of the second.
  private static let threads = [(1, 1, 1), (2, 2, 2), (1, 2, 1), (2, 1, 2)]

  private static func expectEqualRuns(_ task: some TrainingTask, _ settings: TrainerSettings) throws {
    let place = try RunPlace()
    var first: (checkpoint: [UInt8], log: String, scalars: String)?
    for (number, (straight, before, after)) in threads.enumerated() {
      let (whole, parted) = ("whole\(number)", "parted\(number)")
      let run = try RunOf(task: task, settings: settings, path: place.path(whole)).go(threads: straight)
      try RunOf(task: task, settings: settings, path: place.path(parted)).go(until: 20, threads: before)
      let resumed = try RunOf(task: task, settings: settings, path: place.path(parted)).go(
        resumes: true, threads: after)
      #expect(run.trainer.step == 40 && resumed.trainer.step == 40)
      #expect(run.history == resumed.history && run.history.count == 4)
      #expect(run.chosenWeights.tensors() == resumed.chosenWeights.tensors())
      for name in [whole, parted] {
        let seen = (
          checkpoint: Array(try RunPlace.bytes(place.checkpoint(name, step: 40))),
          log: try RunPlace.text(place.path("\(name)/log.jsonl")),
          scalars: try RunPlace.text(place.path("\(name)/scalars.csv"))
        )
        let wanted = first ?? seen
        first = wanted
        #expect(seen.checkpoint == wanted.checkpoint, "\(name), threads \(straight), \(before), \(after)")
        #expect(seen.log == wanted.log && seen.scalars == wanted.scalars, "\(name)")
      }
    }
    let log = try #require(first).log
    #expect(log.split(separator: "\n").count == 10)
  }

  @Test func sudoku() throws {
    try Self.expectEqualRuns(LoopFixture.sudoku(), LoopFixture.sudokuSettings())
  }

  @Test func sudokuVaried() throws {
    try Self.expectEqualRuns(LoopFixture.sudoku(.collapsed), LoopFixture.varied(LoopFixture.sudokuSettings()))
  }

  @Test func tradingVaried() throws {
    try Self.expectEqualRuns(LoopFixture.trading(), LoopFixture.varied(LoopFixture.tradingSettings()))
  }

  @Test func trading() throws {
    let (task, settings) = (try LoopFixture.trading(), LoopFixture.tradingSettings())
    // Every state that a lane can be in occurs before the checkpoint, and some of each are in it.
    let trainer = try Trainer(task: task, settings: settings)
    var lanes: [Lane] = []
    for _ in 0..<20 {
      _ = try trainer.advance()
      lanes += trainer.lanes
    }
    #expect(Set(lanes.map(\.pass)) == [.single, .toTheEnd, .again], "seed \(settings.seed)")
    #expect(lanes.contains { $0.pass == .again && !$0.finalActions.isEmpty && $0.segments < 3 })
    #expect(lanes.contains { $0.minimum >= 2 && $0.pass == .single })
    #expect(Set(lanes.map(\.segments)) == [1, 2, 3])
    #expect(Set(trainer.lanes.map(\.isHalted)) == [true, false], "at step 20")
    #expect(trainer.lanes.contains { !$0.finalActions.isEmpty }, "at step 20")
    try Self.expectEqualRuns(task, settings)
  }

  @Test func everythingIsInTheCheckpoint() throws {
    let place = try RunPlace()
    let run = RunOf(
      task: try LoopFixture.trading(), settings: LoopFixture.tradingSettings(), path: place.path("run"))
    try run.go(until: 20)
    let file = try SafetensorsFile(path: place.checkpoint("run", step: 20))
    let kinds = Set(file.tensors.map { String($0.name.prefix { $0 != "." }) })
    #expect(kinds == ["weights", "means", "squares", "average", "lanes"])
    for name in ["lanes.slow", "lanes.fast", "weights.w_patch", "means.w_patch", "squares.w_patch", "average.w_patch"] {
      let values = try #require(file[name], "\(name)").values
      #expect(values.contains { $0 != 0 }, "\(name) is nothing but zeros")
    }
  }

  @Test func aStoppedRunStaysStopped() throws {
    let place = try RunPlace()
    var run = RunOf(
      task: try LoopFixture.sudoku(), settings: LoopFixture.sudokuSettings(), path: place.path("run"))
    run.settings.schedule = LearningSchedule(peak: 0, warmUpSteps: 0)
    run.plan.patience = 2
    let first = try run.begin()
    #expect(try first.run() == .stoppedEarly)
    #expect(first.trainer.step == 30)
    let again = try run.begin(resumes: true)
    #expect(try again.run() == .stoppedEarly)
    #expect(again.trainer.step == 30)
    #expect(again.bestStep == 10 && again.history.count == 3)
  }

  @Test func theBestIsThatOfTheCheckpoint() throws {
    let place = try RunPlace()
    let settings = LoopFixture.sudokuSettings(lanes: 2)
    let first = try HRMParameters(architecture: .sudoku4, seed: settings.seed).tensors()["lm_head"]!.values
    var task = ChangedSudoku(sudoku: try LoopFixture.sudoku())
    // The farther from where it began, the better: every validation finds the best so far.
    task.score = { parameters in
      zip(parameters.tensors()["lm_head"]!.values, first).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) }
    }
    let run = RunOf(task: task, settings: settings, path: place.path("run"))
    let early = try run.go(until: 20)
    let known = early.chosenWeights.weightsDigest
    #expect(early.bestStep == 20)
    let straight = try run.go(resumes: true)
    let wanted = straight.chosenWeights.weightsDigest
    #expect(straight.bestStep == 40 && wanted != known)
    // As after a cut between a validation and its checkpoint: there is a better one, which the checkpoint knows not of.
    try FileManager.default.removeItem(atPath: place.checkpoint("run", step: 40) + ".sha256")
    let resumed = try run.begin(resumes: true)
    #expect(resumed.bestStep == 20 && resumed.chosenWeights.weightsDigest == known)
    _ = try resumed.run()
    #expect(resumed.bestStep == 40 && resumed.chosenWeights.weightsDigest == wanted)
  }
}
