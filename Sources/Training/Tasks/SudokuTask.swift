import Core
import HRM

/// Sudoku of 4 x 4 by the published recipe: a task with one right answer, which tells a working trainer from a broken
/// one.
package struct SudokuTask: TrainingTask {
  /// What is trained on, and what is never seen.
  package let train: SudokuPuzzles, test: SudokuPuzzles
  package let architecture: HRMArchitecture
  package let rowsPerLane = 1
  private let loss = PublishedLoss(crossEntropy: .stablemax)

  /// The task on given puzzles, for a network that reads and writes them.
  package init(train: SudokuPuzzles, test: SudokuPuzzles, architecture: HRMArchitecture = .sudoku4) {
    self.architecture = architecture
    self.train = train
    self.test = test
  }

  /// The published optimiser with a rate for so small a network.
  package static func settings(
    seed: UInt64, steps: Int, maxSegments: Int = HRMArchitecture.sudoku4.maxSegments
  ) -> TrainerSettings {
    var settings = TrainerSettings(
      seed: seed, lanes: 32, steps: steps, maxSegments: maxSegments,
      schedule: LearningSchedule(peak: 1e-3, warmUpSteps: 100))
    settings.rule = .adamATan2
    settings.decay = .everything
    settings.largestNorm = nil
    settings.averageKeep = 0
    settings.exploring = .everySegment
    return settings
  }

  package func draw(seed: UInt64, step: Int, lane: Int) -> LaneSample {
    var random = CounterRandom(
      seed: seed, purpose: .trainingSamples, step: UInt64(step), lane: UInt64(lane))
    return LaneSample(start: random.below(train.count))
  }

  package func inputs(of sample: LaneSample) -> TrainingInputs { train.inputs(sample.start..<(sample.start + 1)) }

  package func judge(
    _ outputs: HeadOutputs, ahead: (qHalt: [Float], qContinue: [Float])?, lanes: [LaneView], laneCount: Int,
    progress: Double
  ) -> Judgement {
    let rule = HaltingRule(maxSegments: architecture.maxSegments)
    let cells = SudokuPuzzles.cells
    let labels = lanes.flatMap { train.solutions[($0.sample.start * cells)..<(($0.sample.start + 1) * cells)] }
    let goOn = lanes.indices.map { lane in
      ahead.map {
        rule.continueTarget(
          steps: lanes[lane].segments, nextHalt: $0.qHalt[lane], nextContinue: $0.qContinue[lane])
      } ?? 0
    }
    let (parts, gradients) = loss.evaluate(
      outputs, TrainingTargets(labels: labels), continueTargets: goOn, architecture: architecture,
      laneCount: laneCount)
    let share = 1 / Double(laneCount)
    let exact = Double(parts.correct.filter { $0 }.count)
    return Judgement(
      loss: parts.mean,
      parts: [
        LossPart("answer", share * parts.answer), LossPart("q_halt", share * parts.qHalt),
        LossPart("q_continue", share * parts.qContinue), LossPart("exact", share * exact),
      ], gradients: gradients)
  }

  /// Share of unseen puzzles that are solved without an error after the last segment, and after each.
  package func validate(_ parameters: HRMParameters, threads: Int) -> Validation {
    let network = TrainingNetwork(parameters: parameters, lanes: test.count, threads: threads)
    let inputs = test.inputs(0..<test.count)
    for lane in 0..<test.count { network.take(inputs, sequence: lane, lane: lane) }
    let exact = (1...architecture.maxSegments).map { _ in
      let outputs = network.forward()
      let solved = (0..<test.count).count { isSolved($0, outputs) }
      return Double(solved) / Double(test.count)
    }
    let last = exact.last ?? 0
    return Validation(
      score: last, standardError: (last * (1 - last) / Double(test.count)).squareRoot(),
      figures: exact.enumerated().map { LossPart("exact_after_\($0 + 1)", $1) })
  }

  private func isSolved(_ puzzle: Int, _ outputs: HeadOutputs) -> Bool {
    let vocabulary = architecture.vocab
    return (0..<SudokuPuzzles.cells).allSatisfy { cell in
      let position = puzzle * SudokuPuzzles.cells + cell
      let logits = outputs.tokens[(position * vocabulary)..<((position + 1) * vocabulary)]
      let best = logits.indices.max { logits[$0] < logits[$1] }!
      return best - logits.startIndex == test.solutions[position]
    }
  }
}
