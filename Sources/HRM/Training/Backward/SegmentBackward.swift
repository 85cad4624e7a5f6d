import Kernels

extension TrainingNetwork {
  /// Phases of the backward pass: each hands out its work by a counter of its own, and ends at a barrier.
  private final class Phases {
    private let counters: [SharedCounter]
    init(count: Int) { counters = (0..<count).map { _ in SharedCounter() } }
    subscript(index: Int) -> SharedCounter { counters[index] }
  }

  /// loss → heads → last H call → its injection → last L call → its injection → embedding. With a gradient through the
  /// cycle, each L call gives its injection's part and leads on to the call before it.
  func runBackward(_ gradients: HeadGradients, share: (UnsafeMutableBufferPointer<Float>) -> Void) {
    spread(gradients)
    let tables = TableGradients(self)
    let steps = plan()
    // Every step packs for itself, works on pieces, and sums weight gradients.
    let phases = Phases(count: 3 * steps.count + 1)
    team.run { thread in
      for (index, step) in steps.enumerated() {
        step.prepare(phases[3 * index])
        team.barrier()
        forEachPiece(phases[3 * index + 1], thread: thread) { sequences, _ in step.piece(sequences, thread) }
        team.barrier()
        GradientJob.run(step.jobs, phases[3 * index + 2], scratch: backwardMemory.tiles[thread].floats)
        team.barrier()
      }
      tables.run(phases[3 * steps.count])
    }
    takePositionSums()
    parameters.withGradients(share)
    backwardMemory.later.add(to: parameters, share: share)
    // After the last addition: a factor does not distribute over rounded sums.
    tables.scale()
    scalePositions()
  }

  /// One step back: `prepare` is shared by the threads, then come the pieces, then gradients of weights.
  struct BackwardStep {
    let prepare: (SharedCounter) -> Void
    var piece: (Range<Int>, Int) -> Void
    let jobs: [GradientJob]
  }

  private func plan() -> [BackwardStep] {
    var steps = [headStep()]
    let slowBack = ModuleBackward(
      slow, tape: slowTape, memory: backwardMemory, gradient: backwardMemory.slowGradient.floats,
      dropout: omission(slow, call: lastCall))
    let wholeLayers = architecture.head == .trade ? slow.shape.layers - 1 : slow.shape.layers
    if architecture.head == .trade { steps.append(firstPositionStep()) }
    steps += (0..<wholeLayers).reversed().map { layerStep(slowBack, $0) }
    if architecture.hasBridges { steps.append(bridgeStep()) }
    for index in fastTapes.indices.reversed() { steps += fastSteps(index) }
    steps.append(embeddingStep())
    return steps
  }

  private func omission(_ module: ModuleForward, call: Int) -> DropoutCall? {
    dropout.map { DropoutCall(masks: $0, call: call, shape: module.shape) }
  }

  /// Back through one recorded call of L.
  private func fastSteps(_ index: Int) -> [BackwardStep] {
    let module = ModuleBackward(
      fast, tape: fastTapes[index], memory: backwardMemory, gradient: backwardMemory.fastGradient.floats,
      dropout: omission(fast, call: fastCall(ofTape: index)))
    // H has been before, if its blocks are the same.
    let call = fastTapes.count - 1 - index + (architecture.sharing == nil ? 0 : 1)
    return (0..<fast.shape.layers).reversed().map { layer in
      var step = layerStep(module, layer, call: call)
      guard layer == 0, fastTapes.count > 1 else { return step }
      let back = step.piece
      step.piece = { [self] sequences, thread in
        back(sequences, thread)
        sumInjection(sequences, isFirst: index == fastTapes.count - 1, isLast: index == 0)
      }
      return step
    }
  }

  /// The state that a call of L starts from and its injection have one gradient, which is also that of what the call
  /// before it gave. Leaves the sum over all calls in its place.
  private func sumInjection(_ sequences: Range<Int>, isFirst: Bool, isLast: Bool) {
    let row = architecture.positions * fast.shape.stride
    let (first, count) = (sequences.lowerBound * row, sequences.count * row)
    let sum = backwardMemory.injection.floats + first
    let gradient = backwardMemory.fastGradient.floats + first
    if isFirst { return sum.update(from: gradient, count: count) }
    kernels_train_add(sum, gradient, isLast ? gradient : sum, count)
  }

  private func layerStep(_ module: ModuleBackward, _ layer: Int, call: Int = 0) -> BackwardStep {
    let shape = module.forward.shape
    let panels = BackwardPanels(
      shape, layer: layer, parameters: parameters, storage: backwardMemory.panels.floats)
    return BackwardStep(
      prepare: { panels.pack($0) },
      piece: { [backwardMemory] sequences, thread in
        module.apply(sequences, layer: layer, panels: panels, attentionScratch: backwardMemory.attention[thread])
      },
      jobs: module.jobs(layer: layer, lanes: lanes) { [backwardMemory, parameters] name in
        backwardMemory.later.target(name, call: call, parameters: parameters)
      })
  }

  /// The last layer of H under heads that read position 0 alone.
  private func firstPositionStep() -> BackwardStep {
    let last = slow.shape.layers - 1
    let panels = BackwardPanels(
      slow.shape, layer: last, parameters: parameters, storage: backwardMemory.panels.floats)
    let layer = FirstPositionBackward(
      slow, layer: slowTape.layers[last], memory: backwardMemory.first,
      gradient: backwardMemory.slowGradient.floats, dropout: omission(slow, call: lastCall))
    return BackwardStep(
      prepare: { panels.pack($0) },
      piece: { [backwardMemory] sequences, thread in
        layer.apply(sequences, panels: panels, attentionScratch: backwardMemory.attention[thread])
      }, jobs: layer.jobs(lanes: lanes, parameters: parameters))
  }

  /// The gradient of z_L through the bridge to H.
  private func bridgeStep() -> BackwardStep {
    let a = architecture
    let panels = Panels(terms: a.dH, panels: Panels.count(a.dL), base: backwardMemory.panels.floats)
    let (slowStride, fastStride) = (slow.shape.stride, fast.shape.stride)
    return BackwardStep(
      prepare: { [parameters] work in
        while let panel = work.next(below: panels.panels) {
          BackwardPanels.pack(parameters.weight("bridge_lh"), columns: a.dL, panels, panel: panel)
        }
      },
      piece: { [backwardMemory] sequences, _ in
        let first = sequences.lowerBound * a.positions
        panels.multiply(
          backwardMemory.slowGradient.floats + first * slowStride, stride: slowStride,
          rows: sequences.count * a.positions, into: backwardMemory.fastGradient.floats + first * fastStride,
          stride: fastStride)
      },
      jobs: [
        GradientJob(
          dy: backwardMemory.slowGradient.floats, stride: slowStride, x: fastTapes.last!.output, stride: fastStride,
          rows: lanes * a.positions, chunkRows: Self.chunkLanes * a.positions, outputs: a.dH, inputs: a.dL,
          into: parameters.gradient("bridge_lh"))
      ])
  }
}
