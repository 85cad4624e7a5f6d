/// In which order the outputs of a matrix are packed.
struct MatrixLayout {
  /// Row of the stored matrix for each packed output; -1 for an output that is always zero; nil for the stored order.
  var rows: [Int32]?
  var outputs: Int
  var inputs: Int

  /// As stored.
  static func plain(_ shape: [Int]) -> MatrixLayout { MatrixLayout(rows: nil, outputs: shape[0], inputs: shape[1]) }

  /// Stored [q heads | k heads | v heads], packed q, k, v of the first head, then of the next, each head in whole
  /// panels: whoever computes the panels of a head can attend with it at once.
  static func heads(_ heads: Int, width: Int) -> MatrixLayout {
    let headWidth = width / heads
    var rows: [Int32] = []
    for head in 0..<heads {
      for part in 0..<3 {
        for index in 0..<headWidth { rows.append(Int32(part * width + head * headWidth + index)) }
      }
      while rows.count % 16 != 0 { rows.append(-1) }
    }
    return MatrixLayout(rows: rows, outputs: rows.count, inputs: width)
  }

  /// Stored [gate | up], packed in panels of gate and up by turns, as the kernels' GATE takes them.
  static func gated(inner: Int, width: Int) -> MatrixLayout {
    var rows: [Int32] = []
    for first in stride(from: 0, to: inner, by: 16) {
      for part in 0..<2 {
        for index in first..<(first + 16) { rows.append(index < inner ? Int32(part * inner + index) : -1) }
      }
    }
    return MatrixLayout(rows: rows, outputs: rows.count, inputs: width)
  }
}
