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

  /// What is left out of some sequences in one call of the module.
  struct Omission {
    let call: DropoutCall
    let sequences: Range<Int>
  }

  /// state ← M(state, injection) = blocks(state + injection); the rows of `state` are padded.
  func run(
    _ state: UnsafeMutablePointer<Float>, injection: UnsafePointer<Float>, sequences: Int, scratch: ForwardScratch,
    omission: Omission? = nil
  ) {
    let rows = sequences * shape.positions
    kernels_train_add(state, injection, state, rows * shape.stride)
    for (layer, block) in blocks.enumerated() {
      block.qkv.multiply(state, stride: shape.stride, rows: rows, into: scratch.qkv, stride: shape.qkvStride)
      attention.forward(
        scratch.qkv, sequences: sequences, queries: shape.positions, probabilities: nil, scratch: scratch.attention,
        into: scratch.attended)
      finish(layer, state, rows: rows, scratch, omission)
    }
  }

  /// y ← x + mask ∘ (W input), where all of W input stays without an omission.
  private func add(
    _ panels: Panels, _ input: UnsafePointer<Float>, inputStride: Int, to x: UnsafePointer<Float>,
    into y: UnsafeMutablePointer<Float>, rows: Int, layer: Int, _ branch: DropoutPlace.Branch,
    _ scratch: ForwardScratch, _ omission: Omission?
  ) {
    guard let omission else {
      return panels.multiply(input, stride: inputStride, rows: rows, base: x, into: y, stride: shape.stride)
    }
    // Once attention is through with them, nobody reads q, k and v in the scratch memory.
    panels.multiply(input, stride: inputStride, rows: rows, into: scratch.qkv, stride: shape.stride)
    omission.call.apply(layer: layer, branch, lanes: omission.sequences, scratch.qkv, base: x, into: y)
  }

  /// x ← rms(x + W_o attended); x ← rms(x + W_down(silu(W_gate x) · W_up x)).
  private func finish(
    _ layer: Int, _ x: UnsafeMutablePointer<Float>, rows: Int, _ scratch: ForwardScratch, _ omission: Omission? = nil
  ) {
    let stride = shape.stride
    let block = blocks[layer]
    add(
      block.output, scratch.attended, inputStride: stride, to: x, into: x, rows: rows, layer: layer, .attention,
      scratch, omission)
    kernels_train_normalise(x, stride, Int32(shape.width), Int32(rows), eps, nil)
    kernels_train_multiply_gate(
      x, stride, block.gateUp.base, Int32(shape.width), Int32(block.gateUp.panels / 2), scratch.gated,
      shape.innerStride, nil, 0, 0, Int32(rows))
    add(
      block.down, scratch.gated, inputStride: shape.innerStride, to: x, into: x, rows: rows, layer: layer, .mlp,
      scratch, omission)
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
        finish(layer, state, rows: rows, scratch)
        continue
      }
      for sequence in 1..<max(sequences, 1) {
        (state + sequence * stride).update(from: state + sequence * shape.positions * stride, count: stride)
      }
      finish(layer, state, rows: sequences, scratch)
    }
  }

  /// As `run`, from row `firstRow` of the batch on, keeping what the backward pass needs.
  func record(
    _ state: UnsafeMutablePointer<Float>, injection: UnsafePointer<Float>, firstSequence: Int, sequences: Int,
    scratch: ForwardScratch, tape: ModuleTape, omission: Omission? = nil
  ) {
    let rows = sequences * shape.positions
    let first = firstSequence * shape.positions
    let (stride, inner) = (shape.stride, shape.innerStride)
    kernels_train_add(state, injection, tape.layers[0].input + first * stride, rows * stride)
    for (index, (block, layer)) in zip(blocks, tape.layers).enumerated() {
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
      add(
        block.output, attended, inputStride: stride, to: input, into: middle, rows: rows, layer: index, .attention,
        scratch, omission)
      kernels_train_normalise(
        middle, stride, Int32(shape.width), Int32(rows), eps, layer.middleInverse + first)
      kernels_train_multiply_gate(
        middle, stride, block.gateUp.base, Int32(shape.width), Int32(block.gateUp.panels / 2), scratch.gated, inner,
        layer.gateUp + first * 2 * inner, 2 * inner, inner, Int32(rows))
      add(
        block.down, scratch.gated, inputStride: inner, to: middle, into: output, rows: rows, layer: index, .mlp,
        scratch, omission)
      kernels_train_normalise(
        output, stride, Int32(shape.width), Int32(rows), eps, layer.outputInverse + first)
    }
    state.update(from: tape.output + first * stride, count: rows * stride)
  }
}
