/// Memory of a forward pass, sized once for the larger module.
final class Scratch {
  let x, qkv, scores, attended, gateUp, gated: UnsafeMutablePointer<Float>
  /// Sums of squares per position: change and size.
  let changes, sizes: UnsafeMutablePointer<Float>

  init(architecture a: HRMArchitecture) {
    let positions = a.positions
    let width = max(a.dH, a.dL)
    let inner = max(a.innerH, a.innerL)
    let heads = max(a.headsH, a.headsL)
    x = Self.zeros(positions * width)
    qkv = Self.zeros(positions * 3 * width)
    scores = Self.zeros(heads * positions * positions)
    attended = Self.zeros(positions * width)
    gateUp = Self.zeros(positions * 2 * inner)
    gated = Self.zeros(positions * inner)
    changes = Self.zeros(positions)
    sizes = Self.zeros(positions)
  }

  deinit { for pointer in [x, qkv, scores, attended, gateUp, gated, changes, sizes] { pointer.deallocate() } }

  /// Zeros, aligned to a cache line; the receiver deallocates.
  static func zeros(_ count: Int) -> UnsafeMutablePointer<Float> {
    let raw = UnsafeMutableRawPointer.allocate(byteCount: 4 * max(count, 1), alignment: 64)
    let pointer = raw.bindMemory(to: Float.self, capacity: max(count, 1))
    pointer.initialize(repeating: 0, count: max(count, 1))
    return pointer
  }
}

/// One application of a module to its state, run by all threads of a team together.
struct ModulePass {
  let module: HRMModule
  let positions: Int
  let eps: Float
  let scratch: Scratch
  let team: WorkerTeam

  /// state ← M(state, injection) = blocks(state + injection). Every thread calls it and gets the residual
  /// ‖new - old‖ / max(‖old‖, 1e-12).
  func update(
    _ state: UnsafeMutablePointer<Float>, injection: UnsafePointer<Float>, thread: Int
  ) -> Float {
    let width = module.width
    let mine = team.share(of: positions, thread: thread)
    let start = mine.lowerBound * width
    VectorMath.add(state + start, injection + start, into: scratch.x + start, count: mine.count * width)
    team.barrier()
    for block in module.blocks { apply(block, mine, thread) }
    for position in mine {
      let sums = VectorMath.replace(state + position * width, by: scratch.x + position * width, count: width)
      scratch.changes[position] = sums.change
      scratch.sizes[position] = sums.size
    }
    team.barrier()
    var change = 0.0
    var size = 0.0
    for position in 0..<positions {
      change += Double(scratch.changes[position])
      size += Double(scratch.sizes[position])
    }
    // Nobody may start the next pass, which writes the sums anew, before all have read them.
    team.barrier()
    return Float(change.squareRoot() / max(size.squareRoot(), 1e-12))
  }

  /// x ← rms(x + W_o attention(x)); x ← rms(x + W_down(silu(W_gate x) · W_up x)).
  private func apply(_ block: HRMModule.Block, _ mine: Range<Int>, _ thread: Int) {
    let inner = module.inner
    block.qkv.multiply(scratch.x, rows: positions, into: scratch.qkv, team: team, thread: thread)
    team.barrier()
    for head in team.share(of: module.heads, thread: thread) { attend(head) }
    team.barrier()
    block.output.multiply(scratch.attended, rows: positions, into: scratch.x, beta: 1, team: team, thread: thread)
    team.barrier()
    normalise(mine)
    team.barrier()
    block.gateUp.multiply(scratch.x, rows: positions, into: scratch.gateUp, team: team, thread: thread)
    team.barrier()
    for position in mine {
      let row = scratch.gateUp + position * 2 * inner
      VectorMath.gate(row, row + inner, into: scratch.gated + position * inner, count: inner)
    }
    team.barrier()
    block.down.multiply(scratch.gated, rows: positions, into: scratch.x, beta: 1, team: team, thread: thread)
    team.barrier()
    normalise(mine)
    team.barrier()
  }

  private func normalise(_ mine: Range<Int>) {
    for position in mine {
      VectorMath.normalise(scratch.x + position * module.width, count: module.width, eps: eps)
    }
  }

  /// softmax(q kᵀ / √width) v of one head. `w_qkv` gives [q heads | k heads | v heads].
  private func attend(_ head: Int) {
    let width = module.width
    let headWidth = width / module.heads
    let q = scratch.qkv + head * headWidth
    let k = q + width
    let v = k + width
    if let rotary = module.rotary {
      rotary.rotate(q, stride: 3 * width, positions: positions)
      rotary.rotate(k, stride: 3 * width, positions: positions)
    }
    let scores = scratch.scores + head * positions * positions
    BLAS.multiply(
      q, stride: 3 * width, k, stride: 3 * width, transposed: true, into: scores, stride: positions, rows: positions,
      columns: positions, inner: headWidth, alpha: 1 / Float(headWidth).squareRoot())
    for position in 0..<positions { VectorMath.softmax(scores + position * positions, count: positions) }
    BLAS.multiply(
      scores, stride: positions, v, stride: 3 * width, into: scratch.attended + head * headWidth, stride: width,
      rows: positions, columns: headWidth, inner: positions)
  }
}
