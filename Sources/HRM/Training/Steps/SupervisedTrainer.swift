/// Training by the published recipe: every step is one segment for all lanes, with deep supervision and Q-learning of
/// when to stop.
public final class SupervisedTrainer {
  /// What a step did.
  public struct Report: Sendable, Equatable {
    /// Loss and its parts.
    public var loss: PublishedLoss.Parts
    /// What the heads said.
    public var outputs: HeadOutputs
    /// Wanted probability of going on, per lane.
    public var continueTargets: [Double]
    /// Segments and whether the lane has halted, after this step.
    public var steps: [Int], halted: [Bool]
  }

  /// Weights and lanes.
  public let network: TrainingNetwork
  /// The loss.
  public let loss: PublishedLoss
  /// When lanes halt.
  public let halting: HaltingRule
  /// How weights move; may be changed between steps, for example by a schedule.
  public var optimiser: OptimiserSettings
  /// Which lanes run.
  public private(set) var lanes: TrainingLanes
  /// Steps done.
  public private(set) var stepCount = 0
  private var architecture: HRMArchitecture { network.parameters.architecture }

  /// A trainer whose lanes all wait for a sample.
  public init(
    network: TrainingNetwork, loss: PublishedLoss, optimiser: OptimiserSettings = OptimiserSettings(),
    maxSegments: Int? = nil
  ) {
    self.network = network
    self.loss = loss
    self.optimiser = optimiser
    halting = HaltingRule(maxSegments: maxSegments ?? network.parameters.architecture.maxSegments)
    lanes = TrainingLanes(network.parameters.architecture, count: network.lanes)
  }

  /// Gives every halted lane its sample of a batch and its first state. A running lane keeps all it has.
  public func offer(_ batch: TrainingBatch) throws {
    try batch.inputs.validate(for: architecture)
    try batch.targets.validate(for: architecture, count: batch.inputs.count)
    guard batch.inputs.count == network.lanes else {
      throw ModelError(
        file: "batch", subject: "count", reason: "is \(batch.inputs.count), the trainer has \(network.lanes) lanes")
    }
    for lane in 0..<network.lanes where lanes.halted[lane] {
      network.take(batch.inputs, sequence: lane, lane: lane)
      network.resetState(lane)
      lanes.targets.take(
        batch.targets, sequence: lane, lane: lane,
        perSequence: architecture.head == .trade ? 1 : architecture.seqLen)
      lanes.steps[lane] = 0
      lanes.halted[lane] = false
    }
  }

  /// One step on a batch: forward, halting, a look ahead for the target, loss, backward. Leaves gradients in the
  /// network's parameters; `update` applies them.
  ///
  /// - Parameter minimumSegments: per lane, 0 for none; see `Exploration`.
  public func supervise(_ batch: TrainingBatch, minimumSegments: [Int]) throws -> Report {
    precondition(minimumSegments.count == network.lanes, "one least number of segments per lane")
    try offer(batch)
    let outputs = network.forward()
    for lane in 0..<network.lanes {
      lanes.steps[lane] += 1
      lanes.halted[lane] = halting.isHalted(
        steps: lanes.steps[lane], qHalt: outputs.qHalt[lane], qContinue: outputs.qContinue[lane],
        minimum: minimumSegments[lane])
    }
    let ahead = network.lookAhead()
    let wanted = (0..<network.lanes).map { lane in
      halting.continueTarget(
        steps: lanes.steps[lane], nextHalt: ahead.qHalt[lane], nextContinue: ahead.qContinue[lane])
    }
    let (parts, gradients) = loss.evaluate(
      outputs, lanes.targets, continueTargets: wanted, architecture: architecture)
    network.backward(gradients)
    return Report(
      loss: parts, outputs: outputs, continueTargets: wanted, steps: lanes.steps, halted: lanes.halted)
  }

  /// Moves puzzle rows, then all other weights, by the gradients of the last `supervise`.
  public func update() {
    stepCount += 1
    network.optimisePuzzleRows(optimiser)
    network.optimise(optimiser, step: stepCount)
  }

  /// `supervise` and `update`.
  public func step(_ batch: TrainingBatch, minimumSegments: [Int]) throws -> Report {
    let report = try supervise(batch, minimumSegments: minimumSegments)
    update()
    return report
  }
}
