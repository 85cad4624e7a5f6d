import Foundation
import HRM
import Testing

@Suite("Optimisers")
struct OptimiserTests {
  private struct Setup {
    let network: TrainingNetwork
    let before: [String: Tensor]
    let gradients: [String: Tensor]
    let inputs: TrainingInputs

    init(_ a: HRMArchitecture, lanes: Int = 3, seed: UInt64 = 1) throws {
      inputs = TrainingBenchmark.samples(a, count: lanes, seed: seed).inputs
      network = TrainingNetwork(parameters: try TrainingFixture.parameters(a), lanes: lanes, threads: 2)
      for lane in 0..<lanes { network.take(inputs, sequence: lane, lane: lane) }
      _ = network.forward()
      network.backward(TrainingFixture.gradients(a, lanes: lanes, seed: 3))
      before = network.parameters.tensors()
      gradients = network.parameters.tensors(.gradients)
    }
  }

  private var settings: OptimiserSettings {
    var settings = OptimiserSettings()
    settings.learningRate = 0.01
    settings.weightDecay = 0.5
    return settings
  }

  @Test("three steps of AdamATan2 on a single array, by the formula in double precision")
  func formula() {
    var weights: [Float] = [1, -2, 0.5, 0, 3]
    let gradients: [[Float]] = [[0.1, -0.2, 0, 1e-8, 5], [0.3, 0.1, 0, -1e-8, -5], [-0.1, 0.1, 0, 1e-8, 1e-3]]
    var exact = weights.map { Double($0) }
    var m = [Double](repeating: 0, count: 5)
    var v = m
    var moments = AdamMoments(count: 5)
    for (index, gradient) in gradients.enumerated() {
      moments.apply(settings, to: &weights, gradient: gradient)
      let step = Double(index + 1)
      for element in 0..<5 {
        let g = Double(gradient[element])
        exact[element] *= 1 - 0.01 * 0.5
        m[element] += 0.1 * (g - m[element])
        v[element] += 0.05 * (g * g - v[element])
        let size = v[element].squareRoot() / (1 - pow(0.95, step)).squareRoot()
        exact[element] -= 0.01 / (1 - pow(0.9, step)) * atan2(m[element], size)
        #expect(abs(Double(weights[element]) - exact[element]) < 1e-6, "step \(step), element \(element)")
      }
    }
    // A gradient of exactly zero moves nothing but by decay.
    #expect(abs(Double(weights[2]) - 0.5 * pow(0.995, 3)) < 1e-7)
  }

  @Test(
    "all tensors of a network move as single arrays do; constants do not",
    arguments: [
      OptimiserSettings.Rule.adamATan2, .adamW,
    ])
  func network(rule: OptimiserSettings.Rule) throws {
    let setup = try Setup(TrainingFixture.architecture())
    var settings = settings
    settings.rule = rule
    setup.network.optimise(settings, step: 1)
    for (name, tensor) in setup.before.sorted(by: { $0.key < $1.key }) {
      let after = setup.network.parameters.tensor(name)!
      guard let gradient = setup.gradients[name] else {
        #expect(after == tensor, "\(name)")
        continue
      }
      var expected = tensor.values
      var moments = AdamMoments(count: expected.count)
      moments.apply(settings, to: &expected, gradient: gradient.values)
      #expect(after.values == expected, "\(name)")
    }
  }

  @Test("decay can spare biases and tables")
  func decay() throws {
    let setup = try Setup(TrainingFixture.architecture())
    var settings = settings
    settings.decay = .matrices
    let zeros = setup.gradients.mapValues { Tensor(shape: $0.shape) }
    try setup.network.parameters.fill(.gradients, from: zeros)
    setup.network.optimise(settings, step: 1)
    for name in ["b_q", "instr_emb", "tf_emb"] {
      #expect(setup.network.parameters.tensor(name) == setup.before[name], "\(name)")
    }
    for name in ["w_q", "w_ctx", "H.blocks.0.w_gu"] {
      let expected = setup.before[name]!.values.map { $0 * Float(1 - 0.01 * 0.5) }
      #expect(setup.network.parameters.tensor(name)!.values == expected, "\(name)")
    }
  }

