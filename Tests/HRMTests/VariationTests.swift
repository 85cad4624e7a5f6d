import Foundation
import HRM
import Testing

/// Other gradients, dropout and shared modules: right by differences, and the same bits whoever computes them.
@Suite("Variations of training")
struct VariationTests {
  static let bars = TrainingFixture.architecture {
    $0.nCycles = 2
    $0.tSteps = 3
  }
  static let bridged = TrainingFixture.architecture {
    $0.dH = 40
    $0.headsH = 5
    $0.layersL = 2
    $0.nCycles = 2
    $0.tSteps = 2
    $0.lReset = false
    $0.pos = .learned
  }
  static let tokens = TrainingFixture.architecture {
    TrainingFixture.tokens(&$0, puzzleDim: 30)
    $0.tSteps = 3
  }
  static let dropout = Dropout(rate: 0.3, seed: 9, step: 4, firstRow: 5)

  struct Variant: Sendable, CustomTestStringConvertible {
    var name: String
    var base: HRMArchitecture
    var mode = SegmentGradient.lastCycle
    var dropout: Dropout?
    var form = HRMForm.hierarchy
    var testDescription: String { name }
    var architecture: HRMArchitecture { get throws { try base.formed(as: form) } }
  }

  static let variants = [
    Variant(name: "one step of several cycles", base: bars, mode: .oneStep),
    Variant(name: "cycle, bars", base: bars),
    Variant(name: "cycle, bridges, no reset, learned positions", base: bridged),
    Variant(name: "cycle, tokens", base: tokens),
    Variant(name: "dropout, bars", base: bars, mode: .oneStep, dropout: dropout),
    Variant(name: "dropout, cycle, bridges", base: bridged, dropout: dropout),
    Variant(name: "dropout, cycle, tokens", base: tokens, dropout: dropout),
    Variant(name: "one module, one step", base: bars, mode: .oneStep, form: .collapsed),
    Variant(name: "one module, cycle, dropout", base: bars, dropout: dropout, form: .collapsed),
    Variant(name: "one module, cycle, tokens", base: tokens, form: .collapsed),
    Variant(name: "plain", base: bars, mode: .oneStep, form: .plain),
  ]

  @Test("gradients equal central differences, earlier calls held fast", arguments: variants)
  func differences(variant: Variant) throws {
    try GradientCheck(variant.name, try variant.architecture, mode: variant.mode, dropout: variant.dropout).run()
  }

  /// Weights and states after some steps whose gradients are made up.
  private func train(
    _ variant: Variant, lanes: Int, threads: Int, steps: Int = 3
  ) throws -> (tensors: [String: Tensor], slow: [Float]) {
    let a = try variant.architecture
    let network = TrainingNetwork(
      parameters: try TrainingFixture.parameters(a), lanes: lanes, threads: threads, gradient: variant.mode)
    var settings = OptimiserSettings()
    settings.learningRate = 1e-3
    settings.largestNorm = 0.5
    for step in 1...steps {
      let inputs = TrainingBenchmark.samples(a, count: lanes, seed: UInt64(step)).inputs
      for lane in 0..<lanes { network.take(inputs, sequence: lane, lane: lane) }
      let dropout = variant.dropout.map { Dropout(rate: $0.rate, seed: 3, step: step) }
      #expect(network.forward(dropout: dropout).isFinite)
      network.backward(TrainingFixture.gradients(a, lanes: lanes, seed: UInt64(step)))
      network.optimisePuzzleRows(settings)
      network.optimise(settings, step: step)
    }
    return (network.parameters.tensors(), network.slowStates)
  }

  @Test("the same bits with 1, 2 and 3 threads", arguments: variants, [5, 37])
  func threads(variant: Variant, lanes: Int) throws {
    let results = try (1...3).map { try train(variant, lanes: lanes, threads: $0) }
    for result in results.dropFirst() {
      #expect(result.tensors == results[0].tensors && result.slow == results[0].slow)
    }
  }

