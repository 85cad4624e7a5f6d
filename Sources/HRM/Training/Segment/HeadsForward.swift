/// Rows of all heads that read position 0, one under the other: policy, quantity, value (trade only), then halting.
struct FirstPositionHeads {
  struct Head {
    let weights, bias: String
    /// First column of the head in a row of outputs, and how many there are.
    let first, count: Int
  }
  let heads: [Head]
  let count: Int
  var stride: Int { Panels.padded(count) }

  init(_ architecture: HRMArchitecture) {
    var heads: [Head] = []
    var first = 0
    func add(_ weights: String, _ bias: String, _ count: Int) {
      heads.append(Head(weights: weights, bias: bias, first: first, count: count))
      first += count
    }
    if architecture.head == .trade {
      add("w_policy", "b_policy", architecture.nActions)
      add("w_qty", "b_qty", 1)
      add("w_value", "b_value", 1)
    }
    add("w_q", "b_q", 2)
    self.heads = heads
    count = first
  }
}

extension TrainingNetwork {
  /// Row `sequence` of the heads at position 0, in double precision: `row` is the slow state there.
  func readFirstPosition(_ row: UnsafePointer<Float>, into outputs: UnsafeMutablePointer<Float>) {
    let width = architecture.dH
    for head in firstHeads.heads {
      let weights = parameters.weight(head.weights)
      let bias = parameters.weight(head.bias)
      for index in 0..<head.count {
        var sum = Double(bias[index])
        for component in 0..<width { sum += Double(weights[index * width + component]) * Double(row[component]) }
        outputs[head.first + index] = Float(sum)
      }
    }
  }

  /// Reads all heads of some sequences off their slow states and keeps what their gradients need.
  func readHeads(_ sequences: Range<Int>) {
    let a = architecture
    let stride = slow.shape.stride
    for sequence in sequences {
      let state = lanesMemory.slow.floats + sequence * a.positions * stride
      let first = headMemory.firstStates.floats + sequence * stride
      first.update(from: state, count: stride)
      readFirstPosition(first, into: headMemory.firstOutputs.floats + sequence * firstHeads.stride)
      guard let language = packed.language else { continue }
      let tokens = headMemory.tokenStates.floats + sequence * a.seqLen * stride
      tokens.update(from: state + a.prefix * stride, count: a.seqLen * stride)
      language.multiply(
        tokens, stride: stride, rows: a.seqLen,
        into: headMemory.tokenOutputs.floats + sequence * a.seqLen * headMemory.vocabStride,
        stride: headMemory.vocabStride)
    }
  }

  /// What `readHeads` left, lane by lane.
  func collectOutputs() -> HeadOutputs {
    let a = architecture
    var outputs = HeadOutputs(a, lanes: lanes)
    for lane in 0..<lanes {
      let row = headMemory.firstOutputs.floats + lane * firstHeads.stride
      outputs.qHalt[lane] = row[firstHeads.count - 2]
      outputs.qContinue[lane] = row[firstHeads.count - 1]
      if a.head == .trade {
        for action in 0..<a.nActions { outputs.policy[lane * a.nActions + action] = row[action] }
        outputs.quantityLogits[lane] = row[a.nActions]
        outputs.values[lane] = row[a.nActions + 1]
      }
    }
    for row in 0..<(a.head == .lm ? lanes * a.seqLen : 0) {
      let source = headMemory.tokenOutputs.floats + row * headMemory.vocabStride
      for token in 0..<a.vocab { outputs.tokens[row * a.vocab + token] = source[token] }
    }
    return outputs
  }
}

/// What the heads read and say, lane by lane; the backward pass puts gradients in place of the outputs.
final class HeadMemory {
  /// [lanes, stride] and [lanes, FirstPositionHeads.stride].
  let firstStates, firstOutputs: AlignedBlock
  /// [lanes · seqLen, stride] and [lanes · seqLen, vocabStride], with a language head.
  let tokenStates, tokenOutputs: AlignedBlock
  let vocabStride: Int

  init(_ architecture: HRMArchitecture, lanes: Int, first: FirstPositionHeads) {
    let stride = Panels.padded(architecture.dH)
    let rows = architecture.head == .lm ? lanes * architecture.seqLen : 0
    vocabStride = Panels.padded(architecture.vocab)
    firstStates = AlignedBlock(count: lanes * stride)
    firstOutputs = AlignedBlock(count: lanes * first.stride)
    tokenStates = AlignedBlock(count: rows * stride)
    tokenOutputs = AlignedBlock(count: rows * vocabStride)
  }
}
