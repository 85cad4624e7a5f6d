import Foundation
import HRM
import Testing
import Training

/// Settings of comparisons, and that the usual ones are what they were.
@Suite struct VariedSettingsTests {
  private static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Runs and trials are known by this text.
  @Test func theUsualTextIsWhatItWas() throws {
    let settings = TrainerSettings(
      seed: 1, lanes: 2, steps: 3, maxSegments: 4, schedule: LearningSchedule(peak: 0.5, warmUpSteps: 5))
    let usual = """
      {"averageKeep":0.999,"decay":"matrices","explorationProbability":0.1,"exploring":"everySample","lanes":2,\
      "largestNorm":1,"maxSegments":4,"rule":"adamW","schedule":{"floor":0.1,"peak":0.5,"shape":"constant",\
      "warmUpSteps":5},"seed":1,"stabilityProbability":0.1,"steps":3,"weightDecay":0.1}
      """
    #expect(try Self.json(settings) == usual)
    var varied = settings
    varied.gradient = .lastCycle
    varied.dropout = 0.25
    #expect(try Self.json(varied) != usual && varied != settings)
    #expect(try JSONDecoder().decode(TrainerSettings.self, from: Data(Self.json(varied).utf8)) == varied)
    #expect(varied.gradient == .lastCycle && varied.dropout == 0.25)
    varied.gradient = .oneStep
    #expect(varied.dropout == 0.25 && varied.gradient == .oneStep)
    varied.dropout = 0
    #expect(varied == settings)
  }

  @Test func dropoutOutOfItsRangeIsRefused() throws {
    for rate in [-0.1, 0.95, .nan] {
      var settings = LoopFixture.sudokuSettings()
      settings.dropout = rate
      #expect(throws: TrainingError.self) { _ = try Trainer(task: try LoopFixture.sudoku(), settings: settings) }
    }
  }

  @Test func everyFormLearns() throws {
    for form in HRMForm.allCases {
      let task = try LoopFixture.sudoku(form)
      let settings = LoopFixture.varied(
        SudokuTask.settings(seed: 3, steps: 8, maxSegments: task.architecture.maxSegments))
      let trainer = try Trainer(task: task, settings: settings)
      for _ in 0..<8 { #expect(try !trainer.advance().isSkipped, "\(form)") }
      #expect(task.validate(trainer.average, threads: 2).figures.count == task.architecture.maxSegments)
    }
  }
}
