import Core
import Foundation

/// Softmax over the legal actions.
enum MaskedSoftmax {
  /// Probabilities in action order, 0 for illegal actions. Hold is always legal, so there is one to take.
  static func probabilities(_ logits: [Float], _ mask: LegalMask) -> [Float] {
    let legal = logits.indices.map { Action(rawValue: UInt8($0)).map(mask.contains) ?? false }
    var peak = -Float.infinity
    for index in logits.indices where legal[index] { peak = max(peak, logits[index]) }
    var weights = [Float](repeating: 0, count: logits.count)
    var sum: Float = 0
    for index in logits.indices where legal[index] {
      weights[index] = exp(logits[index] - peak)
      sum += weights[index]
    }
    return weights.map { $0 / sum }
  }
}
