import Kernels

/// A weight matrix W [out, in] in the kernels' panels of 16 outputs.
struct PackedMatrix {
  let matrix: KernelsMatrix

  /// Panels of outputs.
  var panels: Int { Int(matrix.panels) }

  /// Computes some panels of y = x Wᵀ, y + x Wᵀ or silu(gate) · up for `rows` rows; strides of `y` in floats. Whole
  /// panels are written. Elements do not depend on how panels or rows are cut.
  @inline(__always)
  func multiply(
    _ x: KernelsActivations, rows: Int, panels: Range<Int>, _ epilogue: KernelsEpilogue = KERNELS_STORE,
    into y: UnsafeMutablePointer<Float>, stride: Int
  ) {
    if panels.isEmpty || rows == 0 { return }
    withUnsafePointer(to: matrix) { matrix in
      withUnsafePointer(to: x) { x in
        kernels_multiply(
          matrix, x, Int32(rows), Int32(panels.lowerBound), Int32(panels.upperBound), epilogue, y, stride)
      }
    }
  }
}

extension KernelsActivations {
  /// Rows of floats, `stride` floats apart.
  init(_ floats: UnsafePointer<Float>, stride: Int) {
    self.init(data: UnsafeRawPointer(floats), stride: 4 * stride, scales: nil)
  }
}

extension Int {
  /// Rounded up to whole lanes of the kernels: the room of a row of this many floats.
  var padded: Int { Int(kernels_padded(Int32(self))) }
}
