import Kernels

/// The gradient of one matrix: Σ over rows of dyᵀ x, by chunks of rows.
struct GradientJob {
  /// Outputs that are computed together.
  static let tileOutputs = 192

  let dy: UnsafePointer<Float>
  let dyStride: Int
  let x: UnsafePointer<Float>
  let xStride: Int
  let rows: Int
  let chunkRows: Int
  let outputs: Int
  let inputs: Int
  /// [outputs, inputs] without padding.
  let gradient: UnsafeMutablePointer<Float>
  private var tiles: Int { (outputs + Self.tileOutputs - 1) / Self.tileOutputs }

  init(
    dy: UnsafePointer<Float>, stride dyStride: Int, x: UnsafePointer<Float>, stride xStride: Int, rows: Int,
    chunkRows: Int, outputs: Int, inputs: Int, into gradient: UnsafeMutablePointer<Float>
  ) {
    self.dy = dy
    self.dyStride = dyStride
    self.x = x
    self.xStride = xStride
    self.rows = rows
    self.chunkRows = chunkRows
    self.outputs = outputs
    self.inputs = inputs
    self.gradient = gradient
  }

  /// Computes tiles of all jobs as long as `work` hands out numbers.
  static func run(_ jobs: [GradientJob], _ work: SharedCounter, scratch: UnsafeMutablePointer<Float>) {
    let total = jobs.reduce(0) { $0 + $1.tiles }
    while var index = work.next(below: total) {
      for job in jobs {
        if index < job.tiles {
          job.compute(tile: index, scratch: scratch)
          break
        }
        index -= job.tiles
      }
    }
  }

  private func compute(tile: Int, scratch: UnsafeMutablePointer<Float>) {
    let first = tile * Self.tileOutputs
    kernels_train_weight_gradient(
      dy, dyStride, x, xStride, Int32(rows), Int32(min(chunkRows, rows)), Int32(first),
      Int32(min(first + Self.tileOutputs, outputs)), Int32(inputs), scratch, gradient)
  }
}
