import HRM
import Testing

@Suite("Forward pass")
struct InferenceTests {
  /// Small architectures of every form, drawn at random.
  static func architecture(_ random: inout TestRandom) -> HRMArchitecture {
    var a = HRMArchitecture.tiny
    let sameWidth = random.below(2) == 0
    a.headsH = 1 + random.below(3)
    a.dH = a.headsH * 2 * (2 + random.below(5))
    a.headsL = sameWidth ? a.headsH : 1 + random.below(3)
    a.dL = sameWidth ? a.dH : a.headsL * 2 * (2 + random.below(5))
    a.layersH = 1 + random.below(2)
    a.layersL = 1 + random.below(2)
    a.innerMultiple = 1 + random.below(20)
    a.nCycles = 1 + random.below(3)
    a.tSteps = 1 + random.below(3)
    a.lReset = random.below(2) == 0
    a.pos = random.below(2) == 0 ? .rope : .learned
    a.front = random.below(2) == 0 ? .bars : .tokens
    a.head = random.below(2) == 0 ? .trade : .lm
    a.seqLen = 1 + random.below(9)
    a.vocab = 2 + random.below(80)
    a.puzzleDim = random.below(3) * random.below(15)
    a.nPuzzles = 3
    a.nFeatures = 1 + random.below(5)
    a.patch = 1 + random.below(3)
    a.nInstruments = 4
    a.nTimeframes = 3
    a.nAccount = random.below(4)
    return a
  }

