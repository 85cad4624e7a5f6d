import Kernels

/// One segment of some sequences: for N cycles { for T steps { z_L ← L(z_L, z_H + e) }; z_H ← H(z_H, z_L) }.
///
/// Every thread of the team runs it from beginning to end. A row's states are touched by one thread until a barrier lets
/// another one have them.
struct SegmentRun {
  let network: HRMNetwork
  let states: SequenceStates
  let slow, fast: ModulePass
  let workspace: Workspace
  let cycles: Int
  /// Steps per cycle, at most this many if a tolerance is given.
  let steps: Int
  /// A sequence whose fast state changes by less is left as it is until the cycle ends; nil: T steps for all.
  let tolerance: Float?
  let list: SequenceList
  /// For each place whether nothing but the heads reads its slow state after this segment.
  let isLast: UnsafePointer<Bool>
  /// Whether that is so of all of them, and the heads read position 0 alone.
  let firstOnly: Bool
  /// Per thread: places of the sequences that have not converged.
  let unfinished: UnsafeMutablePointer<Int>

  func run(_ me: TeamMember) {
    for cycle in 0..<cycles {
      if cycle > 0 && network.architecture.lReset { restart(me) }
      injectSlow(me)
      if let tolerance {
        converge(tolerance, me)
      } else {
        for step in 0..<steps {
          fast.update(states.fast, injection: workspace.injection, list, me) {
            // The sums of the update before are whole now, and are not written again before the next barrier.
            if step > 0 { note(list, isSlow: false, me) }
          }
        }
      }
      injectFast(me)
      let isFinal = cycle == cycles - 1
      slow.update(
        states.slow, injection: workspace.injection, list, me, firstOnly: isFinal && firstOnly
      ) {
        if tolerance == nil { note(list, isSlow: false, me) }
      }
      me.barrier()
      note(list, isSlow: true, isFinal: isFinal, me)
    }
  }

  /// Steps until every sequence has converged or taken all steps. All threads come to the same list of the others.
  private func converge(_ tolerance: Float, _ me: TeamMember) {
    let places = unfinished + me.thread * states.capacity
    for index in 0..<list.count { places[index] = list.places[index] }
    var count = list.count
    for _ in 0..<steps where count > 0 {
      let others = SequenceList(places: places, count: count, slots: list.slots, positions: list.positions)
      fast.update(states.fast, injection: workspace.injection, others, me) {}
      me.barrier()
      note(others, isSlow: false, me)
      count = 0
      for index in 0..<others.count where !(residual(index, positions: list.positions) < tolerance) {
        places[count] = places[index]
        count += 1
      }
    }
  }

  /// ‖new - old‖ / max(‖old‖, 1e-12) of the sequence at an index of the list that was computed last.
  private func residual(_ index: Int, positions: Int) -> Float {
    var change = 0.0
    var size = 0.0
    for row in (index * list.positions)..<(index * list.positions + positions) {
      change += Double(workspace.changes[row])
      size += Double(workspace.sizes[row])
    }
    return Float(change.squareRoot() / max(size.squareRoot(), 1e-12))
  }

  /// Writes down the residuals of an update whose sums are whole.
  private func note(_ done: SequenceList, isSlow: Bool, isFinal: Bool = false, _ me: TeamMember) {
    guard me.thread == 0 else { return }
    for index in 0..<done.count {
      let place = done.places[index]
      let isFirstOnly = isSlow && isFinal && isLast[place] && network.architecture.head == .trade
      states.note(
        residual(index, positions: isFirstOnly ? 1 : list.positions), isSlow: isSlow, slot: list.slots[place])
    }
  }

  /// z_L ← z_l0.
  private func restart(_ me: TeamMember) {
    list.forEachRun(me.share(of: list.rows)) { _, place, position, count in
      states.restartFast(list.slots[place], position..<(position + count))
    }
  }

  /// injection ← bridge(z_H) + e.
  private func injectSlow(_ me: TeamMember) {
    let mine = me.share(of: list.rows)
    let stride = fast.stride
    let width = Int32(fast.module.width)
    if let bridge = network.bridgeHL {
      carry(states.slow, of: slow, through: bridge, stride: stride, me)
    }
    list.forEachRun(mine) { row, place, position, count in
      let target = workspace.injection + row * stride
      let first = list.slots[place] * list.positions + position
      let source = network.bridgeHL == nil ? states.slow + first * stride : target
      kernels_add(
        source, stride, states.embedding + first * stride, stride, target, stride, width, Int32(count))
    }
  }

  /// injection ← bridge(z_L).
  private func injectFast(_ me: TeamMember) {
    if let bridge = network.bridgeLH {
      return carry(states.fast, of: fast, through: bridge, stride: slow.stride, me)
    }
    let stride = fast.stride
    list.forEachRun(me.share(of: list.rows)) { row, place, position, count in
      let first = list.slots[place] * list.positions + position
      (workspace.injection + row * stride).update(from: states.fast + first * stride, count: count * stride)
    }
  }

  /// injection ← state Wᵀ, whole when it returns.
  private func carry(
    _ state: UnsafeMutablePointer<Float>, of source: ModulePass, through bridge: PackedMatrix, stride: Int,
    _ me: TeamMember
  ) {
    let x = source.gather(state, list, me)
    me.barrier()
    bridge.multiply(
      x, rows: list.rows, panels: me.share(of: bridge.panels), into: workspace.injection,
      stride: stride)
    me.barrier()
  }
}
