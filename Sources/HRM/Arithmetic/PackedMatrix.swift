/// A weight matrix W [out, in] cut into panels of 64 outputs, each stored [in, 64], so that a product streams through
/// memory once and OpenBLAS takes its kernel for small matrices, which does not copy weights.
///
/// Products are always computed panel by panel, so the result does not depend on who computes which panel.
struct PackedMatrix {
  static let panelWidth = 64
  let outputs: Int
  let inputs: Int
  private let base: UnsafePointer<Float>

  /// Packs `weights` ([out, in], row-major) into `storage`, which must have room for out · in numbers and must outlive
  /// the matrix.
  init(packing weights: [Float], outputs: Int, inputs: Int, into storage: UnsafeMutablePointer<Float>) {
    precondition(weights.count == outputs * inputs)
    self.outputs = outputs
    self.inputs = inputs
    base = UnsafePointer(storage)
    var target = storage
    weights.withUnsafeBufferPointer { source in
      for first in stride(from: 0, to: outputs, by: Self.panelWidth) {
        let width = min(Self.panelWidth, outputs - first)
        // Sixteen inputs at a time: a cache line of every row is read once.
        for block in stride(from: 0, to: inputs, by: 16) {
          for column in 0..<width {
            let row = source.baseAddress! + (first + column) * inputs
            for input in block..<min(block + 16, inputs) { target[input * width + column] = row[input] }
          }
        }
        target += width * inputs
      }
    }
  }

  /// y = x Wᵀ + beta · y for the thread's share of the panels; x is [rows, in], y is [rows, out].
  func multiply(
    _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>, beta: Float = 0, team: WorkerTeam,
    thread: Int
  ) {
    let panels = (outputs + Self.panelWidth - 1) / Self.panelWidth
    for panel in team.share(of: panels, thread: thread) {
      let first = panel * Self.panelWidth
      let width = min(Self.panelWidth, outputs - first)
      BLAS.multiply(
        x, stride: inputs, base + first * inputs, stride: width, into: y + first, stride: outputs, rows: rows,
        columns: width, inner: inputs, beta: beta)
    }
  }
}
