import Control
import HRM

/// Measures the network on this machine.
package struct ModelBenchmark {
  /// Name shown for the model.
  let name: String
  let architecture: HRMArchitecture
  let tensors: () throws -> [String: Tensor]
  let plan: ModelBenchPlan
  /// Told what is being measured.
  let progress: (String) -> Void

  /// - Parameter tensors: gives all tensors of the architecture; not asked for before they are needed, and not kept.
  package init(
    name: String, architecture: HRMArchitecture, plan: ModelBenchPlan, progress: @escaping (String) -> Void,
    tensors: @escaping () throws -> [String: Tensor]
  ) {
    self.name = name
    self.architecture = architecture
    self.tensors = tensors
    self.plan = plan
    self.progress = progress
  }

  /// Runs all parts of the plan. Throws `ModelError` if the plan does not fit the architecture.
  package func run(version: String) throws -> ModelBenchResult {
    try check()
    let clock = { SystemTime().monotonicNanoseconds }
    var result = ModelBenchResult(
      model: name, version: version, parameters: architecture.parameterCount, instructionSet: HRMNetwork.kernelName,
      blasKernels: MachinePeak.blasKernels, deadlineMillis: plan.deadlineMillis)
    // First, so that the peak of the memory is that of training.
    if plan.parts.contains(.training) {
      let bench = TrainingBench(architecture: architecture, plan: plan, clock: clock, progress: progress)
      result.training = try bench.run()
    }
    result.machine = measureMachine(clock)
    if plan.parts.contains(.decisions) {
      let bench = DecisionBench(
        architecture: architecture, tensors: try tensors(), plan: plan, clock: clock, progress: progress)
      (result.decisions, result.memory) = try bench.run()
      // Again: a peak that a neighbour spoiled before is hardly spoiled twice.
      result.machine = zip(result.machine, measureMachine(clock)).map { $0.best(with: $1) }
    }
    result.peakResidentMiB = ProcessMemory.peakMiB
    return result
  }

  private func check() throws {
    func refuse(_ subject: String, _ reason: String) -> ModelError {
      ModelError(file: name, subject: subject, reason: reason)
    }
    guard architecture.front == .bars, architecture.head == .trade else {
      throw refuse("front", "the bench measures networks that read bars and trade")
    }
    guard plan.parts.contains(.decisions) else { return }
    for positions in plan.positions {
      guard architecture.pos == .rope || positions == architecture.positions else {
        throw refuse("pos", "learned positions fit S = \(architecture.positions) alone, not \(positions)")
      }
      guard positions > architecture.prefix else {
        throw refuse("positions", "S = \(positions) leaves none after the context")
      }
    }
  }

  /// The machine with each number of threads; nothing if that is not wanted.
  private func measureMachine(_ clock: @escaping () -> UInt64) -> [ModelBenchResult.Machine] {
    guard plan.parts.contains(.machine) else { return [] }
    return plan.threads.map { threads in
      progress("the machine with \(threads) thread\(threads == 1 ? "" : "s")")
      let peak = MachinePeak(threads: threads, clock: clock)
      let rates = HRMPrecision.allCases.map { ($0.label, peak.operationsPerSecond($0)) }
      return ModelBenchResult.Machine(
        threads: threads, operationsPerSecond: Dictionary(uniqueKeysWithValues: rates),
        blasOperationsPerSecond: peak.multiplicationsPerSecond(), bytesReadPerSecond: peak.bytesReadPerSecond())
    }
  }
}
