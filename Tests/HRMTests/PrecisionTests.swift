import HRM
import Kernels
import Testing

@Suite("Rounded weights and activations")
struct PrecisionTests {
  /// Largest differences of both states after a segment of one L and one H update, starting each time from where the
  /// network under test stands, so that differences do not add up.
  static func differences(
    _ precision: HRMPrecision, seed: Int, segments: Int, _ change: (inout HRMArchitecture) -> Void = { _ in }
  ) throws -> [Double] {
    var random = TestRandom(seed: UInt64(seed))
    var architecture = InferenceTests.architecture(&random)
    architecture.nCycles = 1
    architecture.tSteps = 1
    architecture.front = .bars
    change(&architecture)
    let tensors = Fixture.tensors(architecture, seed: UInt64(seed))
    let network = try HRMNetwork(architecture: architecture, tensors: tensors, precision: precision)
    let inference = HRMInference(network: network, threads: 1 + seed % 2)
    let naive = try NaiveNetwork(a: architecture, w: tensors, precision: precision)
    let input = Fixture.input(architecture, seed: UInt64(seed))
    inference.begin(input)
    let embedding = naive.embed(input)
    func rows(_ values: [Float], _ width: Int) -> NaiveNetwork.Rows {
      stride(from: 0, to: values.count, by: width).map { values[$0..<($0 + width)].map(Double.init) }
    }
    return (0..<segments).map { _ in
      let slow = rows(inference.slowState, architecture.dH)
      let fast = rows(inference.fastState, architecture.dL)
      _ = inference.runSegment()
      let expected = naive.segment(embedding, slow: slow, fast: fast)
      return max(
        InferenceTests.distance(inference.slowState, expected.slow),
        InferenceTests.distance(inference.fastState, expected.fast))
    }
  }

  /// Weights of bfloat16 are floats to the arithmetic, so the tolerance is that of fp32.
  @Test("bfloat16 weights are used as they were rounded", arguments: 0..<16)
  func bfloat16(seed: Int) throws {
    for difference in try Self.differences(.bfloat16, seed: seed, segments: 3) {
      #expect(difference < 2e-5, "seed \(seed)")
    }
  }

  /// A number that lies at the border between two integers may be rounded to either, by the last bit of the floats
  /// before. One step of one activation is 1.2 · 10⁻⁴ of the row's largest, and rows hold numbers of the order of 1,
  /// weights of a tenth: the sum of some such steps stays below 10⁻³.
  @Test("8-bit weights and 16-bit activations are used as they were rounded", arguments: 0..<16)
  func activations16(seed: Int) throws {
    for difference in try Self.differences(.int8(activations: .sixteen), seed: seed, segments: 3) {
      #expect(difference < 1e-3, "seed \(seed)")
    }
  }

  /// With 7 bits a step is 1/63 of the row's largest, so one such number shows. Of the some thousand numbers of a
  /// segment, each within 10⁻⁶ · 63 of where it should be, about one in ten segments has one at a border. All others
  /// must agree as well as floats do; arithmetic that rounds otherwise, or not at all, is off by a hundredth everywhere.
  @Test("8-bit weights and 7-bit activations are used as they were rounded")
  func activations7() throws {
    let differences = try (0..<24).flatMap { try Self.differences(.int8(activations: .seven), seed: $0, segments: 2) }
    let close = differences.filter { $0 < 2e-5 }.count
    #expect(close * 4 >= differences.count * 3, "\(differences)")
    #expect(differences.allSatisfy { $0 < 0.3 }, "\(differences)")
  }

  @Test("wide rows, where 16-bit activations get fewer levels, and rows of zeros")
  func wide() throws {
    for precision in HRMPrecision.allCases {
      let differences = try Self.differences(precision, seed: 1, segments: 1) { architecture in
        architecture.dL = 64
        architecture.headsL = 2
        architecture.innerMultiple = 2100
        architecture.seqLen = 2
      }
      #expect(differences[0] < (precision == .int8(activations: .seven) ? 0.3 : 1e-3), "\(precision.label)")
    }
    var tensors = Fixture.tensors(.tiny, seed: 1)
    tensors["L.blocks.0.w_down"] = Tensor(shape: tensors["L.blocks.0.w_down"]!.shape)
    for precision in HRMPrecision.allCases {
      let network = try HRMNetwork(architecture: .tiny, tensors: tensors, precision: precision)
      let inference = HRMInference(network: network)
      inference.begin(Fixture.input(.tiny, seed: 1))
      #expect(inference.runSegment().isFinite, "\(precision.label)")
    }
  }

  @Test("coarser precisions are further from fp32, and not far")
  func order() throws {
    func heads(_ precision: HRMPrecision) throws -> [Float] {
      let inference = HRMInference(network: try Fixture.network(.tiny, seed: 4, precision: precision))
      inference.begin(Fixture.input(.tiny, seed: 2))
      return inference.runSegment().policyLogits
    }
    let exact = try heads(.float32)
    let errors = try HRMPrecision.allCases.map { precision in
      zip(try heads(precision), exact).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    #expect(errors[0] == 0 && errors.dropFirst().allSatisfy { $0 > 0 && $0 < 0.5 }, "\(errors)")
  }

  @Test("weights are rounded as the kernels round them, in memory as in a file", arguments: 0..<4)
  func narrowing(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let (rows, columns) = (1 + random.below(40), 1 + random.below(40))
    var values = (0..<(rows * columns)).map { _ in random.symmetric() * Float(1 << random.below(20)) }
    // Ties, rows of zeros, and numbers next to nothing.
    for index in values.indices where index % 7 == 0 { values[index] = Float(index % 9 - 4) * 0x1.01p-3 }
    for index in 0..<columns { values[index] *= seed % 2 == 0 ? 0 : 7 * .leastNonzeroMagnitude }
    let tensor = Tensor(shape: [rows, columns], values: values)
    let half = try StoredTensor(narrowing: tensor, to: .brainFloat16, name: "w", file: "test")
    var halves = [UInt16](repeating: 0, count: values.count)
    kernels_to_bfloat16(values, values.count, &halves)
    #expect(half.withBytes { Array($0) } == halves.withUnsafeBytes { Array($0) })
    let bytes = try StoredTensor(narrowing: tensor, to: .int8, name: "w", file: "test")
    var integers = [Int8](repeating: 0, count: values.count)
    var scales = [Float](repeating: 0, count: rows)
    kernels_to_int8(values, Int32(rows), Int32(columns), &integers, &scales)
    #expect(bytes.withBytes { $0.map { Int8(bitPattern: $0) } } == integers && bytes.scales == scales)
  }
}
