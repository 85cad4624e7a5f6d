/// The lanes of a batch: samples in the form the network reads, recurrent states, and what lies between the modules.
final class LaneMemory {
  let lanes: Int
  let architecture: HRMArchitecture
  /// [lanes · seqLen, patchStride] and [lanes, contextStride], for bars.
  let patches, context: AlignedBlock
  let patchStride, contextStride: Int
  /// Recurrent states and the embedding, [lanes · positions, stride].
  let slow, fast, embedding: AlignedBlock
  /// The slow state that the last L call saw; only needed for the gradient of the bridge.
  let slowBefore: AlignedBlock
  var instruments, timeframes, puzzles, tokens: [Int]

  init(_ architecture: HRMArchitecture, lanes: Int) {
    self.lanes = lanes
    self.architecture = architecture
    let isBars = architecture.front == .bars
    let rows = lanes * architecture.positions
    patchStride = Panels.padded(architecture.nFeatures * architecture.patch)
    contextStride = Panels.padded(architecture.contextWidth)
    patches = AlignedBlock(count: isBars ? lanes * architecture.seqLen * patchStride : 0)
    context = AlignedBlock(count: isBars ? lanes * contextStride : 0)
    slow = AlignedBlock(count: rows * Panels.padded(architecture.dH))
    fast = AlignedBlock(count: rows * Panels.padded(architecture.dL))
    embedding = AlignedBlock(count: rows * Panels.padded(architecture.dL))
    slowBefore = AlignedBlock(count: architecture.hasBridges ? rows * Panels.padded(architecture.dH) : 0)
    let none = [Int](repeating: 0, count: lanes)
    (instruments, timeframes, puzzles) = (none, none, none)
    tokens = [Int](repeating: 0, count: isBars ? 0 : lanes * architecture.seqLen)
  }

  /// Takes the sample of one sequence of a batch that was validated.
  func take(_ inputs: TrainingInputs, sequence: Int, lane: Int) {
    let a = architecture
    if a.front == .tokens {
      for index in 0..<a.seqLen { tokens[lane * a.seqLen + index] = inputs.tokens[sequence * a.seqLen + index] }
      if a.puzzleDim > 0 { puzzles[lane] = inputs.puzzles[sequence] }
      return
    }
    func row(_ row: Int, _ count: Int) -> Int { (0..<count).contains(row) ? row : 0 }
    instruments[lane] = row(inputs.instruments[sequence], a.nInstruments)
    timeframes[lane] = row(inputs.timeframes[sequence], a.nTimeframes)
    let width = a.nFeatures * a.patch
    inputs.bars.withUnsafeBufferPointer { bars in
      for index in 0..<a.seqLen {
        // Consecutive bars lie side by side, so a patch is a row already.
        (patches.floats + (lane * a.seqLen + index) * patchStride)
          .update(from: bars.baseAddress! + (sequence * a.seqLen + index) * width, count: width)
      }
    }
    let account = context.floats + lane * contextStride + a.dInstrument + a.dTimeframe
    for index in 0..<a.nAccount { account[index] = inputs.context[sequence * a.nAccount + index] }
  }

  /// Sets the states of a lane to their start.
  func reset(_ lane: Int, slowStart: UnsafePointer<Float>, fastStart: UnsafePointer<Float>) {
    fill(slow.floats, lane..<(lane + 1), slowStart, architecture.dH)
    fill(fast.floats, lane..<(lane + 1), fastStart, architecture.dL)
  }

  /// Every position of some sequences ← `row`.
  func fill(_ state: UnsafeMutablePointer<Float>, _ sequences: Range<Int>, _ row: UnsafePointer<Float>, _ width: Int) {
    let stride = Panels.padded(width)
    for position in (sequences.lowerBound * architecture.positions)..<(sequences.upperBound * architecture.positions) {
      (state + position * stride).update(from: row, count: width)
    }
  }

  /// A state without padding: [lanes, positions, width].
  func values(_ state: AlignedBlock, width: Int) -> [Float] {
    let stride = Panels.padded(width)
    return (0..<(lanes * architecture.positions)).flatMap {
      UnsafeBufferPointer(start: state.floats + $0 * stride, count: width)
    }
  }

  /// Sets a state from `values(_:width:)`.
  func set(_ state: AlignedBlock, width: Int, _ values: [Float]) {
    precondition(values.count == lanes * architecture.positions * width, "a state of another size")
    let stride = Panels.padded(width)
    values.withUnsafeBufferPointer { values in
      for row in 0..<(lanes * architecture.positions) {
        (state.floats + row * stride).update(from: values.baseAddress! + row * width, count: width)
      }
    }
  }
}
