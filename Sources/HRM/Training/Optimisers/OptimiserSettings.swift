/// How weights move along their gradients.
public struct OptimiserSettings: Sendable, Equatable {
  /// The rule for trained tensors. Both have the same state: means of gradients and of their squares.
  public enum Rule: String, Sendable, Codable, CaseIterable {
    /// The published one: the angle of mean and root mean square, which needs no ε.
    case adamATan2
    case adamW
  }
  /// Which tensors decay.
  public enum Decay: String, Sendable, Codable {
    /// All, biases and tables too, as published.
    case everything
    /// Matrices alone: no biases, no tables.
    case matrices
  }

  /// The rule.
  public var rule = Rule.adamATan2
  /// Learning rate of this step.
  public var learningRate: Double = 1e-4
  /// Weights shrink by `learningRate` · `weightDecay` in a step.
  public var weightDecay: Double = 0.1
  /// Which tensors decay.
  public var decay = Decay.everything
  /// β₁ and β₂, the shares of the moments that stay.
  public var meanDecay: Double = 0.9, squareDecay: Double = 0.95
  /// ε of AdamW.
  public var epsilon: Double = 1e-8
  /// Gradients whose global norm is larger are scaled down to it; nil leaves them.
  public var largestNorm: Double?
  /// Learning rate of the puzzle rows' SignSGD.
  public var rowLearningRate: Double = 1e-4

  /// The published settings.
  public init() {}
}
