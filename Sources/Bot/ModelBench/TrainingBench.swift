import HRM

/// Times whole training steps: segment, target segment, losses, backward, optimiser.
struct TrainingBench {
  /// Fewest timed steps of a row.
  private static let fewest = 3
  let architecture: HRMArchitecture
  let tensors: [String: Tensor]
  let plan: ModelBenchPlan
  let clock: () -> UInt64
  let progress: (String) -> Void

  /// One row for every recurrence and number of threads.
  func run() throws -> [ModelBenchResult.Training] {
    try plan.recurrences.flatMap { recurrence in
      try plan.threads.map { threads in
        progress("training steps of \(plan.trainingBatch), \(recurrence), \(threads) thread\(threads == 1 ? "" : "s")")
        return try measure(recurrence, threads)
      }
    }
  }

  private func measure(
    _ recurrence: ModelBenchPlan.Recurrence, _ threads: Int
  ) throws -> ModelBenchResult.Training {
    var shape = architecture
    shape.nCycles = recurrence.cycles
    shape.tSteps = recurrence.steps
    let parameters = try HRMParameters(architecture: shape, tensors: tensors)
    let network = TrainingNetwork(parameters: parameters, lanes: plan.trainingBatch, threads: threads)
    let trainer = SupervisedTrainer(network: network, loss: PublishedLoss(crossEntropy: .softmax))
    let batch = Self.batch(plan.trainingBatch, shape)
    let minimum = Array(repeating: 0, count: plan.trainingBatch)
    // The first step allocates.
    _ = try trainer.step(batch, minimumSegments: minimum)
    var samples: [Double] = []
    let end = clock() &+ UInt64(plan.secondsPerRow * 1e9)
    while samples.count < Self.fewest || clock() < end {
      let start = clock()
      _ = try trainer.step(batch, minimumSegments: minimum)
      samples.append(Double(clock() &- start) / 1e6)
    }
    let sorted = Samples(samples)
    return ModelBenchResult.Training(
      cycles: recurrence.cycles, timesteps: recurrence.steps, positions: shape.positions, batch: plan.trainingBatch,
      threads: threads, samples: sorted.count, p50Milliseconds: sorted.median, p99Milliseconds: sorted.quantile(0.99),
      sequencesPerSecond: Double(plan.trainingBatch) / sorted.median * 1000, peakResidentMiB: ProcessMemory.peakMiB,
      samplesMilliseconds: samples)
  }

  /// Sequences and answers of plausible size; the time does not depend on them.
  private static func batch(_ count: Int, _ a: HRMArchitecture) -> TrainingBatch {
    let bars = BenchNumbers.waves(count * a.windowBars * a.nFeatures)
    return TrainingBatch(
      inputs: TrainingInputs(
        count: count, bars: bars, instruments: (0..<count).map { $0 % a.nInstruments },
        timeframes: (0..<count).map { $0 % a.nTimeframes }, context: BenchNumbers.waves(count * a.nAccount)),
      targets: TrainingTargets(
        labels: (0..<count).map { $0 % a.nActions }, quantityMask: Array(repeating: 1, count: count),
        quantities: Array(repeating: 0.5, count: count), values: BenchNumbers.waves(count)))
  }
}
