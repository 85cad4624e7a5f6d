import Glibc
import Kernels

enum Exponential { static func exp(_ x: Double) -> Double { Glibc.exp(x) } }

/// An instruction set.
struct Level: CustomStringConvertible, Sendable {
  let value: KernelsLevel
  static var available: [Level] {
    (0...kernels_best_level().rawValue).map { Level(value: KernelsLevel(rawValue: $0)) }
  }
  var description: String { String(cString: kernels_level_name(value)) }
  /// Runs `body` on this instruction set, then goes back to the best.
  func use(_ body: () -> Void) {
    kernels_use_level(value)
    defer { kernels_use_level(kernels_best_level()) }
    body()
  }
}

enum Format: CaseIterable, Sendable {
  case float32, bfloat16, int8Activation7, int8Activation16
  var value: KernelsFormat {
    switch self {
    case .float32: KERNELS_FLOAT32
    case .bfloat16: KERNELS_BFLOAT16
    case .int8Activation7: KERNELS_INT8_ACTIVATION7
    case .int8Activation16: KERNELS_INT8_ACTIVATION16
    }
  }
  var isInteger: Bool { self == .int8Activation7 || self == .int8Activation16 }
}

/// Seeded SplitMix64.
struct KernelRandom {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  /// Uniform in -1..<1.
  mutating func symmetric() -> Float { Float(Int64(next() >> 40) - (1 << 23)) * 0x1p-23 }
}

/// Memory aligned to a cache line.
final class AlignedMemory {
  let base: UnsafeMutableRawPointer
  init(bytes: Int) {
    base = .allocate(byteCount: max(bytes, 64), alignment: 64)
    base.initializeMemory(as: UInt8.self, repeating: 0xEE, count: max(bytes, 64))
  }
  deinit { base.deallocate() }
}

/// Random weights and rows in one format, as numbers and packed.
struct Product {
  let format: Format
  let shape: (outputs: Int, inputs: Int, rows: Int)
  var weights: [Float]
  var half: [UInt16]
  var bytes: [Int8]
  var scales: [Float]
  var x: [Float]
  var xStride: Int { Int(kernels_padded(Int32(shape.inputs))) }

  init(format: Format, shape: (outputs: Int, inputs: Int, rows: Int), random: inout KernelRandom) {
    self.format = format
    self.shape = shape
    let count = shape.outputs * shape.inputs
    weights = (0..<count).map { _ in random.symmetric() }
    half = [UInt16](repeating: 0, count: count)
    bytes = [Int8](repeating: 0, count: count)
    scales = [Float](repeating: 0, count: shape.outputs)
    kernels_to_bfloat16(weights, count, &half)
    kernels_to_int8(weights, Int32(shape.outputs), Int32(shape.inputs), &bytes, &scales)
    x = [Float](repeating: 0, count: shape.rows * Int(kernels_padded(Int32(shape.inputs))))
    for row in 0..<shape.rows {
      for input in 0..<shape.inputs { x[row * xStride + input] = random.symmetric() }
    }
  }

  mutating func setAllWeights(to byte: Int8, scale: Float) {
    bytes = bytes.map { _ in byte }
    scales = scales.map { _ in scale }
  }

  private func quantised() -> (bytes: [UInt8], stride: Int, scales: [Float]) {
    let stride = kernels_quantised_stride(format.value, Int32(shape.inputs))
    var bytes = [UInt8](repeating: 0, count: shape.rows * stride)
    var scales = [Float](repeating: 0, count: shape.rows)
    if format.isInteger {
      kernels_quantise(
        format.value, x, xStride, Int32(shape.inputs), Int32(shape.rows), &bytes, &scales)
    }
    return (bytes, stride, scales)
  }

  /// The products of `rows`, without padding.
  func multiply(
    rows: Range<Int>? = nil, splitAtPanel: Int? = nil, epilogue: KernelsEpilogue = KERNELS_STORE, start: Float = 0,
    order: [Int32]? = nil
  ) -> [Float] {
    let rows = rows ?? 0..<shape.rows
    let outputs = order?.count ?? shape.outputs
    let storage = AlignedMemory(
      bytes: kernels_packed_bytes(format.value, Int32(outputs), Int32(shape.inputs)))
    func pack(_ weights: UnsafeRawPointer) -> KernelsMatrix {
      kernels_pack(format.value, weights, scales, order, Int32(outputs), Int32(shape.inputs), storage.base)
    }
    var matrix =
      switch format {
      case .float32: weights.withUnsafeBytes { pack($0.baseAddress!) }
      case .bfloat16: half.withUnsafeBytes { pack($0.baseAddress!) }
      case .int8Activation7, .int8Activation16: bytes.withUnsafeBytes { pack($0.baseAddress!) }
      }
    let isGate = epilogue == KERNELS_GATE
    let stride = Int(matrix.panels) * 16 / (isGate ? 2 : 1)
    var y = [Float](repeating: start, count: rows.count * stride)
    let (bytes, byteStride, rowScales) = quantised()
    let cuts: [Int32] = [0] + (splitAtPanel.map { [Int32($0)] } ?? []) + [matrix.panels]
    bytes.withUnsafeBytes { bytes in
      x.withUnsafeBytes { floats in
        rowScales.withUnsafeBufferPointer { rowScales in
          var activations =
            format.isInteger
            ? KernelsActivations(
              data: bytes.baseAddress! + rows.lowerBound * byteStride, stride: byteStride,
              scales: rowScales.baseAddress! + rows.lowerBound)
            : KernelsActivations(
              data: floats.baseAddress! + rows.lowerBound * xStride * 4, stride: xStride * 4, scales: nil)
          for (first, end) in zip(cuts, cuts.dropFirst()) {
            kernels_multiply(&matrix, &activations, Int32(rows.count), first, end, epilogue, &y, stride)
          }
        }
      }
    }
    let width = isGate ? outputs / 2 : outputs
    return rows.indices.flatMap { row -> [Float] in
      let first = (row - rows.lowerBound) * stride
      return Array(y[first..<(first + width)])
    }
  }

  /// The same in double precision, of the numbers as they were stored.
  func exact() -> [Double] {
    let (_, _, rowScales) = quantised()
    // The design's formula: 7 or 14 bits, fewer where int32 has no room for the sum.
    let levels: Float = format == .int8Activation7 ? 63 : Float(min(8191, Int(Int32.max) / 127 / shape.inputs))
    func input(_ row: Int, _ input: Int) -> Double {
      let value = x[row * xStride + input]
      guard format.isInteger else { return Double(value) }
      let largest = x[(row * xStride)..<((row + 1) * xStride)].map(abs).max()!
      return Double((value * (levels / largest)).rounded(.toNearestOrEven)) * Double(rowScales[row])
    }
    func weight(_ output: Int, _ input: Int) -> Double {
      let at = output * shape.inputs + input
      switch format {
      case .float32: return Double(weights[at])
      case .bfloat16: return Double(Float(bitPattern: UInt32(half[at]) << 16))
      case .int8Activation7, .int8Activation16: return Double(bytes[at]) * Double(scales[output])
      }
    }
    return (0..<shape.rows).flatMap { row in
      (0..<shape.outputs).map { output in
        (0..<shape.inputs).reduce(0) { $0 + input(row, $1) * weight(output, $1) }
      }
    }
  }
}
