import HRM
import Testing

@Suite("Agreement of two networks")
struct AgreementTests {
  private static func tensors(_ change: (inout [String: Tensor]) -> Void = { _ in }) -> [String: Tensor] {
    var tensors = Dictionary(
      uniqueKeysWithValues: WeightInitialiser.tensors(of: .tiny, seed: 2).map { ($0.name, $0.tensor) })
    change(&tensors)
    return tensors
  }

  private static func network(_ change: (inout [String: Tensor]) -> Void = { _ in }) throws -> HRMNetwork {
    try HRMNetwork(architecture: .tiny, tensors: tensors(change))
  }

  private static let samples = (0..<60).map { index in
    AgreementMeter.Sample(
      input: Fixture.input(.tiny, seed: UInt64(index)),
      legal: [
        [true, true, false, false, true], [false, false, true, false, true], [false, false, false, true, true],
      ][
        index % 3])
  }

  private func measure(_ source: HRMNetwork, _ copy: HRMNetwork, depth: Int) throws -> Quantisation.Agreement {
    var meter = AgreementMeter(source: source, copy: copy, depth: depth)
    for start in stride(from: 0, to: Self.samples.count, by: AgreementMeter.batch) {
      try meter.add(Array(Self.samples[start..<min(start + AgreementMeter.batch, Self.samples.count)]))
    }
    return meter.agreement(kind: .synthetic, sources: ["test"], seed: 1)
  }

  @Test("a network agrees with itself")
  func identity() throws {
    let network = try Self.network()
    let agreement = try measure(network, network, depth: 3)
    #expect(agreement.observations == 60 && agreement.depths.map(\.segments) == [1, 2, 3] && agreement.lowest == 1)
    #expect(agreement.depths.allSatisfy { $0.logitRMSDifference == 0 && $0.logitRMSRatio == 0 })
  }

  @Test("logits that are all off by a half are off by a half, and choose the same")
  func shift() throws {
    let shifted = try Self.network { $0["b_policy"] = Tensor(shape: [5], repeating: 0.5) }
    let agreement = try measure(try Self.network(), shifted, depth: 2)
    for depth in agreement.depths {
      #expect(abs(depth.logitRMSDifference - 0.5) < 1e-6 && depth.actionAgreement == 1)
    }
  }

  @Test("counts and spreads are those of a plain computation")
  func definitions() throws {
    let source = try Self.network()
    let copy = try Self.network { tensors in
      tensors["w_policy"]!.values = tensors["w_policy"]!.values.enumerated().map { $0 % 3 == 0 ? $1 * 0.5 : $1 }
    }
    let agreement = try measure(source, copy, depth: 2)
    for depth in 1...2 {
      let pairs = Self.samples.map { sample in
        [source, copy].map { network in
          HRMInference(network: network).decide(
            sample.input, legal: sample.legal, limits: .init(forcedSegments: depth), clock: { 0 })
        }
      }
      let equal = pairs.count { $0[0].argmaxPerSegment.last == $0[1].argmaxPerSegment.last }
      let found = agreement.depths[depth - 1]
      #expect(found.actionAgreement == Double(equal) / 60 && equal < 60)
      let logits = pairs.map { $0.map { $0.heads.policyLogits.map(Double.init) } }
      var squares = 0.0
      var spread = 0.0
      for action in 0..<5 {
        let mean = logits.reduce(0) { $0 + $1[0][action] } / 60
        squares += logits.reduce(0) { $0 + ($1[0][action] - $1[1][action]) * ($1[0][action] - $1[1][action]) }
        spread += logits.reduce(0) { $0 + ($1[0][action] - mean) * ($1[0][action] - mean) }
      }
      #expect(abs(found.logitRMSDifference - (squares / 300).squareRoot()) < 1e-9)
      #expect(abs(found.logitRMSRatio - (squares / spread).squareRoot()) < 1e-9)
    }
  }

  @Test("each stops where its own Q head says so")
  func halting() throws {
    let eager = try Self.network { $0["b_q"] = Tensor(shape: [2], values: [1, 0]) }
    let patient = try Self.network { $0["b_q"] = Tensor(shape: [2], values: [0, 1]) }
    let agreement = try measure(eager, patient, depth: 4)
    #expect(agreement.depths.allSatisfy { $0.actionAgreement == 1 })
    let equal = Self.samples.count { sample in
      let actions = HRMInference(network: eager).decide(
        sample.input, legal: sample.legal, limits: .init(forcedSegments: 4), clock: { 0 }
      ).argmaxPerSegment
      return actions[0] == actions[3]
    }
    #expect(agreement.haltingAgreement == Double(equal) / 60 && equal < 60)
    #expect(agreement.lowest == agreement.haltingAgreement)
  }

  @Test("an input that does not fit is refused")
  func broken() throws {
    let network = try Self.network()
    var meter = AgreementMeter(source: network, copy: network, depth: 1)
    var sample = Self.samples[0]
    sample.input.bars[3] = .nan
    expectRefusal("bars", "number 3 is nan") { try meter.add([sample]) }
  }
}
