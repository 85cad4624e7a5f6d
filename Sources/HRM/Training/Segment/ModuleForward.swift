import Kernels

extension Panels {
  /// y = base + x P for rows of inputs; without `base`, y = x P.
  func multiply(
    _ x: UnsafePointer<Float>, stride: Int, rows: Int, base addend: UnsafePointer<Float>? = nil,
    into y: UnsafeMutablePointer<Float>, stride yStride: Int
  ) {
    kernels_train_multiply(
      x, stride, base, Int32(terms), Int32(panels), addend, y, yStride, Int32(rows))
  }
}

/// The forward pass of one module on whole sequences.
struct ModuleForward {
  let shape: ModuleShape
  let blocks: [PackedWeights.Block]
  let attention: AttentionHeads
  let eps: Float

  /// state ← M(state, injection) = blocks(state + injection); the rows of `state` are padded.
  func run(
    _ state: UnsafeMutablePointer<Float>, injection: UnsafePointer<Float>, sequences: Int, scratch: ForwardScratch
  ) {
    let rows = sequences * shape.positions
    kernels_train_add(state, injection, state, rows * shape.stride)
    for block in blocks {
      block.qkv.multiply(state, stride: shape.stride, rows: rows, into: scratch.qkv, stride: shape.qkvStride)
      attention.forward(
        scratch.qkv, sequences: sequences, queries: shape.positions, probabilities: nil, scratch: scratch.attention,
        into: scratch.attended)
      finish(block, state, rows: rows, scratch)
    }
  }

  /// x ← rms(x + W_o attended); x ← rms(x + W_down(silu(W_gate x) · W_up x)).
  private func finish(
    _ block: PackedWeights.Block, _ x: UnsafeMutablePointer<Float>, rows: Int, _ scratch: ForwardScratch
  ) {
    let stride = shape.stride
    block.output.multiply(scratch.attended, stride: stride, rows: rows, base: x, into: x, stride: stride)
    kernels_train_normalise(x, stride, Int32(shape.width), Int32(rows), eps, nil)
    kernels_train_multiply_gate(
      x, stride, block.gateUp.base, Int32(shape.width), Int32(block.gateUp.panels / 2), scratch.gated,
      shape.innerStride, nil, 0, 0, Int32(rows))
    block.down.multiply(scratch.gated, stride: shape.innerStride, rows: rows, base: x, into: x, stride: stride)
    kernels_train_normalise(x, stride, Int32(shape.width), Int32(rows), eps, nil)
  }

  /// The same where only position 0 of the result is read: [sequences, stride] in place of the first rows of `state`.
  func runForFirstPositions(
    _ state: UnsafeMutablePointer<Float>, injection: UnsafePointer<Float>, sequences: Int, scratch: ForwardScratch
  ) {
    let rows = sequences * shape.positions
    let stride = shape.stride
    kernels_train_add(state, injection, state, rows * stride)
    for (layer, block) in blocks.enumerated() {
      let isLast = layer == blocks.count - 1
      block.qkv.multiply(state, stride: stride, rows: rows, into: scratch.qkv, stride: shape.qkvStride)
      attention.forward(
        scratch.qkv, sequences: sequences, queries: isLast ? 1 : shape.positions, probabilities: nil,
        scratch: scratch.attention, into: scratch.attended)
      guard isLast else {
        finish(block, state, rows: rows, scratch)
        continue
      }
      for sequence in 1..<max(sequences, 1) {
        (state + sequence * stride).update(from: state + sequence * shape.positions * stride, count: stride)
      }
      finish(block, state, rows: sequences, scratch)
    }
  }

  /// As `run`, from row `firstRow` of the batch on, keeping what the backward pass needs.
  func record(
    _ state: UnsafeMutablePointer<Float>, injection: UnsafePointer<Float>, firstSequence: Int, sequences: Int,
    scratch: ForwardScratch, tape: ModuleTape
  ) {
    let rows = sequences * shape.positions
    let first = firstSequence * shape.positions
    let (stride, inner) = (shape.stride, shape.innerStride)
    kernels_train_add(state, injection, tape.layers[0].input + first * stride, rows * stride)
    for (block, layer) in zip(blocks, tape.layers) {
      let input = layer.input + first * stride
      let qkv = layer.qkv + first * shape.qkvStride
      let attended = layer.attended + first * stride
      let middle = layer.middle + first * stride
      let output = layer.output + first * stride
      block.qkv.multiply(input, stride: stride, rows: rows, into: qkv, stride: shape.qkvStride)
      attention.forward(
        qkv, sequences: sequences, queries: shape.positions,
        probabilities: layer.probabilities + firstSequence * shape.scoresPerSequence, scratch: scratch.attention,
        into: attended)
      block.output.multiply(attended, stride: stride, rows: rows, base: input, into: middle, stride: stride)
      kernels_train_normalise(
        middle, stride, Int32(shape.width), Int32(rows), eps, layer.middleInverse + first)
      kernels_train_multiply_gate(
        middle, stride, block.gateUp.base, Int32(shape.width), Int32(block.gateUp.panels / 2), scratch.gated, inner,
        layer.gateUp + first * 2 * inner, 2 * inner, inner, Int32(rows))
      block.down.multiply(scratch.gated, stride: inner, rows: rows, base: middle, into: output, stride: stride)
      kernels_train_normalise(
        output, stride, Int32(shape.width), Int32(rows), eps, layer.outputInverse + first)
    }
    state.update(from: tape.output + first * stride, count: rows * stride)
  }
}
