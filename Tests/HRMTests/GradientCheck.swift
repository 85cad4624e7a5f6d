import Foundation
import HRM
import Testing

/// Gradients of a network held against central differences of the plain one, with what they are not to flow through held
/// fast.
struct GradientCheck {
  let name: String
  let architecture: HRMArchitecture
  var mode = SegmentGradient.oneStep
  var dropout: Dropout?
  var threads = 2
  private let lanes = 3

  init(_ name: String, _ architecture: HRMArchitecture, mode: SegmentGradient = .oneStep, dropout: Dropout? = nil) {
    self.name = name
    self.architecture = architecture
    self.mode = mode
    self.dropout = dropout
  }

  func run() throws {
    let a = architecture
    let inputs = TrainingBenchmark.samples(a, count: lanes, seed: 5).inputs
    let parameters = try TrainingFixture.parameters(a)
    let network = TrainingNetwork(parameters: parameters, lanes: lanes, threads: threads, gradient: mode)
    for lane in 0..<lanes { network.take(inputs, sequence: lane, lane: lane) }
    let outputs = network.forward(dropout: dropout)
    let gradients = TrainingFixture.gradients(a, lanes: lanes, seed: 8)
    network.backward(gradients)
    let naive = try NaiveNetwork(a: a, w: parameters.tensors())
    for lane in 0..<lanes {
      let plain = masked(naive, lane)
      let expected = TrainingFixture.heads(plain, slow: plain.run(embed(plain, inputs, lane), segments: 1).slow)
      for (got, wanted) in zip(TrainingFixture.row(outputs, lane: lane, a), expected) {
        #expect(abs(Double(got) - wanted) < 2e-5, "\(name): forward")
      }
    }
    let constants = constants(naive, inputs)
    var random = TestRandom(seed: 11)
    for entry in parameters.layout.entries where entry.spec.role != .constant {
      let direction = (0..<entry.spec.count).map { _ in random.next() & 1 == 0 ? Float(1) : -1 }
      let slope = try difference(naive, constants, entry.spec, direction, inputs, gradients)
      let gradient = gradient(entry.spec, network, inputs)
      let projected = zip(gradient, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let size = gradient.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(size > 1e-3, "\(name), \(entry.spec.name): nothing flows")
      // Rounding of a gradient in fp32, and the third derivative times the square of the step.
      #expect(
        abs(projected - slope) < 2e-4 * max(size, abs(slope)),
        "\(name), \(entry.spec.name): \(projected), by differences \(slope)")
    }
  }

  private func masked(_ naive: NaiveNetwork, _ lane: Int) -> NaiveNetwork {
    guard let dropout else { return naive }
    let masks = DropoutMasks(dropout, architecture)
    var result = naive
    result.mask = { masks.factor($0, lane: lane, position: $1, component: $2) }
    return result
  }

  /// The first call that is gone back through.
  private func firstCall(_ naive: NaiveNetwork) -> Int {
    naive.callCount - 1 - (mode == .lastCycle ? architecture.tSteps : 1)
  }

  /// The states that are constants to the gradient, lane by lane.
  private func constants(
    _ naive: NaiveNetwork, _ inputs: TrainingInputs
  ) -> [(slow: NaiveNetwork.Rows, fast: NaiveNetwork.Rows)] {
    (0..<lanes).map { lane in
      let plain = masked(naive, lane)
      let start = plain.run([], segments: 0)
      return plain.calls(0..<firstCall(plain), embed(plain, inputs, lane), slow: start.slow, fast: start.fast)
    }
  }

  private func embed(_ naive: NaiveNetwork, _ inputs: TrainingInputs, _ lane: Int) -> NaiveNetwork.Rows {
    func part<Element>(_ values: [Element]) -> [Element] {
      let size = values.count / inputs.count
      return Array(values[(lane * size)..<((lane + 1) * size)])
    }
    if naive.a.front == .tokens {
      return naive.embed(
        HRMTokens(tokens: part(inputs.tokens), puzzleRow: inputs.puzzles.isEmpty ? 0 : inputs.puzzles[lane]))
    }
    return naive.embed(
      HRMInput(
        bars: part(inputs.bars), instrumentRow: inputs.instruments[lane], timeframeRow: inputs.timeframes[lane],
        context: part(inputs.context)))
  }

  /// Puzzle rows have a gradient per lane; those of equal rows belong together.
  private func gradient(_ spec: TensorSpec, _ network: TrainingNetwork, _ inputs: TrainingInputs) -> [Float] {
    guard spec.role == .puzzleRows else { return network.parameters.tensor(spec.name, .gradients)!.values }
    var result = [Float](repeating: 0, count: spec.count)
    let width = spec.shape[1]
    for (lane, row) in inputs.puzzles.enumerated() {
      for index in 0..<width { result[row * width + index] += network.puzzleGradients[lane * width + index] }
    }
    return result
  }

  /// Slope of Σ gradient · output along a direction in one tensor.
  private func difference(
    _ naive: NaiveNetwork, _ constants: [(slow: NaiveNetwork.Rows, fast: NaiveNetwork.Rows)], _ spec: TensorSpec,
    _ direction: [Float], _ inputs: TrainingInputs, _ gradients: HeadGradients
  ) throws -> Double {
    let step: Float = 0x1p-12
    func loss(_ sign: Float) throws -> Double {
      var moved = naive.w
      for index in direction.indices { moved[spec.name]!.values[index] += sign * step * direction[index] }
      let network = try NaiveNetwork(a: naive.a, w: moved)
      return (0..<lanes).reduce(0.0) { sum, lane in
        let plain = masked(network, lane)
        let state = plain.calls(
          firstCall(plain)..<plain.callCount, embed(plain, inputs, lane), slow: constants[lane].slow,
          fast: constants[lane].fast)
        let heads = TrainingFixture.heads(plain, slow: state.slow)
        let factors = TrainingFixture.row(gradients, lane: lane, naive.a)
        return sum + zip(heads, factors).reduce(0.0) { $0 + $1.0 * Double($1.1) }
      }
    }
    return try (loss(1) - loss(-1)) / (2 * Double(step))
  }
}
