import Glibc
import Kernels
import Testing

/// Rows of random numbers with padding between them, in memory of their own.
struct Rows {
  let rows: Int
  let width: Int
  var values: [Float]
  var stride: Int { Int(kernels_padded(Int32(width))) }

  /// Zeros.
  init(_ rows: Int, _ width: Int) {
    self.rows = rows
    self.width = width
    values = [Float](repeating: 0, count: rows * Int(kernels_padded(Int32(width))))
  }

  init(_ rows: Int, _ width: Int, random: inout KernelRandom, scale: Float = 1) {
    self.init(rows, width)
    for row in 0..<rows { for column in 0..<width { self[row, column] = scale * random.symmetric() } }
  }

  subscript(row: Int, column: Int) -> Float {
    get { values[row * stride + column] }
    set { values[row * stride + column] = newValue }
  }

  /// The same in double precision, without padding.
  var exact: [[Double]] { (0..<rows).map { row in (0..<width).map { Double(self[row, $0]) } } }

  /// Largest deviation from rows in double precision; infinite if one is not a number, or if padding was touched.
  func deviation(from other: [[Double]]) -> Double {
    var worst = 0.0
    for row in 0..<rows {
      for column in 0..<width {
        let difference = abs(Double(self[row, column]) - other[row][column])
        worst = max(worst, difference.isFinite ? difference : .infinity)
      }
      for column in width..<stride where self[row, column] != 0 { worst = .infinity }
    }
    return worst
  }
}

/// A matrix [outputs, inputs] and its panels for x Wᵀ or x W.
struct Matrix {
  let outputs: Int
  let inputs: Int
  var values: [Float]

  init(_ outputs: Int, _ inputs: Int, random: inout KernelRandom) {
    self.outputs = outputs
    self.inputs = inputs
    values = (0..<(outputs * inputs)).map { _ in random.symmetric() }
  }

  func row(_ row: Int) -> [Double] { values[(row * inputs)..<((row + 1) * inputs)].map { Double($0) } }

  /// Panels of outputs.
  func forwardPanels(_ rows: Range<Int>? = nil) -> [Float] {
    let rows = rows ?? 0..<outputs
    var result: [Float] = []
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: 16) {
      var panel = [Float](repeating: .nan, count: 16 * inputs)
      values.withUnsafeBufferPointer {
        kernels_train_pack_rows(
          $0.baseAddress! + first * inputs, inputs, Int32(min(16, rows.upperBound - first)), Int32(inputs), &panel)
      }
      result += panel
    }
    return result
  }

  /// Panels of inputs.
  var backwardPanels: [Float] {
    var result: [Float] = []
    for first in stride(from: 0, to: inputs, by: 16) {
      var panel = [Float](repeating: .nan, count: 16 * outputs)
      values.withUnsafeBufferPointer {
        kernels_train_pack_columns(
          $0.baseAddress! + first, inputs, Int32(outputs), Int32(min(16, inputs - first)), &panel)
      }
      result += panel
    }
    return result
  }
}

@Suite("Training kernels: products", .serialized)
struct TrainingProductTests {
  /// Rounding of a sum of `terms` products below 1 in magnitude, with room for the addition that follows.
  static func tolerance(_ terms: Int) -> Double { Double(terms + 4) * Double(terms + 1) * 0x1p-24 }

  @Test("x Wᵀ and dy W equal the exact sums, whatever the remainders", arguments: Level.available)
  func products(level: Level) {
    level.use {
      for seed in 0..<40 {
        var random = KernelRandom(seed: UInt64(seed))
        let (outputs, inputs, rows) = (1 + random.below(90), 1 + random.below(120), 1 + random.below(40))
        let matrix = Matrix(outputs, inputs, random: &random)
        let x = Rows(rows, inputs, random: &random)
        let base = Rows(rows, outputs, random: &random)
        var y = Rows(rows, outputs)
        kernels_train_multiply(
          x.values, x.stride, matrix.forwardPanels(), Int32(inputs), Int32(y.stride / 16), base.values, &y.values,
          y.stride, Int32(rows))
        let expected = x.exact.enumerated().map { row, x in
          (0..<outputs).map { output in
            Double(base[row, output]) + zip(matrix.row(output), x).reduce(0) { $0 + $1.0 * $1.1 }
          }
        }
        #expect(y.deviation(from: expected) <= Self.tolerance(inputs), "seed \(seed)")
        var dx = Rows(rows, inputs)
        kernels_train_multiply(
          base.values, base.stride, matrix.backwardPanels, Int32(outputs), Int32(dx.stride / 16), nil, &dx.values,
          dx.stride, Int32(rows))
        let back = base.exact.map { dy in
          (0..<inputs).map { input in
            (0..<outputs).reduce(0) { $0 + dy[$1] * Double(matrix.values[$1 * inputs + input]) }
          }
        }
        #expect(dx.deviation(from: back) <= Self.tolerance(outputs), "seed \(seed)")
      }
    }
  }

  @Test("a row's result does not depend on the rows beside it", arguments: Level.available)
  func rowsAreIndependent(level: Level) {
    level.use {
      var random = KernelRandom(seed: 3)
      let matrix = Matrix(70, 53, random: &random)
      let panels = matrix.forwardPanels()
      let x = Rows(41, 53, random: &random)
      func multiply(_ rows: Range<Int>) -> [Float] {
        var y = [Float](repeating: 0, count: rows.count * 80)
        x.values.withUnsafeBufferPointer {
          kernels_train_multiply(
            $0.baseAddress! + rows.lowerBound * x.stride, x.stride, panels, 53, 5, nil, &y, 80, Int32(rows.count))
        }
        return y
      }
      let whole = multiply(0..<41)
      for count in 1...17 {
        for first in stride(from: 0, to: 41 - count, by: 7) {
          #expect(multiply(first..<(first + count)) == Array(whole[(first * 80)..<((first + count) * 80)]), "\(count)")
        }
      }
    }
  }

