extension TrainingNetwork {
  /// From the fast module's injection to the embedding's matrices, and to the rows that tables gave.
  func embeddingStep() -> BackwardStep {
    let a = architecture
    let isBars = a.front == .bars
    let panels = Panels(terms: a.dL, panels: Panels.count(a.contextWidth), base: backwardMemory.panels.floats)
    return BackwardStep(
      prepare: { [parameters] work in
        while isBars, let panel = work.next(below: panels.panels) {
          BackwardPanels.pack(parameters.weight("w_ctx"), columns: a.contextWidth, panels, panel: panel)
        }
      },
      piece: { [self] sequences, _ in
        for sequence in sequences {
          if isBars { spreadToBars(sequence, panels) } else { spreadToPuzzle(sequence) }
        }
      }, jobs: embeddingJobs())
  }

  /// What the gradient of the embedding is multiplied by on its way to the part that is not the position.
  private var partScale: Float { architecture.pos == .learned ? Self.half : 1 }

  private func spreadToBars(_ sequence: Int, _ contextPanels: Panels) {
    let a = architecture
    let stride = fast.shape.stride
    let source = backwardMemory.fastGradient.floats + sequence * a.positions * stride
    let context = backwardMemory.context.floats + sequence * stride
    for index in 0..<stride { context[index] = partScale * source[index] }
    let patches = backwardMemory.patches.floats + sequence * a.seqLen * stride
    for index in 0..<(a.seqLen * stride) { patches[index] = partScale * source[stride + index] }
    contextPanels.multiply(
      context, stride: stride, rows: 1,
      into: backwardMemory.contextInputs.floats + sequence * lanesMemory.contextStride,
      stride: lanesMemory.contextStride)
  }

  private func spreadToPuzzle(_ sequence: Int) {
    let a = architecture
    let source = backwardMemory.fastGradient.floats + sequence * a.positions * fast.shape.stride
    let target = backwardMemory.puzzles.floats + sequence * a.puzzleDim
    for index in 0..<a.puzzleDim {
      target[index] = partScale * tokenScale * source[index / a.dL * fast.shape.stride + index % a.dL]
    }
  }

  private func embeddingJobs() -> [GradientJob] {
    let a = architecture
    let stride = fast.shape.stride
    var jobs: [GradientJob] = []
    if a.hasBridges {
      jobs.append(
        GradientJob(
          dy: backwardMemory.fastGradient.floats, stride: stride, x: lanesMemory.slowBefore.floats,
          stride: slow.shape.stride, rows: lanes * a.positions, chunkRows: Self.chunkLanes * a.positions,
          outputs: a.dL, inputs: a.dH, into: parameters.gradient("bridge_hl")))
    }
    if a.front == .bars {
      jobs.append(
        GradientJob(
          dy: backwardMemory.patches.floats, stride: stride, x: lanesMemory.patches.floats,
          stride: lanesMemory.patchStride, rows: lanes * a.seqLen, chunkRows: Self.chunkLanes * a.seqLen,
          outputs: a.dL, inputs: a.nFeatures * a.patch, into: parameters.gradient("w_patch")))
      jobs.append(
        GradientJob(
          dy: backwardMemory.context.floats, stride: stride, x: lanesMemory.context.floats,
          stride: lanesMemory.contextStride, rows: lanes, chunkRows: Self.chunkLanes, outputs: a.dL,
          inputs: a.contextWidth, into: parameters.gradient("w_ctx")))
    }
    if a.pos == .learned {
      jobs.append(
        GradientJob(
          dy: backwardMemory.fastGradient.floats, stride: a.positions * stride, x: backwardMemory.ones.floats,
          stride: Panels.width, rows: lanes, chunkRows: Self.chunkLanes, outputs: a.positions * stride, inputs: 1,
          into: backwardMemory.positionSums.floats))
    }
    return jobs
  }

  /// The gradient of the position table without its factor, from the sums over lanes.
  func takePositionSums() {
    let a = architecture
    guard a.pos == .learned else { return }
    let target = parameters.gradient("pos_emb")
    for index in 0..<(a.positions * a.dL) {
      target[index] = backwardMemory.positionSums.floats[index / a.dL * fast.shape.stride + index % a.dL]
    }
  }

  /// Multiplies the gradient of the position table by its factor.
  func scalePositions() {
    guard architecture.pos == .learned else { return }
    let target = parameters.gradient("pos_emb")
    let scale = Self.half * tokenScale
    for index in 0..<(architecture.positions * architecture.dL) { target[index] *= scale }
  }
}
