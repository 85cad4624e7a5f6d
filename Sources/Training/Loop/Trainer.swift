import Core
import HRM

/// Trains a network segment by segment: every step takes each lane one segment further, judges what it says then, goes
/// back through that segment alone and moves the weights. Source: `hrm.md` § 1.6 and `training.md` § 3 of the design.
///
/// Results depend on settings, task and instruction set, and not on threads, processes or time.
package final class Trainer<Task: TrainingTask> {
  /// Steps in a row without a finite gradient that end a run.
  package static var maxSkippedInARow: Int { 20 }

  /// What is learnt.
  package let task: Task
  /// How.
  package let settings: TrainerSettings
  /// Weights in training and the states of this process's lanes.
  package let network: TrainingNetwork
  /// Averaged weights: what is validated and kept.
  package let average: HRMParameters
  /// This process's lanes.
  package internal(set) var lanes: [Lane]
  /// Steps done, and those of them that moved the weights.
  package internal(set) var step = 0, updates = 0
  /// Steps without a finite loss or gradient: all, and the latest in a row.
  package internal(set) var skipped = 0, skippedInARow = 0
  /// The other processes.
  package let exchange: any GradientExchange
  /// Number of this process's first lane among all.
  private var firstLane: Int { exchange.rank * lanes.count }

  /// A trainer at its first step.
  ///
  /// - Parameters:
  ///   - parameters: the first weights; nil draws those of the settings' seed.
  ///   - threads: 1...16.
  package init(
    task: Task, settings: TrainerSettings, parameters: HRMParameters? = nil, threads: Int = 2,
    exchange: any GradientExchange = SingleProcess()
  ) throws {
    let own = try Self.lanes(of: settings, task: task, among: exchange.count)
    let parameters = try parameters ?? HRMParameters(architecture: task.architecture, seed: settings.seed)
    self.task = task
    self.settings = settings
    self.exchange = exchange
    network = TrainingNetwork(
      parameters: parameters, lanes: own * task.rowsPerLane, threads: threads, gradient: settings.gradient)
    average = parameters.copy()
    lanes = [Lane](repeating: Lane(), count: own)
  }

  private static func lanes(of settings: TrainerSettings, task: Task, among count: Int) throws -> Int {
    let rows = settings.lanes * task.rowsPerLane
    guard (0...Dropout.largestRate).contains(settings.dropout) else {
      throw TrainingError("dropout \(settings.dropout): from 0 to \(Dropout.largestRate)")
    }
    guard settings.lanes >= 1, rows <= TrainingNetwork.maxLanes else {
      throw TrainingError(
        "lanes \(settings.lanes): \(task.rowsPerLane) rows each, and at most \(TrainingNetwork.maxLanes) in all")
    }
    guard count > 1 else { return settings.lanes }
    guard task.architecture.puzzleDim == 0 else {
      throw TrainingError("a network with rows for puzzles is trained by one process alone, not by \(count)")
    }
    // Only then do the processes' sums make up the tree of one process.
    guard count.nonzeroBitCount == 1, rows % (TrainingNetwork.chunkLanes * count) == 0, settings.lanes % count == 0
    else {
      throw TrainingError(
        "lanes \(settings.lanes): \(count) processes must be a power of two, lanes a multiple of that, and their "
          + "\(rows) rows a multiple of \(TrainingNetwork.chunkLanes * count)")
    }
    return settings.lanes / count
  }

  /// Trains one step. Throws a `TrainingError` when too many in a row had no finite gradient.
  package func advance() throws -> StepReport {
    step += 1
    takeSamples()
    let outputs = network.forward(
      dropout: Dropout(
        rate: settings.dropout, seed: settings.seed, step: step, firstRow: firstLane * task.rowsPerLane))
    countSegments(outputs)
    let ahead = settings.maxSegments > 1 ? network.lookAhead() : nil
    let progress = Double(step - 1) / Double(max(1, settings.steps))
    let views = lanes.map { LaneView(sample: $0.sample, segments: $0.segments, finalActions: $0.finalActions) }
    let judgement = task.judge(
      outputs, ahead: ahead, lanes: views, laneCount: settings.lanes, progress: progress)
    network.backward(judgement.gradients) { exchange.sum($0) }
    let report = move(judgement)
    try skipIfNeeded(report)
    return report
  }

  /// Gives every halted lane a sample, or the one it has once more.
  private func takeSamples() {
    for index in lanes.indices where lanes[index].isHalted {
      let number = firstLane + index
      if lanes[index].pass == .toTheEnd {
        lanes[index].pass = .again
      } else {
        lanes[index].sample = task.draw(seed: settings.seed, step: step, lane: number)
        lanes[index].finalActions = []
        lanes[index].pass = isForStability(number) ? .toTheEnd : .single
      }
      lanes[index].segments = 0
      lanes[index].isHalted = false
      lanes[index].minimum = task.minimumSegments(of: lanes[index].sample)
      if settings.exploring == .everySample { explore(index) }
      let inputs = task.inputs(of: lanes[index].sample)
      precondition(inputs.count == task.rowsPerLane, "a sample of another number of rows")
      for row in 0..<task.rowsPerLane {
        network.take(inputs, sequence: row, lane: index * task.rowsPerLane + row)
        network.resetState(index * task.rowsPerLane + row)
      }
    }
  }

  private func isForStability(_ number: Int) -> Bool {
    guard task.learnsStability, settings.maxSegments > 1 else { return false }
    var random = CounterRandom(
      seed: settings.seed, purpose: .trainingStability, step: UInt64(step), lane: UInt64(number))
    return random.uniform() < settings.stabilityProbability
  }

  private func explore(_ index: Int) {
    let exploration = Exploration(probability: settings.explorationProbability, seed: settings.seed)
    let drawn = exploration.minimumSegments(
      step: step, lane: firstLane + index, maxSegments: settings.maxSegments)
    lanes[index].minimum = max(lanes[index].minimum, drawn)
  }

  /// Counts the segment and halts lanes that are done.
  private func countSegments(_ outputs: HeadOutputs) {
    let rule = HaltingRule(maxSegments: settings.maxSegments)
    for index in lanes.indices {
      let rows = (index * task.rowsPerLane)..<((index + 1) * task.rowsPerLane)
      lanes[index].segments += 1
      if settings.exploring == .everySegment {
        lanes[index].minimum = 0
        explore(index)
      }
      let mean = { (values: [Float]) in rows.reduce(Float(0)) { $0 + values[$1] } / Float(rows.count) }
      let minimum = lanes[index].pass == .toTheEnd ? settings.maxSegments : lanes[index].minimum
      lanes[index].isHalted = rule.isHalted(
        steps: lanes[index].segments, qHalt: mean(outputs.qHalt), qContinue: mean(outputs.qContinue), minimum: minimum)
      if lanes[index].isHalted, lanes[index].pass == .toTheEnd {
        lanes[index].finalActions = task.actions(outputs, rows: rows, of: lanes[index].sample)
      }
    }
  }

  /// Moves the weights, if the gradients are finite, and says what happened.
  private func move(_ judgement: Judgement) -> StepReport {
    let halted = lanes.filter(\.isHalted)
    let own =
      [judgement.loss, Double(halted.count), Double(halted.reduce(0) { $0 + $1.segments })]
      + judgement.parts.map(\.value)
    let all = exchange.sum(own)
    let norm = network.gradientNorm()
    let optimiser = settings.optimiser(step: step)
    let isFinite = all[0].isFinite && norm.isFinite
    if isFinite {
      updates += 1
      network.optimisePuzzleRows(optimiser)
      network.optimise(optimiser, step: updates, gradientNorm: norm)
      if settings.averageKeep > 0 {
        average.average(towards: network.parameters, keep: settings.averageKeep)
      } else {
        average.take(network.parameters)
      }
    }
    return StepReport(
      step: step, loss: all[0],
      parts: zip(judgement.parts, all.dropFirst(3)).map { LossPart($0.name, $1) },
      learningRate: optimiser.learningRate, gradientNorm: norm, haltedShare: all[1] / Double(settings.lanes),
      meanSegments: all[1] > 0 ? all[2] / all[1] : 0, isSkipped: !isFinite)
  }

  private func skipIfNeeded(_ report: StepReport) throws {
    guard report.isSkipped else {
      skippedInARow = 0
      return
    }
    skipped += 1
    skippedInARow += 1
    // A state that is not finite would stay so.
    for index in lanes.indices {
      lanes[index].isHalted = true
      lanes[index].pass = .single
    }
    for row in 0..<network.lanes { network.resetState(row) }
    guard skippedInARow < Self.maxSkippedInARow else {
      throw TrainingError(
        "no finite gradient for \(skippedInARow) steps up to \(step): lower the learning rate or clip gradients")
    }
  }
}
