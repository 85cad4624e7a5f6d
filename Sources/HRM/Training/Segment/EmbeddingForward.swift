extension TrainingNetwork {
  /// Computes the input embedding of some sequences.
  func embed(_ sequences: Range<Int>) {
    let a = architecture
    switch a.front {
    case .bars: embedBars(sequences)
    case .tokens: embedTokens(sequences)
    }
    guard a.pos == .learned else { return }
    let table = parameters.weight("pos_emb")
    for row in (sequences.lowerBound * a.positions)..<(sequences.upperBound * a.positions) {
      let target = lanesMemory.embedding.floats + row * fast.shape.stride
      let position = table + row % a.positions * a.dL
      for index in 0..<a.dL { target[index] = Self.half * (target[index] + tokenScale * position[index]) }
    }
  }

  /// √½: with learned positions p, e ← √½ · (e + √d · p).
  static var half: Float { Float(0.5).squareRoot() }
  /// √d, the factor of token and puzzle rows.
  var tokenScale: Float { Float(architecture.dL).squareRoot() }

  private func embedBars(_ sequences: Range<Int>) {
    let a = architecture
    let stride = fast.shape.stride
    for sequence in sequences {
      let context = lanesMemory.context.floats + sequence * lanesMemory.contextStride
      context.update(
        from: parameters.weight("instr_emb") + lanesMemory.instruments[sequence] * a.dInstrument, count: a.dInstrument)
      (context + a.dInstrument).update(
        from: parameters.weight("tf_emb") + lanesMemory.timeframes[sequence] * a.dTimeframe, count: a.dTimeframe)
      let target = lanesMemory.embedding.floats + sequence * a.positions * stride
      packed.context!.multiply(context, stride: lanesMemory.contextStride, rows: 1, into: target, stride: stride)
      packed.patch!.multiply(
        lanesMemory.patches.floats + sequence * a.seqLen * lanesMemory.patchStride, stride: lanesMemory.patchStride,
        rows: a.seqLen, into: target + stride, stride: stride)
    }
  }

  private func embedTokens(_ sequences: Range<Int>) {
    let a = architecture
    let stride = fast.shape.stride
    let scale = tokenScale
    for sequence in sequences {
      let target = lanesMemory.embedding.floats + sequence * a.positions * stride
      if a.puzzleDim > 0 {
        let row = parameters.weight("puzzle_emb") + lanesMemory.puzzles[sequence] * a.puzzleDim
        for index in 0..<(a.prefix * a.dL) {
          target[index / a.dL * stride + index % a.dL] = index < a.puzzleDim ? scale * row[index] : 0
        }
      }
      for index in 0..<a.seqLen {
        let row = parameters.weight("tok_emb") + lanesMemory.tokens[sequence * a.seqLen + index] * a.dL
        let position = target + (a.prefix + index) * stride
        for component in 0..<a.dL { position[component] = scale * row[component] }
      }
    }
  }
}
