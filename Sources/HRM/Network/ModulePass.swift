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

  /// Quantises rows where the format wants that.
  func quantise(_ source: UnsafePointer<Float>, stride: Int, inputs: Int, _ mine: Range<Int>) {
    guard module.isQuantised else { return }
    let first = mine.lowerBound
    kernels_quantise(
      module.format, source + first * stride, stride, Int32(inputs), Int32(mine.count),
      workspace.quantised + first * quantisedStride(inputs), workspace.scales + first)
  }

  /// The rows as the format's products read them: floats as they are, or what was quantised of them.
  func activations(_ source: UnsafePointer<Float>, stride: Int, inputs: Int) -> KernelsActivations {
    guard module.isQuantised else { return KernelsActivations(source, stride: stride) }
    return KernelsActivations(
      data: UnsafeRawPointer(workspace.quantised), stride: quantisedStride(inputs),
      scales: UnsafePointer(workspace.scales))
  }

  private func quantisedStride(_ inputs: Int) -> Int { Int(kernels_quantised_stride(module.format, Int32(inputs))) }
}