  @Test("a cycle of one step is one step, and nothing left out is no dropout, to the bit")
  func nothingSpecial() throws {
    var single = Self.bars
    single.tSteps = 1
    let usual = try train(Variant(name: "", base: single, mode: .oneStep), lanes: 20, threads: 2)
    for variant in [
      Variant(name: "cycle", base: single),
      Variant(
        name: "dropout 0", base: single, mode: .oneStep, dropout: Dropout(rate: 0, seed: 1, step: 1)),
    ] {
      let other = try train(variant, lanes: 20, threads: 2)
      #expect(other.tensors == usual.tensors && other.slow == usual.slow, "\(variant.name)")
    }
    // And what is special does something.
    let one = try train(Variant(name: "", base: Self.bars, mode: .oneStep), lanes: 20, threads: 2)
    let cycle = try train(Variant(name: "", base: Self.bars), lanes: 20, threads: 2)
    #expect(one.tensors["L.blocks.0.w_o"] != cycle.tensors["L.blocks.0.w_o"])
  }

  /// Each part finds branches of the tree; in pairs they are the whole.
  @Test("networks with parts of the lanes sum to one network, to the bit", arguments: variants)
  func parts(variant: Variant) throws {
    let a = try variant.architecture
    let lanes = 64
    let inputs = TrainingBenchmark.samples(a, count: lanes, seed: 3).inputs
    let gradients = TrainingFixture.gradients(a, lanes: lanes, seed: 4)
    func network(_ range: Range<Int>, _ share: (UnsafeMutableBufferPointer<Float>) -> Void) throws -> [String: Tensor] {
      let network = TrainingNetwork(
        parameters: try TrainingFixture.parameters(a), lanes: range.count, threads: 2, gradient: variant.mode)
      for lane in range { network.take(inputs, sequence: lane, lane: lane - range.lowerBound) }
      _ = network.forward(
        dropout: variant.dropout.map { Dropout(rate: $0.rate, seed: 3, step: 1, firstRow: range.lowerBound) })
      var own = HeadGradients(a, lanes: range.count)
      func part(_ values: [Float]) -> [Float] {
        let size = values.count / lanes
        return Array(values[(range.lowerBound * size)..<(range.upperBound * size)])
      }
      (own.policy, own.quantityLogits, own.values) = (
        part(gradients.policy), part(gradients.quantityLogits), part(gradients.values)
      )
      (own.qHalt, own.qContinue, own.tokens) = (
        part(gradients.qHalt), part(gradients.qContinue), part(gradients.tokens)
      )
      network.backward(own, share: share)
      return network.parameters.tensors(.gradients)
    }
    var first: [[Float]] = []
    _ = try network(0..<32) { first.append(Array($0)) }
    var call = 0
    let together = try network(32..<64) { own in
      for index in own.indices { own[index] += first[call][index] }
      call += 1
    }
    #expect(call == first.count)
    let whole = try network(0..<64) { _ in }
    for (name, tensor) in whole.sorted(by: { $0.key < $1.key }) { #expect(together[name] == tensor, "\(name)") }
  }

  @Test("memory: a cycle adds what one call of L keeps, N nothing")
  func memory() throws {
    var a = HRMArchitecture.hrm27m
    func bytes(_ gradient: SegmentGradient) -> Int {
      TrainingNetwork.requiredBytes(a, lanes: 64, gradient: gradient)
    }
    let (one, cycle) = (bytes(.oneStep), bytes(.lastCycle))
    a.nCycles = 16
    #expect(bytes(.oneStep) == one && bytes(.lastCycle) == cycle)
    a.tSteps = 1
    #expect(bytes(.oneStep) == one && bytes(.lastCycle) == one)
    a.tSteps = 9
    // From 5 steps to 9: as much more as from 1 to 5.
    #expect(bytes(.oneStep) == one && bytes(.lastCycle) - cycle == cycle - one && cycle > one)
  }
}