  @Test("gate and up are kept, and gated = silu(gate) · up", arguments: Level.available)
  func gate(level: Level) {
    level.use {
      for seed in 0..<10 {
        var random = KernelRandom(seed: UInt64(seed))
        let (inner, inputs, rows) = (1 + random.below(60), 1 + random.below(60), 1 + random.below(30))
        let matrix = Matrix(2 * inner, inputs, random: &random)
        var panels: [Float] = []
        for first in stride(from: 0, to: inner, by: 16) {
          let end = min(first + 16, inner)
          panels += matrix.forwardPanels(first..<end) + matrix.forwardPanels((inner + first)..<(inner + end))
        }
        let x = Rows(rows, inputs, random: &random)
        var gated = Rows(rows, inner)
        let offset = gated.stride
        var both = [Float](repeating: 0, count: rows * 2 * offset)
        kernels_train_multiply_gate(
          x.values, x.stride, panels, Int32(inputs), Int32(offset / 16), &gated.values, gated.stride, &both,
          2 * offset, offset, Int32(rows))
        let sums = x.exact.map { x in
          (0..<(2 * inner)).map { output in zip(matrix.row(output), x).reduce(0) { $0 + $1.0 * $1.1 } }
        }
        let expected = sums.map { sum in (0..<inner).map { sum[$0] / (1 + exp(-sum[$0])) * sum[inner + $0] } }
        let tolerance = 40 * Self.tolerance(inputs)
        #expect(gated.deviation(from: expected) <= tolerance, "seed \(seed)")
        for row in 0..<rows {
          for index in 0..<inner {
            #expect(abs(Double(both[row * 2 * offset + index]) - sums[row][index]) <= tolerance)
            #expect(abs(Double(both[row * 2 * offset + offset + index]) - sums[row][inner + index]) <= tolerance)
          }
        }
        var alone = Rows(rows, inner)
        kernels_train_multiply_gate(
          x.values, x.stride, panels, Int32(inputs), Int32(offset / 16), &alone.values, alone.stride, nil, 0, 0,
          Int32(rows))
        #expect(alone.values == gated.values)
      }
    }
  }

  @Test("a weight gradient is the exact sum, and does not depend on how outputs are shared", arguments: Level.available)
  func weightGradient(level: Level) {
    level.use {
      for seed in 0..<25 {
        var random = KernelRandom(seed: UInt64(seed))
        let (outputs, inputs) = (1 + random.below(50), 1 + random.below(70))
        let (rows, chunk) = (1 + random.below(90), 1 + random.below(20))
        let dy = Rows(rows, outputs, random: &random)
        let x = Rows(rows, inputs, random: &random)
        func gradient(_ cuts: [Int]) -> [Float] {
          var result = [Float](repeating: .nan, count: outputs * inputs)
          for (first, end) in zip(cuts, cuts.dropFirst()) where first < end {
            var scratch = [Float](
              repeating: .nan,
              count: kernels_train_gradient_scratch(Int32(rows), Int32(chunk), Int32(end - first)))
            kernels_train_weight_gradient(
              dy.values, dy.stride, x.values, x.stride, Int32(rows), Int32(chunk), Int32(first), Int32(end),
              Int32(inputs), &scratch, &result)
          }
          return result
        }
        let whole = gradient([0, outputs])
        for output in 0..<outputs {
          for input in 0..<inputs {
            let exact = (0..<rows).reduce(0.0) { $0 + Double(dy[$1, output]) * Double(x[$1, input]) }
            let isClose = abs(Double(whole[output * inputs + input]) - exact) <= Self.tolerance(rows)
            #expect(isClose, "seed \(seed), \(output), \(input)")
          }
        }
        #expect(gradient([0, outputs / 3, outputs / 2, outputs]) == whole, "seed \(seed)")
      }
    }
  }

  @Test("chunks are summed one by one, and their sums in pairs", arguments: Level.available)
  func tree(level: Level) {
    level.use {
      // Chunks of one row each: the sums can be written down.
      let large: Float = 0x1p24
      var scratch = [Float](repeating: 0, count: kernels_train_gradient_scratch(6, 1, 1))
      func sum(_ terms: [Float]) -> Float {
        var x = Rows(terms.count, 1)
        for (row, term) in terms.enumerated() { x[row, 0] = term }
        var ones = Rows(terms.count, 1)
        for row in terms.indices { ones[row, 0] = 1 }
        var result: [Float] = [0]
        kernels_train_weight_gradient(
          ones.values, ones.stride, x.values, x.stride, Int32(terms.count), 1, 0, 1, 1, &scratch, &result)
        return result[0]
      }
      #expect(sum([large, 1, 1, 1]) == (large + 1) + 2)
      #expect(sum([1, 1, large, -large]) == 2)
      // Four and one: the left part takes the largest power of two.
      #expect(sum([1, -1, large, 1, -large]) == ((1 - 1) + (large + 1)) - large)
      #expect(sum([large, -large, 1]) == 1)
      // Six are three and three, whatever four and two would give.
      #expect(sum([1, 0, large, -large, 0, 0]) == ((1 + 0) + large) + ((-large + 0) + 0))
      #expect(sum([1, 0, large, -large, 0, 0]) == 0)
    }
  }
}
