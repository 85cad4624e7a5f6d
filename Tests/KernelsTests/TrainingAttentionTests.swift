import Glibc
import Kernels
import Testing

@Suite("Training kernels: attention", .serialized)
struct TrainingAttentionTests {
  struct Shape: CustomStringConvertible, Sendable {
    let positions: Int
    let heads: Int
    let headWidth: Int
    let isRotated: Bool
    var description: String { "\(positions) positions, \(heads) x \(headWidth)\(isRotated ? ", rotated" : "")" }
  }

  static let shapes = [
    Shape(positions: 1, heads: 1, headWidth: 2, isRotated: true),
    Shape(positions: 5, heads: 3, headWidth: 8, isRotated: true),
    Shape(positions: 16, heads: 2, headWidth: 64, isRotated: true),
    Shape(positions: 19, heads: 2, headWidth: 6, isRotated: true),
    Shape(positions: 7, heads: 2, headWidth: 5, isRotated: false),
    Shape(positions: 33, heads: 1, headWidth: 20, isRotated: true),
  ]

  static func turned(_ x: [Double], _ position: Int, _ shape: Shape) -> [Double] {
    guard shape.isRotated else { return x }
    let half = x.count / 2
    return x.indices.map { index in
      let angle = Double(position) * pow(100, -2 * Double(index % half) / Double(x.count))
      let partner = index < half ? -x[index + half] : x[index - half]
      return x[index] * cos(angle) + partner * sin(angle)
    }
  }

  /// Attention of one sequence in double precision, from [positions][3 · width].
  static func exact(_ qkv: [[Double]], _ shape: Shape, queries: Int) -> [[Double]] {
    let width = shape.heads * shape.headWidth
    var result = [[Double]](repeating: [Double](repeating: 0, count: width), count: queries)
    for head in 0..<shape.heads {
      func part(_ kind: Int, _ position: Int) -> [Double] {
        let first = kind * width + head * shape.headWidth
        let x = Array(qkv[position][first..<(first + shape.headWidth)])
        return kind < 2 ? turned(x, position, shape) : x
      }
      let keys = qkv.indices.map { part(1, $0) }
      let values = qkv.indices.map { part(2, $0) }
      for query in 0..<queries {
        let q = part(0, query)
        let scores = keys.map { zip(q, $0).reduce(0) { $0 + $1.0 * $1.1 } / Double(shape.headWidth).squareRoot() }
        let powers = scores.map { exp($0 - scores.max()!) }
        let total = powers.reduce(0, +)
        for (power, value) in zip(powers, values) {
          for (index, x) in value.enumerated() { result[query][head * shape.headWidth + index] += power / total * x }
        }
      }
    }
    return result
  }

  /// Calls `body` with the description of the heads, whose tables live as long.
  static func with(_ shape: Shape, _ body: (UnsafePointer<KernelsHeads>) -> Void) {
    let half = shape.headWidth / 2
    var cosines: [Float] = []
    var sines: [Float] = []
    for position in 0..<shape.positions {
      for index in 0..<half {
        let angle = Double(position) * pow(100, -2 * Double(index) / Double(shape.headWidth))
        cosines.append(Float(cos(angle)))
        sines.append(Float(sin(angle)))
      }
    }
    let width = shape.heads * shape.headWidth
    cosines.withUnsafeBufferPointer { cosines in
      sines.withUnsafeBufferPointer { sines in
        var heads = KernelsHeads(
          positions: Int32(shape.positions), head_width: Int32(shape.headWidth), width: Int32(width),
          stride: Int(kernels_padded(Int32(3 * width))), out_stride: Int(kernels_padded(Int32(width))),
          cosines: shape.isRotated ? cosines.baseAddress : nil, sines: shape.isRotated ? sines.baseAddress : nil)
        withUnsafePointer(to: &heads) { body($0) }
      }
    }
  }

  @Test("forward and backward equal the exact ones and their central differences", arguments: Level.available, shapes)
  func attention(level: Level, shape: Shape) {
    level.use {
      for queries in Set([1, shape.positions]).sorted() { check(shape, queries: queries) }
    }
  }

