import Glibc

/// Losses of logits against a label, in double precision. Each adds `weight` · its gradient to `gradient`.
public enum CrossEntropy: String, Codable, Sendable {
  case softmax
  /// p = s / Σ s with s(x) = x + 1 for x ≥ 0 and 1 / (1 - x) for x < 0.
  case stablemax

  /// -ln p[label].
  public func loss(
    _ logits: ArraySlice<Float>, label: Int, weight: Double = 1, gradient: inout ArraySlice<Float>
  ) -> Double {
    precondition(logits.indices == gradient.indices, "logits and gradients of different places")
    switch self {
    case .softmax: return softmax(logits, label, weight, &gradient)
    case .stablemax: return stablemax(logits, label, weight, &gradient)
    }
  }

  private func softmax(
    _ logits: ArraySlice<Float>, _ label: Int, _ weight: Double, _ gradient: inout ArraySlice<Float>
  ) -> Double {
    let peak = Double(logits.max() ?? 0)
    var sum = 0.0
    for logit in logits { sum += exp(Double(logit) - peak) }
    for (offset, index) in logits.indices.enumerated() {
      let probability = exp(Double(logits[index]) - peak) / sum
      gradient[index] += Float(weight * (probability - (offset == label ? 1 : 0)))
    }
    return log(sum) + peak - Double(logits[logits.startIndex + label])
  }

  private func stablemax(
    _ logits: ArraySlice<Float>, _ label: Int, _ weight: Double, _ gradient: inout ArraySlice<Float>
  ) -> Double {
    func share(_ x: Double) -> Double { x >= 0 ? x + 1 : 1 / (1 - x) }
    func slope(_ x: Double) -> Double { x >= 0 ? 1 : share(x) * share(x) }
    var sum = 0.0
    for logit in logits { sum += share(Double(logit)) }
    let wanted = Double(logits[logits.startIndex + label])
    for (offset, index) in logits.indices.enumerated() {
      let x = Double(logits[index])
      let pull = offset == label ? slope(x) / share(x) : 0
      gradient[index] += Float(weight * (slope(x) / sum - pull))
    }
    return log(sum) - log(share(wanted))
  }
}

/// Losses of single numbers, in double precision.
public enum ScalarLoss {
  /// 1 / (1 + e⁻ˣ).
  public static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// Cross entropy of a logit against a probability, and its derivative in the logit.
  public static func binary(logit: Float, target: Double) -> (loss: Double, slope: Double) {
    let x = Double(logit)
    // Stays finite for any logit.
    let loss = max(x, 0) - x * target + log1p(exp(-abs(x)))
    return (loss, sigmoid(x) - target)
  }

  /// (sigmoid(logit) - target)², and its derivative in the logit.
  public static func squaredSigmoid(logit: Float, target: Double) -> (loss: Double, slope: Double) {
    let y = sigmoid(Double(logit))
    return ((y - target) * (y - target), 2 * (y - target) * y * (1 - y))
  }

  /// (x - target)², and its derivative in x.
  public static func squared(_ x: Float, target: Double) -> (loss: Double, slope: Double) {
    let difference = Double(x) - target
    return (difference * difference, 2 * difference)
  }
}
