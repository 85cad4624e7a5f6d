/// What one recorded application of a module keeps for its backward pass, for all rows of the batch. The backward pass
/// overwrites it.
final class ModuleTape {
  struct Layer {
    /// What enters the layer, [rows, stride]; after the last layer comes one more, the module's output.
    let input: UnsafeMutablePointer<Float>
    /// Rotated q and k, and v: [rows, qkvStride].
    let qkv: UnsafeMutablePointer<Float>
    /// [sequences, heads, positions, scoreStride].
    let probabilities: UnsafeMutablePointer<Float>
    /// [rows, stride].
    let attended: UnsafeMutablePointer<Float>
    /// After attention, residual and norm: [rows, stride].
    let middle: UnsafeMutablePointer<Float>
    /// Gate and, from `innerStride` on, up: [rows, 2 innerStride].
    let gateUp: UnsafeMutablePointer<Float>
    /// Factors of the two norms, [rows] each.
    let middleInverse, outputInverse: UnsafeMutablePointer<Float>
    /// What leaves the layer.
    let output: UnsafeMutablePointer<Float>
  }
  let layers: [Layer]
  private let storage: AlignedBlock
  /// What left the module.
  var output: UnsafeMutablePointer<Float> { layers.last!.output }

  init(_ shape: ModuleShape, sequences: Int) {
    let rows = sequences * shape.positions
    let row = Panels.padded(rows)
    let sizes = [
      rows * shape.qkvStride, sequences * shape.scoresPerSequence, rows * shape.stride, rows * shape.stride,
      rows * 2 * shape.innerStride, row, row, rows * shape.stride,
    ]
    storage = AlignedBlock(count: shape.layers * sizes.reduce(0, +) + rows * shape.stride)
    var input = storage.floats
    var next = input + rows * shape.stride
    layers = (0..<shape.layers).map { _ in
      let parts = sizes.map { size in
        defer { next += size }
        return next
      }
      defer { input = parts[7] }
      return Layer(
        input: input, qkv: parts[0], probabilities: parts[1], attended: parts[2], middle: parts[3], gateUp: parts[4],
        middleInverse: parts[5], outputInverse: parts[6], output: parts[7])
    }
  }
}

/// Memory of one thread for applications that keep nothing.
final class ForwardScratch {
  let state, attended, qkv, gated, injection, attention: UnsafeMutablePointer<Float>
  /// States of a look ahead.
  let slow, fast: UnsafeMutablePointer<Float>
  private let storage: AlignedBlock

  init(_ shapes: [ModuleShape], sequences: Int) {
    let rows = sequences * shapes[0].positions
    func most(_ size: (ModuleShape) -> Int) -> Int { shapes.map(size).max()! }
    let stride = rows * most(\.stride)
    let sizes = [
      stride, stride, rows * most(\.qkvStride), rows * most(\.innerStride), stride,
      most { AttentionHeads.scratchCount(positions: $0.positions, headWidth: $0.headWidth) }, stride, stride,
    ].map(Panels.padded)
    storage = AlignedBlock(count: sizes.reduce(0, +))
    var next = storage.floats
    let parts = sizes.map { size in
      defer { next += size }
      return next
    }
    (state, attended, qkv, gated) = (parts[0], parts[1], parts[2], parts[3])
    (injection, attention, slow, fast) = (parts[4], parts[5], parts[6], parts[7])
  }
}
