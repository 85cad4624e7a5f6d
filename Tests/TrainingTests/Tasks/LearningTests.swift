import Core
import Foundation
import HRM
import Testing
import Training

/// Short runs of the trainer: what the full bars ask for is measured by `hrmbot train sudoku` and `train planted`.
@Suite struct LearningTests {
  private static func trained(_ name: String, steps: Int, seed: UInt64) throws -> PlantedExperiment.Result {
    let market = try #require(PlantedMarket.named.first { $0.name == name }?.market)
    let experiment = try PlantedExperiment(
      name: name, market: market, seed: seed, steps: steps, trainingBars: 40_000, freshBars: 20_000)
    let trainer = try Trainer(
      task: experiment.task, settings: experiment.settings,
      parameters: try experiment.task.firstWeights(seed: seed))
    for _ in 0..<steps { _ = try trainer.advance() }
    return try experiment.judge(trainer.average, threads: 2, cpuSeconds: { 0 })
  }

  @Test func anEdgeThatIsThereIsFound() throws {
    let result = try Self.trained("easy", steps: 400, seed: 11)
    #expect(try #require(result.gainShare) > 0.5, "seed 11: \(result)")
    #expect(result.exposure > 0.5)
  }

  @Test func whereNothingIsNothingIsHeld() throws {
    let result = try Self.trained("pure_noise", steps: 150, seed: 12)
    #expect(result.exposure < 0.02, "seed 12: \(result)")
    #expect(result.gainShare == nil)
  }

  @Test func sudokuIsLearnt() throws {
    let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Resources/sudoku4.csv").path
    let puzzles = try SudokuPuzzles(path: path)
    #expect(puzzles.count == 500)
    let task = SudokuTask(train: puzzles, test: puzzles)
    let trainer = try Trainer(task: task, settings: SudokuTask.settings(seed: 13, steps: 300))
    func answer(_ steps: Int) throws -> Double {
      var sum = 0.0
      for _ in 0..<steps { sum += try trainer.advance().parts[0].value }
      return sum / Double(steps)
    }
    let first = try answer(10)
    _ = try answer(270)
    let last = try answer(20)
    #expect(last < 0.6 * first, "seed 13: the answer's loss went from \(first) to \(last)")
    let validation = task.validate(trainer.average, threads: 2)
    #expect(validation.figures.count == 4)
  }
}
