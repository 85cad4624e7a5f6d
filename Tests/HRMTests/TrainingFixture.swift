import Foundation
import HRM

/// Small networks for training tests, and their heads written down plainly.
enum TrainingFixture {
  /// A small architecture; `change` makes a variant.
  static func architecture(_ change: (inout HRMArchitecture) -> Void = { _ in }) -> HRMArchitecture {
    var a = HRMArchitecture.tiny
    a.dH = 24
    a.dL = 24
    a.headsH = 3
    a.headsL = 3
    a.layersH = 2
    a.layersL = 1
    a.nCycles = 1
    a.tSteps = 1
    a.seqLen = 4
    a.nFeatures = 3
    a.patch = 2
    a.nInstruments = 5
    a.dInstrument = 6
    a.nTimeframes = 3
    a.dTimeframe = 4
    a.nAccount = 2
    a.vocab = 7
    a.puzzleDim = 0
    a.nPuzzles = 4
    change(&a)
    return a
  }

  static func tokens(_ a: inout HRMArchitecture, puzzleDim: Int = 0) {
    a.front = .tokens
    a.head = .lm
    a.puzzleDim = puzzleDim
  }

  /// Weights in which nothing is zero, so that every gradient flows.
  static func parameters(_ architecture: HRMArchitecture, seed: UInt64 = 1) throws -> HRMParameters {
    var tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: architecture, seed: seed).map { ($0.name, $0.tensor) })
    var random = TestRandom(seed: seed)
    for name in tensors.keys.sorted() where ["w_q", "instr_emb", "tf_emb", "puzzle_emb"].contains(name) {
      for index in tensors[name]!.values.indices { tensors[name]!.values[index] = random.symmetric() * 0.3 }
    }
    return try HRMParameters(architecture: architecture, tensors: tensors)
  }

  /// What the heads say about one sequence, in double precision: policy, quantity, value, halting; then tokens.
  static func heads(_ naive: NaiveNetwork, slow: NaiveNetwork.Rows) -> [Double] {
    func linear(_ weights: String, _ bias: String) -> [Double] {
      zip(naive.apply(weights, slow[0]), naive.w[bias]!.values).map { $0 + Double($1) }
    }
    var result: [Double] = []
    if naive.a.head == .trade {
      result = linear("w_policy", "b_policy") + linear("w_qty", "b_qty") + linear("w_value", "b_value")
    }
    result += linear("w_q", "b_q")
    if naive.a.head == .lm { result += slow[naive.a.prefix...].flatMap { naive.apply("lm_head", $0) } }
    return result
  }

  /// The outputs of one lane in the order of `heads`.
  static func row(_ outputs: HeadOutputs, lane: Int, _ a: HRMArchitecture) -> [Float] {
    var result: [Float] = []
    if a.head == .trade {
      result = Array(outputs.policy[(lane * a.nActions)..<((lane + 1) * a.nActions)])
      result += [outputs.quantityLogits[lane], outputs.values[lane]]
    }
    result += [outputs.qHalt[lane], outputs.qContinue[lane]]
    let size = a.seqLen * a.vocab
    if a.head == .lm { result += outputs.tokens[(lane * size)..<((lane + 1) * size)] }
    return result
  }

  /// Random gradients of the heads' outputs.
  static func gradients(_ a: HRMArchitecture, lanes: Int, seed: UInt64) -> HeadGradients {
    var random = TestRandom(seed: seed)
    var gradients = HeadGradients(a, lanes: lanes)
    func fill(_ values: inout [Float]) { for index in values.indices { values[index] = random.symmetric() } }
    fill(&gradients.policy)
    fill(&gradients.quantityLogits)
    fill(&gradients.values)
    fill(&gradients.qHalt)
    fill(&gradients.qContinue)
    fill(&gradients.tokens)
    return gradients
  }

  /// A trainer on random samples.
  static func trainer(_ a: HRMArchitecture, lanes: Int, threads: Int, seed: UInt64 = 1) throws -> SupervisedTrainer {
    var optimiser = OptimiserSettings()
    optimiser.learningRate = 1e-3
    optimiser.rowLearningRate = 1e-2
    return SupervisedTrainer(
      network: TrainingNetwork(parameters: try parameters(a, seed: seed), lanes: lanes, threads: threads),
      loss: PublishedLoss(crossEntropy: a.head == .lm ? .stablemax : .softmax), optimiser: optimiser)
  }
}
