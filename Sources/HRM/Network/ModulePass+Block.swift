import Kernels

extension ModulePass {
  /// attended ← Attn(x), for the heads of this thread.
  func attend(_ block: HRMModule.Block, _ list: SequenceList, _ me: TeamMember, firstOnly: Bool) {
    let heads = me.share(of: module.heads)
    let rowStride = module.heads * module.headStride
    if firstOnly {
      projectFirst(block, list, heads, me)
    } else {
      let panels = module.headStride / 16
      block.qkv.multiply(
        activations(rows, stride: stride, inputs: module.width), rows: list.rows,
        panels: (heads.lowerBound * panels)..<(heads.upperBound * panels), into: workspace.qkv, stride: rowStride)
    }
    let scratch = workspace.attentionScratch(thread: me.thread)
    let width = module.headWidth
    for index in 0..<list.count {
      for head in heads {
        let q = workspace.qkv + index * positions * rowStride + head * module.headStride
        kernels_attend(
          q, q + width, q + 2 * width, rowStride, Int32(positions), firstOnly ? 1 : Int32(positions), Int32(width),
          module.rotary?.cosines, module.rotary?.sines, scratch,
          attended + index * positions * stride + head * width, stride)
      }
    }
    me.barrier()
  }

  /// q of position 0 only, as far as it fills panels of its own; k and v of all positions.
  private func projectFirst(_ block: HRMModule.Block, _ list: SequenceList, _ heads: Range<Int>, _ me: TeamMember) {
    let rowStride = module.heads * module.headStride
    let all = activations(rows, stride: stride, inputs: module.width)
    let firstScales = workspace.firstScales(thread: me.thread)
    for index in 0..<list.count { firstScales[index] = workspace.scales[index * positions] }
    let first = KernelsActivations(
      data: all.data, stride: all.stride * positions, scales: module.isQuantised ? UnsafePointer(firstScales) : nil)
    let panels = module.headStride / 16
    let own = module.headWidth / 16
    for head in heads {
      let start = head * panels
      block.qkv.multiply(
        first, rows: list.count, panels: start..<(start + own), into: workspace.qkv, stride: rowStride * positions)
      block.qkv.multiply(
        all, rows: list.rows, panels: (start + own)..<(start + panels), into: workspace.qkv, stride: rowStride)
    }
  }

  /// x ← rms(x + W_o attended); x ← rms(x + W_down(silu(W_gate x) · W_up x)), for every `step`th row.
  func transform(_ block: HRMModule.Block, _ list: SequenceList, _ me: TeamMember, step: Int, isLast: Bool) {
    let count = list.rows / step
    let mine = me.share(of: count)
    let stride = stride * step
    func panels(_ matrix: PackedMatrix) -> Range<Int> { me.share(of: matrix.panels) }

    exchange(attended, stride: stride, inputs: module.width, mine, me)
    block.output.multiply(
      activations(attended, stride: stride, inputs: module.width), rows: count, panels: panels(block.output),
      KERNELS_ADD, into: rows, stride: stride)
    me.barrier()
    normalise(mine, stride: stride)
    exchange(rows, stride: stride, inputs: module.width, mine, me)
    if !module.isQuantised { me.barrier() }
    let pairs = me.share(of: block.gateUp.panels / 2)
    let innerStride = module.inner.padded
    block.gateUp.multiply(
      activations(rows, stride: stride, inputs: module.width), rows: count,
      panels: (2 * pairs.lowerBound)..<(2 * pairs.upperBound), KERNELS_GATE, into: workspace.gated, stride: innerStride)
    me.barrier()
    exchange(workspace.gated, stride: innerStride, inputs: module.inner, mine, me)
    block.down.multiply(
      activations(workspace.gated, stride: innerStride, inputs: module.inner), rows: count, panels: panels(block.down),
      KERNELS_ADD, into: rows, stride: stride)
    me.barrier()
    normalise(mine, stride: stride)
    if isLast { return }
    quantise(rows, stride: stride, inputs: module.width, mine)
    me.barrier()
  }

  private func normalise(_ mine: Range<Int>, stride: Int) {
    kernels_normalise(rows + mine.lowerBound * stride, stride, Int32(module.width), Int32(mine.count), eps)
  }

  /// Quantises the thread's rows where the format wants that, and waits until all rows are.
  private func exchange(
    _ source: UnsafePointer<Float>, stride: Int, inputs: Int, _ mine: Range<Int>, _ me: TeamMember
  ) {
    guard module.isQuantised else { return }
    quantise(source, stride: stride, inputs: inputs, mine)
    me.barrier()
  }
}
