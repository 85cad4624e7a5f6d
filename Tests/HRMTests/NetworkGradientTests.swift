import Foundation
import HRM
import Testing

@Suite("Gradients of the whole network")
struct NetworkGradientTests {
  /// One axis of the configuration each. With one cycle of one step nothing is a constant but the first states, so that
  /// differences of the loss are what backward must give.
  static let variants: [(name: String, architecture: HRMArchitecture)] = [
    ("bars", TrainingFixture.architecture()),
    (
      "bars with bridges, odd widths",
      TrainingFixture.architecture {
        $0.dH = 40
        $0.headsH = 5
        $0.layersL = 2
      }
    ),
    (
      "bars with learned positions and bridges",
      TrainingFixture.architecture {
        $0.dL = 12
        $0.headsL = 4
        $0.pos = .learned
      }
    ),
    ("bars with a language head", TrainingFixture.architecture { $0.head = .lm }),
    ("tokens without prefix", TrainingFixture.architecture { TrainingFixture.tokens(&$0) }),
    ("tokens with a padded prefix", TrainingFixture.architecture { TrainingFixture.tokens(&$0, puzzleDim: 30) }),
    (
      "tokens with prefix and learned positions",
      TrainingFixture.architecture {
        TrainingFixture.tokens(&$0, puzzleDim: 24)
        $0.pos = .learned
      }
    ),
    (
      "tokens with a trade head",
      TrainingFixture.architecture {
        TrainingFixture.tokens(&$0, puzzleDim: 5)
        $0.head = .trade
      }
    ),
    (
      "one position, many sequences",
      TrainingFixture.architecture {
        TrainingFixture.tokens(&$0)
        $0.head = .trade
        $0.seqLen = 1
      }
    ),
  ]

  @Test("equal central differences along a random direction in every tensor", arguments: variants.map(\.name))
  func differences(name: String) throws {
    let a = try #require(Self.variants.first { $0.name == name }).architecture
    let lanes = 3
    let inputs = TrainingBenchmark.samples(a, count: lanes, seed: 5).inputs
    let parameters = try TrainingFixture.parameters(a)
    let network = TrainingNetwork(parameters: parameters, lanes: lanes, threads: 2)
    for lane in 0..<lanes { network.take(inputs, sequence: lane, lane: lane) }
    let outputs = network.forward()
    let gradients = TrainingFixture.gradients(a, lanes: lanes, seed: 8)
    network.backward(gradients)
    let naive = try NaiveNetwork(a: a, w: parameters.tensors())
    for lane in 0..<lanes {
      let expected = TrainingFixture.heads(naive, slow: naive.run(embed(naive, inputs, lane), segments: 1).slow)
      for (got, wanted) in zip(TrainingFixture.row(outputs, lane: lane, a), expected) {
        #expect(abs(Double(got) - wanted) < 2e-5, "\(name): forward")
      }
    }
    var random = TestRandom(seed: 11)
    for entry in parameters.layout.entries where entry.spec.role != .constant {
      let direction = (0..<entry.spec.count).map { _ in random.next() & 1 == 0 ? Float(1) : -1 }
      let slope = try difference(naive, entry.spec, direction, inputs, gradients, lanes)
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
    _ naive: NaiveNetwork, _ spec: TensorSpec, _ direction: [Float], _ inputs: TrainingInputs,
    _ gradients: HeadGradients, _ lanes: Int
  ) throws -> Double {
    let step: Float = 0x1p-12
    func loss(_ sign: Float) throws -> Double {
      var moved = naive.w
      for index in direction.indices { moved[spec.name]!.values[index] += sign * step * direction[index] }
      let network = try NaiveNetwork(a: naive.a, w: moved)
      return (0..<lanes).reduce(0.0) { sum, lane in
        let heads = TrainingFixture.heads(network, slow: network.run(embed(network, inputs, lane), segments: 1).slow)
        let factors = TrainingFixture.row(gradients, lane: lane, naive.a)
        return sum + zip(heads, factors).reduce(0.0) { $0 + $1.0 * Double($1.1) }
      }
    }
    return try (loss(1) - loss(-1)) / (2 * Double(step))
  }

  @Test("do not depend on the order of the lanes, but for rounding; outputs not even by that")
  func laneOrder() throws {
    let a = TrainingFixture.architecture { $0.nCycles = 2 }
    let lanes = 21
    let inputs = TrainingBenchmark.samples(a, count: lanes, seed: 2).inputs
    let gradients = TrainingFixture.gradients(a, lanes: lanes, seed: 3)
    // 8 has no common divisor with 21.
    let order = (0..<lanes).map { ($0 * 8 + 5) % lanes }
    var results: [(outputs: HeadOutputs, gradients: [String: Tensor])] = []
    for order in [Array(0..<lanes), order] {
      let network = TrainingNetwork(parameters: try TrainingFixture.parameters(a), lanes: lanes, threads: 2)
      var moved = HeadGradients(a, lanes: lanes)
      for (lane, sample) in order.enumerated() {
        network.take(inputs, sequence: sample, lane: lane)
        for action in 0..<a.nActions {
          moved.policy[lane * a.nActions + action] = gradients.policy[sample * a.nActions + action]
        }
        moved.quantityLogits[lane] = gradients.quantityLogits[sample]
        moved.values[lane] = gradients.values[sample]
        moved.qHalt[lane] = gradients.qHalt[sample]
        moved.qContinue[lane] = gradients.qContinue[sample]
      }
      let outputs = network.forward()
      network.backward(moved)
      results.append((outputs, network.parameters.tensors(.gradients)))
    }
    for (lane, sample) in order.enumerated() {
      #expect(
        TrainingFixture.row(results[1].outputs, lane: lane, a)
          == TrainingFixture.row(results[0].outputs, lane: sample, a), "lane \(lane)")
    }
    for (name, tensor) in results[0].gradients.sorted(by: { $0.key < $1.key }) {
      let other = results[1].gradients[name]!.values
      let size = tensor.values.map { abs($0) }.max()!
      let worst = zip(tensor.values, other).map { abs($0 - $1) }.max()!
      #expect(worst <= 1e-5 * size, "\(name): \(worst) of \(size)")
    }
  }
}
