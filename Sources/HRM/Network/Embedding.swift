import Kernels

/// Rows that the front's matrices read, padded to whole lanes: the context token's parts, and the patches.
final class FrontRows {
  let context, patches: UnsafeMutablePointer<Float>
  let contextStride, patchWidth, patchStride: Int
  private let memory: AlignedMemory

  init(architecture: HRMArchitecture) {
    contextStride = architecture.contextWidth.padded
    patchWidth = architecture.nFeatures * architecture.patch
    patchStride = patchWidth.padded
    let floats = [contextStride, patchStride * architecture.seqLen]
    memory = AlignedMemory(bytes: floats.reduce(0) { $0 + AlignedMemory.padded(4 * $1) }, isZeroed: true)
    context = memory.takeFloats(floats[0])
    patches = memory.takeFloats(floats[1])
  }
}

extension HRMInference {
  /// Starts a new train of thought on bars in a slot. Traps if the numbers of the input do not fit the architecture
  /// (`HRMInput.validate` says so beforehand).
  public func begin(_ input: HRMInput, slot: Int = 0) {
    let architecture = network.architecture
    precondition(architecture.front == .bars, "this network reads tokens")
    precondition(input.bars.count == architecture.windowBars * architecture.nFeatures, "bars of another length")
    precondition(input.context.count == architecture.nAccount, "context of another length")
    let embedding = restart(slot)
    let context = frontRows.context
    copyRow(input.instrumentRow, of: "instr_emb", to: context)
    copyRow(input.timeframeRow, of: "tf_emb", to: context + architecture.dInstrument)
    let account = context + architecture.dInstrument + architecture.dTimeframe
    for (index, value) in input.context.enumerated() { account[index] = value }
    let width = frontRows.patchWidth
    input.bars.withUnsafeBufferPointer { bars in
      // Consecutive bars lie side by side, so a patch is a row already, but for its padding.
      for patch in 0..<architecture.seqLen {
        let row = frontRows.patches + patch * frontRows.patchStride
        row.update(from: bars.baseAddress! + patch * width, count: width)
      }
    }
    multiply(network.context!, context, stride: frontRows.contextStride, rows: 1, into: embedding)
    multiply(
      network.patch!, frontRows.patches, stride: frontRows.patchStride, rows: architecture.seqLen,
      into: embedding + states.fastStride)
    addPositions(embedding)
  }

  /// Starts a new train of thought on tokens in a slot. Traps if a token or a row does not exist.
  public func begin(_ input: HRMTokens, slot: Int = 0) {
    let architecture = network.architecture
    precondition(architecture.front == .tokens, "this network reads bars")
    precondition(input.tokens.count == architecture.seqLen, "tokens of another length")
    let embedding = restart(slot)
    let width = architecture.dL
    let scale = Float(width).squareRoot()
    if architecture.puzzleDim > 0 {
      precondition((0..<architecture.nPuzzles).contains(input.puzzleRow), "no puzzle row \(input.puzzleRow)")
      let table = network.plain["puzzle_emb"]!
      for index in 0..<architecture.puzzleDim {
        let value = table.values[input.puzzleRow * architecture.puzzleDim + index]
        embedding[index / width * states.fastStride + index % width] = scale * value
      }
    }
    for (index, token) in input.tokens.enumerated() {
      precondition((0..<architecture.vocab).contains(token), "no token \(token)")
      let row = embedding + (architecture.prefix + index) * states.fastStride
      copyRow(token, of: "tok_emb", to: row)
      for column in 0..<width { row[column] *= scale }
    }
    addPositions(embedding)
  }

  /// Start states and an empty input; returns the place of the input.
  private func restart(_ slot: Int) -> UnsafeMutablePointer<Float> {
    precondition((0..<capacity).contains(slot), "slot \(slot) of \(capacity)")
    states.restart(slot)
    return states.embedding + slot * states.positions * states.fastStride
  }

  private func multiply(
    _ matrix: PackedMatrix, _ x: UnsafePointer<Float>, stride: Int, rows: Int, into y: UnsafeMutablePointer<Float>
  ) {
    matrix.multiply(
      KernelsActivations(x, stride: stride), rows: rows, panels: 0..<matrix.panels, into: y, stride: states.fastStride)
  }

  /// With learned positions p: e ← √½ · (e + √d · p). For tokens this is the published form; for bars, whose tokens have
  /// unit variance without a factor √d, it keeps the variance at one.
  private func addPositions(_ embedding: UnsafeMutablePointer<Float>) {
    guard let table = network.plain["pos_emb"] else { return }
    let width = network.architecture.dL
    let scale = Float(width).squareRoot()
    let half = Float(0.5).squareRoot()
    for (index, value) in table.values.enumerated() {
      let place = index / width * states.fastStride + index % width
      embedding[place] = half * (embedding[place] + scale * value)
    }
  }

  /// Copies a row of a table; a row the table does not have is row 0.
  private func copyRow(_ row: Int, of name: String, to target: UnsafeMutablePointer<Float>) {
    let table = network.plain[name]!
    let width = table.shape[1]
    let row = (0..<table.shape[0]).contains(row) ? row : 0
    table.values.withUnsafeBufferPointer { target.update(from: $0.baseAddress! + row * width, count: width) }
  }
}
