extension TrainingNetwork {
  /// Lays the gradients of the heads' outputs out in rows.
  func spread(_ gradients: HeadGradients) {
    let a = architecture
    precondition(gradients.qHalt.count == lanes && gradients.qContinue.count == lanes, "gradients of other lanes")
    precondition(gradients.policy.count == (a.head == .trade ? lanes * a.nActions : 0), "gradients of another head")
    let tokens = a.head == .lm ? lanes * a.seqLen * a.vocab : 0
    precondition(gradients.tokens.count == tokens, "gradients of another head")
    for lane in 0..<lanes {
      let row = backwardMemory.firstGradients.floats + lane * firstHeads.stride
      if a.head == .trade {
        for action in 0..<a.nActions { row[action] = gradients.policy[lane * a.nActions + action] }
        row[a.nActions] = gradients.quantityLogits[lane]
        row[a.nActions + 1] = gradients.values[lane]
      }
      row[firstHeads.count - 2] = gradients.qHalt[lane]
      row[firstHeads.count - 1] = gradients.qContinue[lane]
    }
    for row in 0..<(a.head == .lm ? lanes * a.seqLen : 0) {
      let target = backwardMemory.tokenGradients.floats + row * headMemory.vocabStride
      for token in 0..<a.vocab { target[token] = gradients.tokens[row * a.vocab + token] }
    }
  }

  /// From the heads to the slow state.
  func headStep() -> BackwardStep {
    let a = architecture
    let language = Panels(terms: a.vocab, panels: Panels.count(a.dH), base: backwardMemory.panels.floats)
    let isLanguage = a.head == .lm
    return BackwardStep(
      prepare: { [parameters] work in
        while isLanguage, let panel = work.next(below: language.panels) {
          BackwardPanels.pack(parameters.weight("lm_head"), columns: a.dH, language, panel: panel)
        }
      },
      piece: { [self] sequences, _ in
        for sequence in sequences { spreadToState(sequence, isLanguage ? language : nil) }
      }, jobs: headJobs())
  }

  private func spreadToState(_ sequence: Int, _ language: Panels?) {
    let a = architecture
    let stride = slow.shape.stride
    // Without a language head, position 0 is all there is.
    let positions = language == nil ? 1 : a.positions
    let gradient = language == nil ? backwardMemory.first.gradient : backwardMemory.slowGradient
    let target = gradient.floats + sequence * positions * stride
    target.update(repeating: 0, count: positions * stride)
    if let language {
      let rows = backwardMemory.tokenGradients.floats + sequence * a.seqLen * headMemory.vocabStride
      language.multiply(
        rows, stride: headMemory.vocabStride, rows: a.seqLen, into: target + a.prefix * stride, stride: stride)
    }
    let row = backwardMemory.firstGradients.floats + sequence * firstHeads.stride
    for head in firstHeads.heads {
      let weights = parameters.weight(head.weights)
      for index in 0..<head.count {
        let factor = row[head.first + index]
        for component in 0..<a.dH { target[component] += factor * weights[index * a.dH + component] }
      }
    }
  }

  private func headJobs() -> [GradientJob] {
    let a = architecture
    var jobs: [GradientJob] = []
    for head in firstHeads.heads {
      let dy = backwardMemory.firstGradients.floats + head.first
      jobs.append(
        GradientJob(
          dy: dy, stride: firstHeads.stride, x: headMemory.firstStates.floats, stride: slow.shape.stride, rows: lanes,
          chunkRows: Self.chunkLanes, outputs: head.count, inputs: a.dH, into: parameters.gradient(head.weights)))
      jobs.append(
        GradientJob(
          dy: dy, stride: firstHeads.stride, x: backwardMemory.ones.floats, stride: Panels.width, rows: lanes,
          chunkRows: Self.chunkLanes, outputs: head.count, inputs: 1, into: parameters.gradient(head.bias)))
    }
    if a.head == .lm {
      jobs.append(
        GradientJob(
          dy: backwardMemory.tokenGradients.floats, stride: headMemory.vocabStride, x: headMemory.tokenStates.floats,
          stride: slow.shape.stride, rows: lanes * a.seqLen, chunkRows: Self.chunkLanes * a.seqLen, outputs: a.vocab,
          inputs: a.dH, into: parameters.gradient("lm_head")))
    }
    return jobs
  }
}
