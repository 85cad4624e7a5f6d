import Kernels

/// The backward pass of the slow module's last layer where heads read position 0 alone: all but keys and values then has
/// a gradient there only, one row per lane.
struct FirstPositionBackward {
  /// Rows of position 0, [lanes, …].
  final class Memory {
    /// Gradient of the layer's output, then of what attention gave.
    let gradient: AlignedBlock
    let output, middle, middleGradient, attended, gated, gateUp: AlignedBlock
    let outputInverse, middleInverse: AlignedBlock
    /// As those of `BackwardMemory`.
    private(set) lazy var attentionBranch = AlignedBlock(count: middleGradient.count)
    private(set) lazy var mlpBranch = AlignedBlock(count: middleGradient.count)

    init(_ shape: ModuleShape, lanes: Int) {
      func rows(_ width: Int) -> AlignedBlock { AlignedBlock(count: lanes * width) }
      gradient = rows(shape.stride)
      (output, middle) = (rows(shape.stride), rows(shape.stride))
      (middleGradient, attended) = (rows(shape.stride), rows(shape.stride))
      (gated, gateUp) = (rows(shape.innerStride), rows(2 * shape.innerStride))
      (outputInverse, middleInverse) = (rows(1), rows(1))
    }
  }
  let forward: ModuleForward
  let layer: ModuleTape.Layer
  let memory: Memory
  /// Receives the gradient of the layer's input: [rows, stride].
  let gradient: UnsafeMutablePointer<Float>
  /// What the call left out.
  let dropout: DropoutCall?
  private var shape: ModuleShape { forward.shape }

  init(
    _ forward: ModuleForward, layer: ModuleTape.Layer, memory: Memory, gradient: UnsafeMutablePointer<Float>,
    dropout: DropoutCall?
  ) {
    self.dropout = dropout
    self.forward = forward
    self.layer = layer
    self.memory = memory
    self.gradient = gradient
  }

  /// As `ModuleBackward.apply`.
  func apply(_ sequences: Range<Int>, panels: BackwardPanels, attentionScratch: AlignedBlock) {
    let (stride, inner, first, count) = (
      shape.stride, shape.innerStride, sequences.lowerBound, sequences.count
    )
    gather(sequences)
    let dx = memory.gradient.floats + first * stride
    let output = memory.output.floats + first * stride
    let gated = memory.gated.floats + first * inner
    let gateUp = memory.gateUp.floats + first * 2 * inner
    let middle = memory.middleGradient.floats + first * stride
    kernels_train_normalise_backward(
      dx, stride, output, stride, memory.outputInverse.floats + first, Int32(shape.width), Int32(count), output,
      stride)
    let mlp = branch(.mlp, sequences, of: output, into: \.mlpBranch)
    panels.down.multiply(mlp, stride: stride, rows: count, into: gated, stride: inner)
    kernels_train_gate_backward(gated, inner, gateUp, 2 * inner, inner, Int32(shape.inner), Int32(count))
    panels.gate.multiply(gateUp, stride: 2 * inner, rows: count, base: output, into: middle, stride: stride)
    panels.up.multiply(gateUp + inner, stride: 2 * inner, rows: count, base: middle, into: middle, stride: stride)
    kernels_train_normalise_backward(
      middle, stride, memory.middle.floats + first * stride, stride, memory.middleInverse.floats + first,
      Int32(shape.width), Int32(count), middle, stride)
    let attention = branch(.attention, sequences, of: middle, into: \.attentionBranch)
    panels.output.multiply(attention, stride: stride, rows: count, into: dx, stride: stride)
    let qkv = layer.qkv + first * shape.positions * shape.qkvStride
    forward.attention.backward(
      qkv, sequences: count, queries: 1, probabilities: layer.probabilities + first * shape.scoresPerSequence,
      scratch: attentionScratch.floats, gradient: dx)
    panels.qkv.multiply(
      qkv, stride: shape.qkvStride, rows: count * shape.positions, into: gradient + first * shape.positions * stride,
      stride: stride)
    for sequence in sequences {
      let target = gradient + sequence * shape.positions * stride
      kernels_train_add(target, memory.middleGradient.floats + sequence * stride, target, stride)
    }
  }

  /// As `ModuleBackward.branch`.
  private func branch(
    _ branch: DropoutPlace.Branch, _ sequences: Range<Int>, of gradient: UnsafeMutablePointer<Float>,
    into block: KeyPath<Memory, AlignedBlock>
  ) -> UnsafePointer<Float> {
    guard let dropout else { return UnsafePointer(gradient) }
    let target = memory[keyPath: block].floats + sequences.lowerBound * shape.stride
    dropout.apply(layer: shape.layers - 1, branch, lanes: sequences, positions: 1, gradient, into: target)
    return UnsafePointer(target)
  }

  private func gather(_ sequences: Range<Int>) {
    for sequence in sequences {
      let row = sequence * shape.positions
      func copy(_ source: UnsafePointer<Float>, _ target: AlignedBlock, _ stride: Int) {
        (target.floats + sequence * stride).update(from: source + row * stride, count: stride)
      }
      copy(layer.output, memory.output, shape.stride)
      copy(layer.middle, memory.middle, shape.stride)
      copy(layer.attended, memory.attended, shape.stride)
      copy(layer.gateUp, memory.gateUp, 2 * shape.innerStride)
      copy(layer.outputInverse, memory.outputInverse, 1)
      copy(layer.middleInverse, memory.middleInverse, 1)
    }
  }

  /// As `ModuleBackward.jobs`.
  func jobs(lanes: Int, parameters: HRMParameters) -> [GradientJob] {
    let prefix = "\(shape.name).blocks.\(shape.layers - 1)."
    let (width, stride, inner) = (shape.width, shape.stride, shape.innerStride)
    func job(
      _ name: String, firstRow: Int = 0, dy: UnsafePointer<Float>, _ dyStride: Int, x: AlignedBlock, _ xStride: Int,
      outputs: Int, inputs: Int
    ) -> GradientJob {
      GradientJob(
        dy: dy, stride: dyStride, x: x.floats, stride: xStride, rows: lanes, chunkRows: TrainingNetwork.chunkLanes,
        outputs: outputs, inputs: inputs, into: parameters.gradient(prefix + name) + firstRow * inputs)
    }
    let gateUp = memory.gateUp.floats
    let mlp = dropout == nil ? memory.output.floats : memory.mlpBranch.floats
    let attention = dropout == nil ? memory.middleGradient.floats : memory.attentionBranch.floats
    return [
      GradientJob(
        dy: layer.qkv, stride: shape.qkvStride, x: layer.input, stride: stride, rows: lanes * shape.positions,
        chunkRows: TrainingNetwork.chunkLanes * shape.positions, outputs: 3 * width, inputs: width,
        into: parameters.gradient(prefix + "w_qkv")),
      job("w_down", dy: mlp, stride, x: memory.gated, inner, outputs: width, inputs: shape.inner),
      job("w_gu", dy: gateUp, 2 * inner, x: memory.middle, stride, outputs: shape.inner, inputs: width),
      job(
        "w_gu", firstRow: shape.inner, dy: gateUp + inner, 2 * inner, x: memory.middle, stride, outputs: shape.inner,
        inputs: width),
      job("w_o", dy: attention, stride, x: memory.attended, stride, outputs: width, inputs: width),
    ]
  }
}
