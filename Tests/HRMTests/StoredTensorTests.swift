import HRM
import Kernels
import Testing

@Suite("Tensors in narrower precisions")
struct StoredTensorTests {
  private func narrow(_ rows: [[Float]], _ element: StoredTensor.Element) throws -> StoredTensor {
    try StoredTensor(
      narrowing: Tensor(shape: [rows.count, rows[0].count], values: rows.flatMap { $0 }), to: element, name: "w",
      file: "test")
  }

  private func integers(_ tensor: StoredTensor) -> [Int8] { tensor.withBytes { $0.map { Int8(bitPattern: $0) } } }

  private func brainFloat(_ value: Float) -> UInt16 {
    var bits: UInt16 = 0
    kernels_to_bfloat16([value], 1, &bits)
    return bits
  }

  @Test("brain floats are rounded to nearest, ties to even")
  func brainFloatRounding() {
    let cases: [(UInt32, UInt16)] = [
      (0x3F80_0000, 0x3F80), (0x3F80_7FFF, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F80_8001, 0x3F81),
      (0x3F81_8000, 0x3F82), (0xBF81_8000, 0xBF82), (0x3FFF_FFFF, 0x4000), (0x0000_8000, 0x0000),
      (0x0001_8000, 0x0002), (0x8000_0000, 0x8000), (0x7F7F_8000, 0x7F80), (0x7F80_0000, 0x7F80),
    ]
    for (bits, expected) in cases {
      let rounded = brainFloat(Float(bitPattern: bits))
      #expect(rounded == expected, "\(String(bits, radix: 16)): \(String(rounded, radix: 16))")
    }
    let nan = brainFloat(Float(bitPattern: 0x7F80_0001))
    #expect(nan & 0x7F80 == 0x7F80 && nan & 0x7F != 0)
  }

  @Test("a brain float is never farther off than its neighbours")
  func brainFloatDistance() {
    var random = TestRandom(seed: 11)
    for _ in 0..<20_000 {
      let value = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
      guard value.isFinite, abs(value) < 1e38 else { continue }
      let bits = brainFloat(value)
      func distance(_ bits: UInt16) -> Double { abs(Double(Float(bitPattern: UInt32(bits) << 16)) - Double(value)) }
      #expect(distance(bits) <= distance(bits &+ 1) && distance(bits) <= distance(bits &- 1), "\(value), seed 11")
    }
  }

  @Test("what no brain float holds is refused")
  func brainFloatOverflow() {
    expectRefusal("tensor w", "element 1 is inf") {
      _ = try narrow([[0, .greatestFiniteMagnitude]], .brainFloat16)
    }
    expectRefusal("element 0 is nan") { _ = try narrow([[.nan, 0]], .brainFloat16) }
  }

  @Test("integers: one scale a row, largest magnitude / 127, half to even, zeros for a row of nearly nothing")
  func integerRounding() throws {
    let tensor = try narrow(
      [
        [127, -127, 63.5, 62.5, -62.5, 0.5, 1.5], [-254, 1, 3, -1, 0, 253, 254], [0, -0.0, 0, 0, 0, 0, 0],
        [Float(bitPattern: 36), 0, 0, 0, 0, 0, 0], [2e-36, -1e-36, 0, 0, 0, 0, 0],
      ], .int8)
    #expect(tensor.scales?[..<4] == [1, 2, 0, 0])
    #expect(
      integers(tensor)
        == [127, -127, 64, 62, -62, 0, 2] + [-127, 0, 2, 0, 0, 126, 127] + Array(repeating: 0, count: 14)
        + [127, -64, 0, 0, 0, 0, 0])
    #expect(tensor.element == .int8 && tensor.byteCount == 35 && tensor.problem == nil)
    #expect(tensor.floats()[..<14] == [127, -127, 64, 62, -62, 0, 2, -254, 0, 4, 0, 0, 252, 254])
  }

  @Test("no weight is off by more than half a step, and the largest is kept", arguments: 0..<8)
  func integerDistance(seed: Int) throws {
    var random = TestRandom(seed: UInt64(seed))
    let size = Float(sign: .plus, exponent: random.below(60) - 30, significand: 1)
    let rows = (0..<5).map { _ in (0..<33).map { _ in random.symmetric() * size } }
    let tensor = try narrow(rows, .int8)
    let back = tensor.floats()
    for (row, values) in rows.enumerated() {
      let scale = try #require(tensor.scales)[row]
      for (column, value) in values.enumerated() {
        #expect(abs(back[row * 33 + column] - value) <= scale * 0.5001, "seed \(seed)")
      }
      #expect(integers(tensor)[(row * 33)..<(row * 33 + 33)].map { abs(Int($0)) }.max() == 127, "seed \(seed)")
    }
  }

  @Test("a weight that is not finite makes no integers")
  func integerOverflow() {
    for value: Float in [.nan, .infinity, -.infinity] {
      expectRefusal("tensor w", "scale 1") { _ = try narrow([[1, 2], [0, value]], .int8) }
    }
  }

  @Test("precisions have words of their own that lead back to them")
  func labels() throws {
    #expect(HRMPrecision.allCases.map(\.label) == ["fp32", "bf16", "int8", "int8-a16"])
    for precision in HRMPrecision.allCases { #expect(HRMPrecision(label: precision.label) == precision) }
    #expect(HRMPrecision(label: "fp16") == nil && HRMPrecision(label: "") == nil && HRMPrecision(label: "BF16") == nil)
  }

  @Test("the matrices of blocks and bridges are narrowed, nothing else")
  func narrowed() {
    var architecture = HRMArchitecture.tiny
    architecture.pos = .learned
    let kept = architecture.tensorSpecs.filter { !$0.isNarrowed }.map(\.name)
    #expect(
      kept == [
        "b_policy", "b_q", "b_qty", "b_value", "instr_emb", "pos_emb", "tf_emb", "w_ctx", "w_patch", "w_policy", "w_q",
        "w_qty", "w_value", "z_h0", "z_l0",
      ])
    #expect(architecture.tensorSpecs.filter(\.isNarrowed).count == 3 * 4 + 2)
  }

  @Test("a copy of hrm-27m fits: bf16 in 60 MB, int8 in 30 MB", arguments: [HRMArchitecture.hrm27m, .hrm27mPub])
  func sizes(architecture: HRMArchitecture) {
    func megabytes(_ precision: HRMPrecision) -> Double {
      let bytes = architecture.tensorSpecs.reduce(16_384) { sum, spec in
        let element = spec.element(in: precision)
        return sum + spec.count * element.byteCount + (element == .int8 ? 4 * spec.shape[0] : 0)
      }
      return Double(bytes) / 1e6
    }
    #expect(megabytes(.float32) > 109 && megabytes(.bfloat16) <= 60 && megabytes(.bfloat16) > 54)
    for bits in HRMPrecision.ActivationBits.allCases { #expect(megabytes(.int8(activations: bits)) <= 30) }
  }
}
