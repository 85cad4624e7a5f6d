import Foundation
import HRM
import Testing

@Suite("Gradients of the whole network")
struct NetworkGradientTests {
  /// One axis of the configuration each. With one cycle of one step nothing is a constant but the first states.
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
    try GradientCheck(name, try #require(Self.variants.first { $0.name == name }).architecture).run()
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
