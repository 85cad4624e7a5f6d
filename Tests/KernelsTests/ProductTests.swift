import Kernels
import Testing

@Suite("Products with packed weights", .serialized)
struct ProductTests {
  /// Every instruction set this machine has, each in every format, over shapes that leave remainders everywhere.
  @Test(arguments: Level.available, Format.allCases)
  func equalsTheExactSum(level: Level, format: Format) {
    level.use {
      for seed in 0..<60 {
        var random = KernelRandom(seed: UInt64(seed))
        let shape = (outputs: 1 + random.below(90), inputs: 1 + random.below(180), rows: 1 + random.below(21))
        let product = Product(format: format, shape: shape, random: &random)
        let got = product.multiply()
        let exact = product.exact()
        // Rounding of one sum: half a unit in the last place per addition of terms below 1.1 each.
        let tolerance = Double(shape.inputs) * 1.1 * Double(shape.inputs + 4) * 0x1p-24
        let worst = zip(got, exact).map { abs(Double($0) - $1) }.max() ?? .infinity
        #expect(worst <= tolerance, "seed \(seed), \(shape): off by \(worst), allowed \(tolerance)")
      }
    }
  }

  @Test(arguments: Level.available, Format.allCases)
  func rowsAndPanelsDoNotInfluenceOneAnother(level: Level, format: Format) {
    level.use {
      for seed in 0..<20 {
        var random = KernelRandom(seed: UInt64(seed))
        let shape = (outputs: 33 + random.below(60), inputs: 20 + random.below(60), rows: 2 + random.below(20))
        let product = Product(format: format, shape: shape, random: &random)
        let whole = product.multiply()
        for row in 0..<shape.rows {
          let alone = product.multiply(rows: row..<(row + 1))
          let same = alone == Array(whole[(row * shape.outputs)..<((row + 1) * shape.outputs)])
          #expect(same, "seed \(seed), \(shape), row \(row)")
        }
        let split = 1 + random.below(2)
        #expect(product.multiply(splitAtPanel: split) == whole, "seed \(seed), \(shape), split at \(split)")
      }
    }
  }

  @Test(arguments: Level.available, Format.allCases)
  func epiloguesAddAndGate(level: Level, format: Format) {
    level.use {
      var random = KernelRandom(seed: 5)
      let product = Product(format: format, shape: (64, 48, 7), random: &random)
      let plain = product.multiply()
      let added = product.multiply(epilogue: KERNELS_ADD, start: 0.5)
      #expect(added == plain.map { 0.5 + $0 })
      let gated = product.multiply(epilogue: KERNELS_GATE)
      for row in 0..<7 {
        for output in 0..<32 {
          let column = output / 16 * 32 + output % 16
          let gate = Double(plain[row * 64 + column])
          let up = Double(plain[row * 64 + column + 16])
          let expected = gate / (1 + Exponential.exp(-gate)) * up
          let got = Double(gated[row * 32 + output])
          #expect(abs(got - expected) <= 1e-6 * (1 + abs(expected)), "row \(row), \(output)")
        }
      }
    }
  }

  @Test func integerFormatsAreEqualOnAllProcessors() {
    for format in [Format.int8Activation7, .int8Activation16] {
      var results: [[Float]] = []
      for level in Level.available {
        level.use {
          var random = KernelRandom(seed: 9)
          results.append(Product(format: format, shape: (70, 130, 9), random: &random).multiply())
        }
      }
      #expect(results.allSatisfy { $0 == results[0] }, "\(format)")
    }
  }

  @Test(arguments: Level.available, [Format.int8Activation7, .int8Activation16])
  func aRowThatIsNotFiniteGivesNoNumber(level: Level, format: Format) {
    for poison in [Float.nan, .infinity] {
      level.use { checkPoison(format, poison) }
    }
  }

  private func checkPoison(_ format: Format, _ poison: Float) {
    var random = KernelRandom(seed: 3)
    var product = Product(format: format, shape: (20, 40, 3), random: &random)
    product.x[1 * product.xStride + 7] = poison
    let got = product.multiply()
    let nan = (0..<20).allSatisfy { got[20 + $0].isNaN }
    #expect(nan)
    let others = (0..<20).allSatisfy { got[$0].isFinite && got[40 + $0].isFinite }
    #expect(others)
  }

  @Test(arguments: Level.available, Format.allCases)
  func zeroAndTinyRowsStayFinite(level: Level, format: Format) {
    level.use {
      var random = KernelRandom(seed: 4)
      var product = Product(format: format, shape: (20, 40, 3), random: &random)
      for input in 0..<40 {
        product.x[input] = 0
        product.x[product.xStride + input] = Float.leastNonzeroMagnitude
      }
      let got = product.multiply()
      let isZero = got[0..<20].allSatisfy { $0 == 0 }
      #expect(isZero)
      let isTiny = got[20..<40].allSatisfy { abs($0) < 1e-36 }
      #expect(isTiny)
    }
  }

  /// The largest sums that 8-bit weights and the widest activations can make do not leave their integers.
  @Test(arguments: Level.available, [Format.int8Activation7, .int8Activation16])
  func extremesDoNotOverflow(level: Level, format: Format) {
    for inputs in [16, 513, 1536, 4000] {
      level.use { checkExtremes(format, inputs) }
    }
  }

  private func checkExtremes(_ format: Format, _ inputs: Int) {
    var random = KernelRandom(seed: 1)
    var product = Product(format: format, shape: (16, inputs, 1), random: &random)
    for input in 0..<inputs { product.x[input] = 3 }
    product.setAllWeights(to: -127, scale: 0.01)
    let expected = -1.27 * 3 * Double(inputs)
    for value in product.multiply() { #expect(abs(Double(value) - expected) < 1e-4 * -expected, "\(value)") }
  }

  @Test func packedRowsFollowTheirOrder() {
    var random = KernelRandom(seed: 2)
    let product = Product(format: .float32, shape: (5, 9, 2), random: &random)
    let plain = product.multiply()
    let order: [Int32] = [4, -1, 0, 0, 2, -1, 3]
    let got = product.multiply(order: order)
    for row in 0..<2 {
      for (output, source) in order.enumerated() {
        #expect(got[row * 7 + output] == (source < 0 ? 0 : plain[row * 5 + Int(source)]))
      }
    }
  }
}
