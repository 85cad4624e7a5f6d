import HRM

/// Times decisions of one segment, in turns: every round gives every combination a slice of time, so that a neighbour
/// who takes the processor for a while hits all alike.
struct DecisionBench {
  /// Longest slice of a round, in seconds; a combination gets at least one decision.
  private static let slice = 0.25
  let architecture: HRMArchitecture
  let tensors: [String: Tensor]
  let plan: ModelBenchPlan
  let clock: () -> UInt64
  let progress: (String) -> Void

  /// One combination, ready to run, and what was measured of it.
  private final class Subject {
    let setup: DecisionSetup
    let inference: HRMInference
    let questions: [HRMQuestion]
    var samples: [Double] = []
    var depths: [Int] = []

    init(_ setup: DecisionSetup, _ network: HRMNetwork) {
      self.setup = setup
      inference = HRMInference(
        network: network, cycles: setup.recurrence.cycles, timesteps: setup.recurrence.steps, threads: setup.threads,
        capacity: setup.batch)
      questions = (0..<setup.batch).map { Self.question($0, network.architecture) }
    }

    /// Numbers of the size that features have; their values do not change the time.
    private static func question(_ index: Int, _ a: HRMArchitecture) -> HRMQuestion {
      return HRMQuestion(
        input: HRMInput(
          bars: BenchNumbers.waves(a.windowBars * a.nFeatures, phase: index), instrumentRow: index, timeframeRow: 0,
          context: BenchNumbers.waves(a.nAccount, phase: index)),
        legal: Array(repeating: true, count: a.nActions), limits: ThinkingLimits(maxSegments: 1))
    }

    func decideOnce(_ clock: () -> UInt64) {
      let start = clock()
      _ = inference.decide(batch: questions, clock: clock)
      samples.append(Double(clock() &- start) / 1e6)
    }

    /// How deep a decision gets before the deadline if nothing else ends it.
    func decideToDeadline(_ milliseconds: Int, _ clock: () -> UInt64) {
      let most = HRMArchitecture.largestMaxSegments
      let timed = questions.map { question in
        var question = question
        question.limits = ThinkingLimits(
          minSegments: most, maxSegments: most, deadlineNanoseconds: UInt64(milliseconds) * 1_000_000)
        return question
      }
      depths.append(inference.decide(batch: timed, clock: clock).map(\.segments).min() ?? 0)
    }
  }

  /// Measures all combinations; also how much memory a network of each precision takes.
  func run() throws -> (rows: [ModelBenchResult.Decision], memory: [ModelBenchResult.Memory]) {
    let (subjects, memory) = try prepare()
    let rounds = max(1, Int((plan.secondsPerRow / Self.slice).rounded(.up)))
    let slice = UInt64(plan.secondsPerRow / Double(rounds) * 1e9)
    for subject in subjects {
      subject.decideOnce(clock)
      subject.samples = []
    }
    for round in 1...rounds {
      progress("decisions: round \(round) of \(rounds), \(subjects.count) combinations")
      for subject in subjects {
        let end = clock() &+ slice
        repeat { subject.decideOnce(clock) } while clock() < end
        subject.decideToDeadline(plan.deadlineMillis, clock)
      }
    }
    return (subjects.map(result), memory)
  }

  private func prepare() throws -> ([Subject], [ModelBenchResult.Memory]) {
    var networks: [DecisionSetup: HRMNetwork] = [:]
    var memory: [ModelBenchResult.Memory] = []
    for positions in plan.positions {
      for precision in plan.precisions {
        progress("packing \(precision.label) for \(positions) positions")
        let before = ProcessMemory.residentMiB
        var shape = architecture
        shape.seqLen = positions - shape.prefix
        let network = try HRMNetwork(architecture: shape, tensors: tensors, precision: precision)
        networks[Self.key(positions, precision)] = network
        if positions == plan.positions.first {
          memory.append(.init(precision: precision.label, networkMiB: ProcessMemory.residentMiB - before))
        }
      }
    }
    return (plan.decisions.map { Subject($0, networks[Self.key($0.positions, $0.precision)]!) }, memory)
  }

  private static func key(_ positions: Int, _ precision: HRMPrecision) -> DecisionSetup {
    DecisionSetup(
      positions: positions, recurrence: .init(cycles: 1, steps: 1), batch: 1, threads: 1, precision: precision)
  }

  private func result(_ subject: Subject) -> ModelBenchResult.Decision {
    let setup = subject.setup
    let cost = SegmentCost(
      subject.inference.network.architecture, cycles: setup.recurrence.cycles, steps: setup.recurrence.steps)
    let samples = Samples(subject.samples)
    let seconds = samples.median / 1000
    return ModelBenchResult.Decision(
      positions: setup.positions, cycles: setup.recurrence.cycles, timesteps: setup.recurrence.steps,
      batch: setup.batch, threads: setup.threads, precision: setup.precision.label, samples: samples.count,
      p50Milliseconds: samples.median, p99Milliseconds: samples.quantile(0.99),
      segmentsInDeadline: Int(Samples(subject.depths.map(Double.init)).median),
      operationsPerSecond: cost.lastOperations * Double(setup.batch) / seconds,
      bytesPerSecond: cost.bytesRead(setup.precision) / seconds, samplesMilliseconds: subject.samples)
  }
}
