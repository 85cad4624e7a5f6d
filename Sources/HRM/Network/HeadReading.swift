import Glibc

extension HRMInference {
  /// Reads every head off the slow state: halting and trading at position 0, tokens after the prefix.
  func readHeads(residualH: Float, residualL: Float) -> HRMHeads {
    let architecture = network.architecture
    let q = rows("w_q", "b_q")
    var heads = HRMHeads(
      policyLogits: [], quantity: 0, value: 0, qHalt: q[0], qContinue: q[1], residualH: residualH,
      residualL: residualL)
    switch architecture.head {
    case .trade:
      heads.policyLogits = rows("w_policy", "b_policy")
      heads.quantity = Float(1 / (1 + Glibc.exp(-Double(rows("w_qty", "b_qty")[0]))))
      heads.value = rows("w_value", "b_value")[0]
    case .lm:
      var logits = [Float](repeating: 0, count: architecture.seqLen * architecture.vocab)
      logits.withUnsafeMutableBufferPointer { buffer in
        let target = buffer.baseAddress!
        team.run { thread in
          network.languageHead!.multiply(
            zH + architecture.prefix * architecture.dH, rows: architecture.seqLen, into: target, team: team,
            thread: thread)
        }
      }
      heads.tokenLogits = logits
    }
    return heads
  }

  /// W z_H[0] + b.
  private func rows(_ weights: String, _ bias: String) -> [Float] {
    let width = network.architecture.dH
    let matrix = network.plain[weights]!
    let offsets = network.plain[bias]!.values
    return matrix.values.withUnsafeBufferPointer { values in
      offsets.enumerated().map { row, offset in
        VectorMath.dot(values.baseAddress! + row * width, zH, count: width, bias: offset)
      }
    }
  }
}