  @Test("equals a plain double-precision network for architectures of every form", arguments: 0..<24)
  func anyArchitecture(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let architecture = Self.architecture(&random)
    var tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: architecture, seed: UInt64(seed)).map { ($0.name, $0.tensor) }
    )
    for (name, tensor) in tensors where tensor.values.allSatisfy({ $0 == 0 }) {
      tensors[name] = Tensor(shape: tensor.shape, values: tensor.values.map { _ in random.symmetric() * 0.3 })
    }
    let network = try HRMNetwork(architecture: architecture, tensors: tensors)
    let inference = HRMInference(network: network, threads: 1 + seed % 3)
    let naive = try NaiveNetwork(a: architecture, w: tensors)
    let embedding: NaiveNetwork.Rows
    if architecture.front == .bars {
      let input = Fixture.input(architecture, seed: UInt64(seed))
      inference.begin(input)
      embedding = naive.embed(input)
    } else {
      let input = HRMTokens(
        tokens: (0..<architecture.seqLen).map { _ in random.below(architecture.vocab) }, puzzleRow: random.below(3))
      inference.begin(input)
      embedding = naive.embed(input)
    }
    #expect(Self.distance(inference.embeddedInput, embedding) < 1e-5, "seed \(seed) \(architecture)")
    var heads = inference.runSegment()
    heads = inference.runSegment()
    let (slow, fast) = naive.run(embedding, segments: 2)
    #expect(Self.distance(inference.slowState, slow) < 1e-3, "seed \(seed) \(architecture)")
    #expect(Self.distance(inference.fastState, fast) < 1e-3, "seed \(seed) \(architecture)")
    let q = naive.apply("w_q", slow[0])
    #expect(abs(Double(heads.qHalt) + 5 - q[0]) < 1e-3 && abs(Double(heads.qContinue) + 5 - q[1]) < 1e-3)
    if architecture.head == .lm {
      let logits = slow.dropFirst(architecture.prefix).map { naive.apply("lm_head", $0) }
      #expect(Self.distance(heads.tokenLogits, Array(logits)) < 2e-3, "seed \(seed)")
    } else {
      let policy = zip(naive.apply("w_policy", slow[0]), tensors["b_policy"]!.values).map { $0 + Double($1) }
      #expect(Self.distance(heads.policyLogits, [policy]) < 2e-3, "seed \(seed)")
    }
  }

  static func distance(_ got: [Float], _ expected: NaiveNetwork.Rows) -> Double {
    let flat = expected.flatMap { $0 }
    guard flat.count == got.count, got.allSatisfy(\.isFinite) else { return .infinity }
    return zip(got, flat).reduce(0) { max($0, abs(Double($1.0) - $1.1)) }
  }

  @Test("an input's answer does not depend on the inputs before it")
  func independence() throws {
    let network = try Fixture.network(.tiny)
    let inputs = (0..<4).map { Fixture.input(.tiny, seed: UInt64($0)) }
    func answers(_ order: [Int], _ make: () -> HRMInference) -> [Int: HRMHeads] {
      var result: [Int: HRMHeads] = [:]
      for index in order {
        let inference = make()
        inference.begin(inputs[index])
        _ = inference.runSegment()
        result[index] = inference.runSegment()
      }
      return result
    }
    let shared = HRMInference(network: network)
    let forwards = answers([0, 1, 2, 3]) { shared }
    #expect(forwards == answers([3, 1, 0, 2]) { shared })
    #expect(forwards == answers([2, 0, 3, 1]) { HRMInference(network: network) })
    #expect(forwards[0] != forwards[1])
  }

  @Test("fewer cycles and steps than the architecture's can be asked for")
  func recurrence() throws {
    let network = try Fixture.network(.tiny)
    let inference = HRMInference(network: network, cycles: 3, timesteps: 4)
    inference.begin(Fixture.input(.tiny, seed: 1))
    let heads = inference.runSegment()
    #expect(inference.residuals.count == 3 * (4 + 1))
    #expect(heads.residualH == inference.residuals[14] && heads.residualL == inference.residuals[13])
  }

  @Test("mode converge stops at the tolerance or at its cap")
  func converge() throws {
    let network = try Fixture.network(.tiny)
    func updates(_ tolerance: Float, _ maxSteps: Int, _ threads: Int) -> [Float] {
      let inference = HRMInference(
        network: network, threads: threads, mode: .converge(tolerance: tolerance, maxSteps: maxSteps))
      inference.begin(Fixture.input(.tiny, seed: 1))
      _ = inference.runSegment()
      return inference.residuals
    }
    #expect(updates(1e9, 100, 1).count == 2 * 2)
    #expect(updates(0, 7, 1).count == 2 * 8)
    let some = updates(0.5, 100, 1)
    #expect(some == updates(0.5, 100, 2))
    #expect(some[some.count - 2] < 0.5 || some.count == 2 * 101)
  }

  @Test("an input that is not finite shows in the heads; unknown rows count as row 0")
  func nonFinite() throws {
    let network = try Fixture.network(.tiny)
    let inference = HRMInference(network: network)
    var input = Fixture.input(.tiny, seed: 1)
    input.instrumentRow = 0
    inference.begin(input)
    let known = inference.runSegment()
    input.instrumentRow = 1000
    inference.begin(input)
    #expect(inference.runSegment() == known && known.isFinite)
    input.instrumentRow = -1
    inference.begin(input)
    #expect(inference.runSegment() == known)
    input.bars[100] = .nan
    inference.begin(input)
    #expect(!inference.runSegment().isFinite)
    expectRefusal("bars", "nan") { try input.validate(for: .tiny) }
    input.bars.removeLast()
    expectRefusal("bars", "959", "960") { try input.validate(for: .tiny) }
  }

  @Test("a network takes exactly the tensors of its architecture")
  func tensors() throws {
    let all = WeightInitialiser.tensors(of: .tiny, seed: 1).map { ($0.name, $0.tensor) }
    let good = Dictionary(uniqueKeysWithValues: all)
    func refuse(_ words: String, _ change: (inout [String: Tensor]) -> Void) {
      var tensors = good
      change(&tensors)
      expectRefusal(words, of: words) { _ = try HRMNetwork(architecture: .tiny, tensors: tensors) }
    }
    refuse("w_qty: is missing") { $0["w_qty"] = nil }
    refuse("b_q: has shape [3]") { $0["b_q"] = Tensor(shape: [3]) }
    refuse("stray: does not belong") { $0["stray"] = Tensor(shape: [3]) }
    refuse("z_h0: element 7 is inf") { $0["z_h0"]!.values[7] = .infinity }
  }
}