  private func check(_ shape: Shape, queries: Int) {
    var random = KernelRandom(seed: 6)
    let width = shape.heads * shape.headWidth
    let given = Rows(shape.positions, 3 * width, random: &random, scale: 1.5)
    let dOut = Rows(queries, width, random: &random)
    let columns = Int(kernels_padded(Int32(shape.positions)))
    var qkv = given
    var out = Rows(queries, width)
    var withoutTape = (qkv: given, out: out)
    var probabilities = [Float](repeating: .nan, count: shape.heads * shape.positions * columns)
    var scratch = [Float](
      repeating: .nan, count: kernels_train_attention_scratch(Int32(shape.positions), Int32(shape.headWidth)))
    Self.with(shape) { heads in
      for head in 0..<shape.heads {
        let first = head * shape.headWidth
        qkv.values.withUnsafeMutableBufferPointer { qkv in
          out.values.withUnsafeMutableBufferPointer { out in
            probabilities.withUnsafeMutableBufferPointer { probabilities in
              kernels_train_attend(
                heads, qkv.baseAddress! + first, Int32(queries),
                probabilities.baseAddress! + head * shape.positions * columns, &scratch, out.baseAddress! + first)
            }
          }
        }
        withoutTape.qkv.values.withUnsafeMutableBufferPointer { qkv in
          withoutTape.out.values.withUnsafeMutableBufferPointer { out in
            kernels_train_attend(
              heads, qkv.baseAddress! + first, Int32(queries), nil, &scratch, out.baseAddress! + first)
          }
        }
      }
    }
    #expect(out.deviation(from: Self.exact(given.exact, shape, queries: queries)) <= 1e-5, "\(shape)")
    #expect(withoutTape.out.values == out.values, "\(shape)")
    Self.with(shape) { heads in
      for head in 0..<shape.heads {
        let first = head * shape.headWidth
        qkv.values.withUnsafeMutableBufferPointer { qkv in
          dOut.values.withUnsafeBufferPointer { dOut in
            probabilities.withUnsafeBufferPointer { probabilities in
              kernels_train_attend_backward(
                heads, qkv.baseAddress! + first, Int32(queries),
                probabilities.baseAddress! + head * shape.positions * columns, dOut.baseAddress! + first, &scratch)
            }
          }
        }
      }
    }
    let expected = differences(given.exact, shape, dOut.exact, queries)
    #expect(qkv.deviation(from: expected) <= 3e-5, "\(shape), \(queries) queries")
  }

  /// Gradient by central differences; a number changes its own head alone, which keeps this quick.
  private func differences(_ qkv: [[Double]], _ shape: Shape, _ dOut: [[Double]], _ queries: Int) -> [[Double]] {
    let step = TrainingRowTests.step
    let single = Shape(positions: shape.positions, heads: 1, headWidth: shape.headWidth, isRotated: shape.isRotated)
    let width = shape.heads * shape.headWidth
    var result = qkv
    for head in 0..<shape.heads {
      let columns = (0..<3).flatMap { kind in
        (0..<shape.headWidth).map { kind * width + head * shape.headWidth + $0 }
      }
      var part = qkv.map { row in columns.map { row[$0] } }
      let d = dOut.map { Array($0[(head * shape.headWidth)..<((head + 1) * shape.headWidth)]) }
      func loss() -> Double {
        zip(Self.exact(part, single, queries: queries), d).reduce(0) { sum, rows in
          sum + zip(rows.0, rows.1).reduce(0) { $0 + $1.0 * $1.1 }
        }
      }
      for position in 0..<shape.positions {
        for (index, column) in columns.enumerated() {
          let value = part[position][index]
          part[position][index] = value + step
          let up = loss()
          part[position][index] = value - step
          result[position][column] = (up - loss()) / (2 * step)
          part[position][index] = value
        }
      }
    }
    return result
  }
}
