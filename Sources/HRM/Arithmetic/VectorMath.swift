/// Element-wise arithmetic of a block, eight lanes at a time, in an order that depends on the length alone.
enum VectorMath {
  typealias Lanes = SIMD8<Float>
  static let width = 8

  @inline(__always) private static func load(_ pointer: UnsafePointer<Float>) -> Lanes {
    UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }

  @inline(__always) private static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Float>) {
    UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
  }

  /// Loads fewer than eight numbers; the other lanes are 0.
  @inline(__always) private static func load(_ pointer: UnsafePointer<Float>, _ count: Int) -> Lanes {
    var lanes = Lanes.zero
    for lane in 0..<count { lanes[lane] = pointer[lane] }
    return lanes
  }

  /// eˣ within 2 ulp for x in -87...88; beyond, the value at the bound. NaN stays NaN.
  ///
  /// Source: the polynomial of Cephes' `expf` (S. Moshier). One of our own, since a library's may differ in the last
  /// bit between machines.
  @inline(__always) static func exp(_ input: Lanes) -> Lanes {
    var x = input.replacing(with: 88, where: input .> 88)
    x = x.replacing(with: -87, where: x .< -87)
    // Adding 1.5 · 2²³ rounds to an integer and leaves it in the low bits.
    let shifted = x * 1.44269504088896341 + 12_582_912
    let n = shifted - 12_582_912
    let r = (x - n * 0.693359375) + n * 2.12194440e-4
    var p = r * 1.9875691500e-4 + 1.3981999507e-3
    p = p * r + 8.3334519073e-3
    p = p * r + 4.1665795894e-2
    p = p * r + 1.6666665459e-1
    p = p * r + 5.0000001201e-1
    let mantissa = p * (r * r) + r + 1
    let exponent = unsafeBitCast(shifted, to: SIMD8<Int32>.self) &- (0x4B40_0000 - 127)
    return mantissa * unsafeBitCast(exponent &<< 23, to: Lanes.self)
  }

  /// x ← x / sqrt(mean(x²) + eps).
  static func normalise(_ x: UnsafeMutablePointer<Float>, count: Int, eps: Float) {
    let whole = count & ~(width - 1)
    var squares = Lanes.zero
    for index in stride(from: 0, to: whole, by: width) {
      let lanes = load(x + index)
      squares += lanes * lanes
    }
    if whole < count {
      let lanes = load(x + whole, count - whole)
      squares += lanes * lanes
    }
    let factor = 1 / (squares.sum() / Float(count) + eps).squareRoot()
    for index in stride(from: 0, to: whole, by: width) { store(load(x + index) * factor, x + index) }
    for index in whole..<count { x[index] *= factor }
  }

  /// out ← silu(gate) · up, with silu(x) = x / (1 + e⁻ˣ).
  static func gate(
    _ gate: UnsafePointer<Float>, _ up: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    let whole = count & ~(width - 1)
    for index in stride(from: 0, to: whole, by: width) {
      let x = load(gate + index)
      store(x / (exp(-x) + 1) * load(up + index), out + index)
    }
    if whole < count {
      let x = load(gate + whole, count - whole)
      let result = x / (exp(-x) + 1)
      for index in whole..<count { out[index] = result[index - whole] * up[index] }
    }
  }

  /// x ← softmax(x).
  static func softmax(_ x: UnsafeMutablePointer<Float>, count: Int) {
    var largest = x[0]
    for index in 1..<max(count, 1) where x[index] > largest { largest = x[index] }
    let whole = count & ~(width - 1)
    var sums = Lanes.zero
    for index in stride(from: 0, to: whole, by: width) {
      let lanes = exp(load(x + index) - largest)
      store(lanes, x + index)
      sums += lanes
    }
    var sum = sums.sum()
    if whole < count {
      let lanes = exp(load(x + whole, count - whole) - largest)
      for index in whole..<count {
        x[index] = lanes[index - whole]
        sum += x[index]
      }
    }
    let factor = 1 / sum
    for index in stride(from: 0, to: whole, by: width) { store(load(x + index) * factor, x + index) }
    for index in whole..<count { x[index] *= factor }
  }

  /// out ← a + b.
  static func add(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, into out: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { out[index] = a[index] + b[index] }
  }

  /// old ← new; returns the sums of squares of (new - old) and of old.
  static func replace(
    _ old: UnsafeMutablePointer<Float>, by new: UnsafePointer<Float>, count: Int
  ) -> (change: Float, size: Float) {
    let whole = count & ~(width - 1)
    var changes = Lanes.zero
    var sizes = Lanes.zero
    for index in stride(from: 0, to: whole, by: width) {
      let before = load(old + index)
      let after = load(new + index)
      let difference = after - before
      changes += difference * difference
      sizes += before * before
      store(after, old + index)
    }
    var change = changes.sum()
    var size = sizes.sum()
    for index in whole..<count {
      let difference = new[index] - old[index]
      change += difference * difference
      size += old[index] * old[index]
      old[index] = new[index]
    }
    return (change, size)
  }

  /// Σ a·b + bias, in double precision.
  static func dot(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, count: Int, bias: Float) -> Float {
    var sum = Double(bias)
    for index in 0..<count { sum += Double(a[index]) * Double(b[index]) }
    return Float(sum)
  }
}
