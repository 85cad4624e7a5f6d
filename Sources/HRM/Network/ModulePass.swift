import Kernels

/// One application of a module to the states of some sequences, run by all threads of a team together.
///
/// Rows, heads and panels of outputs are shared among the threads; each number is computed by one thread in an order of
/// its own, so neither the number of threads nor the other sequences show in it. Threads meet where one needs what
/// another wrote: six times in a block, eight with quantised rows, which are quantised whole.
struct ModulePass {
  let module: HRMModule
  let positions: Int
  let eps: Float
  /// Distance of rows of the module's width, in floats.
  let stride: Int
  let rows, attended: UnsafeMutablePointer<Float>
  let workspace: Workspace

  init(module: HRMModule, architecture: HRMArchitecture, workspace: Workspace, isSlow: Bool) {
    self.module = module
    positions = architecture.positions
    eps = architecture.rmsEps
    stride = module.width.padded
    self.workspace = workspace
    let own = isSlow ? workspace.slow : workspace.fast
    rows = own.rows
    attended = own.attended
  }

  /// state ← M(state, injection) = blocks(state + injection). Every thread calls it and returns when its own rows are
  /// replaced; the sums of squares of their changes are in the workspace, whole for all who pass the next barrier.
  ///
  /// - Parameters:
  ///   - state: [slots, positions, stride]; `injection`: [places, positions, stride].
  ///   - firstOnly: the last block is computed only as far as position 0 needs it, and only that state is replaced.
  ///   - met: called by each thread after the first barrier: what was done before the call is done for all.
  @inline(__always)
  func update(
    _ state: UnsafeMutablePointer<Float>, injection: UnsafePointer<Float>, _ list: SequenceList, _ me: TeamMember,
    firstOnly: Bool = false, met: () -> Void
  ) {
    let mine = me.share(of: list.rows)
    list.forEachRun(mine) { row, place, position, count in
      let source = state + (list.slots[place] * positions + position) * stride
      let addend = injection + (place * positions + position) * stride
      kernels_add(source, stride, addend, stride, rows + row * stride, stride, Int32(module.width), Int32(count))
    }
    quantise(rows, stride: stride, inputs: module.width, mine)
    me.barrier()
    met()
    let last = module.blocks.count - 1
    for (index, block) in module.blocks.enumerated() {
      let isFirstOnly = firstOnly && index == last
      let isLast = index == last
      attend(block, list, me, firstOnly: isFirstOnly)
      transform(block, list, me, step: isFirstOnly ? positions : 1, isLast: isLast)
    }
    replace(state, list, me, firstOnly: firstOnly)
  }

  /// Brings the thread's rows of a state together, in the form that products read; whole after the next barrier.
  func gather(_ state: UnsafePointer<Float>, _ list: SequenceList, _ me: TeamMember) -> KernelsActivations {
    let mine = me.share(of: list.rows)
    list.forEachRun(mine) { row, place, position, count in
      let source = state + (list.slots[place] * positions + position) * stride
      (rows + row * stride).update(from: source, count: count * stride)
    }
    quantise(rows, stride: stride, inputs: module.width, mine)
    return activations(rows, stride: stride, inputs: module.width)
  }

  /// attended ← Attn(x), for the heads of this thread.
  private func attend(_ block: HRMModule.Block, _ list: SequenceList, _ me: TeamMember, firstOnly: Bool) {
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
  private func transform(_ block: HRMModule.Block, _ list: SequenceList, _ me: TeamMember, step: Int, isLast: Bool) {
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

  /// state ← x; sums of squares per row.
  private func replace(
    _ state: UnsafeMutablePointer<Float>, _ list: SequenceList, _ me: TeamMember, firstOnly: Bool
  ) {
    func replace(row: Int, place: Int, position: Int, count: Int) {
      let target = state + (list.slots[place] * positions + position) * stride
      kernels_replace(
        target, stride, rows + row * stride, stride, Int32(module.width), Int32(count), workspace.changes + row,
        workspace.sizes + row)
    }
    if firstOnly {
      for index in me.share(of: list.count) {
        replace(row: index * positions, place: list.places[index], position: 0, count: 1)
      }
    } else {
      list.forEachRun(me.share(of: list.rows), replace)
    }
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

  private func quantise(_ source: UnsafePointer<Float>, stride: Int, inputs: Int, _ mine: Range<Int>) {
    guard module.isQuantised else { return }
    let first = mine.lowerBound
    kernels_quantise(
      module.format, source + first * stride, stride, Int32(inputs), Int32(mine.count),
      workspace.quantised + first * quantisedStride(inputs), workspace.scales + first)
  }

  /// The rows as the format's products read them: floats as they are, or what was quantised of them.
  private func activations(_ source: UnsafePointer<Float>, stride: Int, inputs: Int) -> KernelsActivations {
    guard module.isQuantised else { return KernelsActivations(source, stride: stride) }
    return KernelsActivations(
      data: UnsafeRawPointer(workspace.quantised), stride: quantisedStride(inputs),
      scales: UnsafePointer(workspace.scales))
  }

  private func quantisedStride(_ inputs: Int) -> Int { Int(kernels_quantised_stride(module.format, Int32(inputs))) }
}
