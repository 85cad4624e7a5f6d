import Kernels

extension TrainingNetwork {
  /// One segment of some sequences on their states, its last L and H call recorded.
  func runRecorded(_ sequences: Range<Int>, _ scratch: ForwardScratch) {
    let a = architecture
    let first = sequences.lowerBound * a.positions
    let slowState = lanesMemory.slow.floats + first * slow.shape.stride
    let fastState = lanesMemory.fast.floats + first * fast.shape.stride
    runUpToLastCalls(slowState, fastState, sequences, scratch)
    fast.record(
      fastState, injection: scratch.injection, firstSequence: sequences.lowerBound, sequences: sequences.count,
      scratch: scratch, tape: fastTape)
    if a.hasBridges {
      (lanesMemory.slowBefore.floats + first * slow.shape.stride).update(
        from: slowState, count: sequences.count * a.positions * slow.shape.stride)
    }
    let injection = injectionForSlow(fastState, sequences, scratch)
    slow.record(
      slowState, injection: injection, firstSequence: sequences.lowerBound, sequences: sequences.count,
      scratch: scratch, tape: slowTape)
  }

  /// One segment of some sequences on copies of their states, as far as position 0 of the slow state needs it. Returns
  /// that: [sequences, stride].
  func runAhead(_ sequences: Range<Int>, _ scratch: ForwardScratch) -> UnsafePointer<Float> {
    let a = architecture
    let rows = sequences.count * a.positions
    let first = sequences.lowerBound * a.positions
    scratch.slow.update(from: lanesMemory.slow.floats + first * slow.shape.stride, count: rows * slow.shape.stride)
    scratch.fast.update(from: lanesMemory.fast.floats + first * fast.shape.stride, count: rows * fast.shape.stride)
    runUpToLastCalls(scratch.slow, scratch.fast, sequences, scratch)
    fast.run(scratch.fast, injection: scratch.injection, sequences: sequences.count, scratch: scratch)
    slow.runForFirstPositions(
      scratch.slow, injection: injectionForSlow(scratch.fast, sequences, scratch), sequences: sequences.count,
      scratch: scratch)
    return UnsafePointer(scratch.slow)
  }

  /// All of a segment but the last L call and the H call after it; leaves L's injection in the scratch memory.
  private func runUpToLastCalls(
    _ slowState: UnsafeMutablePointer<Float>, _ fastState: UnsafeMutablePointer<Float>, _ sequences: Range<Int>,
    _ scratch: ForwardScratch
  ) {
    let a = architecture
    for cycle in 0..<a.nCycles {
      if cycle > 0 && a.lReset {
        lanesMemory.fill(fastState, 0..<sequences.count, parameters.weight("z_l0"), a.dL)
      }
      injectIntoFast(slowState, sequences, scratch)
      let isLast = cycle == a.nCycles - 1
      for _ in 0..<(isLast ? a.tSteps - 1 : a.tSteps) {
        fast.run(fastState, injection: scratch.injection, sequences: sequences.count, scratch: scratch)
      }
      if isLast { return }
      slow.run(
        slowState, injection: injectionForSlow(fastState, sequences, scratch), sequences: sequences.count,
        scratch: scratch)
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
