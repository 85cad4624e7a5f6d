import Kernels

/// The backward pass of one module, layer by layer: first every piece of the batch, then the gradients of the layer's
/// weights from all pieces.
struct ModuleBackward {
  let forward: ModuleForward
  let tape: ModuleTape
  let memory: BackwardMemory
  /// On entry the gradient of the module's output, in the end that of its input: [rows, stride].
  let gradient: UnsafeMutablePointer<Float>
  /// What the call left out.
  let dropout: DropoutCall?
  private var shape: ModuleShape { forward.shape }

  init(
    _ forward: ModuleForward, tape: ModuleTape, memory: BackwardMemory, gradient: UnsafeMutablePointer<Float>,
    dropout: DropoutCall?
  ) {
    self.dropout = dropout
    self.forward = forward
    self.tape = tape
    self.memory = memory
    self.gradient = gradient
  }

  /// Goes back through one layer with some sequences. Puts gradients in the place of what the tape recorded: of the
  /// last norm's input into `output`, of gate and up into `gateUp`, of q, k and v into `qkv`.
  func apply(_ sequences: Range<Int>, layer index: Int, panels: BackwardPanels, attentionScratch: AlignedBlock) {
    let layer = tape.layers[index]
    let first = sequences.lowerBound * shape.positions
    let rows = sequences.count * shape.positions
    let (stride, inner) = (shape.stride, shape.innerStride)
    let dx = gradient + first * stride
    let output = layer.output + first * stride
    let gateUp = layer.gateUp + first * 2 * inner
    let gated = memory.gated.floats + first * inner
    let middle = memory.middleGradient.floats + first * stride
    let qkv = layer.qkv + first * shape.qkvStride
    kernels_train_normalise_backward(
      dx, stride, output, stride, layer.outputInverse + first, Int32(shape.width), Int32(rows), output, stride)
    let mlp = branch(.mlp, index, sequences, of: output, into: \.mlpBranch)
    panels.down.multiply(mlp, stride: stride, rows: rows, into: gated, stride: inner)
    kernels_train_gate_backward(gated, inner, gateUp, 2 * inner, inner, Int32(shape.inner), Int32(rows))
    panels.gate.multiply(gateUp, stride: 2 * inner, rows: rows, base: output, into: middle, stride: stride)
    panels.up.multiply(gateUp + inner, stride: 2 * inner, rows: rows, base: middle, into: middle, stride: stride)
    kernels_train_normalise_backward(
      middle, stride, layer.middle + first * stride, stride, layer.middleInverse + first, Int32(shape.width),
      Int32(rows), middle, stride)
    let attention = branch(.attention, index, sequences, of: middle, into: \.attentionBranch)
    panels.output.multiply(attention, stride: stride, rows: rows, into: dx, stride: stride)
    forward.attention.backward(
      qkv, sequences: sequences.count, queries: shape.positions,
      probabilities: layer.probabilities + sequences.lowerBound * shape.scoresPerSequence,
      scratch: attentionScratch.floats, gradient: dx)
    panels.qkv.multiply(qkv, stride: shape.qkvStride, rows: rows, base: middle, into: dx, stride: stride)
  }

  /// The gradient of what a branch added to the residual stream, from the stream's: the same unless some was left out.
  private func branch(
    _ branch: DropoutPlace.Branch, _ layer: Int, _ sequences: Range<Int>, of gradient: UnsafeMutablePointer<Float>,
    into block: KeyPath<BackwardMemory, AlignedBlock>
  ) -> UnsafePointer<Float> {
    guard let dropout else { return UnsafePointer(gradient) }
    let target = memory[keyPath: block].floats + sequences.lowerBound * shape.positions * shape.stride
    dropout.apply(layer: layer, branch, lanes: sequences, gradient, into: target)
    return UnsafePointer(target)
  }

  /// The gradients of a layer's weights, after `apply` on all sequences. `target` says where that of a tensor belongs.
  func jobs(
    layer index: Int, lanes: Int, target: (String) -> UnsafeMutablePointer<Float>
  ) -> [GradientJob] {
    let layer = tape.layers[index]
    let prefix = "\(shape.name).blocks.\(index)."
    let (width, stride, inner) = (shape.width, shape.stride, shape.innerStride)
    func job(
      _ name: String, firstRow: Int = 0, dy: UnsafePointer<Float>, _ dyStride: Int, x: UnsafePointer<Float>,
      _ xStride: Int, outputs: Int, inputs: Int
    ) -> GradientJob {
      GradientJob(
        dy: dy, stride: dyStride, x: x, stride: xStride, rows: lanes * shape.positions,
        chunkRows: TrainingNetwork.chunkLanes * shape.positions, outputs: outputs, inputs: inputs,
        into: target(prefix + name) + firstRow * inputs)
    }
    let gateUp = UnsafePointer(layer.gateUp)
    let mlp = dropout == nil ? layer.output : memory.mlpBranch.floats
    let attention = dropout == nil ? memory.middleGradient.floats : memory.attentionBranch.floats
    return [
      job("w_down", dy: mlp, stride, x: memory.gated.floats, inner, outputs: width, inputs: shape.inner),
      job("w_gu", dy: gateUp, 2 * inner, x: layer.middle, stride, outputs: shape.inner, inputs: width),
      job(
        "w_gu", firstRow: shape.inner, dy: gateUp + inner, 2 * inner, x: layer.middle, stride, outputs: shape.inner,
        inputs: width),
      job("w_qkv", dy: layer.qkv, shape.qkvStride, x: layer.input, stride, outputs: 3 * width, inputs: width),
      job(
        "w_o", dy: attention, stride, x: layer.attended, stride, outputs: width, inputs: width),
    ]
  }
}
