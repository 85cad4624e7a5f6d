import Glibc
import Kernels
import Testing

@Suite("Row operations", .serialized)
struct RowTests {
  private func rows(_ count: Int, _ width: Int, _ random: inout KernelRandom) -> [Float] {
    let stride = Int(kernels_padded(Int32(width)))
    return (0..<count).flatMap { _ in (0..<stride).map { $0 < width ? 3 * random.symmetric() : 0 } }
  }

  @Test(arguments: Level.available)
  func normaliseGivesUnitMeanSquare(level: Level) {
    level.use {
      for (seed, width) in [1, 5, 16, 24, 40, 512].enumerated() {
        var random = KernelRandom(seed: UInt64(seed))
        let start = rows(3, width, &random)
        let stride = start.count / 3
        var x = start
        kernels_normalise(&x, stride, Int32(width), 3, 1e-5)
        for row in 0..<3 {
          let mean = (0..<width).reduce(0.0) { $0 + pow(Double(start[row * stride + $1]), 2) } / Double(width)
          for column in 0..<stride {
            let expected = Double(start[row * stride + column]) / (mean + 1e-5).squareRoot()
            #expect(abs(Double(x[row * stride + column]) - expected) <= 2e-6 * max(1, abs(expected)))
          }
        }
      }
    }
  }

  @Test(arguments: Level.available)
  func addAndReplace(level: Level) {
    level.use {
      var random = KernelRandom(seed: 7)
      let a = rows(4, 40, &random)
      let b = rows(4, 40, &random)
      var sum = [Float](repeating: .nan, count: a.count)
      kernels_add(a, 48, b, 48, &sum, 48, 40, 4)
      #expect(sum == zip(a, b).map { $0 + $1 })
      var old = a
      var changes = [Float](repeating: 0, count: 4)
      var sizes = changes
      kernels_replace(&old, 48, b, 48, 40, 4, &changes, &sizes)
      #expect(old == b)
      for row in 0..<4 {
        let range = (row * 48)..<(row * 48 + 40)
        let change = range.reduce(0.0) { $0 + pow(Double(b[$1]) - Double(a[$1]), 2) }
        let size = range.reduce(0.0) { $0 + pow(Double(a[$1]), 2) }
        #expect(abs(Double(changes[row]) - change) < 1e-5 * change && abs(Double(sizes[row]) - size) < 1e-5 * size)
      }
    }
  }

  /// Heads beside one another must not be touched, whatever their width.
  @Test(arguments: Level.available, [true, false])
  func attentionEqualsItsDefinition(level: Level, isRotary: Bool) {
    level.use {
      for seed in 0..<40 {
        var random = KernelRandom(seed: UInt64(seed))
        let positions = 1 + random.below(37)
        let headWidth = 2 * (1 + random.below(36))
        Attention(positions: positions, headWidth: headWidth, isRotary: isRotary, random: &random)
          .check(queries: random.below(2) == 0 ? 1 : positions, seed: seed)
      }
    }
  }

