extension HRMInference {
  /// Starts a new train of thought on bars. Traps if the numbers of the input do not fit the architecture
  /// (`HRMInput.validate` says so beforehand).
  public func begin(_ input: HRMInput) {
    let architecture = network.architecture
    precondition(architecture.front == .bars, "this network reads tokens")
    precondition(input.bars.count == architecture.windowBars * architecture.nFeatures, "bars of another length")
    precondition(input.context.count == architecture.nAccount, "context of another length")
    resetStates()
    copyRow(input.instrumentRow, of: "instr_emb", to: contextInput)
    copyRow(input.timeframeRow, of: "tf_emb", to: contextInput + architecture.dInstrument)
    let account = contextInput + architecture.dInstrument + architecture.dTimeframe
    for (index, value) in input.context.enumerated() { account[index] = value }
    team.run { thread in
      network.context!.multiply(contextInput, rows: 1, into: embedding, team: team, thread: thread)
      input.bars.withUnsafeBufferPointer { bars in
        // Consecutive bars lie side by side, so a patch is a row already.
        network.patch!.multiply(
          bars.baseAddress!, rows: architecture.seqLen, into: embedding + architecture.dL, team: team, thread: thread)
      }
    }
    addPositions()
  }

  /// Starts a new train of thought on tokens. Traps if a token or a row does not exist.
  public func begin(_ input: HRMTokens) {
    let architecture = network.architecture
    precondition(architecture.front == .tokens, "this network reads bars")
    precondition(input.tokens.count == architecture.seqLen, "tokens of another length")
    resetStates()
    let width = architecture.dL
    let scale = Float(width).squareRoot()
    embedding.update(repeating: 0, count: architecture.prefix * width)
    if architecture.puzzleDim > 0 {
      precondition((0..<architecture.nPuzzles).contains(input.puzzleRow), "no puzzle row \(input.puzzleRow)")
      copyRow(input.puzzleRow, of: "puzzle_emb", to: embedding)
    }
    for (index, token) in input.tokens.enumerated() {
      precondition((0..<architecture.vocab).contains(token), "no token \(token)")
      copyRow(token, of: "tok_emb", to: embedding + (architecture.prefix + index) * width)
    }
    for index in 0..<(positions * width) { embedding[index] *= scale }
    addPositions()
  }

  /// With learned positions p: e ← √½ · (e + √d · p). For tokens this is the published form; for bars, whose tokens have
  /// unit variance without a factor √d, it keeps the variance at one.
  private func addPositions() {
    guard let table = network.plain["pos_emb"] else { return }
    let scale = Float(network.architecture.dL).squareRoot()
    let half = Float(0.5).squareRoot()
    for (index, value) in table.values.enumerated() { embedding[index] = half * (embedding[index] + scale * value) }
  }

  /// Copies a row of a table; a row the table does not have is row 0.
  private func copyRow(_ row: Int, of name: String, to target: UnsafeMutablePointer<Float>) {
    let table = network.plain[name]!
    let width = table.shape[1]
    let row = (0..<table.shape[0]).contains(row) ? row : 0
    table.values.withUnsafeBufferPointer { target.update(from: $0.baseAddress! + row * width, count: width) }
  }
}
