import Foundation
import HRM
import Testing

/// Networks of one size that lack a part of the idea.
@Suite("Forms")
struct FormTests {
  private static let one = TrainingFixture.architecture {
    $0.nCycles = 2
    $0.tSteps = 2
    $0.maxSegments = 4
  }

  @Test("all have as many parameters", arguments: HRMForm.allCases)
  func size(form: HRMForm) throws {
    for a in [Self.one, .sudoku4, .hrm27mPub] {
      let formed = try a.formed(as: form)
      try formed.validate()
      #expect(formed.parameterCount == a.parameterCount && formed.form == form)
      #expect(formed.positions == a.positions)
    }
  }

  @Test("are what they say")
  func shapes() throws {
    let a = Self.one
    #expect(try a.formed(as: .hierarchy) == a)
    let plain = try a.formed(as: .plain)
    #expect(plain.nCycles == 1 && plain.tSteps == 1 && plain.maxSegments == 1)
    let loop = try a.formed(as: .plainLoop)
    #expect(loop.nCycles == 1 && loop.tSteps == 1 && loop.maxSegments == 4)
    let depth = try a.formed(as: .depth1)
    #expect(depth.nCycles == 2 && depth.tSteps == 2 && depth.maxSegments == 1)
    let collapsed = try a.formed(as: .collapsed)
    #expect(collapsed.layersH == 3 && collapsed.layersL == 3 && collapsed.maxSegments == 4)
    #expect(!collapsed.tensorSpecs.contains { $0.name.hasPrefix("H.") })
    #expect(collapsed.tensorSpecs.count { $0.name.hasPrefix("L.") } == 3 * 4)
    #expect(try collapsed.formed(as: .collapsed) == collapsed)
  }

  @Test("modules that differ are not made one, and one module has one shape")
  func refusals() throws {
    expectRefusal("form", "512", "256") { _ = try HRMArchitecture.hrm27m.formed(as: .collapsed) }
    for (field, change) in [
      ("d_h", { $0.dH = 48 }), ("heads_h", { $0.headsH = 2 }), ("layers_h", { $0.layersH = 2 }),
    ] as [(String, (inout HRMArchitecture) -> Void)] {
      var a = try Self.one.formed(as: .collapsed)
      change(&a)
      expectRefusal(field) { try a.validate() }
    }
  }

  @Test("stand in JSON, where the hierarchy has no word of it")
  func json() throws {
    let collapsed = try Self.one.formed(as: .collapsed)
    let data = try JSONEncoder().encode(collapsed)
    #expect(try JSONDecoder().decode(HRMArchitecture.self, from: data) == collapsed)
    let usual = String(decoding: try JSONEncoder().encode(Self.one), as: UTF8.self)
    #expect(!usual.contains("sharing"))
    let unknown = String(decoding: data, as: UTF8.self).replacingOccurrences(of: "collapsed", with: "folded")
    #expect(throws: DecodingError.self) {
      try JSONDecoder().decode(HRMArchitecture.self, from: Data(unknown.utf8))
    }
  }

  @Test("decide as they were trained, and as the plain double-precision network", arguments: HRMForm.allCases)
  func inference(form: HRMForm) throws {
    let a = try Self.one.formed(as: form)
    let parameters = try TrainingFixture.parameters(a)
    let training = TrainingNetwork(parameters: parameters, lanes: 1, threads: 1)
    let batch = TrainingBenchmark.samples(a, count: 1, seed: 4).inputs
    training.take(batch, sequence: 0, lane: 0)
    let network = try HRMNetwork(architecture: a, tensors: parameters.tensors())
    let inference = HRMInference(network: network, threads: 2)
    let input = HRMInput(
      bars: batch.bars, instrumentRow: batch.instruments[0], timeframeRow: batch.timeframes[0], context: batch.context)
    inference.begin(input)
    let naive = try NaiveNetwork(a: a, w: parameters.tensors())
    for segment in 1...a.maxSegments {
      let (said, heads) = (training.forward(), inference.runSegment())
      let expected = TrainingFixture.heads(naive, slow: naive.run(naive.embed(input), segments: segment).slow)
      for (index, logit) in heads.policyLogits.enumerated() {
        #expect(abs(logit - said.policy[index]) < 2e-4 && abs(Double(logit) - expected[index]) < 2e-4)
      }
      #expect(abs(heads.qHalt - said.qHalt[0]) < 2e-4 && abs(heads.value - said.values[0]) < 2e-4)
    }
  }

  @Test("a model loads as what it is, in every precision", arguments: [HRMForm.plain, .plainLoop, .collapsed, .depth1])
  func directory(form: HRMForm) throws {
    let place = try ScratchDirectory()
    let a = try HRMArchitecture.trading(
      dH: 32, dL: 32, heads: (2, 2), layers: (1, 1), innerMultiple: 32, cycles: 2, steps: 2, reset: true,
      instruments: (4, 8), timeframes: (10, 8)
    ).formed(as: form)
    let path = place.file("model")
    let hash = String(repeating: "0123456789abcdef", count: 4)
    let written = try ModelDirectory.create(at: path, architecture: a, seed: 3, featureSchemaHash: hash, name: "m")
    let (manifest, network) = try ModelDirectory.load(path)
    #expect(manifest == written && manifest.architecture.form == form && network.architecture == a)
    let inference = HRMInference(network: network)
    inference.begin(Fixture.input(a, seed: 1))
    #expect(inference.runSegment().isFinite)
    for precision in [HRMPrecision.bfloat16, .int8(activations: .sixteen)] {
      let tensors = Dictionary(
        uniqueKeysWithValues: WeightInitialiser.tensors(of: a, seed: 3).map { ($0.name, $0.tensor) })
      let narrow = HRMInference(network: try HRMNetwork(architecture: a, tensors: tensors, precision: precision))
      narrow.begin(Fixture.input(a, seed: 1))
      #expect(narrow.runSegment().isFinite)
    }
  }
}
