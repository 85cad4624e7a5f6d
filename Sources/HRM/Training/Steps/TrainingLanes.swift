/// Samples of a batch: what the network reads, and what it should answer.
public struct TrainingBatch: Sendable, Equatable {
  /// What the network reads.
  public var inputs: TrainingInputs
  /// What it should answer.
  public var targets: TrainingTargets

  /// A batch as given.
  public init(inputs: TrainingInputs, targets: TrainingTargets) {
    self.inputs = inputs
    self.targets = targets
  }
}

/// Which lanes run and since when, and what their samples should be answered with.
public struct TrainingLanes: Sendable, Equatable {
  /// Segments that each lane's sample has had.
  public internal(set) var steps: [Int]
  /// Lanes that take the next sample offered. All do at first.
  public internal(set) var halted: [Bool]
  /// Targets of the samples in the lanes.
  public internal(set) var targets: TrainingTargets

  /// Lanes that all wait for a sample.
  public init(_ architecture: HRMArchitecture, count: Int) {
    steps = [Int](repeating: 0, count: count)
    halted = [Bool](repeating: true, count: count)
    targets = TrainingTargets(empty: architecture, count: count)
  }
}
