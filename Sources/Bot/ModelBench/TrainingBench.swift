import HRM

/// Times whole training steps: segment, target segment, losses, backward, optimiser.
struct TrainingBench {
  /// Fewest timed steps of a row.
  private static let fewest = 3
  let architecture: HRMArchitecture
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
    let benchmark = try TrainingBenchmark(
      architecture: shape, batch: plan.trainingBatch, threads: threads, gradient: plan.gradient)
    // The first step allocates.
    try benchmark.step()
    var samples: [Double] = []
    let end = clock() &+ UInt64(plan.secondsPerRow * 1e9)
    while samples.count < Self.fewest || clock() < end {
      let start = clock()
      try benchmark.step()
      samples.append(Double(clock() &- start) / 1e6)
    }
    let sorted = Samples(samples)
    return ModelBenchResult.Training(
      cycles: recurrence.cycles, timesteps: recurrence.steps, positions: shape.positions, batch: plan.trainingBatch,
      threads: threads, samples: sorted.count, p50Milliseconds: sorted.median, p99Milliseconds: sorted.quantile(0.99),
      sequencesPerSecond: Double(plan.trainingBatch) / sorted.median * 1000, peakResidentMiB: ProcessMemory.peakMiB,
      samplesMilliseconds: samples)
  }
}