  @Test("clipping scales gradients to the largest norm, and leaves smaller ones alone")
  func clipping() throws {
    let setup = try Setup(TrainingFixture.architecture())
    let norm = setup.gradients.values.reduce(0.0) { sum, tensor in
      sum + tensor.values.reduce(0.0) { $0 + Double($1) * Double($1) }
    }.squareRoot()
    #expect(abs(setup.network.gradientNorm() - norm) < 1e-9 * norm)
    var settings = settings
    settings.largestNorm = norm / 4
    setup.network.optimise(settings, step: 1)
    let name = "H.blocks.1.w_down"
    let means = try #require(setup.network.parameters.tensor(name, .means)).values
    for (mean, gradient) in zip(means, setup.gradients[name]!.values) {
      #expect(abs(Double(mean) - 0.1 * 0.25 * Double(gradient)) <= 1e-7 * abs(Double(gradient)))
    }
    let other = try Setup(TrainingFixture.architecture())
    settings.largestNorm = 2 * norm
    other.network.optimise(settings, step: 1)
    let untouched = try #require(other.network.parameters.tensor(name, .means)).values
    #expect(zip(untouched, setup.gradients[name]!.values).allSatisfy { abs($0 - 0.1 * $1) <= 1e-7 * abs($1) })
  }

  @Test("SignSGD sums the gradients of equal rows before it takes the sign, and moves used rows alone")
  func signs() throws {
    let a = TrainingFixture.architecture { TrainingFixture.tokens(&$0, puzzleDim: 30) }
    let lanes = 40
    let setup = try Setup(a, lanes: lanes, seed: 9)
    var settings = settings
    settings.rowLearningRate = 0.03
    let used = Set(setup.inputs.puzzles)
    #expect(used.count < lanes)
    var sums = [Double](repeating: 0, count: a.nPuzzles * a.puzzleDim)
    for (lane, row) in setup.inputs.puzzles.enumerated() {
      for index in 0..<a.puzzleDim {
        sums[row * a.puzzleDim + index] += Double(setup.network.puzzleGradients[lane * a.puzzleDim + index])
      }
    }
    setup.network.optimisePuzzleRows(settings)
    let after = try #require(setup.network.parameters.tensor("puzzle_emb")).values
    let before = setup.before["puzzle_emb"]!.values
    for (index, sum) in sums.enumerated() {
      guard used.contains(index / a.puzzleDim) else {
        #expect(after[index] == before[index])
        continue
      }
      #expect(abs(sum) > 1e-6)
      let expected = Double(before[index]) * (1 - 0.03 * 0.5) - 0.03 * (sum > 0 ? 1 : -1)
      #expect(abs(Double(after[index]) - expected) < 1e-7, "element \(index)")
    }
  }

  @Test("weights, gradients and moments come back as they were given, and wrong ones are refused")
  func tensors() throws {
    let a = TrainingFixture.architecture()
    let parameters = try TrainingFixture.parameters(a)
    let given = parameters.tensors()
    #expect(given.count == a.tensorSpecs.count)
    let again = try HRMParameters(architecture: a, tensors: given).tensors()
    #expect(again == given)
    let trained = given.filter { !$0.key.hasPrefix("z_") }
    try parameters.fill(.squares, from: given)
    #expect(parameters.tensors(.squares) == trained)
    #expect(parameters.tensor("z_h0", .squares) == nil && parameters.tensor("nothing") == nil)
    var wrong = given
    wrong["w_q"] = Tensor(shape: [1, a.dH])
    expectRefusal("w_q", "[2, \(a.dH)]", of: "another shape") { _ = try HRMParameters(architecture: a, tensors: wrong) }
    wrong = given
    wrong["b_q"]!.values[1] = .nan
    expectRefusal("b_q", "nan", of: "no number") { _ = try HRMParameters(architecture: a, tensors: wrong) }
    wrong = given
    wrong["w_o"] = Tensor(shape: [1])
    expectRefusal("w_o", "belong", of: "a stranger") { _ = try HRMParameters(architecture: a, tensors: wrong) }
    wrong = given
    wrong["w_ctx"] = nil
    expectRefusal("w_ctx", "missing", of: "a gap") { _ = try HRMParameters(architecture: a, tensors: wrong) }
  }
}
