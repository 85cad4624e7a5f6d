import Glibc

/// A training step on random samples, to be timed by the caller.
public final class TrainingBenchmark {
  /// Weights, lanes and optimiser.
  public let trainer: SupervisedTrainer
  private let batch: TrainingBatch
  private let architecture: HRMArchitecture
  private let exploration: Exploration

  /// - Parameters:
  ///   - seed: of weights and samples.
  ///   - batch: lanes.
  ///   - threads: 1...16.
  ///   - gradient: how far a step goes back.
  public init(
    architecture: HRMArchitecture, seed: UInt64 = 1, batch count: Int = 64, threads: Int = 2,
    gradient: SegmentGradient = .oneStep
  ) throws {
    self.architecture = architecture
    exploration = Exploration(seed: seed)
    let parameters = try HRMParameters(architecture: architecture, seed: seed)
    trainer = SupervisedTrainer(
      network: TrainingNetwork(parameters: parameters, lanes: count, threads: threads, gradient: gradient),
      loss: PublishedLoss(crossEntropy: architecture.head == .lm ? .stablemax : .softmax))
    batch = Self.samples(architecture, count: count, seed: seed)
  }

  /// Forward, look ahead, loss, backward and optimiser, once.
  @discardableResult public func step() throws -> SupervisedTrainer.Report {
    let minimum = (0..<trainer.network.lanes).map { lane in
      exploration.minimumSegments(step: trainer.stepCount, lane: lane, maxSegments: architecture.maxSegments)
    }
    return try trainer.step(batch, minimumSegments: minimum)
  }

  /// Random samples that fit an architecture: a function of the arguments alone.
  public static func samples(_ a: HRMArchitecture, count: Int, seed: UInt64) -> TrainingBatch {
    // Beside the lanes of the weights, which count from 0.
    let random = WeightRandom(seed: seed, lane: UInt64.max)
    var draw: UInt64 = 0
    func uniform() -> Double {
      draw += 1
      return random.uniform(draw: draw)
    }
    func numbers(_ count: Int, _ scale: Double = 2) -> [Float] {
      (0..<count).map { _ in Float(scale * (2 * uniform() - 1)) }
    }
    func integers(_ count: Int, below bound: Int) -> [Int] { (0..<count).map { _ in Int(uniform() * Double(bound)) } }
    let inputs =
      a.front == .bars
      ? TrainingInputs(
        count: count, bars: numbers(count * a.windowBars * a.nFeatures),
        instruments: integers(count, below: a.nInstruments), timeframes: integers(count, below: a.nTimeframes),
        context: numbers(count * a.nAccount, 1))
      : TrainingInputs(
        count: count, tokens: integers(count * a.seqLen, below: a.vocab),
        puzzles: a.puzzleDim > 0 ? integers(count, below: a.nPuzzles) : [])
    guard a.head == .trade else {
      return TrainingBatch(
        inputs: inputs, targets: TrainingTargets(labels: integers(count * a.seqLen, below: a.vocab)))
    }
    let targets = TrainingTargets(
      labels: integers(count, below: a.nActions), quantityMask: integers(count, below: 2).map { Float($0) },
      quantities: (0..<count).map { _ in Float(uniform()) }, values: numbers(count, 1))
    return TrainingBatch(inputs: inputs, targets: targets)
  }

  /// Memory of this process that is resident, in bytes: now, and at most so far. Nil where the system does not say.
  public static func residentBytes() -> (now: Int, peak: Int)? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    // The file has no size beforehand, so it is read until it ends.
    var bytes = [UInt8](repeating: 0, count: 1 << 14)
    let count = fread(&bytes, 1, bytes.count, file)
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    func kilobytes(_ field: String) -> Int? {
      text.split(separator: "\n").first { $0.hasPrefix(field) }?
        .split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) }
    }
    guard let now = kilobytes("VmRSS:"), let peak = kilobytes("VmHWM:") else { return nil }
    return (now * 1024, peak * 1024)
  }
}
