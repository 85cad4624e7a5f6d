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
  let team: WorkerTeam
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

  func run(thread: Int) {
    for cycle in 0..<cycles {
      if cycle > 0 && network.architecture.lReset { restart(thread: thread) }
      injectSlow(thread: thread)
      if let tolerance {
        converge(tolerance, thread: thread)
      } else {
        for step in 0..<steps {
          fast.update(states.fast, injection: workspace.injection, list, thread: thread) {
            // The sums of the update before are whole now, and are not written again before the next barrier.
            if step > 0 { note(list, isSlow: false, thread: thread) }
          }
        }
      }
      injectFast(thread: thread)
      let isFinal = cycle == cycles - 1
      slow.update(
        states.slow, injection: workspace.injection, list, thread: thread, firstOnly: isFinal && firstOnly
      ) {
        if tolerance == nil { note(list, isSlow: false, thread: thread) }
      }
      team.barrier()
      note(list, isSlow: true, isFinal: isFinal, thread: thread)
    }
  }

  /// Steps until every sequence has converged or taken all steps. All threads come to the same list of the others.
  private func converge(_ tolerance: Float, thread: Int) {
    let places = unfinished + thread * states.capacity
    for index in 0..<list.count { places[index] = list.places[index] }
    var count = list.count
    for _ in 0..<steps where count > 0 {
      let others = SequenceList(places: places, count: count, slots: list.slots, positions: list.positions)
      fast.update(states.fast, injection: workspace.injection, others, thread: thread) {}
      team.barrier()
      note(others, isSlow: false, thread: thread)
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
  private func note(_ done: SequenceList, isSlow: Bool, isFinal: Bool = false, thread: Int) {
    guard thread == 0 else { return }
    for index in 0..<done.count {
      let place = done.places[index]
      let isFirstOnly = isSlow && isFinal && isLast[place] && network.architecture.head == .trade
      states.note(
        residual(index, positions: isFirstOnly ? 1 : list.positions), isSlow: isSlow, slot: list.slots[place])
    }
  }

  /// z_L ← z_l0.
  private func restart(thread: Int) {
    list.forEachRun(team.share(of: list.rows, thread: thread)) { _, place, position, count in
      states.restartFast(list.slots[place], position..<(position + count))
    }
  }

  /// injection ← bridge(z_H) + e.
  private func injectSlow(thread: Int) {
    let mine = team.share(of: list.rows, thread: thread)
    let stride = fast.stride
    let width = Int32(fast.module.width)
    if let bridge = network.bridgeHL {
      carry(states.slow, of: slow, through: bridge, stride: stride, thread: thread)
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
  private func injectFast(thread: Int) {
    if let bridge = network.bridgeLH {
      return carry(states.fast, of: fast, through: bridge, stride: slow.stride, thread: thread)
    }
    let stride = fast.stride
    list.forEachRun(team.share(of: list.rows, thread: thread)) { row, place, position, count in
      let first = list.slots[place] * list.positions + position
      (workspace.injection + row * stride).update(from: states.fast + first * stride, count: count * stride)
    }
  }

  /// injection ← state Wᵀ, whole when it returns.
  private func carry(
    _ state: UnsafeMutablePointer<Float>, of source: ModulePass, through bridge: PackedMatrix, stride: Int, thread: Int
  ) {
    let x = source.gather(state, list, thread: thread)
    team.barrier()
    bridge.multiply(
      x, rows: list.rows, panels: team.share(of: bridge.panels, thread: thread), into: workspace.injection,
      stride: stride)
    team.barrier()
  }
}
