import Glibc
import Kernels
import Testing

@Suite("Training kernels: rows and optimisers", .serialized)
struct TrainingRowTests {
  /// Step of central differences in double precision: their error is of the order of its square.
  static let step = 1e-5

  /// Gradient of `loss` at `x` by central differences.
  static func gradient(_ x: [Double], _ loss: ([Double]) -> Double) -> [Double] {
    x.indices.map { index in
      var up = x
      var down = x
      up[index] += step
      down[index] -= step
      return (loss(up) - loss(down)) / (2 * step)
    }
  }

  @Test("the norm and its derivative", arguments: Level.available)
  func normalise(level: Level) {
    level.use {
      for (seed, width) in [3, 16, 40, 67].enumerated() {
        var random = KernelRandom(seed: UInt64(seed))
        let x = Rows(5, width, random: &random)
        let dy = Rows(5, width, random: &random)
        var y = x
        var inverse = [Float](repeating: 0, count: 5)
        kernels_train_normalise(&y.values, y.stride, Int32(width), 5, 1e-3, &inverse)
        func exact(_ x: [Double]) -> [Double] {
          let mean = x.reduce(0) { $0 + $1 * $1 } / Double(width)
          return x.map { $0 / (mean + 1e-3).squareRoot() }
        }
        #expect(y.deviation(from: x.exact.map(exact)) <= 1e-6)
        var dx = Rows(5, width)
        kernels_train_normalise_backward(
          dy.values, dy.stride, y.values, y.stride, inverse, Int32(width), 5, &dx.values, dx.stride)
        let expected = zip(x.exact, dy.exact).map { x, dy in
          Self.gradient(x) { zip(exact($0), dy).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        #expect(dx.deviation(from: expected) <= 2e-6, "width \(width)")
        var inPlace = dy
        kernels_train_normalise_backward(
          inPlace.values, dy.stride, y.values, y.stride, inverse, Int32(width), 5, &inPlace.values, dy.stride)
        #expect(inPlace.values == dx.values)
      }
    }
  }

  @Test("the derivative of silu(gate) · up", arguments: Level.available)
  func gate(level: Level) {
    level.use {
      var random = KernelRandom(seed: 9)
      let (rows, inner, offset) = (4, 37, 48)
      let gates = Rows(rows, inner, random: &random, scale: 6)
      let ups = Rows(rows, inner, random: &random)
      let d = Rows(rows, inner, random: &random)
      var both = [Float](repeating: 0, count: rows * 2 * offset)
      for row in 0..<rows {
        for index in 0..<inner {
          both[row * 2 * offset + index] = gates[row, index]
          both[row * 2 * offset + offset + index] = ups[row, index]
        }
      }
      var gated = d
      kernels_train_gate_backward(&gated.values, offset, &both, 2 * offset, offset, Int32(inner), Int32(rows))
      func silu(_ x: Double) -> Double { x / (1 + exp(-x)) }
      for row in 0..<rows {
        for index in 0..<inner {
          let point = [Double(gates[row, index]), Double(ups[row, index])]
          let slopes = Self.gradient(point) { silu($0[0]) * $0[1] * Double(d[row, index]) }
          #expect(abs(Double(both[row * 2 * offset + index]) - slopes[0]) <= 2e-6)
          #expect(abs(Double(both[row * 2 * offset + offset + index]) - slopes[1]) <= 2e-6)
          #expect(abs(Double(gated[row, index]) - silu(point[0]) * point[1]) <= 2e-6)
        }
      }
    }
  }

  @Test("the angle is within 1e-7 of atan2, also at its ends", arguments: Level.available)
  func angle(level: Level) {
    level.use {
      var random = KernelRandom(seed: 4)
      var y: [Float] = [0, 1, -1, 0, 1e-30, -1e-30, 1, 3e38, 1e-38]
      var x: [Float] = [0, 0, 0, 1, 1, 1e-30, 1, 1, 3e38]
      for _ in 0..<200_000 {
        let size = exp(Double(random.symmetric()) * 30)
        y.append(Float(Double(random.symmetric()) * size))
        x.append(Float(abs(Double(random.symmetric())) * size * exp(Double(random.symmetric()) * 3)))
      }
      var angles = [Float](repeating: 0, count: x.count)
      kernels_train_atan2(y, x, &angles, x.count)
      var worst = 0.0
      for index in x.indices {
        let exact = atan2(Double(y[index]), Double(x[index]))
        // Below the smallest normal number there are no more digits to compare.
        if abs(exact) < 1e-37 {
          #expect(abs(angles[index]) < 1e-37)
        } else {
          worst = max(worst, abs(Double(angles[index]) - exact) / abs(exact))
        }
      }
      #expect(worst <= 1e-7, "\(worst)")
      #expect(angles[0] == 0)
    }
  }

  @Test("both rules of Adam, with clipping and decay", arguments: Level.available)
  func adam(level: Level) {
    level.use {
      var random = KernelRandom(seed: 2)
      let count = 53
      let start = (0..<4).map { _ in (0..<count).map { _ in random.symmetric() } }
      var adam = KernelsAdam(
        keep: 0.99, mean_rate: 0.1, square_rate: 0.05, step: 0.02, square_factor: 1.5, epsilon: 1e-3,
        gradient_scale: 0.5)
      for isAngle in [true, false] {
        var (weights, means, squares) = (start[0], start[2], start[3].map { abs($0) })
        let apply = isAngle ? kernels_train_adam_atan2 : kernels_train_adam_w
        apply(&adam, &weights, start[1], &means, &squares, count)
        for index in 0..<count {
          let g = 0.5 * Double(start[1][index])
          let m = Double(start[2][index]) + 0.1 * (g - Double(start[2][index]))
          let v = abs(Double(start[3][index])) + 0.05 * (g * g - abs(Double(start[3][index])))
          let size = v.squareRoot() * 1.5
          let direction = isAngle ? atan2(m, size) : m / (size + 1e-3)
          let w = 0.99 * Double(start[0][index]) - 0.02 * direction
          #expect(abs(Double(means[index]) - m) <= 1e-7)
          #expect(abs(Double(squares[index]) - v) <= 1e-7)
          #expect(abs(Double(weights[index]) - w) <= 2e-7 * max(1, abs(direction)), "\(index)")
        }
      }
    }
  }

  @Test("the sum of squares is exact to double precision", arguments: Level.available)
  func squares(level: Level) {
    level.use {
      var random = KernelRandom(seed: 8)
      let x = (0..<1003).map { _ in random.symmetric() }
      let exact = x.reduce(0.0) { $0 + Double($1) * Double($1) }
      #expect(abs(kernels_train_sum_squares(x, x.count) - exact) <= 1e-12 * exact)
    }
  }
}
