import Glibc
import Kernels

extension HRMInference {
  /// Reads every head off a slot's slow state: halting and trading at position 0, tokens after the prefix.
  func readHeads(slot: Int) -> HRMHeads {
    let architecture = network.architecture
    let state = states.slow + slot * states.positions * states.slowStride
    let residuals = states.residuals(of: slot)
    let q = rows("w_q", "b_q", state)
    var heads = HRMHeads(
      policyLogits: [], quantity: 0, value: 0, qHalt: q[0], qContinue: q[1], residualH: residuals.slow,
      residualL: residuals.fast)
    switch architecture.head {
    case .trade:
      heads.policyLogits = rows("w_policy", "b_policy", state)
      heads.quantity = Float(1 / (1 + Glibc.exp(-Double(rows("w_qty", "b_qty", state)[0]))))
      heads.value = rows("w_value", "b_value", state)[0]
    case .lm: heads.tokenLogits = tokenLogits(state)
    }
    return heads
  }

  private func tokenLogits(_ state: UnsafePointer<Float>) -> [Float] {
    let architecture = network.architecture
    let matrix = network.languageHead!
    let stride = architecture.vocab.padded
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: architecture.seqLen * stride) { buffer in
      let logits = buffer.baseAddress!
      let x = KernelsActivations(state + architecture.prefix * states.slowStride, stride: states.slowStride)
      team.run { thread in
        matrix.multiply(
          x, rows: architecture.seqLen, panels: team.share(of: matrix.panels, thread: thread), into: logits,
          stride: stride)
      }
      return (0..<architecture.seqLen).flatMap {
        UnsafeBufferPointer(start: logits + $0 * stride, count: architecture.vocab)
      }
    }
  }

  /// W z_H[0] + b, summed in double precision.
  private func rows(_ weights: String, _ bias: String, _ state: UnsafePointer<Float>) -> [Float] {
    let width = network.architecture.dH
    let matrix = network.plain[weights]!
    return matrix.values.withUnsafeBufferPointer { values in
      network.plain[bias]!.values.enumerated().map { row, offset in
        var sum = Double(offset)
        for index in 0..<width { sum += Double(values[row * width + index]) * Double(state[index]) }
        return Float(sum)
      }
    }
  }
}
