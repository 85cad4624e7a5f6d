import Kernels

extension TrainingNetwork {
  /// One segment of some sequences on their states, its last L calls and its last H call recorded.
  func runRecorded(_ sequences: Range<Int>, _ scratch: ForwardScratch, _ dropout: DropoutMasks?) {
    let a = architecture
    let first = sequences.lowerBound * a.positions
    let slowState = lanesMemory.slow.floats + first * slow.shape.stride
    let fastState = lanesMemory.fast.floats + first * fast.shape.stride
    runUpToLastCalls(slowState, fastState, sequences, scratch, leaving: fastTapes.count, dropout)
    for (index, tape) in fastTapes.enumerated() {
      fast.record(
        fastState, injection: scratch.injection, firstSequence: sequences.lowerBound, sequences: sequences.count,
        scratch: scratch, tape: tape, omission: omission(dropout, fast, fastCall(ofTape: index), sequences))
    }
    if a.hasBridges {
      (lanesMemory.slowBefore.floats + first * slow.shape.stride).update(
        from: slowState, count: sequences.count * a.positions * slow.shape.stride)
    }
    let injection = injectionForSlow(fastState, sequences, scratch)
    slow.record(
      slowState, injection: injection, firstSequence: sequences.lowerBound, sequences: sequences.count,
      scratch: scratch, tape: slowTape, omission: omission(dropout, slow, lastCall, sequences))
  }

  /// One segment of some sequences on copies of their states, as far as position 0 of the slow state needs it. Returns
  /// that: [sequences, stride].
  func runAhead(_ sequences: Range<Int>, _ scratch: ForwardScratch) -> UnsafePointer<Float> {
    let a = architecture
    let rows = sequences.count * a.positions
    let first = sequences.lowerBound * a.positions
    scratch.slow.update(from: lanesMemory.slow.floats + first * slow.shape.stride, count: rows * slow.shape.stride)
    scratch.fast.update(from: lanesMemory.fast.floats + first * fast.shape.stride, count: rows * fast.shape.stride)
    runUpToLastCalls(scratch.slow, scratch.fast, sequences, scratch, leaving: 1, nil)
    fast.run(scratch.fast, injection: scratch.injection, sequences: sequences.count, scratch: scratch)
    slow.runForFirstPositions(
      scratch.slow, injection: injectionForSlow(scratch.fast, sequences, scratch), sequences: sequences.count,
      scratch: scratch)
    return UnsafePointer(scratch.slow)
  }

  /// Number of a segment's last call, which is of H; calls count from 0 in the order of time.
  var lastCall: Int { architecture.nCycles * (architecture.tSteps + 1) - 1 }
  /// Number of the L call that a tape records.
  func fastCall(ofTape index: Int) -> Int { lastCall - fastTapes.count + index }

  private func omission(
    _ masks: DropoutMasks?, _ module: ModuleForward, _ call: Int, _ sequences: Range<Int>
  ) -> ModuleForward.Omission? {
    masks.map { .init(call: DropoutCall(masks: $0, call: call, shape: module.shape), sequences: sequences) }
  }

  /// All of a segment but its last `leaving` L calls, which belong to one cycle, and the H call after them; leaves L's
  /// injection in the scratch memory.
  private func runUpToLastCalls(
    _ slowState: UnsafeMutablePointer<Float>, _ fastState: UnsafeMutablePointer<Float>, _ sequences: Range<Int>,
    _ scratch: ForwardScratch, leaving: Int, _ dropout: DropoutMasks?
  ) {
    let a = architecture
    for cycle in 0..<a.nCycles {
      if cycle > 0 && a.lReset {
        lanesMemory.fill(fastState, 0..<sequences.count, parameters.weight("z_l0"), a.dL)
      }
      injectIntoFast(slowState, sequences, scratch)
      let isLast = cycle == a.nCycles - 1
      let firstCall = cycle * (a.tSteps + 1)
      for step in 0..<(isLast ? a.tSteps - leaving : a.tSteps) {
        fast.run(
          fastState, injection: scratch.injection, sequences: sequences.count, scratch: scratch,
          omission: omission(dropout, fast, firstCall + step, sequences))
      }
      if isLast { return }
      slow.run(
        slowState, injection: injectionForSlow(fastState, sequences, scratch), sequences: sequences.count,
        scratch: scratch, omission: omission(dropout, slow, firstCall + a.tSteps, sequences))
    }
  }

  /// injection ← bridge(z_H) + e.
  private func injectIntoFast(
    _ slowState: UnsafePointer<Float>, _ sequences: Range<Int>, _ scratch: ForwardScratch
  ) {
    let rows = sequences.count * architecture.positions
    let stride = fast.shape.stride
    let embedding = lanesMemory.embedding.floats + sequences.lowerBound * architecture.positions * stride
    if let bridge = packed.bridgeHL {
      bridge.multiply(
        slowState, stride: slow.shape.stride, rows: rows, base: embedding, into: scratch.injection, stride: stride)
    } else {
      kernels_train_add(slowState, embedding, scratch.injection, rows * stride)
    }
  }

  /// bridge(z_L), which is z_L itself without a bridge.
  private func injectionForSlow(
    _ fastState: UnsafePointer<Float>, _ sequences: Range<Int>, _ scratch: ForwardScratch
  ) -> UnsafePointer<Float> {
    guard let bridge = packed.bridgeLH else { return fastState }
    bridge.multiply(
      fastState, stride: fast.shape.stride, rows: sequences.count * architecture.positions, into: scratch.injection,
      stride: slow.shape.stride)
    return UnsafePointer(scratch.injection)
  }
}
