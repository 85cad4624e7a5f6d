import HRM
import Testing
import Training

/// Steps without a finite loss or gradient.
@Suite struct SkippedStepTests {
  private static let settings = LoopFixture.sudokuSettings(lanes: 2, steps: 40)

  /// Progress of the steps that are numbered from 1.
  private static func at(_ steps: Set<Int>) -> (Double) -> Bool {
    { steps.contains(Int(($0 * 40).rounded()) + 1) }
  }

  @Test func suchAStepMovesNothing() throws {
    let task = ChangedSudoku(
      sudoku: try LoopFixture.sudoku(), lossFails: Self.at([3]), gradientFails: Self.at([4, 7]))
    let trainer = try Trainer(task: task, settings: Self.settings)
    for step in 1...10 {
      let before = (trainer.network.parameters.weightsDigest, trainer.average.weightsDigest)
      let report = try trainer.advance()
      let isBad = [3, 4, 7].contains(step)
      #expect(report.isSkipped == isBad, "step \(step)")
      #expect((trainer.network.parameters.weightsDigest == before.0) == isBad, "step \(step)")
      #expect((trainer.average.weightsDigest == before.1) == isBad, "step \(step)")
      #expect(trainer.lanes.allSatisfy { !isBad || $0.isHalted }, "step \(step)")
    }
    #expect(trainer.skipped == 3 && trainer.skippedInARow == 0)
    #expect(trainer.step == 10 && trainer.updates == 7)
    #expect(trainer.network.parameters.tensors().values.allSatisfy { $0.firstNonFinite == nil })
  }

  @Test func twentyInARowEndTheRun() throws {
    let task = ChangedSudoku(
      sudoku: try LoopFixture.sudoku(), gradientFails: { $0 >= 0.1 && Int(($0 * 40).rounded()) != 23 })
    let trainer = try Trainer(task: task, settings: Self.settings)
    // Steps 5...23 fail, 24 does not, and from 25 on all do.
    for _ in 1...43 { _ = try trainer.advance() }
    #expect(trainer.skipped == 38 && trainer.skippedInARow == 19)
    let error = #expect(throws: TrainingError.self) { _ = try trainer.advance() }
    #expect(error?.description.contains("no finite gradient for 20 steps up to 44") == true)
  }

  @Test func aCheckpointAfterOneIsWhole() throws {
    let place = try RunPlace()
    // What the network has become by then: states that are no numbers.
    var task = ChangedSudoku(sudoku: try LoopFixture.sudoku())
    task.gradientFails = Self.at([4, 17, 18, 20])
    let run = RunOf(task: task, settings: Self.settings, path: place.path("run"))
    let straight = try RunOf(task: task, settings: Self.settings, path: place.path("straight")).go()
    try run.go(until: 20)
    let resumed = try run.go(resumes: true)
    #expect(resumed.trainer.skipped == 4 && straight.trainer.skipped == 4)
    #expect(
      try RunPlace.bytes(place.checkpoint("run", step: 40)) == RunPlace.bytes(place.checkpoint("straight", step: 40)))
  }

  @Test func statesThatAreNoNumbersAreNotKept() throws {
    let place = try RunPlace()
    let run = try RunOf(
      task: ChangedSudoku(sudoku: try LoopFixture.sudoku()), settings: Self.settings, path: place.path("run")
    ).begin()
    let network = run.trainer.network
    var done = 0
    // The lanes run on with what was put there, so the next step cannot be finite.
    while run.trainer.lanes.allSatisfy(\.isHalted) {
      _ = try run.trainer.advance()
      done += 1
    }
    network.slowStates = network.slowStates.map { _ in .nan }
    _ = try run.run(shouldStop: { run.trainer.step > done })
    #expect(run.trainer.skipped == 1)
    #expect(network.slowStates.allSatisfy { $0.isFinite })
    let again = RunOf(task: run.trainer.task, settings: Self.settings, path: place.path("run"))
    #expect(try again.begin(resumes: true).trainer.step == done + 1)
  }
}