  @Test func rowOperationsAreEqualOnAllProcessors() {
    var results: [[Float]] = []
    for level in Level.available {
      level.use {
        var random = KernelRandom(seed: 11)
        var x = rows(5, 72, &random)
        kernels_normalise(&x, 80, 72, 5, 1e-5)
        results.append(x)
      }
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  @Test func brainFloatRoundsToNearestEven() {
    let cases: [(UInt32, UInt16)] = [
      (0x3F80_0000, 0x3F80), (0x3F80_8000, 0x3F80), (0x3F80_8001, 0x3F81), (0x3F81_8000, 0x3F82),
      (0x3F80_7FFF, 0x3F80), (0x7F80_0000, 0x7F80), (0xFF80_0000, 0xFF80), (0x8000_0000, 0x8000),
    ]
    let values = cases.map { Float(bitPattern: $0.0) } + [Float.nan]
    var out = [UInt16](repeating: 0, count: values.count)
    kernels_to_bfloat16(values, values.count, &out)
    #expect(Array(out.dropLast()) == cases.map(\.1))
    #expect(Float(bitPattern: UInt32(out.last!) << 16).isNaN)
  }

  @Test func eightBitWeightsKeepTheLargest() {
    let weights: [Float] = [0.5, -1, 0.25, 0, 0, 0, 0x1p-146, -0x1p-146, 0]
    var bytes = [Int8](repeating: 1, count: 9)
    var scales = [Float](repeating: 1, count: 3)
    kernels_to_int8(weights, 3, 3, &bytes, &scales)
    #expect(Array(bytes[0..<6]) == [64, -127, 32, 0, 0, 0])
    #expect(scales[0] == 1 / 127 && scales[1] == 0)
    #expect(bytes.allSatisfy { $0 >= -127 })
  }
}

/// Three heads side by side; the middle one is computed.
struct Attention {
  let positions: Int
  let headWidth: Int
  let isRotary: Bool
  var rows: [Float]
  var cosines: [Float] = []
  var sines: [Float] = []
  var stride: Int { 9 * headWidth + 3 }

  init(positions: Int, headWidth: Int, isRotary: Bool, random: inout KernelRandom) {
    self.positions = positions
    self.headWidth = headWidth
    self.isRotary = isRotary
    rows = []
    for _ in 0..<(positions * (9 * headWidth + 3)) { rows.append(2 * random.symmetric()) }
    for position in 0..<positions {
      for i in 0..<(headWidth / 2) {
        let angle = Double(position) * pow(10_000, -2 * Double(i) / Double(headWidth))
        cosines.append(Float(cos(angle)))
        sines.append(Float(sin(angle)))
      }
    }
  }

  private func head(_ which: Int, _ position: Int) -> [Double] {
    let first = position * stride + (3 + which) * headWidth
    let x = rows[first..<(first + headWidth)].map(Double.init)
    guard isRotary && which < 2 else { return x }
    let half = headWidth / 2
    return (0..<headWidth).map { i in
      let at = position * half + i % half
      let (c, s) = (Double(cosines[at]), Double(sines[at]))
      return i < half ? x[i] * c - x[i + half] * s : x[i] * c + x[i - half] * s
    }
  }

  private func expected(query: Int) -> [Double] {
    let q = head(0, query)
    let scores = (0..<positions).map { position in
      zip(q, head(1, position)).reduce(0) { $0 + $1.0 * $1.1 } / Double(headWidth).squareRoot()
    }
    let peak = scores.max()!
    let weights = scores.map { exp($0 - peak) }
    let total = weights.reduce(0, +)
    var result = [Double](repeating: 0, count: headWidth)
    for position in 0..<positions {
      for (i, value) in head(2, position).enumerated() { result[i] += weights[position] / total * value }
    }
    return result
  }

  func check(queries: Int, seed: Int) {
    var work = rows
    let outStride = 3 * headWidth
    var out = [Float](repeating: 77, count: positions * outStride)
    var scratch = [Float](
      repeating: .nan, count: kernels_attention_scratch(Int32(positions), Int32(headWidth)))
    work.withUnsafeMutableBufferPointer { work in
      out.withUnsafeMutableBufferPointer { out in
        let base = work.baseAddress! + 3 * headWidth
        kernels_attend(
          base, base + headWidth, base + 2 * headWidth, stride, Int32(positions), Int32(queries), Int32(headWidth),
          isRotary ? cosines : nil, isRotary ? sines : nil, &scratch, out.baseAddress! + headWidth, outStride)
      }
    }
    for position in 0..<positions {
      let expected = position < queries ? expected(query: position) : []
      for column in 0..<outStride {
        let got = out[position * outStride + column]
        let inside = column - headWidth
        if position < queries && (0..<headWidth).contains(inside) {
          #expect(abs(Double(got) - expected[inside]) < 2e-5, "seed \(seed): \(positions) x \(headWidth)")
        } else {
          #expect(got == 77, "seed \(seed): neighbour written")
        }
      }
      for column in 0..<stride where !(3 * headWidth..<5 * headWidth).contains(column) {
        #expect(work[position * stride + column] == rows[position * stride + column], "seed \(seed): input written")
      }
    }
  }
}
