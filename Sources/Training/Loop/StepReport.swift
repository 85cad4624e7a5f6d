/// What a training step did, over all processes.
public struct StepReport: Codable, Equatable, Sendable {
  /// Counts from 1.
  public var step: Int
  /// Mean over lanes.
  public var loss: Double
  /// Its parts, unweighted.
  public var parts: [LossPart]
  /// Learning rate of the step.
  public var learningRate: Double
  /// Global norm of the gradients before clipping.
  public var gradientNorm: Double
  /// Share of lanes that came to a stop, and their mean number of segments.
  public var haltedShare: Double, meanSegments: Double
  /// Whether the weights stayed as they were because a loss or a gradient was not finite.
  public var isSkipped: Bool
}

/// Why a run cannot go on.
public struct TrainingError: Error, CustomStringConvertible, Equatable {
  /// For a person.
  public var description: String

  /// An error as given.
  public init(_ description: String) { self.description = description }
}
